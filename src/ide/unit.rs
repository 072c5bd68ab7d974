//! What is checked together.

use std::path::{Path, PathBuf};

use crate::project::{PROJECT_FILE, discover, real};

/// What is checked together: a project, or a file that belongs to none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unit {
    /// The project of this `mispflow.toml`.
    Project(PathBuf),
    /// A file without a project.
    File(PathBuf),
}

impl Unit {
    /// What a file is checked with.
    pub fn of(file: &Path) -> Self {
        match discover(file).or_else(|| discover(file.parent()?)) {
            Some(project) => Self::Project(real(&project)),
            None => Self::File(real(file)),
        }
    }

    /// The project that a folder belongs to, if there is one.
    pub fn of_folder(folder: &Path) -> Option<Self> {
        discover(folder).map(|project| Self::Project(real(&project)))
    }

    /// The project file, or the file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Project(path) | Self::File(path) => path,
        }
    }

    /// Whether a file says how all others are checked.
    pub fn is_project_file(file: &Path) -> bool {
        file.file_name().is_some_and(|name| name == PROJECT_FILE)
    }
}
