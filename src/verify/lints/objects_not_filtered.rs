//! Steps that hand on the event under a filter of tags, which leaves the attributes of objects alone.
//! See `docs/misp-semantics.md`, "What changed after 2.5.1".

use super::facts::Facts;
use super::filters::{is_filter, is_reset};
use super::reads::hands_on_objects;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.nodes_of(module_ids::FILTER_TAG).is_empty() {
        return;
    }
    // The filter of tags that is on after a node.
    let mut on: Vec<Option<usize>> = vec![None; facts.graph.nodes.len()];
    let mut reported = vec![false; facts.graph.nodes.len()];
    for &node in &facts.order {
        let before = facts.incoming(node).iter().find_map(|edge| on[edge.from]);
        on[node] = if is_filter(facts, node) && filters_attributes(facts, node) {
            Some(node)
        } else {
            before.filter(|_| !is_reset(facts, node) && !facts.reloads(node))
        };
        let Some(filter) = before.filter(|&filter| !reported[filter]) else { continue };
        if facts.node(node).module_type == ModuleType::Logic || !hands_on_objects(facts, node) {
            continue;
        }
        reported[filter] = true;
        let message = format!("{} hands on attributes of objects that the filter should keep back", facts.name(node));
        let finding = facts.finding(Code::ObjectsNotFiltered, node, message, "`Event.Object` is not filtered");
        diagnostics.push(
            facts
                .also(finding, filter, "filters `Event._AttributeFlattened` and `Event.Attribute`")
                .note("attributes of objects that the filter removes from the two lists are still in `Event.Object`")
                .help("hand on what is filtered: `Event._AttributeFlattened` in a path or in a template"),
        );
    }
}

/// Whether a filter of tags is one of attributes, not of reports.
fn filters_attributes(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == module_ids::FILTER_TAG
        && matches!(facts.text(node, "scope"), None | Some("attribute" | "event_attribute"))
}
