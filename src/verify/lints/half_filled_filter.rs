//! Module filters of which only a part is filled in.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in facts.order.iter().filter(|&&node| facts.is_filtered(node)) {
        let filter = &facts.node(node).filter;
        let supported = facts.signature(node).is_none_or(|signature| signature.supports_filters);
        if !supported {
            continue;
        }
        // Whether something is empty can be asked with `equals`.
        let wants_value = matches!(filter.operator.as_ref(), "in" | "not_in" | "");
        let parts = [
            ("selector", filter.selector.is_empty(), "it treats all of the data as items, beginning with the event"),
            ("operator", filter.operator.is_empty(), "it keeps nothing: the step has nothing to work on"),
            ("path", filter.path.is_empty(), "it compares the whole item, not a value in it"),
            (
                "value",
                wants_value && filter.value.is_empty(),
                "it looks for the empty string, which equals missing values",
            ),
        ];
        let missing: Vec<_> = parts.iter().filter(|(_, is_missing, _)| *is_missing).collect();
        if missing.is_empty() {
            continue;
        }
        let names = missing.iter().map(|(name, _, _)| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let are = if missing.len() == 1 { "is" } else { "are" };
        let mut finding = facts.finding(
            Code::HalfFilledFilter,
            node,
            format!("the module filter of {} is only partly filled in: {names} {are} empty", facts.name(node)),
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
