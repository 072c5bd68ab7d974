//! Questions of IF :: Tag that do not ask what they seem to.

use rustc_hash::FxHashSet;

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        if !module_ids::asks_for_tags(facts.module(node)) {
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
    let of_attributes = facts.module(node) == module_ids::TAG_IF
        && matches!(facts.text(node, "scope"), Some("attribute" | "event_attribute"));
    let Some(twice) = tags.into_iter().find(|&tag| !seen.insert(tag)) else {
        if of_attributes {
            diagnostics.extend(shared(facts, node));
        }
        return;
    };
    let (message, label, reason) = if of_attributes {
        (
            format!("`{twice}` is listed twice, so it must be found on two attributes, no more and no less"),
            "counts attributes",
            "MISP compares all tags that it found on attributes, as often as they are there, with the whole list, in order",
        )
    } else {
        (
            format!("`{twice}` is listed twice, so the answer is always no"),
            "never holds",
            "MISP compares the tags it found with the whole list, in order: one tag is never found twice",
        )
    };
    let finding = facts.finding(Code::DuplicateTags, node, message, label).note(reason).help("name each tag once");
    diagnostics.push(match facts.last_entry(node, twice) {
        Some(place) => finding.unsafe_fix(place, ""),
        None => finding,
    });
}

/// All of some tags on attributes, of which there may be several with the same tag.
fn shared(facts: &Facts<'_, '_>, node: usize) -> Option<Diagnostic> {
    // Other triggers may bring one attribute along, and a filter may leave one.
    let is_about_events = facts.trigger_signature()?.scope.as_deref() == Some("event");
    if !is_about_events || facts.filters.may[node] != 0 {
        return None;
    }
    let scope = facts.text(node, "scope")?;
    let mut tags = facts.list(node, "tags").chain(facts.list(node, "clusters"));
    tags.next()?;
    let instead = if tags.next().is_some() {
        format!("ask for one tag after the other: `{scope} tagged any … and {scope} tagged any …`")
    } else {
        format!("ask for any: `{scope} tagged any …`")
    };
    let inherits = scope == "event_attribute";
    Some(
        facts
            .finding(
                Code::DuplicateTags,
                node,
                "the condition is false as soon as one of these tags is on two attributes",
                "each tag must be found exactly once",
            )
            .note(if inherits {
                "MISP compares all tags that it found on attributes, as often as they are there, with the list; a tag of the event counts once for every attribute"
            } else {
                "MISP compares all tags that it found on attributes, as often as they are there, with the list"
            })
            .help(instead),
    )
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
