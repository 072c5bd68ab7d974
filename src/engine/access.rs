//! How PHP code reads an entry that may not be there.

use crate::php::{Array, KeyRef, PhpClass, Thrown, Value};

/// The entry of `value` under a name: null if there is none, or if `value` is neither array nor text.
///
/// # Errors
/// What PHP throws for a text: its characters have no names.
pub(super) fn entry<'v, 'a>(value: &'v Value<'a>, name: &str) -> Result<&'v Value<'a>, Thrown> {
    match value {
        Value::Array(array) => Ok(array.get(KeyRef::new(name)).unwrap_or(&Value::Null)),
        Value::String(_) => {
            Err(Thrown { class: PhpClass::TypeError, message: "Cannot access offset of type %s on string".into() })
        }
        _ => Ok(&Value::Null),
    }
}

/// The entry deep inside.
///
/// # Errors
/// As [`entry`].
pub(super) fn entry_at<'v, 'a>(value: &'v Value<'a>, names: &[&str]) -> Result<&'v Value<'a>, Thrown> {
    names.iter().try_fold(value, |value, name| entry(value, name))
}

/// The array that a method of MISP asks for.
///
/// # Errors
/// What PHP throws if it is none.
pub(super) fn wanted_array<'v, 'a>(
    value: &'v Value<'a>,
    function: &str,
    position: u8,
    name: &str,
) -> Result<&'v Array<'a>, Thrown> {
    value.as_array().ok_or_else(|| Thrown::argument(function, position, name, "array", value.type_name()))
}

/// PHP's `intval`.
pub(super) fn integer(value: &Value<'_>) -> i64 {
    match value {
        Value::Null => 0,
        Value::Bool(value) => i64::from(*value),
        Value::Int(value) => *value,
        Value::Float(value) => *value as i64,
        Value::String(text) => leading_integer(text),
        Value::Array(array) => i64::from(!array.is_empty()),
    }
}

fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = &text[..sign + digits];
    let rest = &text[sign + digits..];
    if rest.starts_with(['.', 'e', 'E']) {
        // The longest beginning that is a number.
        let ends = (0..=text.len()).rev().filter(|end| text.is_char_boundary(*end));
        let number = ends.map(|end| &text[..end]).take(64).find_map(|part| part.parse::<f64>().ok());
        if let Some(number) = number.filter(|number| number.is_finite()) {
            return number as i64;
        }
    }
    whole.parse().unwrap_or_else(|_| match (digits, text.starts_with('-')) {
        (0, _) => 0,
        (_, true) => i64::MIN,
        (_, false) => i64::MAX,
    })
}

#[cfg(test)]
mod tests {
    use super::{entry, integer};
    use crate::php::Value;

    #[test]
    fn integers_are_read_from_the_beginning() {
        for (json, number) in [
            (r#""12abc""#, 12),
            (r#"" 7""#, 7),
            (r#""-3.9""#, -3),
            (r#""1e2""#, 100),
            (r#""abc""#, 0),
            (r#""99999999999999999999""#, i64::MAX),
            ("null", 0),
            ("true", 1),
            ("4.7", 4),
            ("[]", 0),
            ("[0]", 1),
        ] {
            assert_eq!(integer(&Value::from_json(json).unwrap()), number, "{json}");
        }
    }

    #[test]
    fn a_text_has_no_entries() {
        assert!(entry(&Value::from("x"), "id").is_err());
        assert_eq!(entry(&Value::Int(1), "id"), Ok(&Value::Null));
    }
}
