//! Which project a command works in, and what it may read besides.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::diagnostics::Diagnostic;
use crate::project::{ProjectFiles, unreadable};

/// The flags of every verb that works in a project.
#[derive(Args, Clone, Default, Debug)]
pub struct ProjectFlags {
    /// The project file, instead of the nearest `mispflow.toml`; paths in it start at its folder
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A further folder whose files the project may name; may be given
    /// several times
    #[arg(long = "allow-read", value_name = "DIR")]
    allowed: Vec<PathBuf>,
}

impl ProjectFlags {
    /// This project file, if there is one, and these folders.
    pub fn new(config: Option<PathBuf>, allowed: Vec<PathBuf>) -> Self {
        Self { config, allowed }
    }

    /// What may be read by a command that works on `named`, files and folders of the command line. Folders outside of
    /// the project are readable because the command line says so, never because a text does.
    pub(super) fn files<'p>(
        &self,
        named: impl IntoIterator<Item = &'p Path>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ProjectFiles {
        let mut files = self.config.as_deref().map_or_else(ProjectFiles::default, ProjectFiles::with_project_file);
        for path in named {
            files.add_project_of(path);
        }
        for folder in &self.allowed {
            if let Err(error) = files.allow(folder) {
                diagnostics.push(unreadable(&folder.display().to_string(), &error));
            }
        }
        files
    }
}
