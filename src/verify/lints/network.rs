//! Actions that ask or tell another server under triggers that fire for everything.

use super::facts::Facts;
use crate::catalogue::{Provenance, module_ids};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// Actions of MISP that wait for another server.
const NETWORK: [&str; 10] = [
    module_ids::ATTACH_ENRICHMENT,
    module_ids::ENRICH_EVENT,
    module_ids::WEBHOOK,
    module_ids::MS_TEAMS_WEBHOOK,
    module_ids::TELEGRAM_SEND_ALERT,
    module_ids::SPLUNK_HEC_EXPORT,
    module_ids::SEND_MAIL,
    module_ids::SEND_LOG_MAIL,
    module_ids::FLOWINTEL_CREATE_CASE,
    module_ids::AI_EXTRACT_INDICATORS,
];

/// The overhead of a trigger that fires for every attribute, object or event saved.
const HIGH: u8 = 3;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some((trigger, signature)) = facts.trigger.zip(facts.trigger_signature()) else { return };
    if signature.overhead.is_none_or(|overhead| overhead < HIGH) {
        return;
    }
    // A condition before the action is what keeps the calls few.
    let guarded = facts
        .reachable_from(|node| facts.node(node).module_type == ModuleType::Logic && facts.node(node).outputs.len() > 1);
    for &node in &facts.order {
        let from_misp_modules = facts.signature(node).is_some_and(|known| known.provenance == Provenance::MispModules);
        // Where a filter finds nothing, nothing is asked.
        let narrowed =
            module_ids::enriches(facts.module(node)) && (facts.is_filtered(node) || facts.filters.must[node] != 0);
        if guarded[node] || narrowed || !(NETWORK.contains(&facts.module(node)) || from_misp_modules) {
            continue;
        }
        let finding = facts.finding(
            Code::BusyTrigger,
            node,
            format!("{} calls another service each time `{}` fires", facts.name(node), signature.id),
            "no condition before it",
        );
        diagnostics.push(
            facts
                .also(finding, trigger, "fires very often")
                .note("saving one event can fire this trigger hundreds of times: MISP's own label for it is a high overhead")
                .help("ask with `if` for what is worth the call, or use a trigger that fires rarely, such as `event-publish`"),
        );
    }
}
