//! What a command may read besides the project.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::diagnostics::Diagnostic;
use crate::project::{ProjectFiles, unreadable};

/// Folders outside of the project that may be read. Only the command line says so, never a text.
#[derive(Args, Clone, Default, Debug)]
pub struct AllowRead {
    /// A folder outside of the project whose files texts and the project file may name too; may be given
    /// several times
    #[arg(long = "allow-read", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl AllowRead {
    /// What may be read by a command that works on `named`, files and folders of the command line.
    pub(super) fn files<'p>(
        &self,
        named: impl IntoIterator<Item = &'p Path>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> ProjectFiles {
        let mut files = ProjectFiles::default();
        for path in named {
            files.add_project_of(path);
        }
        for folder in &self.folders {
            if let Err(error) = files.allow(folder) {
                diagnostics.push(unreadable(&folder.display().to_string(), &error));
            }
        }
        files
    }
}
