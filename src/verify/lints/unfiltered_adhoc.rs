//! Ad-hoc workflows that nothing keeps from running on every event of the server.
//! See `docs/misp-semantics.md`, "Ad-hoc workflows".

use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::php::Value;

use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger.filter(|&trigger| module_ids::is_adhoc(facts.module(trigger))) else { return };
    let searches = facts.text(trigger, "scope").is_none_or(|scope| scope == "events");
    // A text that is not known now may hold a filter.
    let is_known = facts.is_empty(trigger, "filters") || facts.text(trigger, "filters").is_some();
    if !searches || !is_known || facts.text(trigger, "filters").is_some_and(|filters| !is_unfiltered(filters)) {
        return;
    }
    diagnostics.push(
        facts
            .finding(
                Code::UnfilteredAdhoc,
                trigger,
                "this workflow runs once for every event of the server",
                "searches without a filter",
            )
            .note("MISP searches for the events itself, whatever the caller passes, and takes those that are not published too")
            .help("say which events: `adhoc(scope: events, filters: { tags: \"tlp:red\" })`; or let the caller say it: `scope: passed_event_ids`"),
    );
}

/// Whether a filter asks for nothing.
fn is_unfiltered(filters: &str) -> bool {
    matches!(Value::from_json(filters), Ok(Value::Array(keys)) if keys.is_empty())
}
