//! What a workflow says of itself besides its graph.

use crate::model::Document;

/// What a workflow says of itself besides its graph.
#[derive(Clone, Copy, Default, Debug)]
pub struct Row<'r> {
    /// Its name.
    pub name: &'r str,
    /// Its description.
    pub description: &'r str,
    /// Whether every step of a run is logged and told to the debug address.
    pub is_debugged: bool,
}

impl<'r> From<&'r Document<'_>> for Row<'r> {
    fn from(document: &'r Document<'_>) -> Self {
        Self { name: &document.name, description: &document.description, is_debugged: document.debug_enabled }
    }
}
