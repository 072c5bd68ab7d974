//! Guards of queries: one of the ways to ask comes without an event.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.trigger_signature().is_none_or(|trigger| trigger.id != module_ids::ENRICHMENT_BEFORE_QUERY) {
        return;
    }
    // Who asks whether there is an event has thought of it.
    let asks_for_event = |node: &usize| {
        facts.module(*node) == module_ids::GENERIC_IF
            && facts.text(*node, "operator") == Some("any_value")
            && facts.text(*node, "hash_path").is_some_and(|path| path.starts_with("Event"))
    };
    let counts = |node: &usize| facts.module(*node) == module_ids::COUNT_IF;
    if facts.questions.iter().any(|node| asks_for_event(node) || counts(node)) {
        return;
    }
    let is_asked = facts.reachable_from(|node| {
        let by_tag = facts.module(node) == module_ids::TAG_IF;
        let by_path = facts.text(node, "hash_path").is_some_and(|path| path.starts_with("Event"));
        facts.is_question(node) && (by_tag || by_path)
    });
    let stops = facts.nodes_of(module_ids::STOP_EXECUTION);
    // One that stops whatever the event is stops without one as well.
    let Some(&stop) = stops.iter().find(|&&node| is_asked[node]) else { return };
    if stops.iter().any(|&node| !is_asked[node]) {
        return;
    }
    let message = "this guard does not check for a query without an event";
    diagnostics.push(
        facts
            .finding(Code::GuardWithoutEvent, stop, message, "stops only what is part of an event")
            .note(
                "`POST /modules/queryEnrichment` gives the name of the module and no event: there are no tags to check",
            )
            .help("to be safe, stop where there is no event too: `if not any Event.uuid or …`"),
    );
}
