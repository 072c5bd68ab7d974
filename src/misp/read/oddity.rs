//! Notes on what was unusual.

use super::path::Path;

/// Something that was not kept, that was repaired, or that MISP itself would stumble over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Oddity {
    /// The JSON path, as in `Workflow.data.3.outputs`; list elements as in `[0].Workflow`. Empty
    /// for the whole text.
    pub path: String,
    /// What is unusual there and what was made of it.
    pub message: String,
}

/// Collects oddities.
#[derive(Default)]
pub(super) struct Notes {
    oddities: Vec<Oddity>,
}

impl Notes {
    pub(super) fn add(&mut self, path: &Path<'_>, message: impl Into<String>) {
        self.oddities.push(Oddity { path: path.to_string(), message: message.into() });
    }

    pub(super) fn into_oddities(self) -> Vec<Oddity> {
        self.oddities
    }
}
