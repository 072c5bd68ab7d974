//! Whether an effect, as JSON, has all that is expected of it.

use serde_json::Value;

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

/// A value that is not an object but says the same as one: JSON in a text, or a list of pairs.
pub fn as_object(value: &Value) -> Option<Value> {
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
}
