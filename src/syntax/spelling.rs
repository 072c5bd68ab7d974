//! How words and texts are spelled, for those who write text that will be read.

use pest::Parser as _;

use crate::base::characters::hidden_characters;

use super::grammar::expecting::{Grammar, Rule};
use super::text::dedent;

/// Whether a string can be written as a bare word or hash path and is read as just that.
pub(crate) fn is_word(text: &str) -> bool {
    is_whole(Rule::word, text) && !matches!(text, "true" | "false" | "null")
}

/// Whether a string can be written as a name without quotes.
pub(crate) fn is_name(text: &str) -> bool {
    is_whole(Rule::name, text)
}

/// Whether a string can be written as a number.
pub(crate) fn is_number(text: &str) -> bool {
    is_whole(Rule::number, text)
}

fn is_whole(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text)
        .is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str().trim_end().len() == text.len()))
}

/// Whether a hash path can find several values because a part of it is a wildcard.
pub(crate) fn has_wildcard(path: &str) -> bool {
    path.split('.').any(|part| ["{n}", "{s}", "{*}"].iter().any(|wildcard| part.starts_with(wildcard)))
}

/// Whether something under a path is in a list: `any` is where the path can find several values.
pub(crate) fn among(path: &str, list: &str, negated: bool) -> String {
    match (has_wildcard(path), negated) {
        (true, true) => format!("not any {path} in {list}"),
        (true, false) => format!("any {path} in {list}"),
        (false, true) => format!("{path} not in {list}"),
        (false, false) => format!("{path} in {list}"),
    }
}

/// The question whether what a path finds passes a test, which is inside the path: `any Event[info=/x/]` for
/// `Event.info` and `=/x/`. `None` for a path of one segment, which has no place for it.
pub(crate) fn tested(path: &str, test: &str) -> Option<String> {
    let (before, field) = path.rsplit_once('.').filter(|_| is_word(path))?;
    let tested = format!("{before}[{field}{test}]");
    (is_name(field) && is_word(&tested)).then(|| format!("any {tested}"))
}

/// The text as a `"""` string whose lines begin after `indentation`, if it can be written so.
pub(crate) fn block_string(text: &str, indentation: &str) -> Option<String> {
    // A block has no escapes.
    let hides = hidden_characters(text).next().is_some();
    if !text.contains('\n') || text.contains("\"\"\"") || text.ends_with('"') || hides {
        return None;
    }
    let mut content = "\n".to_owned();
    for line in text.split('\n') {
        if !line.is_empty() {
            content.push_str(indentation);
            content.push_str(line);
        }
        content.push('\n');
    }
    content.push_str(indentation);
    (dedent(&content) == text).then(|| format!("\"\"\"{content}\"\"\""))
}

#[cfg(test)]
mod tests {
    use super::{among, block_string, has_wildcard, is_name, is_word, tested};

    #[test]
    fn words_are_names_and_hash_paths() {
        for text in ["a", "Event.Tag.{n}.name", "{n}.x", "a[b=c].d", "x-1_y"] {
            assert!(is_word(text), "{text}");
        }
        for text in ["", "1a", "a b", "true", "null", "a[b", " a", "a\n"] {
            assert!(!is_word(text), "{text}");
        }
        assert!(is_name("a-b") && !is_name("a.b") && !is_name("1"));
    }

    #[test]
    fn any_stands_where_a_path_has_a_wildcard() {
        for (path, wildcard) in [
            ("Event.Orgc.name", false),
            ("type", false),
            ("Event.Tag.{n}.name", true),
            ("{s}", true),
            ("Event.Attribute.{*}[type=ip-src].value", true),
            ("Event.Attribute.0.value", false),
            ("Event[info=/a{2}/]", false),
        ] {
            assert_eq!(has_wildcard(path), wildcard, "{path}");
            assert_eq!(among(path, "x", false).starts_with("any "), wildcard, "{path}");
        }
        assert_eq!(among("a.{n}", "x", true), "not any a.{n} in x");
        assert_eq!(among("a.b", "x", true), "a.b not in x");
    }

    #[test]
    fn tests_stand_inside_paths() {
        for (path, test, question) in [
            ("Event.info", "=/x/", Some("any Event[info=/x/]")),
            ("Event.Attribute.{n}.value", ">5", Some("any Event.Attribute.{n}[value>5]")),
            ("Event.Tag.{n}[name=x].name", "=/y/", Some("any Event.Tag.{n}[name=x][name=/y/]")),
            ("type", "=/x/", None),
            ("Event.Tag.{n}", "=/x/", None),
            ("Event.info", "=/a#b/", None),
        ] {
            assert_eq!(tested(path, test).as_deref(), question, "{path}{test}");
        }
    }

    #[test]
    fn block_strings_are_what_is_read_again() {
        assert_eq!(block_string("a\n\tb", "  ").as_deref(), Some("\"\"\"\n  a\n  \tb\n  \"\"\""));
        assert_eq!(block_string("one line", "  "), None);
        assert_eq!(block_string("a\r\nb", "  "), None);
        assert_eq!(block_string("a\n   \nb", "  "), None);
        assert_eq!(block_string("a\n\u{202e}b", "  "), None);
    }
}
