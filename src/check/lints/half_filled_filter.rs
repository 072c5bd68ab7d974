//! Module filters of which only a part is filled in.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in facts.order.iter().filter(|&&node| facts.is_filtered(node)) {
        let filter = &facts.node(node).filter;
        let supported = facts.signature(node).is_none_or(|signature| signature.supports_filters);
        // A filter without an operator is a mistake of its own.
        if !supported || filter.operator.is_empty() {
            continue;
        }
        // Whether something is empty can be asked with `equals`.
        let wants_value = matches!(filter.operator.as_ref(), "in" | "not_in");
        let parts = [
            (
                "selector",
                filter.selector.is_empty(),
                "it goes over all of the data, the event first, as if that were the items",
            ),
            ("path", filter.path.is_empty(), "it compares the whole item, not a value in it"),
            (
                "value",
                wants_value && filter.value.is_empty(),
                "it looks for the empty text, which compares equal to what nobody means",
            ),
        ];
        let missing: Vec<_> = parts.iter().filter(|(_, is_missing, _)| *is_missing).collect();
        if missing.is_empty() {
            continue;
        }
        let names = missing.iter().map(|(name, _, _)| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let mut finding = facts.finding(
            Code::HalfFilledFilter,
            node,
            format!("the module filter of {} is only filled in in part: {names} is empty", facts.name(node)),
            "half a filter",
        );
        for (name, _, what) in missing {
            finding = finding.note(format!("without `{name}` {what}"));
        }
        diagnostics.push(
            finding
                .note("MISP takes a module filter as on as soon as one of its four fields is filled in")
                .help("fill in all four fields, or empty them all"),
        );
    }
}
