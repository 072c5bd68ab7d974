//! Steps whose texts are rendered by another service. See `docs/misp-semantics.md`, "Modules in a run".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let waits = facts.trigger_signature().is_some_and(|trigger| trigger.blocking);
    for &node in &facts.order {
        let Some(signature) = facts.signature(node) else { continue };
        let rendered = facts.node(node).params.iter().find(|(id, value)| {
            matches!(value, ParamValue::Text(text) if !text.is_empty())
                && signature.parameter(id).is_some_and(|parameter| parameter.jinja)
        });
        let Some((id, _)) = rendered else { continue };
        let is_guard = waits && facts.module(node) == module_ids::STOP_EXECUTION;
        let finding = if is_guard && !facts.is_later { guard(facts, node, id) } else { text(facts, node, id) };
        diagnostics.push(finding);
    }
}

/// A step that stops what the trigger waits for, in a release that dies without the service.
fn guard(facts: &Facts<'_, '_>, node: usize, id: &str) -> Diagnostic {
    facts
        .finding_on(
            Code::NeedsTemplateService,
            (node, id),
            "without the service misp-modules this guard still blocks, and MISP does not report it",
            "rendered by another service",
        )
        .note(
            "MISP has misp-modules render this value, also the default. Where that does not run, the run ends with an internal \
             error: a job that publishes says `Publishing.` forever, and no log names the reason",
        )
        .help("monitor that misp-modules runs, and say so: `# mispflow: allow(needs-template-service) …`")
}

fn text(facts: &Facts<'_, '_>, node: usize, id: &str) -> Diagnostic {
    let without = if facts.is_later {
        "the value is empty; a `stop-execution` still blocks, with its default message"
    } else {
        "the run ends with an internal error; under a blocking trigger the action does not happen, and MISP does not report why"
    };
    facts
        .finding_on(
            Code::NeedsTemplateService,
            (node, id),
            format!("{} needs the service misp-modules: MISP has it render `{id}`", facts.name(node)),
            "rendered by another service",
        )
        .note(format!("MISP sends every such value there, with or without a template in it; where the service does not run, {without}"))
        .help("monitor that misp-modules runs")
        .on_request()
}
