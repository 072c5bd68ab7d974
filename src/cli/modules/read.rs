//! `modules read FILE…`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::catalogue::Signature;
use crate::cli::findings::{Format, report};
use crate::cli::write_files::write_files;
use crate::cli::{Console, Failure, Status};
use crate::diagnostics::Diagnostic;
use crate::module_source::{self, MAX_MODULE_BYTES};
use crate::project::{Files as _, ProjectFiles, Readers, source_from_bytes, unreadable};

/// Make a catalogue file from the source of modules, without running them.
///
/// A file that ends in `.php` holds the class of a workflow module of MISP, one that ends in `.py` an action of
/// misp-modules. What the source computes is left open, and messages say where. A class that extends the class of
/// another module needs the file of that too, unless MISP itself has it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow modules read Module_open_ticket.php
  mispflow modules read action_mod/*.py -o catalogue/own.json")]
pub(super) struct Read {
    /// The sources
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The catalogue file to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Read {
    pub(super) fn run(&self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        let mut files = Vec::new();
        for path in &self.files {
            let name = path.display().to_string();
            let read = ProjectFiles::default().named().read(path, MAX_MODULE_BYTES);
            let read = read.map_err(|error| Box::new(unreadable(&name, &error)));
            match read.and_then(|bytes| source_from_bytes(&sources, Some(path), &name, bytes)) {
                Ok(file) => files.push(file),
                Err(problem) => diagnostics.push(*problem),
            }
        }
        let modules = module_source::read(&sources, &files, &mut diagnostics);
        let status = report(console, &sources, &diagnostics, Format::Text)?;
        if status == Status::Done {
            write(&modules, self.output.as_deref(), console)?;
        }
        Ok(status)
    }
}

fn write(modules: &[Signature], output: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let mut json = Vec::new();
    to_json_pretty(&mut json, &modules)?;
    json.push(b'\n');
    match output {
        None => console.results().write_all(&json)?,
        Some(path) => {
            let name = path.display().to_string();
            write_files(Path::new(""), &[(name, json.as_slice())], Readers::Usual, console)?;
        }
    }
    Ok(())
}
