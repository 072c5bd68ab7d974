//! The tokens of a text that may be broken in any way.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// `# …`
    Comment,
    /// `"…"`
    String,
    /// `"""…"""`
    BlockString,
    /// A string that ends with its line, or a block string that ends with the text.
    Unclosed,
    /// A number.
    Number,
    /// A name, a keyword or a hash path.
    Word,
    /// `@name`; `@` alone where no name follows.
    Label,
    /// Brackets, commas, operators and what else there may be.
    Sign,
}

/// A token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub bytes: Range<usize>,
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[at..], first);
        tokens.push(Token { kind, bytes: at..at + length });
        at += length;
    }
    tokens
}

/// What a text begins with.
fn token(text: &str, first: char) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    match first {
        '#' => (TokenKind::Comment, text.find(['\n', '\r']).unwrap_or(text.len())),
        '"' if text.starts_with("\"\"\"") => match text[3..].find("\"\"\"") {
            Some(end) => (TokenKind::BlockString, end + 6),
            None => (TokenKind::Unclosed, text.len()),
        },
        '"' => string(text),
        '@' if bytes.get(1) == Some(&b'[') => (TokenKind::Sign, 2),
        '@' => (TokenKind::Label, 1 + name_length(&text[1..])),
        '0'..='9' => (TokenKind::Number, number_length(text)),
        '-' if bytes.get(1).is_some_and(u8::is_ascii_digit) => (TokenKind::Number, 1 + number_length(&text[1..])),
        '=' | '!' | '<' | '>' if bytes.get(1) == Some(&b'=') => (TokenKind::Sign, 2),
        _ if is_word_start(text, first) => (TokenKind::Word, path_length(text)),
        other => (TokenKind::Sign, other.len_utf8()),
    }
}

fn string(text: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return (TokenKind::Unclosed, text[..at].trim_end_matches('\r').len().max(1)),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::String, at + 1),
            _ => {}
        }
    }
    (TokenKind::Unclosed, text.len())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn name_length(text: &str) -> usize {
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

fn number_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit() && c != '.' && !matches!(c, 'e' | 'E')).unwrap_or(text.len())
}

fn is_word_start(text: &str, first: char) -> bool {
    first.is_ascii_alphabetic() || first == '_' || wildcard_length(text).is_some()
}

/// The length of `{n}`, `{s}` or `{*}`, or of one that is not finished.
fn wildcard_length(text: &str) -> Option<usize> {
    ["{n}", "{s}", "{*}"].iter().any(|wildcard| text.starts_with(wildcard)).then_some(3)
}

/// The length of a word or hash path; the path may end anywhere, as after a `.`.
pub(super) fn path_length(text: &str) -> usize {
    let mut at = wildcard_length(text).unwrap_or_else(|| name_length(text));
    loop {
        let rest = &text[at..];
        at += match rest.chars().next() {
            Some('[') => match test_length(rest) {
                Some(length) => length,
                None => return at,
            },
            Some('.') => 1 + segment_length(&rest[1..]),
            _ => return at,
        };
    }
}

/// The length of the step of a path: a key, or a wildcard that may not be finished.
fn segment_length(text: &str) -> usize {
    if !text.starts_with('{') {
        return name_length(text);
    }
    let inner = text[1..].find(|c: char| !is_name(c) && c != '*').map_or(text.len(), |at| at + 1);
    if text[inner..].starts_with('}') {
        return inner + 1;
    }
    // `{`, and what follows it if that is no more than a wildcard.
    if inner <= 2 { inner } else { 1 }
}

/// The length of `[…]`, which ends on its line.
fn test_length(text: &str) -> Option<usize> {
    let end = text.find([']', '"', '#', '\n'])?;
    text[end..].starts_with(']').then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text).into_iter().map(|token| (token.kind, &text[token.bytes])).collect()
    }

    #[test]
    fn tokens_of_a_whole_text() {
        use TokenKind::{BlockString, Comment, Label, Number, Sign, String, Word};
        assert_eq!(
            shown("@a if \"x\\\"\" in Event.{n}[a=/b/].c >= -1.5 { # c\n f(\"\"\" \" \"\"\", @[id: 3]) }"),
            [
                (Label, "@a"),
                (Word, "if"),
                (String, "\"x\\\"\""),
                (Word, "in"),
                (Word, "Event.{n}[a=/b/].c"),
                (Sign, ">="),
                (Number, "-1.5"),
                (Sign, "{"),
                (Comment, "# c"),
                (Word, "f"),
                (Sign, "("),
                (BlockString, "\"\"\" \" \"\"\""),
                (Sign, ","),
                (Sign, "@["),
                (Word, "id"),
                (Sign, ":"),
                (Number, "3"),
                (Sign, "]"),
                (Sign, ")"),
                (Sign, "}"),
            ]
        );
    }

    #[test]
    fn what_is_not_finished() {
        use TokenKind::{Sign, Unclosed, Word};
        assert_eq!(shown("a \"b\r\nc"), [(Word, "a"), (Unclosed, "\"b"), (Word, "c")]);
        assert_eq!(shown("\"\"\" a\nb"), [(Unclosed, "\"\"\" a\nb")]);
        assert_eq!(shown("Event. {"), [(Word, "Event."), (Sign, "{")]);
        assert_eq!(shown("Event.Tag.{"), [(Word, "Event.Tag.{")]);
        assert_eq!(shown("Event.Tag.{n"), [(Word, "Event.Tag.{n")]);
        assert_eq!(shown("Event.Tag.{x}"), [(Word, "Event.Tag.{x}")]);
        assert_eq!(shown("é@"), [(Sign, "é"), (TokenKind::Label, "@")]);
    }
}
