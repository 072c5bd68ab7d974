//! `modules [ID]`, and what makes catalogue files

mod import_release;
mod list;
mod new;
mod read;
mod show;
mod sync;
mod trigger;

use std::borrow::Cow;
use std::io;
use std::path::Path;

use clap::{Args, Subcommand};

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::base::suggest::closest;
use crate::catalogue::{Catalogue, Signature, availability};
use crate::diagnostics::{Code, Diagnostic};
use crate::inputs::load_project;
use crate::project::catalogue;

use super::findings::{Format, report};
use super::inputs::TargetFlag;
use super::named::Named;
use super::{Console, Failure, ProjectFlags, Status};

/// List the modules of the catalogue, or show one with everything needed to call it.
///
/// The catalogue is the built-in one with the files on top that the nearest `mispflow.toml` names.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
#[command(after_help = "Examples:
  mispflow modules
  mispflow modules webhook
  mispflow modules --format json | jq -r '.[].id'")]
pub(super) struct Modules {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The module to show, such as `webhook` or `event-publish`
    #[arg(value_name = "ID", value_parser = MODULES, hide_possible_values = true)]
    id: Option<String>,
    /// How to write it; JSON is the format of catalogue files
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    in_project: ProjectFlags,
}

/// What makes files of modules.
#[derive(Subcommand, Debug)]
enum Verb {
    /// Read modules of your own from their source, PHP or Python
    Read(read::Read),
    /// Write a new module of your own, with a workflow that uses it
    New(new::New),
    /// Write the catalogue of a server
    Sync(sync::Sync),
    /// Make the data file of a release of MISP
    ImportRelease(import_release::ImportRelease),
}

/// Any id, for a server has modules of its own; completions offer those that are built in.
const MODULES: Named<String> = Named {
    read: |id| Ok(id.to_owned()),
    names: || Catalogue::built_in().modules().map(|module| module.id.as_str()).collect(),
};

impl Modules {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        if let Some(verb) = self.verb {
            return match verb {
                Verb::Read(read) => read.run(console),
                Verb::New(new) => new.run(console),
                Verb::Sync(sync) => sync.run(console),
                Verb::ImportRelease(import) => import.run(console),
            };
        }
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let files = self.in_project.files([Path::new("")], &mut diagnostics);
        let mut project = load_project(&sources, Path::new(""), &files, &mut diagnostics);
        self.target.apply(&mut project);
        let catalogue: Cow<'static, Catalogue> = catalogue(&sources, &files, &project, &mut diagnostics);
        match &self.id {
            None => self.list(&catalogue, console)?,
            Some(id) => match catalogue.module(id) {
                Some(module) => self.show(module, console)?,
                None => diagnostics.push(unknown(&catalogue, id)),
            },
        }
        // Findings never mix with results: what was asked for may still be there.
        Ok(report(console, &sources, &diagnostics, Format::Text)?)
    }

    fn list(&self, catalogue: &Catalogue, console: &mut Console) -> io::Result<()> {
        match self.format {
            Format::Text => list::write(catalogue, console),
            Format::Json => write_json(&catalogue.modules().collect::<Vec<_>>(), console),
        }
    }

    fn show(&self, module: &Signature, console: &mut Console) -> io::Result<()> {
        match self.format {
            Format::Text => show::write(module, console),
            Format::Json => write_json(module, console),
        }
    }
}

fn write_json(value: &impl serde::Serialize, console: &mut Console) -> io::Result<()> {
    to_json_pretty(&mut *console.results(), value)?;
    writeln!(console.results())
}

fn unknown(catalogue: &Catalogue, id: &str) -> Diagnostic {
    let ids = catalogue.modules().map(|module| module.id.as_str());
    let diagnostic = Diagnostic::new(Code::UnknownModule, format!("the catalogue has no module `{id}`"));
    if let Some(releases) = availability(|known| known.module(id).is_some()) {
        return diagnostic
            .note(format!("MISP has it {releases}; the target is another release"))
            .help("choose a release that has it with `--target`");
    }
    match closest(id, ids).or_else(|| by_name(catalogue, id)) {
        Some(id) => diagnostic.help(format!("did you mean `{id}`?")),
        None => diagnostic.help("`mispflow modules` lists them all"),
    }
}

/// The id of the module that the editor calls `name`.
fn by_name<'c>(catalogue: &'c Catalogue, name: &str) -> Option<&'c str> {
    let name = closest(name, catalogue.modules().map(|module| module.name.as_str()))?;
    catalogue.modules().find(|module| module.name == name).map(|module| module.id.as_str())
}
