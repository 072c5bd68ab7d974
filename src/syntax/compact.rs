//! A text as the grammar reads it: without comments, and with one blank where there are many.
//!
//! Blanks and comments are most of what is between tokens, and pest takes a hundred instructions for each character.
//! Every byte that is left has its place in the whole text.

use std::ops::Range;

use super::surroundings::{Surroundings, surroundings};

/// What is left of a text.
#[derive(Debug)]
pub struct Compact {
    /// Strings as they are; in all else one blank for many, which is a line break if one of them was.
    pub text: String,
    /// Where the comments were, in order.
    pub comments: Vec<Range<usize>>,
    /// Where each byte of `text` was.
    places: Vec<u32>,
    /// The length of the whole text.
    end: usize,
    /// Blanks that were met and not yet written: where they began, and whether one of them breaks the line.
    blanks: Option<(usize, bool)>,
}

impl Compact {
    /// Of a text of less than four gigabytes.
    pub fn new(whole: &str) -> Self {
        let mut compact = Self {
            text: String::with_capacity(whole.len()),
            comments: Vec::new(),
            places: Vec::with_capacity(whole.len()),
            end: whole.len(),
            blanks: None,
        };
        let mut at = 0;
        for (range, kind) in surroundings(whole) {
            compact.plain(whole, at..range.start);
            at = range.end;
            if kind == Surroundings::Comment {
                compact.comments.push(range);
            } else {
                compact.keep(whole, range);
            }
        }
        compact.plain(whole, at..whole.len());
        compact
    }

    /// The place of a range in the whole text.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let start = self.start(range.start);
        let end = if range.is_empty() { start } else { self.start(range.end - 1) + 1 };
        start..end
    }

    /// The place of a position in the whole text.
    pub fn start(&self, at: usize) -> usize {
        self.places.get(at).map_or(self.end, |place| *place as usize)
    }

    /// Reads what is neither a string nor a comment.
    fn plain(&mut self, whole: &str, range: Range<usize>) {
        let bytes = &whole.as_bytes()[..range.end];
        let mut at = range.start;
        while at < range.end {
            let length = bytes[at..].iter().position(|byte| is_blank(*byte)).unwrap_or(range.end - at);
            if length > 0 {
                self.keep(whole, at..at + length);
            }
            at += length;
            while let Some(&byte) = bytes.get(at).filter(|byte| is_blank(**byte)) {
                let (_, breaks) = self.blanks.get_or_insert((at, false));
                *breaks |= matches!(byte, b'\n' | b'\r');
                at += 1;
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the text is shorter than four gigabytes")]
    fn keep(&mut self, whole: &str, range: Range<usize>) {
        if let Some((place, breaks)) = self.blanks.take() {
            self.text.push(if breaks { '\n' } else { ' ' });
            self.places.push(place as u32);
        }
        self.places.extend(range.start as u32..range.end as u32);
        self.text.push_str(&whole[range]);
    }
}

/// What the grammar takes for blanks.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blank_stands_for_many() {
        let whole = "a \t b # ö \r\n  # d\n  \"  e # \" \u{e9}[ x ]  ";
        let compact = Compact::new(whole);
        assert_eq!(compact.text, "a b\n\"  e # \" \u{e9}[ x ]");
        let comments: Vec<_> = compact.comments.iter().map(|range| &whole[range.clone()]).collect();
        assert_eq!(comments, ["# ö ", "# d"]);
    }

    #[test]
    fn what_is_left_has_its_place() {
        let whole = "# a\n b  \"c  d\"   \u{e9}e";
        let compact = Compact::new(whole);
        for word in ["b", "\"c  d\"", "\u{e9}e", "d"] {
            let at = compact.text.find(word).unwrap();
            assert_eq!(&whole[compact.place(at..at + word.len())], word);
        }
        assert_eq!(compact.start(compact.text.len()), whole.len());
        assert_eq!(Compact::new("# a").start(0), 3);
    }
}
