//! What filter nodes say, if a filter scope can say it.

use crate::catalogue::module_ids;
use crate::model::{FILTER_LABEL, Node};

use super::flow::Flow;
use super::modules::text_param;
use super::predicate::{Style, filter_predicate};
use super::scopes::Role;

/// The role of every node.
pub(super) fn roles(flow: &Flow<'_>) -> Vec<Role> {
    flow.nodes.iter().map(|node| role(node.node)).collect()
}

fn role(node: &Node<'_>) -> Role {
    match node.module.as_ref() {
        module_ids::GENERIC_FILTER_DATA => match label(node).zip(filter_predicate(node, Style::Source)) {
            Some((label, _)) => Role::On(label),
            None => Role::None,
        },
        module_ids::GENERIC_FILTER_RESET
            if text_param(node, FILTER_LABEL) == Some("all") && !node.filter.is_active() =>
        {
            Role::Off
        }
        _ => Role::None,
    }
}

/// The filter label, from 0 for `A`.
fn label(node: &Node<'_>) -> Option<u8> {
    match text_param(node, FILTER_LABEL)?.as_bytes() {
        [letter @ b'A'..=b'F'] => Some(letter - b'A'),
        _ => None,
    }
}
