//! `modules new NAME`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Signature};
use crate::cli::findings::{Format, report};
use crate::cli::write_files::write_files;
use crate::cli::{Console, Failure, Status};
use crate::diagnostics::Diagnostic;
use crate::format::format_source;
use crate::load::Program;
use crate::model::ModuleType;
use crate::module_source::{self, Language};
use crate::project::{PROJECT_FILE, ProjectFiles, Readers, below, load_source};
use crate::resolve::Declarations;
use crate::scaffold;

/// Write a new module that works, and what belongs to it: its signature as a catalogue file, and a workflow with a test.
///
/// Files that exist are never overwritten. With `--from` the signature is that of a `module` declaration.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow modules new open-ticket --php
  mispflow modules new is-urgent --php --kind logic
  mispflow modules new open-ticket --python --from workflows/tickets.mwf")]
pub(super) struct New {
    /// The name of the module, such as `open-ticket`
    #[arg(value_name = "NAME", value_parser = name)]
    name: String,
    /// A workflow module of MISP, a class in PHP
    #[arg(long, required_unless_present = "python", conflicts_with = "python")]
    php: bool,
    /// An action of misp-modules, in Python
    #[arg(long)]
    python: bool,
    /// What it is
    #[arg(long, value_enum, value_name = "KIND", default_value_t = NewKind::Action, conflicts_with = "from")]
    kind: NewKind,
    /// A text with the declaration `module NAME : KIND { … }`
    #[arg(long, value_name = "FILE.mwf")]
    from: Option<PathBuf>,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
}

/// What a new module can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum NewKind {
    /// It does something
    Action,
    /// It decides
    Logic,
}

fn name(name: &str) -> Result<String, String> {
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
        && name.len() <= 64;
    if is_name {
        Ok(name.to_owned())
    } else {
        Err("a name begins with a letter and has letters, digits, `-` and `_`, at most 64".to_owned())
    }
}

impl New {
    pub(super) fn run(&self, console: &mut Console) -> Result<Status, Failure> {
        let language = if self.python { Language::Python } else { Language::Php };
        let known = Catalogue::built_in();
        if known.module(&self.name).or_else(|| known.module(&self.name.replace('-', "_"))).is_some() {
            return Err(Failure::Other(format!(
                "MISP has a module `{}` already\nchoose another name: one with the same id would take its place",
                self.name
            )));
        }
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let module = match &self.from {
            None => {
                let kind = if self.kind == NewKind::Logic { ModuleType::Logic } else { ModuleType::Action };
                Some(scaffold::starter(&self.name, kind, language))
            }
            Some(_) => self.declared(&sources, &mut diagnostics),
        };
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Ok(report(console, &sources, &diagnostics, Format::Text)?);
        }
        let Some(module) = module else {
            return Err(Failure::Other(format!(
                "the file declares no module `{0}`\nwrite `module {0} : action {{ … }}` into it",
                self.name
            )));
        };
        if let Some(why) = scaffold::refusal(&module, language) {
            return Err(Failure::Other(format!("`{}` cannot be written: {why}", self.name)));
        }
        self.write(&module, language, console)
    }

    /// The declaration of the module in the text.
    fn declared(&self, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Option<Signature> {
        let path = self.from.as_deref()?;
        let mut files = ProjectFiles::default();
        files.add_project_of(path);
        let root = match load_source(sources, &files.named(), path, &path.display().to_string()) {
            Ok(root) => root,
            Err(problem) => {
                diagnostics.push(*problem);
                return None;
            }
        };
        let program = Program::load(sources, &files, &[root], diagnostics);
        let declarations = Declarations::build(&program, diagnostics);
        declarations.in_order().find(|module| module.id == self.name).cloned()
    }

    fn write(&self, module: &Signature, language: Language, console: &mut Console) -> Result<Status, Failure> {
        let (path, source) = scaffold::source(module, language);
        // The signature is that of the source, so that both say the same.
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let file = sources.add(path.as_str(), Some(path.as_ref()), source.as_str());
        let mut signatures = module_source::read(&sources, &[file], &mut diagnostics);
        if signatures.is_empty() {
            return Ok(report(console, &sources, &diagnostics, Format::Text)?);
        }
        for signature in &mut signatures {
            for parameter in &mut signature.parameters {
                if let Some(described) = module.parameter(&parameter.id) {
                    parameter.description.clone_from(&described.description);
                    parameter.required.clone_from(&described.required);
                    parameter.sensitive |= described.sensitive;
                }
            }
        }
        let mut catalogue = Vec::new();
        to_json_pretty(&mut catalogue, &signatures)?;
        catalogue.push(b'\n');
        let workflow = scaffold::workflow(&signatures[0]);
        let file = sources.add("example.mwf", None, workflow.as_str());
        let workflow = format_source(&sources, file).unwrap_or(workflow);
        let name = self.name.as_str();
        let settings = format!("[project]\ncatalogues = [\"catalogue/{name}.json\"]\n");
        let mut files = vec![
            (path, source.as_bytes()),
            (format!("catalogue/{name}.json"), catalogue.as_slice()),
            (format!("workflows/{name}-example.mwf"), workflow.as_bytes()),
        ];
        let is_project = self.output.join(PROJECT_FILE).symlink_metadata().is_ok();
        if !is_project {
            files.push((PROJECT_FILE.to_owned(), settings.as_bytes()));
        }
        for (file, _) in &files {
            let path =
                below(&self.output, file).map_err(|error| Failure::unwritable(&self.output.join(file), &error))?;
            if path.symlink_metadata().is_ok() {
                return Err(Failure::Other(format!(
                    "`{}` exists already, so nothing was written\nmove it away, or name another folder with `--output`",
                    path.display()
                )));
            }
        }
        write_files(&self.output, &files, Readers::Usual, console)?;
        if is_project {
            console.tell(&format!("add `catalogue/{name}.json` to `catalogues` in `{PROJECT_FILE}`"))?;
        }
        Ok(Status::Done)
    }
}
