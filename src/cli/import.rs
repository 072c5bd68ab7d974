//! `import`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::{FileId, MAX_TEXT_BYTES, Sources};
use crate::catalogue::Catalogue;
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::behaviour;
use crate::import::{ImportOptions, Imported, WithDefaults, good_name, import_all_as, with_editor_defaults};
use crate::inputs::Reads;
use crate::misp;
use crate::model::{Document, Node, NodeId};
use crate::project::{self, Readers, holds};

use super::write_files::write_files;
use super::{Console, Failure, Format, Inputs, Status, TargetFlag, report};

/// Turn MISP's JSON into text.
///
/// The JSON may be workflows, blueprints, bare graphs, or lists of these.
/// What cannot be expressed, or is expressed otherwise than in the JSON, is reported on standard error. Compiled, the result is
/// the same graph again.
#[derive(Args, Debug)]
#[command(mut_arg("paths", |paths| paths.help("Files with MISP's JSON, and folders of them; `-` for standard input")))]
pub(super) struct Import {
    #[command(flatten)]
    inputs: Inputs,
    /// The folder to write to, a file `ID.mwf` each; without it a single one goes to standard output
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Keep node ids, positions, versions and frames, so that every node comes back in the same place
    #[arg(long)]
    keep_layout: bool,
    /// Keep every parameter as it is. Without it, what MISP's editor would do when it opens the workflow is done, as far as a run
    /// stays the same: defaults for absent or empty parameters, lists for single values, nothing that a module does not have
    #[arg(long)]
    exact: bool,
    /// Overwrite files that hold something else
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    target: TargetFlag,
}

impl Import {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        if self.inputs.is_empty() {
            return Err(Failure::Other(
                "`import` needs files or folders with MISP's JSON, or `-` for standard input".to_owned(),
            ));
        }
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources, Reads::Json);
        self.target.apply(&mut loaded.project);
        loaded.tell("import", console)?;
        let mut diagnostics = loaded.diagnostics;
        let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
        let mut documents = Vec::new();
        let mut names = Vec::new();
        for id in loaded.roots {
            let read = read_documents(&sources, id, &mut diagnostics);
            let source = sources.file(id);
            let own_name = source.path.as_deref().filter(|_| read.len() == 1).and_then(good_name);
            for document in read {
                names.push(source.name.clone());
                let document = if self.exact {
                    document
                } else {
                    let does = |node: &Node<'_>| behaviour(node, &catalogue);
                    let WithDefaults { document, changes, kept } = with_editor_defaults(&document, &catalogue, &does);
                    if changes > 0 {
                        diagnostics.push(filled_in(&source.name, changes));
                    }
                    diagnostics.extend(kept.iter().map(|(node, id)| differs(&source.name, *node, id)));
                    document
                };
                documents.push((document, own_name.clone()));
            }
        }
        let texts = self.texts(&documents, &names, &catalogue, &mut diagnostics);
        let status = report(console, &sources, &diagnostics, Format::Text)?;
        if status != Status::Done {
            return Ok(status);
        }
        match &self.output {
            Some(folder) if folder.as_os_str() != "-" => {
                loaded.files.admit_named(folder).map_err(|error| Failure::unwritable(folder, &error))?;
                self.write(console, folder, &texts)
            }
            _ => Self::print(console, &texts),
        }
    }

    fn texts(
        &self,
        documents: &[(Document<'_>, Option<String>)],
        names: &[String],
        catalogue: &Catalogue,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Imported> {
        let documents: Vec<_> = documents.iter().map(|(document, name)| (document, name.clone())).collect();
        let texts = import_all_as(&documents, catalogue, ImportOptions { keep_layout: self.keep_layout });
        for (imported, name) in texts.iter().zip(names) {
            if imported.text.len() > MAX_TEXT_BYTES {
                let limit = MAX_TEXT_BYTES / (1024 * 1024);
                let message = format!(
                    "{name}: the text of `{}` would have more than {limit} MiB, which cannot be read again",
                    imported.id
                );
                diagnostics.push(
                    Diagnostic::new(Code::FileTooLarge, message).help("split the workflow in MISP's editor first"),
                );
            }
            for note in &imported.notes {
                let node = note.node.map(|id| format!(", node {id}")).unwrap_or_default();
                let message = format!("{name}, `{}`{node}: {}", imported.id, note.message);
                diagnostics.push(Diagnostic::new(Code::MispJsonOddity, message));
            }
        }
        texts
    }

    fn print(console: &mut Console, texts: &[Imported]) -> Result<Status, Failure> {
        let [imported] = texts else {
            let names: Vec<_> = texts.iter().map(|imported| imported.id.as_str()).collect();
            let what =
                if names.is_empty() { "there is none here".into() } else { format!("here are {}", names.join(", ")) };
            return Err(Failure::Other(format!(
                "standard output takes one workflow or blueprint, and {what}\nname a folder to write to: `-o DIR`"
            )));
        };
        console.source(&imported.text)?;
        Ok(Status::Done)
    }

    fn write(&self, console: &mut Console, folder: &Path, texts: &[Imported]) -> Result<Status, Failure> {
        // Nothing is written unless all can be.
        for imported in texts.iter().filter(|_| !self.force) {
            let path = folder.join(format!("{}.mwf", imported.id));
            if holds(&path, imported.text.as_bytes()).is_ok_and(|same| !same) {
                return Err(Failure::Other(format!(
                    "`{}` holds something else\nchoose another folder, or overwrite it with `--force`",
                    path.display()
                )));
            }
        }
        let files: Vec<_> =
            texts.iter().map(|imported| (format!("{}.mwf", imported.id), imported.text.as_bytes())).collect();
        write_files(folder, &files, Readers::Usual, console)?;
        Ok(Status::Done)
    }
}

/// Says that a parameter is as it is in the JSON, and would not stay so.
fn differs(name: &str, node: NodeId, id: &str) -> Diagnostic {
    let message = format!(
        "{name}, node {node}: `{id}` is kept as it is: with the value that MISP's editor would give it, a run would differ"
    );
    Diagnostic::new(Code::MispJsonOddity, message)
        .note("the editor changes it as soon as somebody opens the workflow and saves it")
}

/// Says that parameters are not as they are in the JSON.
fn filled_in(name: &str, changes: usize) -> Diagnostic {
    let left = if changes == 1 {
        "1 parameter is left to its default".to_owned()
    } else {
        format!("{changes} parameters are left to their defaults")
    };
    let message = format!("{name}: {left}, as MISP's editor would do");
    Diagnostic::new(Code::MispJsonOddity, message)
        .note("a run is the same with them")
        .help("`--exact` keeps them as they are")
}

/// The documents of a JSON file, with what is unusual in it.
pub(super) fn read_documents(
    sources: &Sources,
    id: FileId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Document<'static>> {
    let name = &sources.file(id).name;
    match misp::read(sources.text(id)) {
        Ok(read) => {
            for oddity in read.oddities {
                let path = if oddity.path.is_empty() { String::new() } else { format!(", `{}`", oddity.path) };
                let message = format!("{name}{path}: {}", oddity.message);
                diagnostics.push(Diagnostic::new(Code::MispJsonOddity, message));
            }
            read.documents
        }
        Err(error) => {
            diagnostics.push(
                Diagnostic::new(Code::InvalidMispJson, format!("`{name}` cannot be read: {error}"))
                    .help("give a workflow, a blueprint or a graph as MISP exports it"),
            );
            Vec::new()
        }
    }
}
