//! What a person should know about an imported text.

use crate::model::NodeId;

/// Something that the text cannot say, or says otherwise than the graph did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// One sentence without a full stop.
    pub message: String,
    /// The node it is about, by its id in the graph.
    pub node: Option<NodeId>,
}

/// Collects notes.
#[derive(Default)]
pub(super) struct Notes(pub Vec<Note>);

impl Notes {
    /// Adds a note about the whole document.
    pub fn add(&mut self, message: impl Into<String>) {
        self.0.push(Note { message: message.into(), node: None });
    }

    /// Adds a note about a node.
    pub fn about(&mut self, node: NodeId, message: impl Into<String>) {
        self.0.push(Note { message: message.into(), node: Some(node) });
    }
}
