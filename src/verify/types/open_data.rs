//! Where the data may hold what nobody knows.

use crate::catalogue::{Provenance, Signature};
use crate::model::Graph;

/// The nodes that something leads to from a module that is not known, or that is a server's own: what it adds to the
/// data nobody knows.
pub fn after_unknown(graph: &Graph<'_>, signatures: &[Option<&Signature>]) -> Vec<bool> {
    let is_unknown = |index: &usize| signatures[*index].is_none_or(|known| known.provenance == Provenance::Custom);
    graph.reachable_from((0..graph.nodes.len()).filter(is_unknown))
}
