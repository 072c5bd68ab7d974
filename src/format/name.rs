//! Names and their quotes.

use crate::syntax::tree::Name;

use super::literal::quote;
use super::writer::Writer;

/// Words that mean something else than a module where a call may be.
const RESERVED: [&str; 41] = [
    "import",
    "as",
    "let",
    "workflow",
    "on",
    "blueprint",
    "module",
    "param",
    "test",
    "of",
    "given",
    "event",
    "when",
    "fails",
    "log",
    "no",
    "returns",
    "expect",
    "ran",
    "effect",
    "if",
    "else",
    "for",
    "where",
    "filter",
    "reset",
    "concurrent",
    "branch",
    "use",
    "goto",
    "detached",
    "or",
    "and",
    "not",
    "any",
    "all",
    "in",
    "tagged",
    "count",
    "published",
    "unpublished",
];

impl<'s> Writer<'s> {
    /// A name whose quotes say nothing: they go where the word can do without.
    pub(super) fn name(&mut self, name: Name<'s>) {
        self.reach(name.span);
        if is_plain(name.text) {
            self.add(name.text);
        } else {
            self.add(quote(name.text));
        }
    }

    /// The name of something that is called, where a word of the language would be read as such.
    pub(super) fn called_name(&mut self, name: Name<'s>) {
        if is_reserved(name.text) { self.kept_name(name) } else { self.name(name) }
    }

    /// A name whose quotes say something: they stay.
    pub(super) fn kept_name(&mut self, name: Name<'s>) {
        self.reach(name.span);
        if self.snippet(name.span).starts_with('"') {
            self.add(quote(name.text));
        } else {
            self.add(name.text);
        }
    }
}

/// Whether a word would not be read as the name of what is called.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Whether a name needs no quotes.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, is_plain};

    #[test]
    fn every_keyword_of_the_grammar_is_reserved() {
        let grammar = [include_str!("../../grammar/mwf.pest"), include_str!("../../grammar/expecting.pest")];
        let keywords: Vec<&str> = grammar
            .iter()
            .flat_map(|part| part.lines())
            .filter_map(|line| line.strip_prefix("kw_")?.split_once(' '))
            .map(|(keyword, _)| keyword)
            .collect();
        assert!(keywords.len() > 30, "{keywords:?}");
        for keyword in keywords {
            assert!(RESERVED.contains(&keyword), "{keyword}");
        }
    }

    #[test]
    fn plain_names() {
        for (name, plain) in
            [("a", true), ("_x-1", true), ("", false), ("1a", false), ("-a", false), ("a b", false), ("é", false)]
        {
            assert_eq!(is_plain(name), plain, "{name}");
        }
    }
}
