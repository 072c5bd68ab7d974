//! How Python prints.

use std::fmt::Write;

use minijinja::{AutoEscape, Error, Output, State, Value};

use super::bounds;
use super::generators::Generator;
use super::kinds::{PythonKind, kind};
use super::ranges::Range;
use super::values::View;

/// What `{{ … }}` writes.
pub(super) fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if !matches!(state.auto_escape(), AutoEscape::None) && !value.is_safe() {
        let text = super::text::escaped(&str(value)?);
        bounds::made(text.len())?;
        out.write_str(&text)
    } else if let Some(text) = value.as_str() {
        bounds::made(text.len())?;
        out.write_str(text)
    } else {
        out.write_str(&str(value)?)
    }
    .map_err(Error::from)
}

/// Python's `str`.
pub(super) fn str(value: &Value) -> Result<String, Error> {
    match kind(value) {
        PythonKind::Undefined => Ok(String::new()),
        PythonKind::String => {
            let text = value.as_str().unwrap_or_default();
            bounds::made(text.len())?;
            Ok(text.to_owned())
        }
        _ => repr(value),
    }
}

/// Python's `repr`.
pub(super) fn repr(value: &Value) -> Result<String, Error> {
    let mut text = String::new();
    write_repr(&mut text, value, 0)?;
    Ok(text)
}

fn write_repr(text: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
    bounds::values(1)?;
    bounds::deep(depth)?;
    let before = text.len();
    match kind(value) {
        PythonKind::Undefined => text.push_str("Undefined"),
        PythonKind::String => {
            let string = value.as_str().unwrap_or_default();
            bounds::steps(string.len().saturating_mul(4))?;
            if value.is_safe() {
                text.push_str("Markup(");
            }
            write_quoted(text, string);
            if value.is_safe() {
                text.push(')');
            }
            return bounds::made(text.len() - before);
        }
        PythonKind::Float => text.push_str(&float(f64::try_from(value.clone())?)),
        PythonKind::Dict => {
            text.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_repr(text, &key, depth + 1)?;
                text.push_str(": ");
                write_repr(text, &value.get_item(&key)?, depth + 1)?;
            }
            text.push('}');
            return bounds::made(2);
        }
        kind @ (PythonKind::List | PythonKind::Tuple | PythonKind::View) => {
            let view = value.downcast_object_ref::<View>();
            if let Some(view) = view {
                let _ = write!(text, "{}(", view.name);
            }
            text.push(if kind == PythonKind::Tuple { '(' } else { '[' });
            let mut count = 0;
            for item in value.try_iter()? {
                text.push_str(if count == 0 { "" } else { ", " });
                write_repr(text, &item, depth + 1)?;
                count += 1;
            }
            text.push_str(match (kind == PythonKind::Tuple, count) {
                (true, 1) => ",)",
                (true, _) => ")",
                (false, _) => "]",
            });
            if view.is_some() {
                text.push(')');
            }
            return bounds::made(2 * count + 2);
        }
        PythonKind::Range => {
            text.push_str(&value.downcast_object_ref::<Range>().map(Range::printed).unwrap_or_default());
        }
        PythonKind::Generator => {
            if let Some(generator) = value.downcast_object_ref::<Generator>() {
                generator.print(text);
            }
        }
        PythonKind::Other if super::values::is_namespace(value) => {
            text.push_str("<Namespace {");
            for (index, key) in value.try_iter()?.enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write_repr(text, &key, depth + 1)?;
                text.push_str(": ");
                write_repr(text, &value.get_item(&key)?, depth + 1)?;
            }
            text.push_str("}>");
        }
        PythonKind::Other if super::values::is_loop(value) => {
            text.push_str(&value.to_string().replacen("<loop", "<LoopContext", 1));
        }
        _ => {
            let _ = write!(text, "{value}");
        }
    }
    bounds::made(text.len().saturating_sub(before))
}

/// A string as Python quotes it.
fn write_quoted(text: &mut String, string: &str) {
    let quote = if string.contains('\'') && !string.contains('"') { '"' } else { '\'' };
    text.push(quote);
    for char in string.chars() {
        let _ = match char {
            '\\' => write!(text, "\\\\"),
            '\n' => write!(text, "\\n"),
            '\r' => write!(text, "\\r"),
            '\t' => write!(text, "\\t"),
            char if char == quote => write!(text, "\\{char}"),
            char if is_printable(char) => write!(text, "{char}"),
            char => match u32::from(char) {
                code @ ..=0xff => write!(text, "\\x{code:02x}"),
                code @ ..=0xffff => write!(text, "\\u{code:04x}"),
                code => write!(text, "\\U{code:08x}"),
            },
        };
    }
    text.push(quote);
}

fn is_printable(char: char) -> bool {
    // What Rust would escape in a string, save for what combines with the character before it.
    match char {
        ' ' | '\'' | '"' | '\\' => true,
        '\u{a0}' | '\u{ad}' => false,
        _ if char.is_whitespace() => false,
        _ => char.escape_debug().len() == 1 || !char.is_control() && is_combining(char),
    }
}

fn is_combining(char: char) -> bool {
    matches!(u32::from(char), 0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f
        | 0x900..=0x903 | 0x93a..=0x94f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f)
}

/// Python's `urllib.parse.quote`; `path` leaves slashes, else spaces become `+`.
pub(super) fn quote_plus(text: &str, path: bool) -> String {
    let mut quoted = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => quoted.push(char::from(byte)),
            b'/' if path => quoted.push('/'),
            b' ' if !path => quoted.push('+'),
            byte => {
                let _ = write!(quoted, "%{byte:02X}");
            }
        }
    }
    quoted
}

/// A float as Python prints it: the shortest text that leads back to it.
pub(super) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.into();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let text = value.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

#[cfg(test)]
mod unit_tests {
    use super::{float, write_quoted};

    #[test]
    fn floats_are_as_short_as_can_be() {
        for (value, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e15, "1000000000000000.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.0, "-0.0"),
            (1.5e300, "1.5e+300"),
        ] {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn strings_are_quoted_as_python_does() {
        for (string, quoted) in [
            ("a", "'a'"),
            ("it's", "\"it's\""),
            ("it's \"x\"", "'it\\'s \"x\"'"),
            ("a\nb\\", "'a\\nb\\\\'"),
            ("ünï\u{7f}\u{200b}", "'ünï\\x7f\\u200b'"),
        ] {
            let mut text = String::new();
            write_quoted(&mut text, string);
            assert_eq!(text, quoted);
        }
    }
}
