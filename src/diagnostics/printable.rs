//! Text of unknown origin, made safe for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::memchr2;

use crate::base::characters::hidden_characters;

/// `text` with every character made visible that a terminal would obey or not show: control characters, escape
/// sequences, marks that change the direction of text, characters without a width. Tabs and line breaks stay, and
/// so do the joiners and selectors that emoji and other scripts need where they are.
pub fn printable(text: &str) -> Cow<'_, str> {
    visible(text, '\r')
}

/// As [`printable`], for text that stays on one line: line breaks become visible too.
pub fn printable_line(text: &str) -> Cow<'_, str> {
    visible(text, '\n')
}

/// `text` without hidden characters, carriage returns, and this one.
fn visible(text: &str, also: char) -> Cow<'_, str> {
    let mut hidden = hidden_characters(text).map(|(at, _)| at).peekable();
    if hidden.peek().is_none() && memchr2(b'\r', also as u8, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if hidden.next_if_eq(&at).is_some() || c == '\r' || c == also {
            push_visible(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Adds what stands for a hidden character: Unicode's picture of a control character, else the code point.
pub(super) fn push_visible(shown: &mut String, c: char) {
    match c {
        '\0'..='\u{1f}' => {
            shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        '\u{7f}' => shown.push('\u{2421}'),
        _ => {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_is_left() {
        assert_eq!(printable("a\x1b[31mb\r\n\tc"), "a␛[31mb␍\n\tc");
        assert_eq!(printable_line("a\nb"), "a␊b");
        assert_eq!(printable("\u{9b}2J \u{202e}x\u{7f}"), "\\u{9b}2J \\u{202e}x␡");
        assert_eq!(
            printable("\u{feff}\u{ffff}\u{200b}\u{e0041}\u{fffe}"),
            "\\u{feff}\\u{ffff}\\u{200b}\\u{e0041}\\u{fffe}"
        );
        assert!(matches!(printable("grüße 日本 👩\u{200d}💻"), Cow::Borrowed(_)));
    }
}
