//! How what happened differs from what is expected.

use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use crate::engine::{as_object, mismatches};

/// The most lines of a difference that are shown.
const SHOWN: usize = 40;

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

/// As indented JSON, but without commas, which would make lines differ that say the same.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default().replace(",\n", "\n") + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
