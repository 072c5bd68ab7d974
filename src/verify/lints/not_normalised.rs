//! What `enrich-event` leaves of the data in 2.5.1, read after it.
//! See `docs/misp-semantics.md`, "Modules in a run".

use super::attribute_reads::paths;
use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// What is no longer there.
const GONE: [&str; 5] = ["Event._AttributeFlattened", "Event.Attribute", "Event.Object", "Event.Tag", "Event.Orgc"];

/// Modules that work on the attributes of the event.
const OF_ATTRIBUTES: [&str; 9] = [
    module_ids::ATTACH_ENRICHMENT,
    module_ids::ATTACH_WARNINGLIST,
    module_ids::ATTACH_DECAY_SCORE,
    module_ids::ATTRIBUTE_IDS_FLAG_OPERATION,
    module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION,
    module_ids::ADD_TO_WARNINGLIST,
    module_ids::TAG_OPERATION,
    module_ids::TAG_REPLACEMENT_TLP,
    module_ids::TAG_REPLACEMENT_PAP,
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // Later releases bring the event into form.
    if facts.is_later || facts.trigger.is_none() {
        return;
    }
    let Some(&enrich) = facts.nodes_of(module_ids::ENRICH_EVENT).first() else { return };
    let mut raw = vec![false; facts.graph.nodes.len()];
    for &node in &facts.order {
        let before = facts.incoming(node).iter().any(|edge| raw[edge.from]);
        raw[node] = match facts.module(node) {
            module_ids::ENRICH_EVENT => true,
            _ => before && !facts.reloads(node),
        };
        let Some(key) = reads(facts, node).filter(|_| before && !facts.is_behind_foreign(node)) else { continue };
        let finding = facts.finding(
            Code::NotNormalised,
            node,
            format!("{} reads `{key}`, which `enrich-event` has left empty", facts.name(node)),
            "finds nothing",
        );
        diagnostics.push(
            facts
                .also(finding, enrich, "loads the event")
                .note("in this release `enrich-event` leaves the event as the database gives it: attributes, objects, tags and organisation are next to `Event` and no longer inside it")
                .help("put `reload-full-event()` between the two"),
        );
    }
}

/// What a node reads of that which is gone.
fn reads<'f>(facts: &Facts<'f, '_>, node: usize) -> Option<&'f str> {
    let filter = &facts.node(node).filter;
    let begins = |path: &str| {
        GONE.into_iter()
            .find(|gone| path.strip_prefix(gone).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    if let Some(key) = begins(&filter.selector) {
        return Some(key);
    }
    let scope = facts.text(node, "scope");
    match facts.module(node) {
        module_ids::TAG_IF if scope == Some("event") => Some("Event.Tag"),
        module_ids::TAG_IF => Some("Event._AttributeFlattened"),
        module if OF_ATTRIBUTES.contains(&module) => (scope != Some("event")).then_some("Event._AttributeFlattened"),
        _ => paths(facts, node).find_map(begins),
    }
}
