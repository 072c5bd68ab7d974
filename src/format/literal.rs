//! String literals.

use std::fmt::Write as _;

use crate::base::characters::hidden_characters;
use crate::syntax::dedent;
use crate::syntax::tree::Text;

use super::writer::Writer;

/// The literal `"…"` for a text: everything as it is but `"`, `\`, and what cannot be seen or turns
/// the direction of the text around.
pub fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    let mut hidden = hidden_characters(text).map(|(at, _)| at).peekable();
    for (at, character) in text.char_indices() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            _ if hidden.next_if_eq(&at).is_none() && character != '\r' => literal.push(character),
            '\0'..='\u{ffff}' => {
                let _ = write!(literal, "\\u{:04x}", u32::from(character));
            }
            _ => {
                let _ = write!(literal, "\\u{{{:x}}}", u32::from(character));
            }
        }
    }
    literal.push('"');
    literal
}

impl<'s> Writer<'s> {
    /// A text in the form that its author chose: between quotes or as a block.
    pub(super) fn text(&mut self, text: &'s Text<'s>) {
        self.reach(text.span);
        let literal = self.snippet(text.span);
        if !text.block {
            let quoted = quote(&text.content);
            if quoted == literal { self.add(literal) } else { self.add(quoted) }
        } else if text.content.is_empty() {
            self.add("\"\"\"\"\"\"");
        } else if can_be_framed(&text.content) {
            self.framed(&text.content);
        } else if literal.contains('\n') {
            self.pieces.raw(literal.replace("\r\n", "\n"));
        } else {
            self.add(literal);
        }
    }

    /// A block string with its quotes on lines of their own.
    fn framed(&mut self, content: &'s str) {
        self.add("\"\"\"");
        self.pieces.indent();
        for line in content.split('\n') {
            self.pieces.hard(false);
            if !line.is_empty() {
                self.add(line);
            }
        }
        self.pieces.dedent();
        self.pieces.hard(false);
        self.add("\"\"\"");
    }
}

/// Whether a text that is indented between two lines of quotes is read as the same text again.
fn can_be_framed(content: &str) -> bool {
    let mut frame = String::with_capacity(content.len() * 2);
    for line in content.split('\n') {
        frame.push('\n');
        if !line.is_empty() {
            frame.push(' ');
            frame.push_str(line);
        }
    }
    frame.push('\n');
    dedent(&frame) == content
}

#[cfg(test)]
mod tests {
    use super::{can_be_framed, quote};

    #[test]
    fn quoted_texts_show_what_they_hold() {
        for (text, literal) in [
            ("", r#""""#),
            ("a/b é 😀", r#""a/b é 😀""#),
            ("\"\\\n\t", r#""\"\\\n\t""#),
            ("\u{8}\r\u{7f}\u{85}", r#""\u0008\u000d\u007f\u0085""#),
            ("\u{202e}\u{2066}\u{feff}\u{2028}", r#""\u202e\u2066\ufeff\u2028""#),
            ("👩\u{200d}💻", "\"👩\u{200d}💻\""),
            ("a\u{200b}\u{e0041}\u{ffff}", r#""a\u200b\u{e0041}\uffff""#),
        ] {
            assert_eq!(quote(text), literal, "{text:?}");
        }
    }

    #[test]
    fn only_what_comes_back_is_framed() {
        for (content, framed) in [
            ("a", true),
            ("a\n  b\n\nc", true),
            ("\n", true),
            ("a\n", true),
            (" a", false),
            (" a\n b", false),
            ("a\r\nb", false),
        ] {
            assert_eq!(can_be_framed(content), framed, "{content:?}");
        }
    }
}
