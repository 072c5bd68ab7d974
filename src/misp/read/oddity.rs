//! Notes on what was unusual.

use super::path::Path;
use crate::model::NodeId;

/// Something that was not kept, that was repaired, or that MISP itself would stumble over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Oddity {
    /// The JSON path, as in `Workflow.data.3.outputs`; list elements as in `[0].Workflow`. Empty
    /// for the whole text.
    pub path: String,
    /// What is unusual there and what was made of it.
    pub message: String,
}

/// Where a document and its nodes are.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct DocumentPlace {
    /// The JSON path of the document; empty for the whole text.
    pub path: String,
    /// The JSON path of its graph.
    pub graph: String,
    /// The JSON paths of its nodes, by id. In a graph that is a JSON text they lead through that text.
    pub nodes: Vec<(NodeId, String)>,
    /// Whether it has a uuid that is none, and therefore was not kept.
    pub has_invalid_uuid: bool,
}

/// Collects oddities, and where things were read.
#[derive(Default)]
pub(super) struct Notes {
    oddities: Vec<Oddity>,
    /// Where the graph stands that was read last, and its nodes.
    graph: DocumentPlace,
    /// Whether the uuid that was read last is none.
    has_invalid_uuid: bool,
    places: Vec<DocumentPlace>,
}

impl Notes {
    pub(super) fn add(&mut self, path: &Path<'_>, message: impl Into<String>) {
        self.oddities.push(Oddity { path: path.to_string(), message: message.into() });
    }

    /// Keeps where a graph and its nodes are, until the document is read to which it belongs.
    pub(super) fn graph(&mut self, path: &Path<'_>, nodes: Vec<(NodeId, String)>) {
        self.graph = DocumentPlace { graph: path.to_string(), nodes, ..DocumentPlace::default() };
    }

    /// Keeps where a document is.
    pub(super) fn document(&mut self, path: &Path<'_>) {
        let has_invalid_uuid = std::mem::take(&mut self.has_invalid_uuid);
        let graph = std::mem::take(&mut self.graph);
        self.places.push(DocumentPlace { path: path.to_string(), has_invalid_uuid, ..graph });
    }

    /// Keeps that the document has a uuid that is none.
    pub(super) fn invalid_uuid(&mut self) {
        self.has_invalid_uuid = true;
    }

    pub(super) fn into_parts(self) -> (Vec<Oddity>, Vec<DocumentPlace>) {
        (self.oddities, self.places)
    }
}
