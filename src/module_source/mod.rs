//! Modules of one's own, read from their source: a workflow module's PHP class, or an action of misp-modules in Python.
//!
//! Nothing is run. What the source writes out is read, what it computes is left open and named in a finding. The result
//! is what a server, or the service, would report of the module.

mod budget;
mod php;
mod python;
mod report;
mod syntax;
mod value;

use std::path::Path;

use crate::base::source::{FileId, SourceFile, Sources, Span};
use crate::catalogue::{Signature, load};
use crate::diagnostics::{Code, Diagnostic};

/// The longest source of a module that is read, in bytes. MISP's own are below 32 KiB.
pub const MAX_MODULE_BYTES: usize = 1024 * 1024;

/// The language of a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// A class of MISP.
    Php,
    /// A file of misp-modules.
    Python,
}

impl Language {
    /// The language of a file with this name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "php" => Some(Self::Php),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// Reads the modules of several files; a class may extend one of another file. What is wrong with them, and what was
/// left open, goes into `diagnostics`.
pub fn read(sources: &Sources, files: &[FileId], diagnostics: &mut Vec<Diagnostic>) -> Vec<Signature> {
    let language = |file: &FileId| sources.file(*file).path.as_deref().and_then(Language::of);
    let mut php = Vec::new();
    for file in files {
        if sources.text(*file).len() > MAX_MODULE_BYTES {
            diagnostics.push(too_large(sources, *file));
        } else if language(file) == Some(Language::Php) {
            php.push(*file);
        }
    }
    let mut classes = php::Classes::read(sources, &php, diagnostics);
    let mut modules = Vec::new();
    for file in files.iter().filter(|file| sources.text(**file).len() <= MAX_MODULE_BYTES) {
        let reported = match language(file) {
            Some(Language::Php) => classes.report(sources, *file, diagnostics),
            Some(Language::Python) => python::report(sources, *file, diagnostics),
            None => {
                let message = format!("`{}` is neither PHP nor Python by its name", sources.file(*file).name);
                diagnostics.push(Diagnostic::at(Code::InvalidModuleSource, start(*file), message).help(
                    "name a file that ends in `.php`, with a workflow module of MISP, or in `.py`, with an action of misp-modules",
                ));
                None
            }
        };
        let Some(reported) = reported else { continue };
        match load(&reported.to_string()) {
            Ok(read) => modules.extend(read),
            Err(error) => diagnostics.push(refused(sources, *file, &error.message)),
        }
    }
    modules
}

fn start(file: FileId) -> Span {
    Span::new(file, 0, 0)
}

fn too_large(sources: &Sources, file: FileId) -> Diagnostic {
    let message = format!("`{}` is larger than 1 MiB and is not read as a module", sources.file(file).name);
    Diagnostic::at(Code::FileTooLarge, start(file), message).help("a module is a small file: is this the right one?")
}

fn refused(sources: &Sources, file: FileId, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot be read as a module: {why}", sources.file(file).name);
    Diagnostic::at(Code::InvalidModuleSource, start(file), message)
        .help("write the module's signature as plain values: strings, numbers, lists")
}

/// The name of a file without its ending, which MISP and misp-modules take for the name of the module.
fn stem(file: &SourceFile) -> String {
    let path = file.path.as_deref().unwrap_or(Path::new(&file.name));
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
