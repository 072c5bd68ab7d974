//! Text of unknown origin, made safe for a terminal.

use std::borrow::Cow;

/// `text` with every character made visible that a terminal would obey: control characters, escape
/// sequences, and marks that change the direction of text. Tabs and line breaks stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    visible(text, |c| matches!(c, '\n' | '\t'))
}

/// As [`printable`], for text that stays on one line: line breaks become visible too.
pub fn printable_line(text: &str) -> Cow<'_, str> {
    visible(text, |c| c == '\t')
}

fn visible(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let shown = |c: char| if keep(c) { c } else { visible_char(c) };
    if text.chars().all(|c| shown(c) == c) { Cow::Borrowed(text) } else { text.chars().map(shown).collect() }
}

/// The character that stands for `c`: itself, unless a terminal would obey it.
pub(super) fn visible_char(c: char) -> char {
    match c {
        // Unicode has a picture for each of these.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_is_left() {
        assert_eq!(printable("a\x1b[31mb\r\n\tc"), "a␛[31mb␍\n\tc");
        assert_eq!(printable_line("a\nb"), "a␊b");
        assert_eq!(printable("\u{9b}2J \u{202e}x\u{7f}"), "\u{fffd}2J \u{fffd}x␡");
        assert!(matches!(printable("grüße 日本"), Cow::Borrowed(_)));
    }
}
