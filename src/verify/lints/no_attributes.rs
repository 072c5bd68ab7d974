//! IF :: Distribution about attributes, where an event may have none of its own.

use super::facts::Facts;
use super::reads::names_key;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // Triggers about attributes bring the attribute along.
    if facts.trigger_signature().is_none_or(|trigger| trigger.scope.as_deref() != Some("event")) {
        return;
    }
    // Later releases answer no instead.
    if facts.is_later || facts.nodes_of(module_ids::DISTRIBUTION_IF).is_empty() {
        return;
    }
    let asked = facts.reachable_from(|node| names_key(facts, node, "Attribute"));
    for &node in facts.nodes_of(module_ids::DISTRIBUTION_IF) {
        if asked[node] {
            continue;
        }
        let by_attribute = facts.text(node, "scope") == Some("attribute");
        if !by_attribute && facts.text(node, "distribution") != Some("4") {
            continue;
        }
        let message = "for an event without attributes of its own the run ends here with an internal error";
        diagnostics.push(
            facts
                .finding(Code::NoDirectAttributes, node, message, if by_attribute { "asks attributes" } else { "asks for a sharing group" })
                .note("MISP looks into `Event.Attribute` without checking that there is any; attributes inside objects do not count")
                .help("ask `count(Event.Attribute.{n}) > 0` before it"),
        );
    }
}
