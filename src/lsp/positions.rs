//! Places as editors count them: lines from 0, and units of an encoding from 0.

use super::protocol::{Position, PositionEncodingKind, Range};

/// In which units an editor counts within a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// UTF-8 if the editor can count so, since no text has to be converted then.
    pub(super) fn chosen(offered: Option<&[PositionEncodingKind]>) -> Self {
        let takes_utf8 = offered.is_some_and(|kinds| kinds.contains(&PositionEncodingKind::UTF8));
        if takes_utf8 { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// How long a text is.
    pub(super) fn length(self, text: &str) -> u32 {
        match self {
            Self::Utf8 => text.len() as u32,
            Self::Utf16 => text.chars().map(|c| c.len_utf16() as u32).sum(),
        }
    }

    fn of_char(self, c: char) -> u32 {
        match self {
            Self::Utf8 => c.len_utf8() as u32,
            Self::Utf16 => c.len_utf16() as u32,
        }
    }
}

/// Where the lines of a text begin. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|&(at, &byte)| byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        Self { starts: std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect() }
    }

    /// The place of a byte.
    pub(super) fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start as usize <= offset).max(1) - 1;
        let start = self.starts[line] as usize;
        Position { line: line as u32, character: encoding.length(&text[start..offset]) }
    }

    pub(super) fn range(&self, text: &str, bytes: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range { start: self.position(text, bytes.start, encoding), end: self.position(text, bytes.end, encoding) }
    }

    /// The byte at a place. Places after the end of a line are its end, those after the last line the end of the text.
    pub(super) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else { return text.len() };
        let start = start as usize;
        let end = self.starts.get(position.line as usize + 1).map_or(text.len(), |&next| next as usize);
        let line = text[start..end].trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, c) in line.char_indices() {
            // A place inside a character is that of the character.
            if units + encoding.of_char(c) > position.character {
                return start + at;
            }
            units += encoding.of_char(c);
        }
        start + line.len()
    }

    pub(super) fn bytes(&self, text: &str, range: Range, encoding: Encoding) -> std::ops::Range<usize> {
        let start = self.offset(text, range.start, encoding);
        start..self.offset(text, range.end, encoding).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn places_and_bytes() {
        let text = "aé\u{1f6a8}b\r\nc\rd\n";
        let lines = Lines::of(text);
        for (offset, utf8, utf16) in [
            (0, at(0, 0), at(0, 0)),
            (1, at(0, 1), at(0, 1)),
            (3, at(0, 3), at(0, 2)),
            (7, at(0, 7), at(0, 4)),
            (8, at(0, 8), at(0, 5)),
            (10, at(1, 0), at(1, 0)),
            (12, at(2, 0), at(2, 0)),
            (14, at(3, 0), at(3, 0)),
        ] {
            for (encoding, place) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16)] {
                assert_eq!(lines.position(text, offset, encoding), place, "{offset}");
                assert_eq!(lines.offset(text, place, encoding), offset, "{place:?}");
            }
        }
    }

    #[test]
    fn places_that_are_not_there() {
        let text = "ab\u{1f6a8}\nc";
        let lines = Lines::of(text);
        // Inside a character, after the end of a line, after the last line.
        assert_eq!(lines.offset(text, at(0, 3), Encoding::Utf16), 2);
        assert_eq!(lines.offset(text, at(0, 3), Encoding::Utf8), 2);
        assert_eq!(lines.offset(text, at(0, 99), Encoding::Utf16), 6);
        assert_eq!(lines.offset(text, at(9, 0), Encoding::Utf16), text.len());
        assert_eq!(lines.position(text, 4, Encoding::Utf16), at(0, 2));
        assert_eq!(lines.position(text, 999, Encoding::Utf8), at(1, 1));
        let upside_down = Range { start: at(1, 1), end: at(0, 0) };
        assert_eq!(lines.bytes(text, upside_down, Encoding::Utf8), text.len()..text.len());
    }
}
