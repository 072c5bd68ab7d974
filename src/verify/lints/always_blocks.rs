//! Workflows that block everything that their trigger is for.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    let Some(&stop) = facts.nodes_of(module_ids::STOP_EXECUTION).first() else { return };
    // Without any question it is meant so; but a filter looks like one.
    if facts.questions.is_empty() && facts.filters.may[stop] == 0 {
        return;
    }
    // Whether every way on from a node ends at a step that stops the run.
    let mut stops = vec![false; facts.graph.nodes.len()];
    for &node in facts.order.iter().rev() {
        let own = facts.node(node);
        let leads_to_stop = |output: &Vec<crate::model::Connection>| {
            output.iter().any(|link| facts.graph.index(link.node).is_some_and(|next| stops[next]))
        };
        stops[node] = facts.module(node) == module_ids::STOP_EXECUTION
            || !own.is_concurrent_task() && !own.outputs.is_empty() && own.outputs.iter().all(leads_to_stop);
    }
    if stops[trigger] {
        diagnostics.extend(blocks_all(facts));
    }
}

/// That every run is stopped, if MISP waits for it.
pub(super) fn blocks_all(facts: &Facts<'_, '_>) -> Option<Diagnostic> {
    let (trigger, signature) = facts.trigger.zip(facts.trigger_signature())?;
    // A run that a person starts by hand has nothing to hold up.
    if !signature.blocking || facts.is_foreign(trigger) || signature.id == module_ids::ADHOC_TRIGGER {
        return None;
    }
    let (&stop, others) = facts.nodes_of(module_ids::STOP_EXECUTION).split_first()?;
    let message = format!(
        "every run ends with {}, whatever the data is: all that sets off `{}` is blocked",
        facts.name(stop),
        signature.id
    );
    let label =
        if others.is_empty() { "no run gets past it" } else { "each run ends here or at another `stop-execution`" };
    let finding = facts.finding(Code::AlwaysBlocks, stop, message, label);
    Some(
        facts
            .also(finding, trigger, "MISP waits for this workflow, and continues only if it succeeds")
            .note("a workflow that always stops makes MISP refuse the action for everybody, each time")
            .help("ask with `if` what is to be stopped, and leave a way without `stop-execution` for the rest"),
    )
}
