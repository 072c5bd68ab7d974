//! How what happened differs from what is expected.

use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

/// The most lines of a difference that are shown.
const SHOWN: usize = 40;

/// How many values of `actual` are not what is expected; 0 if `actual` has all that is.
///
/// An object must have the entries that are expected, and may have others. A list must have as many items as expected. A number
/// and the text of its digits are the same, since MISP writes either. A text that is JSON may be expected as what it says,
/// and a list of pairs as an object.
pub fn mismatches(expected: &Value, actual: &Value) -> usize {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let entry = |(key, value): (&String, &Value)| actual.get(key).map_or(1, |actual| mismatches(value, actual));
            expected.iter().map(entry).sum()
        }
        (Value::Array(expected), Value::Array(actual)) => {
            let items: usize = expected.iter().zip(actual).map(|(expected, actual)| mismatches(expected, actual)).sum();
            items + expected.len().abs_diff(actual.len())
        }
        (Value::Object(_), other) => as_object(other).map_or(1, |object| mismatches(expected, &object)),
        (Value::Array(_), Value::String(text)) => decoded(text).map_or(1, |list| mismatches(expected, &list)),
        // Data of MISP has one kind of empty array.
        (Value::Array(expected), Value::Object(actual)) if expected.is_empty() && actual.is_empty() => 0,
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            usize::from(number.to_string() != *text)
        }
        _ => usize::from(expected != actual),
    }
}

/// Expected (`-`) and actual (`+`) line by line; of the actual value only what something is expected of.
pub(super) fn difference(expected: &Value, actual: &Value) -> String {
    let (expected, actual) = (pretty(expected), pretty(&relevant(expected, actual)));
    let diff = TextDiff::from_lines(&expected, &actual);
    let mut lines: Vec<String> = diff
        .iter_all_changes()
        .map(|change| {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            format!("{sign} {}", change.value().trim_end_matches('\n'))
        })
        .collect();
    if lines.len() > SHOWN {
        lines.truncate(SHOWN);
        lines.push("  …".into());
    }
    lines.join("\n")
}

/// The part of `actual` that something is expected of, in the order of the expectation. What agrees is written as it is expected.
fn relevant(expected: &Value, actual: &Value) -> Value {
    if mismatches(expected, actual) == 0 {
        return expected.clone();
    }
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(there)) => {
            let entries = wanted.iter().filter_map(|(key, value)| {
                let found = there.get(key)?;
                Some((key.clone(), relevant(value, found)))
            });
            let entries: Map<String, Value> = entries.collect();
            // Nothing in common: then all that is there helps more.
            if entries.is_empty() { actual.clone() } else { Value::Object(entries) }
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            wanted.iter().zip(there).map(|(wanted, there)| relevant(wanted, there)).collect()
        }
        (Value::Object(_), other) => {
            as_object(other).map_or_else(|| actual.clone(), |object| relevant(expected, &object))
        }
        _ => actual.clone(),
    }
}

/// A value that is not an object but says the same as one: JSON in a text, or a list of pairs.
fn as_object(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => decoded(text).filter(Value::is_object),
        Value::Array(pairs) => {
            let pairs = pairs.iter().map(|pair| match pair.as_array().map(Vec::as_slice) {
                Some([Value::String(name), value]) => Some((name.clone(), value.clone())),
                _ => None,
            });
            Some(Value::Object(pairs.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn decoded(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// As indented JSON, but without commas, which would make lines differ that say the same.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default().replace(",\n", "\n") + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_mentioned_may_be_anything() {
        let actual = json!({"kind": "add_tags", "tags": ["a", "b"], "id": "7", "attributes": [{"id": 1, "x": 2}]});
        for expected in [
            json!({}),
            json!({"tags": ["a", "b"]}),
            json!({"kind": "add_tags", "id": 7}),
            json!({"attributes": [{"id": "1"}]}),
        ] {
            assert_eq!(mismatches(&expected, &actual), 0, "{expected}");
        }
        for (expected, count) in [
            (json!({"tags": ["a"]}), 1),
            (json!({"tags": ["b", "a"]}), 2),
            (json!({"tags": []}), 2),
            (json!({"id": 8, "kind": "x"}), 2),
            (json!({"nothing": null}), 1),
            (json!({"id": true}), 1),
            (json!({"attributes": [{"x": 3}]}), 1),
            (json!({"kind": {"a": 1}}), 1),
        ] {
            assert_eq!(mismatches(&expected, &actual), count, "{expected}");
        }
    }

    #[test]
    fn other_ways_to_say_the_same() {
        let actual = json!({"body": "{\"text\":\"x\",\"n\":1}", "headers": [["Accept", "a"], ["X", "b"]], "list": {}});
        assert_eq!(mismatches(&json!({"body": {"text": "x"}, "headers": {"X": "b"}, "list": []}), &actual), 0);
        assert_eq!(mismatches(&json!({"body": {"text": "y"}, "headers": {"Y": "b"}}), &actual), 2);
    }

    #[test]
    fn a_difference_shows_what_matters() {
        let expected = json!({"tags": ["a"], "scope": "event"});
        let actual = json!({"kind": "add_tags", "scope": "event", "id": "1", "tags": ["b"]});
        assert_eq!(
            difference(&expected, &actual),
            "  {\n    \"tags\": [\n-     \"a\"\n+     \"b\"\n    ]\n    \"scope\": \"event\"\n  }"
        );
    }
}
