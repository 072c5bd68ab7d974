//! Events that are not loaded again because the trigger node lacks `misp_core_format`.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Audience, Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    let gives = facts.trigger_signature().is_some_and(|signature| signature.gives_core_format);
    if !gives || facts.node(trigger).gives_core_format {
        return;
    }
    for &node in facts.nodes_of(module_ids::RELOAD_FULL_EVENT) {
        let help = match facts.audience() {
            Audience::Text => "remove `core-format: false` from the trigger's pin, and build again",
            Audience::Editor => {
                "import the workflow, remove `core-format: false` from the file, and build again: the result has the key"
            }
        };
        let message = "the event is not loaded again: the trigger's node lacks `misp_core_format`";
        let finding = facts.finding(Code::ReloadWithoutCoreFormat, node, message, "does nothing");
        diagnostics.push(
            facts
                .also(finding, trigger, "this node lacks it")
                .note("MISP looks for `misp_core_format` in the saved node of the trigger, not in the trigger itself; without it `reload-full-event` does nothing, and MISP does not say so")
                .help(help),
        );
    }
}
