//! How words and texts are spelled, for those who write text that will be read.

use pest::Parser as _;

use crate::base::characters::hidden_characters;

use super::grammar::{Grammar, Rule};
use super::text::dedent;

/// Whether a text can stand as a bare word or hash path and is read as just that.
pub(crate) fn is_word(text: &str) -> bool {
    is_whole(Rule::word, text) && !matches!(text, "true" | "false" | "null")
}

/// Whether a text can stand as a name without quotes.
pub(crate) fn is_name(text: &str) -> bool {
    is_whole(Rule::name, text)
}

/// Whether a text can stand as a number.
pub(crate) fn is_number(text: &str) -> bool {
    is_whole(Rule::number, text)
}

fn is_whole(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str().len() == text.len()))
}

/// The text as a `"""` string whose lines begin behind `indentation`, if it can be written so.
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
    use super::{block_string, is_name, is_word};

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
    fn block_strings_are_what_is_read_again() {
        assert_eq!(block_string("a\n\tb", "  ").as_deref(), Some("\"\"\"\n  a\n  \tb\n  \"\"\""));
        assert_eq!(block_string("one line", "  "), None);
        assert_eq!(block_string("a\r\nb", "  "), None);
        assert_eq!(block_string("a\n   \nb", "  "), None);
        assert_eq!(block_string("a\n\u{202e}b", "  "), None);
    }
}
