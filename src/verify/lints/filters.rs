//! Which filters are on where. See `docs/misp-semantics.md`, "Filters".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::model::FILTER_LABEL;

/// A set of filter labels, a bit each.
pub type Labels = u8;

#[derive(Default)]
/// The filters that are on when a node is reached.
pub struct Filters {
    /// On some way to the node.
    pub may: Vec<Labels>,
    /// On every way to the node.
    pub must: Vec<Labels>,
    /// Whether there is any node that filters or resets.
    pub any: bool,
}

impl Filters {
    /// Follows the filters through a graph.
    pub fn new(facts: &Facts<'_, '_>) -> Self {
        let count = facts.graph.nodes.len();
        let mut filters = Self { may: vec![0; count], must: vec![0; count], any: false };
        filters.any = facts.order.iter().any(|&node| is_filter(facts, node) || is_reset(facts, node));
        if !filters.any {
            return filters;
        }
        for &node in &facts.order {
            let (mut may, mut must) = (0, Labels::MAX);
            for edge in facts.incoming(node) {
                may |= Self::after(facts, edge.from, filters.may[edge.from]);
                must &= Self::after(facts, edge.from, filters.must[edge.from]);
            }
            filters.may[node] = may;
            filters.must[node] = if facts.incoming(node).is_empty() { 0 } else { must };
        }
        filters
    }

    /// The filters after a node, when these are on before it.
    pub fn after(facts: &Facts<'_, '_>, node: usize, before: Labels) -> Labels {
        if is_filter(facts, node) {
            before | label(facts, node)
        } else if is_reset(facts, node) || facts.reloads(node) {
            0
        } else {
            before
        }
    }
}

/// Whether a node puts a filter on.
pub fn is_filter(facts: &Facts<'_, '_>, node: usize) -> bool {
    module_ids::sets_filter(facts.module(node))
}

/// Whether a node takes filters off.
pub fn is_reset(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == module_ids::GENERIC_FILTER_RESET
}

/// The label that a node is about; none for `all`.
pub fn label(facts: &Facts<'_, '_>, node: usize) -> Labels {
    match facts.text(node, FILTER_LABEL).map(str::as_bytes) {
        Some(&[letter @ b'A'..=b'F']) => 1 << (letter - b'A'),
        Some(b"all") => 0,
        _ => 1 << 6,
    }
}

/// The labels in words.
pub fn names(labels: Labels) -> String {
    let names = (0..6u8).filter(|bit| labels & (1 << bit) != 0).map(|bit| format!("`{}`", char::from(b'A' + bit)));
    names.collect::<Vec<_>>().join(" and ")
}
