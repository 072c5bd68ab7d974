//! Who an answer or an expectation is about.

use crate::base::suggest::closest;
use crate::model::{Graph, NodeId};

/// The names by which the nodes of a workflow can be called.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'t, 'a> {
    /// The workflow's graph.
    pub graph: &'t Graph<'a>,
    /// The labels of its steps.
    pub labels: &'t [(&'a str, NodeId)],
}

/// A name that no node has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the workflow has no step `{name}`")]
pub struct UnknownTarget {
    /// The name.
    pub name: String,
    /// A name that is nearly the same.
    pub suggestion: Option<String>,
}

impl Targets<'_, '_> {
    /// The nodes that `name` stands for: a `@label`, the id of a module, or the number of a node.
    ///
    /// # Errors
    /// If there is none.
    pub fn nodes(&self, name: &str) -> Result<Vec<NodeId>, UnknownTarget> {
        let found: Vec<NodeId> = if let Some(label) = name.strip_prefix('@') {
            self.labels.iter().filter(|(known, _)| *known == label).map(|(_, node)| *node).collect()
        } else if let Ok(number) = name.parse() {
            self.graph.node(number).map(|node| node.id).into_iter().collect()
        } else {
            self.graph.nodes.iter().filter(|node| node.module == name).map(|node| node.id).collect()
        };
        if found.is_empty() { Err(self.unknown(name)) } else { Ok(found) }
    }

    fn unknown(&self, name: &str) -> UnknownTarget {
        let mut known: Vec<String> = self.graph.nodes.iter().map(|node| node.module.to_string()).collect();
        known.extend(self.labels.iter().map(|(label, _)| format!("@{label}")));
        known.sort_unstable();
        known.dedup();
        let suggestion = closest(name, known.iter().map(String::as_str)).map(ToOwned::to_owned);
        UnknownTarget { name: name.to_owned(), suggestion }
    }
}
