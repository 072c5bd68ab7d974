//! Why a hash path finds nothing, in words.

use std::ops::Range;

use crate::base::source::{FileId, Span};
use crate::base::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::{Cause, Emptied, Operation, Path, Segment, Token};
use crate::php::Value;

/// So many keys and values are listed.
const SHOWN: usize = 12;
/// So many values are looked at for them.
const LOOKED_AT: usize = 1_000;
/// So many characters of a text are shown.
const SHOWN_CHARACTERS: usize = 60;

/// Says which part of `path` left nothing of `data`, and what was there. The path is in `file`.
pub(super) fn why_empty(path: &Path, data: &Value<'_>, file: FileId) -> Diagnostic {
    let place = |range: Range<usize>| Span::new(file, range.start, range.end);
    let whole = place(0..path.as_str().len());
    let Ok(Some(emptied)) = path.explain(data) else {
        return Diagnostic::at(Code::NoMatch, whole, "the hash path finds nothing");
    };
    let Some(segment) = path.segments().get(emptied.segment) else {
        return Diagnostic::at(Code::NoMatch, whole, "the data is empty");
    };
    let key = &path.as_str()[segment.key_span.clone()];
    let at_key = place(segment.key_span.clone());
    let diagnostic = |at, message: String| Diagnostic::at(Code::NoMatch, at, message);
    match &emptied.cause {
        Cause::Key => missing_key(diagnostic(at_key, missing(segment, key)), path, &emptied, segment, at_key),
        Cause::Null => diagnostic(at_key, format!("`{key}` is null here")).note("MISP takes null for missing"),
        Cause::NoArray => diagnostic(
            place(segment.key_span.end..segment.span.end),
            "a test keeps only lists and objects, and there are none".to_owned(),
        )
        .note(format!("here is {}", describe(&emptied.there))),
        Cause::Test(number, range) => {
            let finding = diagnostic(
                place(range.clone()),
                format!("nothing passes this test: {} tried", count(emptied.there.len())),
            );
            match segment.tests.get(*number) {
                Some(test) => failed_test(finding, test, &emptied.there),
                None => finding,
            }
        }
        Cause::Empty => diagnostic(at_key, format!("`{key}` is there, and empty")),
    }
}

fn missing(segment: &Segment, key: &str) -> String {
    match segment.token {
        Token::Numeric => "there are no numbered entries to visit".to_owned(),
        Token::Named => "there are no named keys to visit".to_owned(),
        Token::Any => "there is nothing to visit".to_owned(),
        Token::Number { .. } | Token::Key(_) => format!("there is no `{key}` here"),
    }
}

fn missing_key(finding: Diagnostic, path: &Path, emptied: &Emptied<'_, '_>, segment: &Segment, at: Span) -> Diagnostic {
    let there = &emptied.there;
    let finding = finding.note(format!("here is {}", describe(there)));
    let names = names(there);
    let text = path.as_str();
    let key = &text[segment.key_span.clone()];
    if segment.token.is_wildcard() {
        return finding;
    }
    if let Some(close) = closest(key, names.iter().map(String::as_str)) {
        return finding.help(format!("did you mean `{close}`?")).unsafe_fix(at, close);
    }
    let is_list =
        |value: &&Value<'_>| value.as_array().is_some_and(|array| !array.is_empty() && !array.has_named_keys());
    if there.iter().all(is_list) {
        let (before, after) = text.split_at(segment.key_span.start);
        return finding.help(format!("`{{n}}` goes to each entry: `{before}{{n}}.{after}`"));
    }
    if emptied.segment == 0 && key != "Event" && names.iter().any(|name| name == "Event") {
        return finding.help(format!("everything is under `Event`: `Event.{text}`"));
    }
    finding
}

fn failed_test(finding: Diagnostic, test: &crate::hashpath::Test, there: &[&Value<'_>]) -> Diagnostic {
    let attribute = test.attribute.as_ref();
    let mut values: Vec<String> = Vec::new();
    for value in there.iter().take(LOOKED_AT).filter_map(|item| item.as_array()?.get(attribute)) {
        let shown = show(value);
        if !values.contains(&shown) {
            values.push(shown);
        }
        if values.len() > SHOWN {
            break;
        }
    }
    if values.is_empty() {
        let names = names(there);
        let close = closest(&attribute.to_string(), names.iter().map(String::as_str));
        return finding
            .note(format!("none has `{attribute}`; here is {}", describe(there)))
            .maybe_help(close.map(|close| format!("did you mean `{close}`?")));
    }
    let close = match &test.operation {
        Operation::Equal(operand) => closest(operand.as_str(), values.iter().map(|value| value.trim_matches('"'))),
        _ => None,
    };
    let help = close.map(|close| format!("did you mean `{close}`?"));
    finding.note(format!("`{attribute}` is {} here", listed(values))).maybe_help(help)
}

/// What the values are: one in detail, several by what they have in common.
fn describe(values: &[&Value<'_>]) -> String {
    let many = if values.len() > 1 { format!(" (the first of {})", count(values.len())) } else { String::new() };
    let names = names(values);
    if !names.is_empty() {
        let keys = listed(names.into_iter().map(|name| format!("`{name}`")).collect());
        return if many.is_empty() {
            format!("an object with {keys}")
        } else {
            format!("{} with {keys}", count(values.len()))
        };
    }
    match values.first() {
        None => "nothing".to_owned(),
        Some(Value::Array(array)) if array.is_empty() => format!("an empty list{many}"),
        Some(Value::Array(array)) => match array.len() {
            1 => format!("a list with one entry{many}"),
            length => format!("a list with {length} entries{many}"),
        },
        Some(value) => format!("{}{many}", show(value)),
    }
}

/// The names of the keys of the values, in the order in which they come.
fn names(values: &[&Value<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for array in values.iter().take(LOOKED_AT).filter_map(|value| value.as_array()) {
        if !array.has_named_keys() {
            continue;
        }
        for (key, _) in array.iter().take(LOOKED_AT) {
            let key = key.to_string();
            if !names.contains(&key) {
                names.push(key);
            }
        }
        if names.len() > 4 * SHOWN {
            break;
        }
    }
    names
}

fn listed(mut items: Vec<String>) -> String {
    if items.len() > SHOWN {
        items.truncate(SHOWN);
        items.push("…".to_owned());
    }
    items.join(", ")
}

fn show(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => {
            let short: String = text.chars().take(SHOWN_CHARACTERS).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("{}{more}", serde_json::Value::from(short))
        }
        Value::Array(array) if array.is_list() => "a list".to_owned(),
        Value::Array(_) => "an object".to_owned(),
        other => other.to_json().unwrap_or_default(),
    }
}

fn count(number: usize) -> String {
    if number == 1 { "one value".to_owned() } else { format!("{number} values") }
}
