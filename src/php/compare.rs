//! Comparison with type juggling, as PHP 8 does it.

use std::cmp::Ordering;

use super::{Array, Numeric, Value, numeric};

/// What the comparison of two values gives. Two arrays of the same size with different keys, and anything
/// with `NAN`, cannot be ordered: PHP then calls the left one greater, whichever it is.
pub type Comparison = Ordering;

/// PHP's loose `==`.
pub fn loose_equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => strings_equal(left, right),
        _ => compare(left, right) == Ordering::Equal,
    }
}

/// PHP's `<=>`, from which `<`, `<=` and, with the sides exchanged, `>` and `>=` follow.
pub fn compare(left: &Value<'_>, right: &Value<'_>) -> Comparison {
    use Value::{Array, Bool, Float, Int, Null, String};
    match (left, right) {
        (Int(left), Int(right)) => left.cmp(right),
        (Int(left), Float(right)) => floats(*left as f64, *right),
        (Float(left), Int(right)) => floats(*left, *right as f64),
        (Float(left), Float(right)) => floats(*left, *right),
        (String(left), String(right)) => strings(left, right),
        (Null, String(text)) => {
            if text.is_empty() {
                Ordering::Equal
            } else {
                Ordering::Less
            }
        }
        (String(text), Null) => {
            if text.is_empty() {
                Ordering::Equal
            } else {
                Ordering::Greater
            }
        }
        (Null | Bool(_), other) => left.to_bool().cmp(&other.to_bool()),
        (other, Null | Bool(_)) => other.to_bool().cmp(&right.to_bool()),
        (Int(number), String(text)) => int_with_string(*number, text),
        (String(text), Int(number)) => int_with_string(*number, text).reverse(),
        (Float(number), String(text)) => float_with_string(*number, text).unwrap_or(Ordering::Greater),
        (String(text), Float(number)) => float_with_string(*number, text).map_or(Ordering::Greater, Ordering::reverse),
        (Array(left), Array(right)) => arrays(left, right),
        (Array(_), _) => Ordering::Greater,
        (_, Array(_)) => Ordering::Less,
    }
}

fn floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Greater)
}

/// Numbers if both are numeric, else byte by byte. Two integers too large for 64 bits that look the same as
/// floats, or are both infinite, are compared as strings again.
fn strings(left: &str, right: &str) -> Ordering {
    match numbers(left, right) {
        Some(ordering) => ordering,
        None => left.as_bytes().cmp(right.as_bytes()),
    }
}

/// As [`strings`], with a way out for most pairs: a number and something else are never the same.
fn strings_equal(left: &str, right: &str) -> bool {
    left == right || numbers(left, right) == Some(Ordering::Equal)
}

fn numbers(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (numeric(left)?, numeric(right)?);
    match (left, right) {
        (Numeric::Int(left), Numeric::Int(right)) => Some(left.cmp(&right)),
        (Numeric::Int(_), Numeric::Float { overflow, .. }) if overflow != 0 => Some(0.cmp(&overflow)),
        (Numeric::Float { overflow, .. }, Numeric::Int(_)) if overflow != 0 => Some(overflow.cmp(&0)),
        (Numeric::Int(left), Numeric::Float { value, .. }) => Some(floats(left as f64, value)),
        (Numeric::Float { value, .. }, Numeric::Int(right)) => Some(floats(value, right as f64)),
        (Numeric::Float { value: left, overflow: low }, Numeric::Float { value: right, overflow: high }) => {
            let same = left.partial_cmp(&right) == Some(Ordering::Equal);
            if same && (!left.is_finite() || (low != 0 && low == high)) { None } else { Some(floats(left, right)) }
        }
    }
}

fn int_with_string(number: i64, text: &str) -> Ordering {
    match numeric(text) {
        Some(Numeric::Int(other)) => number.cmp(&other),
        Some(Numeric::Float { value, .. }) => floats(number as f64, value),
        None => number.to_string().as_bytes().cmp(text.as_bytes()),
    }
}

/// `None` for `NAN`, which is greater than everything and less than nothing on both sides.
fn float_with_string(number: f64, text: &str) -> Option<Ordering> {
    if number.is_nan() {
        return None;
    }
    Some(match numeric(text) {
        Some(Numeric::Int(other)) => floats(number, other as f64),
        Some(Numeric::Float { value, .. }) => floats(number, value),
        None => super::cast::float_to_string(number).as_bytes().cmp(text.as_bytes()),
    })
}

/// The shorter array is less; else the first key of the left one whose values differ, or that the right one
/// lacks, decides.
fn arrays(left: &Array<'_>, right: &Array<'_>) -> Ordering {
    match left.len().cmp(&right.len()) {
        Ordering::Equal => {}
        different => return different,
    }
    for (key, value) in left {
        match right.get(key).map(|other| compare(value, other)) {
            Some(Ordering::Equal) => {}
            Some(different) => return different,
            None => return Ordering::Greater,
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::{compare, loose_equal};
    use crate::php::Value;
    use std::cmp::Ordering;

    fn value(json: &str) -> Value<'_> {
        Value::from_json(json).expect(json)
    }

    #[test]
    fn loosely_equal() {
        for (left, right) in [
            (r#""1e1""#, r#""10""#),
            (r#"" 1""#, r#""1 ""#),
            ("0", r#""-0""#),
            ("null", r#""""#),
            ("null", "[]"),
            ("false", "[]"),
            ("false", r#""0""#),
            ("true", r#""false""#),
            ("true", "[0]"),
            ("1.5", r#""1.50""#),
            ("[1, 2]", r#"{"1": "2", "0": true}"#),
            ("{\"a\": null}", "{\"a\": \"\"}"),
            (r#""9223372036854775807""#, "9223372036854775807"),
        ] {
            assert!(loose_equal(&value(left), &value(right)), "{left} == {right}");
            assert!(loose_equal(&value(right), &value(left)), "{right} == {left}");
        }
    }

    #[test]
    fn loosely_different() {
        for (left, right) in [
            (r#""abc""#, "0"),
            (r#""""#, "0"),
            (r#""1abc""#, "1"),
            (r#""ABC""#, r#""abc""#),
            (r#""null""#, "null"),
            ("null", r#""0""#),
            (r#""9223372036854775808""#, r#""9223372036854775809""#),
            (r#""9223372036854775807""#, r#""9223372036854775808""#),
            (r#""1e1000""#, r#""1e1001""#),
            (r#""0x1A""#, "26"),
            ("[1, 2]", "[2, 1]"),
            ("[1]", r#""Array""#),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
        ] {
            assert!(!loose_equal(&value(left), &value(right)), "{left} != {right}");
            assert!(!loose_equal(&value(right), &value(left)), "{right} != {left}");
        }
    }

    #[test]
    fn ordered() {
        for (less, greater) in [
            (r#""9""#, r#""10""#),
            (r#""10""#, r#""9a""#),
            ("5", r#""abc""#),
            ("null", r#""a""#),
            ("false", "true"),
            (r#""z""#, "[]"),
            ("[9]", "[1, 1]"),
            ("[1, 2]", "[1, 3]"),
            (r#""-1e3""#, r#""-5""#),
        ] {
            assert_eq!(compare(&value(less), &value(greater)), Ordering::Less, "{less} < {greater}");
            assert_eq!(compare(&value(greater), &value(less)), Ordering::Greater, "{greater} > {less}");
        }
        assert_eq!(compare(&value(r#"{"a": 1}"#), &value(r#"{"b": 1}"#)), Ordering::Greater);
        assert_eq!(compare(&value(r#"{"b": 1}"#), &value(r#"{"a": 1}"#)), Ordering::Greater);
    }
}
