//! Enrichment that another workflow of the project may stop, which its module does not survive.
//! See `docs/misp-semantics.md`, "Modules in a run".

use super::circle::Callee;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// Looks for `attach-enrichment` beside a workflow that stops queries.
pub fn check_guarded_enrichment(workflows: &[Callee<'_, '_>], diagnostics: &mut Vec<Diagnostic>) {
    let guard = workflows.iter().find(|workflow| {
        let trigger = workflow.graph.nodes.iter().position(|node| node.module == module_ids::ENRICHMENT_BEFORE_QUERY);
        trigger.is_some_and(|trigger| {
            let reached = workflow.graph.reachable_from([trigger]);
            workflow
                .graph
                .nodes
                .iter()
                .enumerate()
                .any(|(node, known)| reached[node] && known.module == module_ids::STOP_EXECUTION)
        })
    });
    let Some(guard) = guard else { return };
    for workflow in workflows.iter().filter(|workflow| workflow.is_asked) {
        for node in workflow.graph.nodes.iter().filter(|node| node.module == module_ids::ATTACH_ENRICHMENT) {
            diagnostics.push(
                Diagnostic::at(
                    Code::GuardedEnrichment,
                    node.origin.unwrap_or(workflow.span),
                    format!("where `{}` stops the query, this workflow ends with an internal error", guard.id),
                )
                .label("does not survive a query that is stopped")
                .also(guard.span, "stops queries")
                .note("the query gives no answer then, which `attach-enrichment` does not survive; under `event-publish` the event stays unpublished, the job says `Publishing.` forever, and MISP does not report why")
                .help(format!("before the step ask what `{}` asks, so that nothing is queried that it would stop", guard.id)),
            );
        }
    }
}
