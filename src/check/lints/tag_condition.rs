//! Questions of IF :: Tag that do not ask what they seem to.

use rustc_hash::FxHashSet;

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        if !matches!(facts.module(node), "tag-if" | "filter-tag") {
            continue;
        }
        match facts.text(node, "condition") {
            Some("in_and") => duplicates(facts, node, diagnostics),
            Some("not_in_and") => not_all(facts, node, diagnostics),
            _ => {}
        }
    }
}

fn duplicates(facts: &Facts<'_, '_>, node: usize, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = FxHashSet::default();
    let tags = facts.list(node, "tags").chain(facts.list(node, "clusters"));
    let Some(twice) = tags.into_iter().find(|&tag| !seen.insert(tag)) else { return };
    let finding = facts
        .finding(
            Code::DuplicateTags,
            node,
            format!("`{twice}` is listed twice, so the answer is always no"),
            "never holds",
        )
        .note("MISP compares the tags it found with the list as it stands: one tag is never found twice")
        .help("name each tag once");
    diagnostics.push(match facts.last_entry(node, twice) {
        Some(place) => finding.unsafe_fix(place, ""),
        None => finding,
    });
}

fn not_all(facts: &Facts<'_, '_>, node: usize, diagnostics: &mut Vec<Diagnostic>) {
    if facts.list(node, "tags").chain(facts.list(node, "clusters")).take(2).count() < 2 {
        return;
    }
    let scope = facts.text(node, "scope").unwrap_or("event");
    let finding =
        facts
            .finding(
                Code::NotInAnd,
                node,
                "this does not ask whether one of the tags is missing",
                "depends on the order of the tags",
            )
            .note("for `not_in_and` MISP compares the tags it found with the list entry by entry, in order: the same tags in another order count as missing")
            .help(format!("turn the question round: `not {scope} tagged all […]`"));
    diagnostics.push(facts.edited(finding, node, "not ", "not tagged all", "tagged all"));
}
