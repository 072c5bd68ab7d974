//! A step that loads the event again while a filter is on. See `docs/misp-semantics.md`, "Filters".

use super::facts::Facts;
use super::filters::{is_filter, names};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !facts.filters.any {
        return;
    }
    let first = facts.order.iter().copied().find(|&node| is_filter(facts, node));
    for &node in module_ids::RELOADING.iter().flat_map(|module| facts.nodes_of(module)) {
        let on = facts.filters.may[node];
        if on == 0 {
            continue;
        }
        let message = format!("{} loads the event again, which takes the filter {} off", facts.name(node), names(on));
        let mut finding = facts.finding(Code::ReloadUnderFilter, node, message, "all items are back after this");
        if let Some(filter) = first {
            finding = facts.also(finding, filter, "the filter is put on here");
        }
        diagnostics.push(
            finding
                .note("the filters are in the data that is thrown away, and so does what a reset would put back: the reset at the end of the filter then leaves the steps after it with no data at all, or ends the run")
                .help("move the step before the filter, or after its end"),
        );
    }
}
