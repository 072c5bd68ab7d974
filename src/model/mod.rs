//! The graph of nodes and connections that MISP stores and walks, and the document that holds one: what text and
//! MISP's JSON both become.
//!
//! Nothing here knows where a graph came from, and nothing checks it.

mod document;
mod filter_labels;
mod graph;

pub(crate) use document::{ADHOC, ADHOC_PREFIX, ADHOC_TRIGGER, is_adhoc, only_trigger};
pub use document::{Document, DocumentKind, MAX_CHARACTERS, blueprint_uuid, workflow_uuid};
pub use filter_labels::{FILTER_LABEL, FILTER_LABELS, FilterLabels};
pub(crate) use graph::CONCURRENT_TASK;
pub use graph::{Connection, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue, SavedFilter, TextPart};
