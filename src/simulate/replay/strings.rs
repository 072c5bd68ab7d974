//! The strings of a line of JSON.

use memchr::memchr2;

use super::window::is_blank;

/// Tells which places of a line are in strings, asked in ascending order, so that the line is gone through once.
pub(super) struct Strings<'l> {
    line: &'l [u8],
    /// The string that was found last.
    last: Option<Found>,
    /// Where to look for the next one; `None` after the last.
    next: Option<usize>,
}

/// A string of the line.
#[derive(Clone, Copy)]
struct Found {
    /// Where its content begins.
    start: usize,
    /// Where its content ends.
    end: usize,
    /// Whether what follows may follow a string.
    ends_well: bool,
}

impl<'l> Strings<'l> {
    pub(super) fn new(line: &'l [u8]) -> Self {
        Self { line, last: None, next: Some(0) }
    }

    /// Whether a place is in a string that ends as a string must.
    pub(super) fn hold(&mut self, place: usize) -> bool {
        loop {
            if let Some(string) = self.last.filter(|string| place < string.end) {
                return string.start <= place && string.ends_well;
            }
            let Some(from) = self.next else { return false };
            self.last = self.string(from);
            self.next = self.last.map(|string| string.end + 1);
        }
    }

    /// The first string from a place on that is outside of strings.
    fn string(&self, from: usize) -> Option<Found> {
        let start = self.quote(from)? + 1;
        let end = self.quote(start)?;
        let next = self.line[end + 1..].iter().find(|byte| !is_blank(**byte));
        Some(Found { start, end, ends_well: matches!(next, Some(b',' | b':' | b'}' | b']')) })
    }

    /// The next quotation mark that is not escaped.
    fn quote(&self, mut from: usize) -> Option<usize> {
        loop {
            let at = from + memchr2(b'"', b'\\', self.line.get(from..)?)?;
            if self.line[at] == b'"' {
                return Some(at);
            }
            from = at + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Strings;

    #[test]
    fn places_in_strings() {
        let line = br#"{"a}": "\"}", "b": {}, "c": "}\\"}"x"}"#;
        let mut strings = Strings::new(line);
        let held: Vec<usize> = (0..line.len()).filter(|&at| line[at] == b'}' && strings.hold(at)).collect();
        assert_eq!(held, [3, 10, 29]);
    }
}
