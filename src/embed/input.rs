//! What a project is made of.

use std::path::PathBuf;

use crate::base::source::Sources;
use crate::catalogue::Target;
use crate::cli::{Inputs, ProjectFlags};
use crate::inputs::{Loaded, Reads};

/// What a project is made of.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file, or a folder with what lies in it.
    Path(PathBuf),
    /// A text or MISP's JSON. What it imports starts at the current folder, whose project it belongs to.
    Text {
        /// What messages call it.
        name: String,
        /// The text.
        text: String,
    },
}

/// How a project is read.
#[derive(Clone, Default, Debug)]
pub struct Options {
    /// The release of MISP, instead of the one that the project file names.
    pub target: Option<Target>,
    /// The project file, instead of the nearest `mispflow.toml`.
    pub config: Option<PathBuf>,
    /// Folders outside of the project whose files may be read too.
    pub allow_read: Vec<PathBuf>,
}

impl Options {
    /// Reads the files.
    pub(super) fn load(&self, sources: &Sources, input: &Input) -> Loaded {
        let flags = ProjectFlags::new(self.config.clone(), self.allow_read.clone());
        let inputs = match input {
            Input::Path(path) => Inputs::of(path.clone(), flags),
            Input::Text { name, text } => Inputs::of_text(name.clone(), text.clone(), flags),
        };
        let mut loaded = inputs.load(sources, Reads::Both);
        if let Some(target) = self.target {
            loaded.project.set_target(target);
        }
        loaded
    }
}
