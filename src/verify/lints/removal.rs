//! Removing a tag that may not be there, which counts as failed and so ends the path.

use super::facts::Facts;
use super::tags::{asked, removes, set};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// So far back a question is looked for.
const LOOKED_BACK: usize = 64;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.nodes_of(module_ids::TAG_OPERATION).is_empty() {
        return;
    }
    let in_job = facts.reachable_from(|node| facts.node(node).is_concurrent_task());
    let waits = facts.trigger_signature().is_none_or(|trigger| trigger.blocking);
    // The tag that fired the trigger is there.
    if facts.trigger.is_some_and(|trigger| facts.module(trigger) == module_ids::TAG_ATTACHED_AFTER_SAVE) {
        return;
    }
    for &node in facts.nodes_of(module_ids::TAG_OPERATION) {
        let may_fail = removes(facts, node) && facts.has_successor(node) && (!waits || in_job[node]);
        // A filter that may find nothing has a finding of its own.
        if !may_fail || facts.is_filtered(node) || is_named_before(facts, node) {
            continue;
        }
        let Some(tag) = set(facts, node).into_iter().next() else { continue };
        let holder = if facts.text(node, "scope") == Some("attribute") { "attribute" } else { "event" };
        diagnostics.push(
            facts
                .finding(
                    Code::RemovalMayEndPath,
                    node,
                    format!("where `{tag}` is not attached, the steps after this one are skipped"),
                    "counts as failed when there is nothing to remove",
                )
                .note("MISP takes a tag that is not there, or only with the other locality, for a failure, and on a path that does not block a failed step ends the path")
                .help(format!("make it the last step of its path, or ask before it: `if {holder} tagged any \"{tag}\"`")),
        );
    }
}

/// Whether something on the way to a node asks for one of its tags, or sets it.
fn is_named_before(facts: &Facts<'_, '_>, node: usize) -> bool {
    let tags = set(facts, node);
    let mut at = node;
    for _ in 0..LOOKED_BACK {
        let Some(edge) = facts.incoming(at).first() else { return false };
        at = edge.from;
        if asked(facts, at).iter().chain(&set(facts, at)).any(|tag| tags.contains(tag)) {
            return true;
        }
    }
    false
}
