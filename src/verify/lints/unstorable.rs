//! Characters that MISP's database does not take.

use super::facts::{Facts, plain};
use super::reads::pieces;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ParamText, ParamValue};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let head = [("the name", facts.row.name), ("the description", facts.row.description)];
    for (what, text) in head {
        if let Some(found) = unstorable(text) {
            diagnostics.push(finding(facts, facts.trigger, what, found));
        }
    }
    let mut frames = facts.graph.frames.iter();
    if let Some(found) = frames.find_map(|frame| unstorable(&frame.text)) {
        diagnostics.push(finding(facts, facts.trigger, "the title of a frame", found));
    }
    for (node, known) in facts.graph.nodes.iter().enumerate() {
        let params =
            known.params.iter().find_map(|(id, value)| in_value(value).map(|found| (format!("`{id}`"), found)));
        let in_filter = || in_text(&known.filter.value).map(|found| ("the filter".to_owned(), found));
        if let Some((what, found)) = params.or_else(in_filter) {
            diagnostics.push(finding(facts, Some(node), &what, found));
        }
    }
}

fn finding(facts: &Facts<'_, '_>, node: Option<usize>, what: &str, found: char) -> Diagnostic {
    let message = format!("{what} holds `{found}` (U+{:X}), which MISP's database does not take", u32::from(found));
    let place = node.map_or(facts.at, |node| facts.place(node));
    Diagnostic::maybe_at(Code::UnstorableCharacter, place, message)
        .label("the save fails")
        .note("with the encoding that MISP's database ships with, characters above U+FFFF, such as emoji, make the save end with an internal error")
        .help("write it without that character, as `:warning:` or in words")
}

fn unstorable(text: &str) -> Option<char> {
    // Only these begin with such a byte, and nearly all texts have none.
    if !text.bytes().any(|byte| byte >= 0xF0) {
        return None;
    }
    text.chars().find(|&character| character > '\u{FFFF}')
}

fn in_text(text: &ParamText<'_>) -> Option<char> {
    pieces(text).find_map(unstorable)
}

fn in_value(value: &ParamValue<'_>) -> Option<char> {
    match value {
        ParamValue::Text(text) => in_text(text),
        ParamValue::List(items) => items.iter().filter_map(plain).find_map(unstorable),
        _ => None,
    }
}
