//! A filtered step that counts as failed when nothing matches, and so ends its path without a word.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let in_job = facts.behind(|node| facts.node(node).is_concurrent_task());
    let waits = facts.trigger_signature().is_none_or(|trigger| trigger.blocking);
    for &node in &facts.order {
        let on_attributes = facts.module(node) == "tag_operation" && facts.text(node, "scope") == Some("attribute");
        let filtered = facts.node(node).filter.is_active();
        if !(on_attributes && filtered && facts.goes_on(node)) || (waits && !in_job[node]) {
            continue;
        }
        diagnostics.push(
            facts
                .finding(
                    Code::FilterMayEndPath,
                    node,
                    "where the filter finds nothing, the steps behind this one are skipped",
                    "counts as failed when nothing matches",
                )
                .note("`tag_operation` without attributes fails, and on a path that does not block a failed step ends the path, with no trace but the debug log")
                .help("make it the last step of its path, or ask with `if` whether anything matches before it"),
        );
    }
}
