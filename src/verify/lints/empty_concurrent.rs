//! Concurrent tasks that start nothing.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // A blueprint may be connected where it is used.
    if facts.trigger.is_none() {
        return;
    }
    for &node in facts.nodes_of(module_ids::CONCURRENT_TASK).iter().filter(|&&node| !facts.has_successor(node)) {
        diagnostics.push(
            facts
                .finding(Code::EmptyConcurrent, node, "this concurrent task starts nothing", "no branch has a step")
                .note("a run ends at a concurrent task; only its branches continue, each in a job of its own")
                .help("put the steps into its branches, or remove it"),
        );
    }
}
