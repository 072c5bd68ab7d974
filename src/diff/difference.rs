//! The result of a comparison.

use serde::Serialize;

use crate::model::NodeId;

/// What differs. Values are JSON; text from the environment is shown as `env("NAME")` or
/// `secret("NAME")`, and the values of sensitive parameters are not shown.
#[derive(Clone, PartialEq, Default, Debug, Serialize)]
pub struct Difference {
    /// Name, description and the like.
    pub fields: Vec<Change>,
    /// Nodes that are only in the second graph.
    pub added: Vec<NodeName>,
    /// Nodes that are only in the first graph.
    pub removed: Vec<NodeName>,
    /// Nodes that are in both and not the same.
    pub changed: Vec<ChangedNode>,
    /// Connections that are only in the second graph.
    pub added_edges: Vec<Edge>,
    /// Connections that are only in the first graph.
    pub removed_edges: Vec<Edge>,
    /// Frames, where the layout is compared.
    pub frames: Vec<Change>,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A node by its module and its id.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NodeName {
    /// The id in the graph that has the node.
    pub id: NodeId,
    /// The module.
    pub module: String,
    /// Its parameters and its module filter, as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<(String, String)>,
}

/// A value that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// The parameter or field.
    pub what: String,
    /// What it was; `None` where it was not there.
    pub before: Option<String>,
    /// What it is; `None` where it is not there any more.
    pub after: Option<String>,
}

/// A node that differs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangedNode {
    /// The module, as it is.
    pub module: String,
    /// The id in the first graph.
    pub before: NodeId,
    /// The id in the second graph.
    pub after: NodeId,
    /// What differs.
    pub changes: Vec<Change>,
}

/// A connection.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Edge {
    /// The id of the node it comes from.
    pub from: NodeId,
    /// That node's module.
    pub from_module: String,
    /// The output, from 1.
    pub output: usize,
    /// The id of the node it leads to.
    pub to: NodeId,
    /// That node's module; empty for a node that does not exist.
    pub to_module: String,
    /// The input there, from 1.
    pub input: u8,
}
