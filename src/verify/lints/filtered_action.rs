//! A filtered step that counts as failed when nothing matches, and so ends its path silently.

use super::facts::{Facts, plain};
use super::filters::{is_filter, is_reset};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// So far back a question is looked for.
const LOOKED_BACK: usize = 64;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let in_job = facts.reachable_from(|node| facts.node(node).is_concurrent_task());
    let waits = facts.trigger_signature().is_none_or(|trigger| trigger.blocking);
    for &node in &facts.order {
        let on_attributes =
            facts.module(node) == module_ids::TAG_OPERATION && facts.text(node, "scope") == Some("attribute");
        let filtered = facts.node(node).filter.is_active();
        if !(on_attributes && filtered && facts.has_successor(node))
            || (waits && !in_job[node])
            || surely_finds(facts, node)
        {
            continue;
        }
        diagnostics.push(
            facts
                .finding(
                    Code::FilterMayEndPath,
                    node,
                    "where the filter finds nothing, the steps after this one are skipped",
                    "counts as failed when nothing matches",
                )
                .note("`tag_operation` without attributes fails, and on a path that does not block a failed step ends the path, with no trace but the debug log")
                .help("make it the last step of its path, or ask with `if` whether anything matches before it"),
        );
    }
}

/// Whether the way to a step asks for what its filter looks for, or leads through another step with the same filter.
fn surely_finds(facts: &Facts<'_, '_>, node: usize) -> bool {
    let filter = &facts.node(node).filter;
    let Some(value) = filter.value.as_plain().filter(|_| matches!(&*filter.operator, "in" | "equals")) else {
        return false;
    };
    let mut at = node;
    for _ in 0..LOOKED_BACK {
        let &[edge] = facts.incoming(at) else { return false };
        at = edge.from;
        if facts.is_question(at) && asks_for(facts, at, facts.output(edge) == 0, value) {
            return true;
        }
        let same = facts.module(at) == module_ids::TAG_OPERATION && facts.text(at, "scope") == Some("attribute");
        if same && facts.node(at).filter == *filter {
            return true;
        }
        if facts.reloads(at) || is_filter(facts, at) || is_reset(facts, at) {
            return false;
        }
    }
    false
}

/// Whether an answer to a question says that a value is there among the attributes.
fn asks_for(facts: &Facts<'_, '_>, question: usize, yes: bool, value: &str) -> bool {
    let text = |id| facts.text(question, id).unwrap_or_default();
    let only = |id| {
        let mut values = facts.list(question, id);
        values.next() == Some(value) && values.next().is_none()
    };
    match facts.module(question) {
        module_ids::GENERIC_IF => {
            let path = text("hash_path");
            let asked = facts.value(question, "value").and_then(plain) == Some(value);
            path.contains("Attribute")
                && match text("operator") {
                    "in" => yes && asked,
                    "not_in" => !yes && asked,
                    "in_or" => yes && only("value_list"),
                    "any_value" => yes && path.contains(value),
                    _ => false,
                }
        }
        module_ids::COUNT_IF => text("selector").contains("Attribute") && text("selector").contains(value),
        module_ids::TAG_IF if text("scope") == "attribute" => match text("condition") {
            "in_or" => yes && only("tags"),
            "in_and" => yes && facts.list(question, "tags").any(|tag| tag == value),
            "not_in_or" => !yes && only("tags"),
            _ => false,
        },
        _ => false,
    }
}
