//! Strings and comments in a text, whether the rest of it can be read or not.

use std::ops::Range;

use super::nesting::{line_end, string_end};

/// What a part of a text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Surroundings {
    /// A string between single quotes, which has escapes.
    String,
    /// A string over several lines, which has none.
    Block,
    /// A comment.
    Comment,
    /// Anything else.
    Plain,
}

/// The parts of a text that are not plain, in order.
pub(crate) fn surroundings(text: &str) -> impl Iterator<Item = (Range<usize>, Surroundings)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut may_close_block = true;
    std::iter::from_fn(move || {
        let start = at + memchr::memchr2(b'"', b'#', bytes.get(at..)?)?;
        let kind = match &bytes[start..] {
            [b'#', ..] => Surroundings::Comment,
            [b'"', b'"', b'"', ..] => Surroundings::Block,
            _ => Surroundings::String,
        };
        at = match kind {
            Surroundings::Comment => line_end(bytes, start),
            _ => string_end(bytes, start, &mut may_close_block),
        };
        Some((start..at, kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments() {
        let text = "a \"b # \\\" c\" # \"d\"\n\"\"\"e\n# f\"\"\" \"g\nh # i";
        let found: Vec<_> = surroundings(text).map(|(range, kind)| (&text[range], kind)).collect();
        assert_eq!(
            found,
            [
                ("\"b # \\\" c\"", Surroundings::String),
                ("# \"d\"", Surroundings::Comment),
                ("\"\"\"e\n# f\"\"\"", Surroundings::Block),
                ("\"g", Surroundings::String),
                ("# i", Surroundings::Comment),
            ]
        );
    }
}
