//! Searches of ad-hoc workflows that MISP cannot make, or makes without a part of them.
//! See `docs/misp-semantics.md`, "Ad-hoc workflows".

use crate::base::suggest::closest;
use crate::catalogue::{SEARCH_KEYS, is_search_key, module_ids};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::php::{KeyRef, Value};

use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger.filter(|&trigger| module_ids::is_adhoc(facts.module(trigger))) else { return };
    let Some(filters) = facts.text(trigger, "filters") else { return };
    let searches = facts.text(trigger, "scope").is_none_or(|scope| scope == "events");
    let keys = match Value::from_json(filters) {
        Ok(Value::Array(keys)) => keys,
        Ok(_) if !searches => return,
        found => {
            let message = match found {
                Ok(_) => "the filter of a search is an object, and this is something else",
                Err(_) if filters.is_empty() => "the filter of a search is an object, and this is an empty string",
                Err(_) => "the filter of a search is JSON, and this is not",
            };
            let finding = facts
                .finding_on(Code::AdhocFilter, (trigger, "filters"), message, "every run ends in an internal error")
                .note("MISP reads `filters` as JSON before each run, and does not render templates in it; with one broken filter its list of all ad-hoc workflows is an internal error too")
                .help("write an object: `filters: { tags: \"tlp:red\" }`, or `filters: {}` where there is nothing to ask");
            diagnostics.push(Diagnostic { severity: Severity::Error, ..finding });
            return;
        }
    };
    for (key, _) in keys.iter().filter(|_| searches) {
        let KeyRef::String(name) = key else {
            continue;
        };
        if is_search_key(name) {
            continue;
        }
        let shown = name.replace('`', "'");
        let help = closest(name, SEARCH_KEYS.iter().copied()).map_or_else(
            || "see the parameters of `/events/restSearch` for what a search can ask".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let finding = facts
            .finding_on(
                Code::AdhocFilter,
                (trigger, "filters"),
                format!("MISP's search does not know `{shown}`, and ignores it"),
                "not a filter",
            )
            .note("the search then finds what it finds without this key, which may be every event")
            .help(help);
        diagnostics.push(Diagnostic { severity: Severity::Note, ..finding });
    }
}
