//! A filter that is on after a join only if the run came one way.

use super::facts::Facts;
use super::filters::{Filters, Labels, is_filter, label, names};
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !facts.filters.any {
        return;
    }
    // The first filter of each label.
    let mut first = [None; Labels::BITS as usize];
    for &node in facts.order.iter().rev().filter(|&&node| is_filter(facts, node)) {
        first[label(facts, node).trailing_zeros() as usize % first.len()] = Some(node);
    }
    for &node in &facts.order {
        let filters = &facts.filters;
        let mut sure = 0;
        let mut open = 0;
        for edge in facts.incoming(node) {
            let [may, must] =
                [&filters.may, &filters.must].map(|before| Filters::after(facts, edge.from, before[edge.from]));
            sure |= must;
            open |= may & !must;
        }
        // Said once, where the ways come together.
        let left_on = filters.may[node] & !filters.must[node] & sure & !open;
        if left_on == 0 {
            continue;
        }
        let message = format!("whether the filter {} is on here depends on the way the run came", names(left_on));
        let mut finding =
            facts.finding(Code::FilterLeftOn, node, message, "ways with and without the filter join here");
        let filter = first.iter().enumerate().find_map(|(bit, filter)| filter.filter(|_| left_on & (1 << bit) != 0));
        if let Some(filter) = filter {
            finding = facts.also(finding, filter, "the filter is put on here");
        }
        diagnostics.push(
            finding
                .note("a filter stays on until a reset: after the join the steps see all items or only some, depending on the path taken")
                .help("write the filter as a scope, `filter … where … { … }`, or reset it before the ways join"),
        );
    }
}
