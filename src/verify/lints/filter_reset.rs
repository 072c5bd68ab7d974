//! Resets where no filter is on, and resets that take off more than they name.

use super::facts::Facts;
use super::filters::{is_reset, label, names};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::FILTER_LABEL;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !facts.filters.any {
        return;
    }
    let after_reset = facts.reachable_from(|node| is_reset(facts, node));
    for &node in facts.order.iter().filter(|&&node| is_reset(facts, node)) {
        let (may, must) = (facts.filters.may[node], facts.filters.must[node]);
        let named = label(facts, node);
        // A blueprint may be used where a filter is on; and what ends a scope has a rule of its own.
        if facts.snippet(node) == Some("}") {
            continue;
        }
        if must == 0 && facts.trigger.is_some() {
            diagnostics.push(without_filter(facts, node, may != 0, after_reset[node]));
        } else if named != 0 && may & !named != 0 {
            let others = names(may & !named);
            let message = format!(
                "this reset names `{}`, and removes {others} too",
                facts.text(node, FILTER_LABEL).unwrap_or_default()
            );
            diagnostics.push(
                facts
                    .finding(Code::ResetOfAll, node, message, "all filters are off after this")
                    .note("a reset in MISP puts back the data as it was before the first filter, whichever label it names")
                    .help("nest filter scopes, `filter … { filter … { … } }`: the compiler puts filters on again where they are needed"),
            );
        }
    }
}

fn without_filter(facts: &Facts<'_, '_>, node: usize, on_some_way: bool, after_reset: bool) -> Diagnostic {
    let message = match (on_some_way, after_reset) {
        (true, _) => "on some way to this reset no filter is on",
        (false, true) => "this is a second reset: no filter is on any more",
        (false, false) => "no filter is on where this resets them",
    };
    let consequence = if after_reset {
        "a second reset without a new filter ends the run with an internal error"
    } else {
        "a reset puts back what the first filter saved; where none did, the data is gone and later steps find nothing"
    };
    facts
        .finding(Code::ResetWithoutFilter, node, message, "nothing to put back")
        .note(consequence)
        .help("remove the reset, or write the filter as a scope: `filter … where … { … }` ends with its own reset")
}
