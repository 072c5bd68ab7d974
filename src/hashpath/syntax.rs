//! Paths that mean in MISP what they look like.

use std::ops::Range;

use super::path::Path;
use super::segment::Segment;
use super::test::Operation;

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
    Path::compile(path)?.check_syntax()
}

impl Path {
    /// Checks that the path is well formed, as [`check_syntax`] does for one that is not compiled yet.
    ///
    /// # Errors
    /// The first place that is not.
    pub fn check_syntax(&self) -> Result<(), PathError> {
        check(self)
    }
}

fn check(path: &Path) -> Result<(), PathError> {
    let text = path.as_str();
    let last = path.segments().len().saturating_sub(1);
    for (index, segment) in path.segments().iter().enumerate() {
        if index == last && index > 0 && segment.span.is_empty() {
            let dot = text.len() - 1;
            return Err(error(
                dot..text.len(),
                "the hash path ends in a dot",
                "name what comes after it, or remove the dot",
            ));
        }
        check_key(text, segment)?;
        if segment.only_arrays {
            check_tests(text, segment)?;
        }
    }
    Ok(())
}

/// Checks what is before the tests of a segment.
fn check_key(text: &str, segment: &Segment) -> Result<(), PathError> {
    let span = segment.key_span.clone();
    let key = &text[span.clone()];
    for (at, char) in key.char_indices().map(|(at, char)| (span.start + at, char)) {
        match char {
            ']' => {
                return Err(error(
                    at..at + 1,
                    "`]` closes a test that was never opened",
                    "a test is written `[name=value]`",
                ));
            }
            '{' | '}' if segment.token.is_wildcard() => {}
            '{' | '}' => {
                const HELP: &str =
                    "the wildcards are `{n}` for each entry of a list, `{s}` for each named key and `{*}` for both";
                let stop = text[at..segment.span.end].find('}').map_or(segment.span.end, |close| at + close + 1);
                return Err(error(at..stop, format!("`{}` is not a wildcard here", &text[at..stop]), HELP));
            }
            char if char.is_whitespace() => return Err(space(at..at + char.len_utf8())),
            _ => {}
        }
    }
    // Around a segment MISP takes white space off, but only where the path has tests.
    let before = text[..segment.span.start].trim_end();
    if before.len() < segment.span.start {
        return Err(space(before.len()..before.len() + 1));
    }
    if key.is_empty() {
        let (place, message) = if segment.only_arrays {
            (span.start..span.start + 1, "there is a test where a key is expected")
        } else {
            (span.start.saturating_sub(1)..(span.start + 1).min(text.len()), "the hash path has an empty segment")
        };
        return Err(error(place, message, "write a key, `{n}`, `{s}` or `{*}` between the dots"));
    }
    Ok(())
}

fn space(at: Range<usize>) -> PathError {
    error(at, "a hash path holds no spaces outside its tests", "remove the space")
}

/// Checks that MISP sees a test in all that is in brackets.
fn check_tests(text: &str, segment: &Segment) -> Result<(), PathError> {
    let mut at = segment.key_span.end;
    for test in &segment.tests {
        if test.span.start != at {
            return Err(no_test(text, at..segment.span.end));
        }
        at = test.span.end;
        let content = &text[test.span.start + 1..at - 1];
        let name_end = content.find(['=', '<', '>', '!']).unwrap_or(content.len());
        let name = &content[..name_end];
        if name.trim().is_empty() {
            return Err(error(test.span.clone(), "the test names no key", TEST_HELP));
        }
        if let Some(bracket) = name.find(['[', ']']) {
            let bracket = test.span.start + 1 + bracket;
            return Err(error(bracket..bracket + 1, "the name of a key holds no brackets", TEST_HELP));
        }
        let needless = name_end - name.trim_end().len();
        if name.starts_with(char::is_whitespace) || (needless > 0 && name_end == content.len()) {
            return Err(error(test.span.clone(), "MISP takes the space for a part of the key", "remove the space"));
        }
        match &test.operation {
            Operation::Equal(operand) if operand.as_str().starts_with('=') => {
                let at = test.span.start + 1 + name_end;
                return Err(error(at..at + 2, "tests compare with a single `=`", "write `=`"));
            }
            Operation::Matches(Err(problem)) => {
                let help = "MISP ends the test at the first `]` unless the closing `/` is right before it, so flags \
                            such as `/…/i` and brackets do not go together; write `(?i)` at the beginning instead";
                return Err(error(test.span.clone(), format!("no value ever matches: {problem}"), help));
            }
            _ => {}
        }
    }
    if at == segment.span.end { Ok(()) } else { Err(no_test(text, at..segment.span.end)) }
}

const TEST_HELP: &str = "a test is written `[name]`, `[name=value]` or `[name=/regular expression/]`";

/// Why MISP sees no test at the beginning of `rest`.
fn no_test(text: &str, rest: Range<usize>) -> PathError {
    let content = &text[rest.clone()];
    let Some(inner) = content.strip_prefix('[') else {
        return error(rest, "nothing but a dot or another test can follow a test", "put a dot before it");
    };
    let Some(length) = inner.find(']') else { return error(rest, "the test is never closed", TEST_HELP) };
    let whole = rest.start..rest.start + length + 2;
    let inner = &inner[..length];
    let name_end = inner.find(['=', '<', '>', '!']).unwrap_or(inner.len());
    let operator = &inner[name_end..];
    if inner[..name_end].trim().is_empty() {
        return error(whole, "the test names no key", TEST_HELP);
    }
    if operator.starts_with('!') && !operator.starts_with("!=") {
        return error(whole, "`!` alone is not a comparison", "write `!=`");
    }
    if matches!(operator, "=" | "!=" | "<" | ">" | "<=" | ">=") {
        let help = "MISP ignores such a test and keeps everything; to find empty strings write `[name=/^$/]`";
        return error(whole, "the test compares with nothing", help);
    }
    error(whole, "MISP does not see a test here", TEST_HELP)
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
            "Event.Tag.{n}[name=/[a-z]+\\/x/]",
            "Event.Tag.{n}[name=/^tlp:/i].name",
            "Event.Tag.{n}[name=/(?i)[a-z]/].name",
            "enrichment.{n}.Object.0.Attribute.{n}[object_relation=position][value<50].type",
            "Event.{*}.{s}",
            "Event.Attribute.{n}[to_ids]",
            "Event.Attribute.{n}[value!=a.b]",
            "Event.Attribute.{n}[value = a b]",
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
            ("Event.Tag.[name=x]", 10..11, "there is a test where a key is expected"),
            ("Event.Tag]", 9..10, "`]` closes a test that was never opened"),
            ("Event. info", 6..7, "a hash path holds no spaces outside its tests"),
            ("Event. Tag.{n}[a]", 6..7, "a hash path holds no spaces outside its tests"),
            ("Event.Tag.{n}[a!x]", 13..18, "`!` alone is not a comparison"),
            ("Event.Tag.{n}[a=]", 13..17, "the test compares with nothing"),
            ("Event.Tag.{n}[a ]", 13..17, "MISP takes the space for a part of the key"),
            ("Event.Tag.{n}[a][b=]", 16..20, "the test compares with nothing"),
            ("Event.Tag.{n}[]", 13..15, "the test names no key"),
            (
                "Event.Tag.{n}[name=/[a-z]+/i]",
                13..25,
                "no value ever matches: the regular expression has no closing `/`",
            ),
            ("Event.Tag.{n}[name=/x/q]", 13..24, "no value ever matches: `q` is not a flag of regular expressions"),
        ] {
            let error = check_syntax(path).expect_err(path);
            assert_eq!((error.at.clone(), error.message.as_str()), (at, message), "{path}");
        }
    }

    #[test]
    fn a_path_can_be_too_long() {
        assert!(check_syntax(&"a.".repeat(600)).is_err());
        assert!(check_syntax(&"é".repeat(4000)).is_err());
    }
}
