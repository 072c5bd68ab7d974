//! How places move when a text changes.

use super::positions::Encoding;
use super::protocol::{Position, Range};

/// A replacement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Change {
    old: Range,
    /// Where what was put there ends.
    new_end: Position,
}

impl Change {
    pub(super) fn new(old: Range, text: &str, encoding: Encoding) -> Self {
        let normal = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines = normal.matches('\n').count() as u32;
        let last = normal.rsplit('\n').next().unwrap_or_default();
        let character = encoding.length(last) + if lines == 0 { old.start.character } else { 0 };
        Self { old, new_end: Position { line: old.start.line + lines, character } }
    }

    /// Where a range is after the change; `None` if it is no longer what it was.
    pub(super) fn moved(&self, range: Range) -> Option<Range> {
        if range.end <= self.old.start {
            return Some(range);
        }
        (range.start >= self.old.end).then(|| Range { start: self.after(range.start), end: self.after(range.end) })
    }

    fn after(&self, place: Position) -> Position {
        let line = place.line - self.old.end.line + self.new_end.line;
        let is_on_line = place.line == self.old.end.line;
        let character = if is_on_line {
            place.character - self.old.end.character + self.new_end.character
        } else {
            place.character
        };
        Position { line, character }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: (u32, u32), end: (u32, u32)) -> Range {
        let at = |(line, character)| Position { line, character };
        Range { start: at(start), end: at(end) }
    }

    #[test]
    fn what_comes_after_moves() {
        let one_line = Change::new(range((1, 4), (1, 6)), "x", Encoding::Utf16);
        assert_eq!(one_line.moved(range((0, 0), (1, 4))), Some(range((0, 0), (1, 4))));
        assert_eq!(one_line.moved(range((1, 6), (1, 9))), Some(range((1, 5), (1, 8))));
        assert_eq!(one_line.moved(range((2, 6), (2, 9))), Some(range((2, 6), (2, 9))));
        assert_eq!(one_line.moved(range((1, 0), (1, 9))), None);
        let lines = Change::new(range((1, 4), (2, 1)), "a\r\nb\r\u{1f6a8}", Encoding::Utf16);
        assert_eq!(lines.moved(range((2, 3), (2, 4))), Some(range((3, 4), (3, 5))));
        assert_eq!(lines.moved(range((4, 3), (4, 4))), Some(range((5, 3), (5, 4))));
    }
}
