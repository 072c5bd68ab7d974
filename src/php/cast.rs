//! Casts.

use std::borrow::Cow;
use std::fmt::Write;

use super::{Array, Value};

/// Significant digits of a float that becomes a string, PHP's setting `precision`.
const PRECISION: usize = 14;

impl<'a> Value<'a> {
    /// PHP's `(bool)`: false are null, false, 0, 0.0, `""`, `"0"` and the empty array.
    pub fn to_bool(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) => !text.is_empty() && text.as_str() != "0",
            Self::Array(array) => !array.is_empty(),
        }
    }

    /// PHP's `(string)`; `None` for an array, which MISP's code does not cast on purpose.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Null | Self::Bool(false) => Cow::Borrowed(""),
            Self::Bool(true) => Cow::Borrowed("1"),
            Self::Int(value) => Cow::Owned(value.to_string()),
            Self::Float(value) => Cow::Owned(float_to_string(*value)),
            Self::String(text) => Cow::Borrowed(text),
            Self::Array(_) => return None,
        })
    }

    /// PHP's `(array)`: null becomes the empty array, an array stays as it is, anything else becomes a list
    /// of one.
    pub fn to_array(&self) -> Array<'a> {
        match self {
            Self::Null => Array::new(),
            Self::Array(array) => array.clone(),
            scalar => vec![scalar.clone()].into(),
        }
    }
}

/// PHP's `(string)` of a float.
pub(super) fn float_to_string(value: f64) -> String {
    if value.is_nan() {
        return "NAN".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-INF" } else { "INF" }.into();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0" } else { "0" }.into();
    }
    let scientific = format!("{:.*e}", PRECISION - 1, value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    if exponent < -4 || exponent >= PRECISION as i32 {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { "0" } else { rest };
        let _ = write!(text, "{first}.{rest}E{exponent:+}");
    } else if exponent < 0 {
        let _ = write!(text, "0.{}{digits}", "0".repeat(-exponent as usize - 1));
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            let _ = write!(text, "{digits}{}", "0".repeat(whole - digits.len()));
        } else {
            let _ = write!(text, "{}.{}", &digits[..whole], &digits[whole..]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::float_to_string;
    use crate::php::Value;

    #[test]
    fn floats_are_written_with_14_digits() {
        for (value, text) in [
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1.0E-5"),
            (-0.0, "-0"),
            (100_000.0, "100000"),
            (1e14, "1.0E+14"),
            (12_345_678_901_234.0, "12345678901234"),
            (1e15, "1.0E+15"),
            (9.223_372_036_854_776e18, "9.2233720368548E+18"),
            (1.0 / 3.0, "0.33333333333333"),
            (f64::INFINITY, "INF"),
            (1.5e300, "1.5E+300"),
        ] {
            assert_eq!(float_to_string(value), text);
        }
    }

    #[test]
    fn truth() {
        for (json, truth) in [
            ("null", false),
            ("0", false),
            ("-0.0", false),
            (r#""""#, false),
            (r#""0""#, false),
            ("[]", false),
            ("{}", false),
            (r#""0.0""#, true),
            (r#"" ""#, true),
            (r#""false""#, true),
            ("[0]", true),
            ("0.5", true),
        ] {
            assert_eq!(Value::from_json(json).expect(json).to_bool(), truth, "{json}");
        }
    }
}
