//! Modules and triggers that are switched off on the server.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let Some(signature) = facts.signature(node).filter(|signature| signature.disabled) else { continue };
        let (kind, then) = match signature.module_type {
            ModuleType::Trigger => ("trigger", "MISP never runs the workflow"),
            ModuleType::Logic if signature.outputs > 1 => {
                ("module", "MISP does not ask the question, and every run takes the second output, the `else`")
            }
            _ if signature.blocking => {
                ("module", "a run that reaches it ends there as blocked, whatever the module would have said")
            }
            _ => (
                "module",
                "a run that reaches it counts it as failed; after a non-blocking trigger the steps after it are skipped too",
            ),
        };
        diagnostics.push(
            facts
                .finding(
                    Code::DisabledModule,
                    node,
                    format!("the {kind} {} is switched off on this server", facts.name(node)),
                    "switched off",
                )
                .note(format!("the server's catalogue says so (`\"disabled\": true`): {then}"))
                .help(format!("switch the {kind} on in MISP's list of workflow {kind}s; if that is done, fetch the catalogue again")),
        );
    }
}
