//! What `debug` does to runs. See `docs/misp-semantics.md`, "Running a workflow".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger.filter(|_| facts.row.is_debugged) else { return };
    let waits = facts.trigger_signature().is_some_and(|known| known.blocking);
    let consequence = if waits {
        "where nothing listens there, every run ends with an internal error: the action that waits for the trigger does not happen, and MISP does not report it"
    } else {
        "where nothing listens there, every run ends with an internal error"
    };
    diagnostics.push(
        facts
            .finding(
                Code::DebugNeedsListener,
                trigger,
                "with `debug` on, every run needs a program that listens at the server's debug address",
                "each step is sent to `Plugin.Workflow_debug_url`",
            )
            .note(format!("MISP sends each step of a run to that address, which is port 80 of the server itself if it is not set; {consequence}"))
            .help("turn `debug` off outside of tests: failures are logged without it"),
    );
    for &task in facts.nodes_of(module_ids::CONCURRENT_TASK) {
        let lost = facts.successors(task).find(|&first| facts.has_successor(first) && !survives(facts, first));
        let Some(first) = lost else { continue };
        diagnostics.push(
            facts
                .finding(
                    Code::DebugInConcurrent,
                    task,
                    format!("with `debug` on, each branch ends after its first step, here {}", facts.name(first)),
                    "the jobs of this task die",
                )
                .note(
                    "MISP ends such a job with an internal error as soon as it writes its first line of the debug log",
                )
                .help("turn `debug` off, or do the same without a concurrent task"),
        );
    }
}

/// In later releases a job that begins with another workflow survives.
fn survives(facts: &Facts<'_, '_>, first: usize) -> bool {
    facts.module(first) == module_ids::RUN_WORKFLOW
}
