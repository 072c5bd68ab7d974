//! The strings of a line of JSON.

use memchr::memchr2;

use super::window::is_blank;

/// Tells which places of a line are in strings, asked in ascending order, so that the line is gone through once.
pub(super) struct Strings<'l> {
    line: &'l [u8],
    /// Where no string is open, or where the content of the open one begins.
    at: usize,
    is_open: bool,
}

impl<'l> Strings<'l> {
    pub(super) fn new(line: &'l [u8]) -> Self {
        Self { line, at: 0, is_open: false }
    }

    /// Whether a place is in a string that ends as a string must.
    pub(super) fn hold(&mut self, place: usize) -> bool {
        loop {
            let Some(quote) = self.quote() else { return false };
            if self.is_open && quote > place {
                let next = self.line[quote + 1..].iter().find(|byte| !is_blank(**byte));
                return self.at <= place && matches!(next, Some(b',' | b':' | b'}' | b']'));
            }
            if !self.is_open && quote > place {
                return false;
            }
            self.is_open = !self.is_open;
            self.at = quote + 1;
        }
    }

    /// The next quotation mark that is not escaped.
    fn quote(&self) -> Option<usize> {
        let mut from = self.at;
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
