//! Python's methods on strings.

use minijinja::value::{Kwargs, Tuple, from_args};
use minijinja::{Error, Value};

use super::arguments::wrong;
use super::bounds;
use super::methods::{bound, unknown};
use super::split::{is_space, lines_and_ends, split};

/// The part of a string between two places, counted in characters, and where it begins.
fn part(string: &str, start: Option<i64>, stop: Option<i64>) -> Option<(usize, String)> {
    let length = string.chars().count();
    if start.is_some_and(|start| start > i64::try_from(length).unwrap_or(i64::MAX)) {
        return None;
    }
    let (start, stop) = (bound(start, length, 0), bound(stop, length, length));
    (start <= stop).then(|| (start, string.chars().skip(start).take(stop - start).collect()))
}

#[expect(clippy::too_many_lines, reason = "an arm for each method of Python's strings")]
pub(super) fn of_string(string: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let none = || from_args::<()>(args);
    let text = |text: String| Ok(Value::from(text));
    match method {
        "upper" => none().and_then(|()| text(string.to_uppercase())),
        "lower" => none().and_then(|()| text(string.to_lowercase())),
        "casefold" => none().and_then(|()| text(string.to_lowercase().replace('ß', "ss"))),
        "title" => none().and_then(|()| text(title(string))),
        "capitalize" => none().and_then(|()| text(capitalize(string))),
        "swapcase" => none().and_then(|()| text(swapcase(string))),
        "strip" | "lstrip" | "rstrip" => {
            let (chars,): (Option<Value>,) = from_args(args)?;
            let chars = match &chars {
                Some(chars) if !chars.is_none() => Some(chars.as_str().ok_or_else(|| wrong("strip wants a string"))?),
                _ => None,
            };
            let strips = |char: char| chars.map_or_else(|| is_space(char), |chars| chars.contains(char));
            let rest = if method == "rstrip" { string } else { string.trim_start_matches(strips) };
            text(if method == "lstrip" { rest } else { rest.trim_end_matches(strips) }.to_owned())
        }
        "split" | "rsplit" => split(string, method == "rsplit", args),
        "splitlines" => {
            let keep: Option<Value> = named(args, "keepends")?;
            let keep = keep.is_some_and(|keep| keep.is_true());
            bounds::list_of(lines_and_ends(string).count())?;
            bounds::made(string.len())?;
            let lines = lines_and_ends(string);
            Ok(Value::from(
                lines
                    .map(|(line, end)| Value::from(if keep { format!("{line}{end}") } else { line.to_owned() }))
                    .collect::<Vec<_>>(),
            ))
        }
        "join" => {
            let (items,): (Value,) = from_args(args)?;
            let items = super::lists::items(&items)?
                .into_iter()
                .map(|item| item.as_str().map(ToOwned::to_owned).ok_or_else(|| wrong("join wants strings")));
            text(bounds::join(items, string)?)
        }
        "replace" => {
            let (old, new, count): (&str, &str, Option<i64>) = from_args(args)?;
            text(replace(string, old, new, count.unwrap_or(-1))?)
        }
        "startswith" | "endswith" => {
            let (affix, start, stop): (Value, Option<i64>, Option<i64>) = from_args(args)?;
            let Some((_, part)) = part(string, start, stop) else { return Ok(Value::from(false)) };
            let has = |affix: &Value| {
                let affix = affix.as_str().ok_or_else(|| wrong("an affix is a string"))?;
                Ok::<_, Error>(if method == "startswith" { part.starts_with(affix) } else { part.ends_with(affix) })
            };
            if affix.downcast_object_ref::<Tuple>().is_some() {
                for affix in affix.try_iter()? {
                    if has(&affix)? {
                        return Ok(Value::from(true));
                    }
                }
                return Ok(Value::from(false));
            }
            Ok(Value::from(has(&affix)?))
        }
        "find" | "rfind" | "index" | "rindex" | "count" => search(string, method, args),
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            text(string.strip_prefix(prefix).unwrap_or(string).to_owned())
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            text(string.strip_suffix(suffix).unwrap_or(string).to_owned())
        }
        "partition" | "rpartition" => {
            let (separator,): (&str,) = from_args(args)?;
            if separator.is_empty() {
                return Err(wrong("empty separator"));
            }
            let is_last = method == "rpartition";
            let at = if is_last { string.rfind(separator) } else { string.find(separator) };
            let parts = match at {
                Some(at) => [&string[..at], separator, &string[at + separator.len()..]],
                None if is_last => ["", "", string],
                None => [string, "", ""],
            };
            Ok(Value::from(Tuple::from(parts.map(Value::from))))
        }
        "center" | "ljust" | "rjust" => {
            let (width, fill): (i64, Option<&str>) = from_args(args)?;
            text(pad(string, method, width, fill.unwrap_or(" "))?)
        }
        "zfill" => {
            let (width,): (i64,) = from_args(args)?;
            let (sign, digits) = string.split_at(usize::from(string.starts_with(['+', '-'])));
            let zeros = width.saturating_sub(i64::try_from(string.chars().count()).unwrap_or(i64::MAX));
            text(format!("{sign}{}{digits}", "0".repeat(size(zeros)?)))
        }
        "expandtabs" => {
            let size: Option<i64> = named(args, "tabsize")?;
            text(expand_tabs(string, size.unwrap_or(8))?)
        }
        "format" => super::format::format(string, args).map(Value::from),
        "format_map" => {
            let (values,): (Value,) = from_args(args)?;
            super::format::format_map(string, &values).map(Value::from)
        }
        "encode" => Err(wrong("bytes are not supported")),
        _ => {
            none()?;
            is(string, method).map(Value::from).ok_or_else(unknown)
        }
    }
}

/// Reads one argument that may also be given by name.
fn named<T>(args: &[Value], name: &'static str) -> Result<Option<T>, Error>
where
    T: for<'v> minijinja::value::ArgType<'v, Output = T> + Clone,
{
    let (value, names): (Option<T>, Kwargs) = from_args(args)?;
    let value = match value {
        Some(value) => Some(value),
        None => names.get::<Option<T>>(name)?,
    };
    names.assert_all_used()?;
    Ok(value)
}

/// Whether Python's strings have this method.
pub(super) fn is_of_string(name: &str) -> bool {
    const OTHERS: &[&str] = &[
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "format",
        "format_map",
        "index",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "maketrans",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "translate",
        "upper",
        "zfill",
    ];
    OTHERS.contains(&name) || is("", name).is_some()
}

pub(super) fn is(string: &str, method: &str) -> Option<bool> {
    let all = |holds: fn(char) -> bool| !string.is_empty() && string.chars().all(holds);
    let cased =
        |wanted: fn(char) -> bool, other: fn(char) -> bool| string.chars().any(wanted) && !string.chars().any(other);
    Some(match method {
        "isalnum" => all(char::is_alphanumeric),
        "isalpha" => all(char::is_alphabetic),
        "isascii" => string.is_ascii(),
        "isdecimal" => all(|char| char.is_ascii_digit()),
        "isdigit" => all(|char| char.is_ascii_digit() || "²³¹⁰⁴⁵⁶⁷⁸⁹".contains(char)),
        "isnumeric" => all(char::is_numeric),
        "isspace" => all(is_space),
        "islower" => cased(char::is_lowercase, char::is_uppercase),
        "isupper" => cased(char::is_uppercase, char::is_lowercase),
        "istitle" => string.chars().any(char::is_alphabetic) && title(string) == string,
        "isprintable" => !string.chars().any(char::is_control),
        "isidentifier" => {
            let mut chars = string.chars();
            chars.next().is_some_and(|char| char == '_' || char.is_alphabetic())
                && chars.all(|char| char == '_' || char.is_alphanumeric())
        }
        _ => return None,
    })
}

/// A character as the first of a word: of several capitals only the first stays one.
pub(super) fn titled(char: char) -> impl Iterator<Item = char> {
    let mut capitals = char.to_uppercase();
    let first = capitals.next().unwrap_or(char);
    std::iter::once(first).chain(capitals.flat_map(char::to_lowercase))
}

fn title(string: &str) -> String {
    let mut text = String::with_capacity(string.len());
    let mut inside = false;
    for char in string.chars() {
        if inside {
            text.extend(char.to_lowercase());
        } else {
            text.extend(titled(char));
        }
        inside = char.is_lowercase() || char.is_uppercase();
    }
    text
}

pub(super) fn capitalize(string: &str) -> String {
    let mut chars = string.chars();
    chars.next().map_or_else(String::new, |first| titled(first).chain(chars.as_str().to_lowercase().chars()).collect())
}

fn swapcase(string: &str) -> String {
    let mut text = String::with_capacity(string.len());
    for char in string.chars() {
        if char.is_uppercase() {
            text.extend(char.to_lowercase());
        } else {
            text.extend(char.to_uppercase());
        }
    }
    text
}

fn size(wanted: i64) -> Result<usize, Error> {
    let wanted = usize::try_from(wanted.max(0)).unwrap_or(usize::MAX);
    bounds::made(wanted)?;
    Ok(wanted)
}

pub(super) fn replace(string: &str, old: &str, new: &str, count: i64) -> Result<String, Error> {
    let matches = if old.is_empty() { string.chars().count() + 1 } else { string.matches(old).count() };
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(matches);
    size(i64::try_from(string.len().saturating_add(count.saturating_mul(new.len()))).unwrap_or(i64::MAX))?;
    Ok(string.replacen(old, new, count))
}

pub(super) fn pad(string: &str, method: &str, width: i64, fill: &str) -> Result<String, Error> {
    let mut fill_chars = fill.chars();
    let (Some(fill), None) = (fill_chars.next(), fill_chars.next()) else {
        return Err(wrong("the fill is one character"));
    };
    let missing = size(width.saturating_sub(i64::try_from(string.chars().count()).unwrap_or(i64::MAX)))?;
    let left = match method {
        "ljust" => 0,
        "rjust" => missing,
        // Python puts the odd one left where the width is odd.
        _ => missing / 2 + (missing & usize::try_from(width.max(0)).unwrap_or_default() & 1),
    };
    let fill = |count| std::iter::repeat_n(fill, count);
    Ok(fill(left).chain(string.chars()).chain(fill(missing - left)).collect())
}

fn expand_tabs(string: &str, size: i64) -> Result<String, Error> {
    let size = usize::try_from(size.clamp(0, 1000)).unwrap_or_default();
    bounds::made(string.len().saturating_add(string.matches('\t').count().saturating_mul(size)))?;
    let mut text = String::new();
    let mut column = 0;
    for char in string.chars() {
        match char {
            '\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                text.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            '\n' | '\r' => {
                text.push(char);
                column = 0;
            }
            _ => {
                text.push(char);
                column += 1;
            }
        }
    }
    Ok(text)
}

fn search(string: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (wanted, start, stop): (&str, Option<i64>, Option<i64>) = from_args(args)?;
    let part = part(string, start, stop);
    if method == "count" {
        let count =
            part.map_or(
                0,
                |(_, part)| {
                    if wanted.is_empty() { part.chars().count() + 1 } else { part.matches(wanted).count() }
                },
            );
        return Ok(Value::from(count));
    }
    let found = part.and_then(|(start, part)| {
        let at = if method.starts_with('r') { part.rfind(wanted) } else { part.find(wanted) };
        Some(start + part[..at?].chars().count())
    });
    match found {
        Some(at) => Ok(Value::from(at)),
        None if method.ends_with("find") => Ok(Value::from(-1)),
        None => Err(wrong("substring not found")),
    }
}
