//! The graph of nodes and connections that MISP stores and walks.

#[expect(clippy::module_inception, reason = "the file is named after the type it holds")]
mod graph;

pub use graph::{Connection, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue, SavedFilter, TextPart};
