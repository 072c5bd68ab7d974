//! The form of a hash path: segments between dots, each with any number of `[…]` tests.

use std::ops::Range;

/// What is wrong with a hash path, and where in its text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// Bytes of the path that are wrong.
    pub at: Range<usize>,
    /// What is wrong with them.
    pub message: String,
    /// What to write instead.
    pub help: &'static str,
}

/// Checks that `path` is well formed. The empty path is: it names the data itself.
///
/// MISP takes anything and answers "nothing found" when it makes no sense of it, so every oddity
/// is an error here.
///
/// # Errors
/// The first place that is not.
pub fn check_syntax(path: &str) -> Result<(), PathError> {
    if path.is_empty() {
        return Ok(());
    }
    let mut start = 0;
    loop {
        let end = segment(path, start)?;
        if end == path.len() {
            return Ok(());
        }
        start = end + 1;
        if start == path.len() {
            return Err(error(
                end..start,
                "the hash path ends in a dot",
                "name what comes after it, or remove the dot",
            ));
        }
    }
}

/// Checks the segment that begins at `start`; returns where it ends (at a dot or the end).
fn segment(path: &str, start: usize) -> Result<usize, PathError> {
    let bytes = path.as_bytes();
    let mut at = start;
    while at < bytes.len() && !matches!(bytes[at], b'.' | b'[') {
        match bytes[at] {
            b']' => {
                return Err(error(
                    at..at + 1,
                    "`]` closes a test that was never opened",
                    "a test is written `[name=value]`",
                ));
            }
            byte if byte.is_ascii_whitespace() => {
                return Err(error(at..at + 1, "a hash path holds no spaces outside its tests", "remove the space"));
            }
            b'{' | b'}' => at = wildcard(path, start, at)?,
            _ => at += 1,
        }
    }
    if at == start {
        let (place, message) = if bytes.get(at) == Some(&b'[') {
            (at..at + 1, "a test stands where a key is wanted")
        } else {
            (start.saturating_sub(1)..(start + 1).min(path.len()), "the hash path has an empty segment")
        };
        return Err(error(place, message, "write a key, `{n}`, `{s}` or `{*}` between the dots"));
    }
    while bytes.get(at) == Some(&b'[') {
        at = test(path, at)?;
    }
    match bytes.get(at) {
        None | Some(b'.') => Ok(at),
        Some(_) => {
            Err(error(at..path.len(), "nothing but a dot or another test can follow a test", "put a dot before it"))
        }
    }
}

/// Checks `{n}`, `{s}` or `{*}`, which must be the whole key; returns where it ends.
fn wildcard(path: &str, start: usize, at: usize) -> Result<usize, PathError> {
    const HELP: &str = "the wildcards are `{n}` for each entry of a list, `{s}` for each named key and `{*}` for both";
    let rest = &path[at..];
    let whole = ["{n}", "{s}", "{*}"].iter().any(|wildcard| rest.starts_with(wildcard));
    let end = at + 3;
    if whole && at == start && matches!(path.as_bytes().get(end), None | Some(b'.' | b'[')) {
        return Ok(end);
    }
    let stop = rest.find('}').map_or(path.len(), |close| at + close + 1);
    Err(error(at..stop, format!("`{}` is not a wildcard here", &path[at..stop]), HELP))
}

/// Checks the test that begins at `start`; returns where it ends.
fn test(path: &str, start: usize) -> Result<usize, PathError> {
    const HELP: &str = "a test is written `[name]`, `[name=value]` or `[name=/regular expression/]`";
    let Some(end) = test_end(path.as_bytes(), start) else {
        return Err(error(start..path.len(), "the test is never closed", HELP));
    };
    let content = &path[start + 1..end - 1];
    let name_end = content.find(['=', '<', '>', '!']).unwrap_or(content.len());
    if content[..name_end].trim().is_empty() {
        return Err(error(start..end, "the test names no key", HELP));
    }
    let operator = &content[name_end..];
    if operator.starts_with('!') && !operator.starts_with("!=") {
        return Err(error(start..end, "`!` alone is no comparison", "write `!=`"));
    }
    if operator.starts_with("==") {
        let at = start + 1 + name_end;
        return Err(error(at..at + 2, "tests compare with a single `=`", "write `=`"));
    }
    Ok(end)
}

/// Where the test that begins at `start` ends: behind its `]`. A regular expression may hold `]`.
fn test_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b']' => return Some(at + 1),
            b'=' if bytes.get(at + 1) == Some(&b'/') => at = regex_end(bytes, at + 2).unwrap_or(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Where the regular expression that begins at `at` ends: behind its closing slash.
fn regex_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'/' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

fn error(at: Range<usize>, message: impl Into<String>, help: &'static str) -> PathError {
    PathError { at, message: message.into(), help }
}

#[cfg(test)]
mod tests {
    use super::check_syntax;

    #[test]
    fn paths_of_every_form_are_accepted() {
        for path in [
            "",
            "Event.info",
            "Event._AttributeFlattened.{n}",
            "{n}",
            "Event.Tag.{n}[name=/tlp:(amber|red)/].name",
            "Event.Tag.{n}[name=/[a-z]+\\/x/i]",
            "enrichment.{n}.Object.0.Attribute.{n}[object_relation=position][value<50].type",
            "Event.{*}.{s}",
            "Event.Attribute.{n}[to_ids]",
            "Event.Attribute.{n}[value!=a.b]",
        ] {
            assert_eq!(check_syntax(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn each_mistake_is_found_where_it_is() {
        for (path, at, message) in [
            ("Event..info", 5..7, "the hash path has an empty segment"),
            (".info", 0..1, "the hash path has an empty segment"),
            ("Event.", 5..6, "the hash path ends in a dot"),
            ("Event.Tag.{x}.name", 10..13, "`{x}` is not a wildcard here"),
            ("Event.Tag.{n", 10..12, "`{n` is not a wildcard here"),
            ("Event.Tag{n}.name", 9..12, "`{n}` is not a wildcard here"),
            ("Event.Tag.{n}[name=x", 13..20, "the test is never closed"),
            ("Event.Tag.{n}[=x]", 13..17, "the test names no key"),
            ("Event.Tag.{n}[name==x]", 18..20, "tests compare with a single `=`"),
            ("Event.Tag.{n}[name=x]y", 21..22, "nothing but a dot or another test can follow a test"),
            ("Event.Tag.[name=x]", 10..11, "a test stands where a key is wanted"),
            ("Event.Tag]", 9..10, "`]` closes a test that was never opened"),
            ("Event. info", 6..7, "a hash path holds no spaces outside its tests"),
        ] {
            let error = check_syntax(path).expect_err(path);
            assert_eq!((error.at.clone(), error.message.as_str()), (at, message), "{path}");
        }
    }
}
