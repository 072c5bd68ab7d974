//! Cutting strings into lines and words.

use minijinja::value::{Kwargs, from_args};
use minijinja::{Error, Value};

use super::arguments::wrong;

/// Python's white space.
pub(super) fn is_space(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\x1c'..='\x1f')
}

fn is_line_end(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The lines of a text without their ends, and the ends, as `splitlines` makes them.
pub(super) fn lines_and_ends(string: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = string;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(is_line_end).unwrap_or(rest.len());
        let after = &rest[end..];
        let length = if after.starts_with("\r\n") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        let line = (&rest[..end], &after[..length]);
        rest = &after[length..];
        Some(line)
    })
}

/// The lines of a text without their ends.
pub(super) fn lines(string: &str) -> impl Iterator<Item = &str> {
    lines_and_ends(string).map(|(line, _)| line)
}

pub(super) fn split(string: &str, from_right: bool, args: &[Value]) -> Result<Value, Error> {
    if args.first().is_some_and(Value::is_undefined) {
        return Err(wrong("a separator is a string"));
    }
    let (separator, limit, names): (Option<Value>, Option<i64>, Kwargs) = from_args(args)?;
    let separator = match separator {
        Some(separator) => Some(separator),
        None => names.get("sep")?,
    };
    let limit = match limit {
        Some(limit) => limit,
        None => names.get::<Option<i64>>("maxsplit")?.unwrap_or(-1),
    };
    names.assert_all_used()?;
    let limit = usize::try_from(limit).map_or(usize::MAX, |limit| limit.saturating_add(1));
    let separator = separator.filter(|separator| !separator.is_none());
    let count = match separator.as_ref().and_then(Value::as_str) {
        Some("") | None => string.chars().filter(|char| is_space(*char)).count(),
        Some(separator) => string.matches(separator).count(),
    };
    super::bounds::list_of(count.min(limit).saturating_mul(2))?;
    super::bounds::made(string.len())?;
    let mut parts: Vec<&str> = match &separator {
        None if from_right => split_at_spaces_from_right(string, limit),
        None => split_at_spaces(string, limit),
        Some(separator) => {
            let separator = separator.as_str().ok_or_else(|| wrong("a separator is a string"))?;
            if separator.is_empty() {
                return Err(wrong("empty separator"));
            }
            if from_right {
                string.rsplitn(limit, separator).collect()
            } else {
                string.splitn(limit, separator).collect()
            }
        }
    };
    if from_right {
        parts.reverse();
    }
    Ok(Value::from(parts.into_iter().map(Value::from).collect::<Vec<_>>()))
}

fn split_at_spaces(string: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = string.trim_start_matches(is_space);
    while !rest.is_empty() {
        if parts.len() + 1 >= limit {
            parts.push(rest.trim_end_matches(is_space));
            break;
        }
        let end = rest.find(is_space).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start_matches(is_space);
    }
    parts
}

/// The parts from the last to the first.
fn split_at_spaces_from_right(string: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = string.trim_end_matches(is_space);
    while !rest.is_empty() {
        if parts.len() + 1 >= limit {
            parts.push(rest.trim_start_matches(is_space));
            break;
        }
        let start = rest.char_indices().rev().find(|(_, char)| is_space(*char));
        let start = start.map_or(0, |(at, char)| at + char.len_utf8());
        parts.push(&rest[start..]);
        rest = rest[..start].trim_end_matches(is_space);
    }
    parts
}
