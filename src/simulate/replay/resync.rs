//! Where to go on after a broken entry.
//!
//! An entry may be broken in any way: cut off, with a bracket or a quote too few or too many. So its brackets do not tell where it ends. What does is
//! the next entry: a value that begins where an entry can begin, that is whole, and after which comes what comes after an entry but never
//! after a value within one.

use std::io::{self, Read};

use super::record::Records;
use super::structure::{Progress, Structure};

/// Bytes are let go of when so many were passed.
const PASSED_BYTES: usize = 256 * 1024;
/// So far is looked ahead to tell the end of a list of entries from the end of a list within one.
const AHEAD_BYTES: usize = 1024 * 1024;

/// What is known of a broken entry.
pub(super) struct Broken<'k> {
    /// The bytes before it on its line, if they are blanks.
    pub(super) column: Option<usize>,
    /// Its first key.
    pub(super) key: Option<&'k [u8]>,
    /// Whether it begins with a bracket.
    pub(super) has_brackets: bool,
    /// Whether more is on its first line than a bracket.
    pub(super) is_compact: bool,
}

/// Where to go on.
pub(super) struct Resumption {
    /// How many bytes the broken entry takes, counted from where the search began (and no fewer than were passed).
    pub(super) passed: usize,
    /// Whether it was the last of its list, or the list is broken too.
    pub(super) leaves_lists: bool,
}

/// What a value is that begins where an entry could begin.
enum Verdict {
    /// An entry of the list, or of the stream where there is none.
    Entry,
    /// An entry of the stream, outside of the list.
    Outside,
    /// Something within the broken entry, so many bytes long.
    Within(usize),
    /// Nothing that can be told.
    Unknown,
}

impl<R: Read> Records<R> {
    /// Finds the end of a broken entry, looking from byte `start` on, and moves the window there.
    pub(super) fn resumption(&mut self, broken: &Broken<'_>, start: usize) -> io::Result<Resumption> {
        // What was passed before the window.
        let mut before = 0;
        let mut at = start;
        // The blanks on the line so far, while there is nothing else on it.
        let mut indent = None;
        // The last two bytes that are not blanks.
        let (mut previous, mut second) = (b' ', b' ');
        loop {
            if at >= PASSED_BYTES {
                self.pass(at);
                before += at;
                at = 0;
            }
            let Some(byte) = self.window.byte(at)? else {
                self.pass(at);
                return Ok(Resumption { passed: before + at, leaves_lists: true });
            };
            let end = |records: &mut Self, leaves_lists| {
                records.pass(at);
                Ok(Resumption { passed: before + at, leaves_lists })
            };
            match byte {
                b'\n' => indent = Some(0),
                b' ' | b'\t' | b'\r' => indent = indent.map(|blanks| blanks + 1),
                b'{' | b'[' => {
                    let is_likely = indent.is_some() && (indent == broken.column || indent == Some(0));
                    if is_likely || self.may_follow(byte, previous, second) {
                        match self.judge(at, indent, broken)? {
                            Verdict::Entry => return end(self, false),
                            Verdict::Outside => return end(self, true),
                            Verdict::Within(length) => {
                                at += length;
                                (previous, second, indent) = (b'}', b' ', None);
                                continue;
                            }
                            Verdict::Unknown => {}
                        }
                    }
                }
                // Where each line is an entry a line of something else is one too.
                b'}' | b']' | b',' | b':' if broken.has_brackets => {}
                _ if indent == Some(0) && self.lists.is_empty() && (broken.is_compact || !broken.has_brackets) => {
                    return end(self, false);
                }
                _ => {}
            }
            if !matches!(byte, b'\n' | b' ' | b'\t' | b'\r') {
                (previous, second, indent) = (byte, previous, None);
            }
            at += 1;
        }
    }

    /// Whether an entry may begin after these bytes, though not on a line of its own.
    fn may_follow(&self, byte: u8, previous: u8, second: u8) -> bool {
        let is_after = if self.lists.is_empty() {
            previous == b'}'
        } else {
            previous == b',' || (previous == b'[' && second != b':')
        };
        byte == b'{' && is_after
    }

    /// Looks at the value that begins at a place.
    fn judge(&mut self, start: usize, indent: Option<usize>, broken: &Broken<'_>) -> io::Result<Verdict> {
        let is_in_list = !self.lists.is_empty();
        let is_at_first_column = indent == Some(0);
        let has_same_column = indent.is_some() && (broken.column.is_none() || indent == broken.column);
        if self.looks == 0 {
            return Ok(if has_same_column { Verdict::Entry } else { Verdict::Unknown });
        }
        let mut structure = Structure::new();
        let progress = self.follow(&mut structure, start)?;
        let key = structure.first_key();
        let usual = [broken.key, self.usual_key.as_deref(), Some(b"Event"), Some(b"response")];
        let is_alike = key.is_some() && usual.contains(&key);
        let end = match progress {
            Progress::End(end) => end,
            Progress::Response(_) if is_at_first_column => return Ok(Verdict::Outside),
            Progress::Broken(_) | Progress::More if has_same_column && (is_alike || broken.is_compact) => {
                return Ok(Verdict::Entry);
            }
            _ => return Ok(Verdict::Unknown),
        };
        let within = Verdict::Within(end - start);
        let (next, byte) = self.window.after_blanks(end)?;
        Ok(match byte {
            Some(b',' | b']') if !is_in_list || !is_alike => within,
            Some(b',' | b']') => {
                if self.is_list_of_entries(next)? {
                    Verdict::Entry
                } else {
                    within
                }
            }
            Some(b'}' | b':') => within,
            _ if !is_alike && !broken.is_compact => within,
            Some(_) if is_in_list && is_at_first_column => Verdict::Outside,
            _ => Verdict::Entry,
        })
    }

    /// Whether the list that goes on at a place is one of entries: what comes after its end tells.
    fn is_list_of_entries(&mut self, start: usize) -> io::Result<bool> {
        let mut at = start;
        loop {
            let (comma, byte) = self.window.after_blanks(at)?;
            match byte {
                Some(b',') => {}
                Some(b']') => return self.ends_list_of_entries(comma + 1),
                _ => return Ok(true),
            }
            let (value, byte) = self.window.after_blanks(comma + 1)?;
            if byte.is_none() || value - start > AHEAD_BYTES || self.looks == 0 {
                return Ok(true);
            }
            match self.follow(&mut Structure::new(), value)? {
                Progress::End(end) => at = end,
                _ => return Ok(true),
            }
        }
    }

    /// Whether a list whose bracket closes before a place is one of entries.
    fn ends_list_of_entries(&mut self, end: usize) -> io::Result<bool> {
        let (at, byte) = self.window.after_blanks(end)?;
        let is_inner = self.lists.len() > 1;
        let next = match self.lists.last() {
            Some(list) if list.around.is_some() => match byte {
                Some(b'}') => self.window.after_blanks(at + 1)?.1,
                _ => return Ok(false),
            },
            _ => byte,
        };
        Ok(match next {
            Some(b',' | b']') => is_inner,
            Some(b'}' | b':') => false,
            _ => true,
        })
    }

    /// Follows a value from a place to its end, which is told as a place too.
    fn follow(&mut self, structure: &mut Structure, start: usize) -> io::Result<Progress> {
        let mut at = start;
        loop {
            let progress = match structure.follow(&self.window.seen()[at..]) {
                Progress::End(length) => Progress::End(at + length),
                Progress::Broken(length) => Progress::Broken(at + length),
                Progress::Response(length) => Progress::Response(at + length),
                Progress::More => Progress::More,
            };
            let read = match progress {
                Progress::End(end) | Progress::Broken(end) | Progress::Response(end) => end,
                Progress::More => self.window.seen().len(),
            };
            self.looks = self.looks.saturating_sub(read - at);
            at = read;
            if progress != Progress::More || at - start > self.limit || !self.window.read()? {
                return Ok(progress);
            }
        }
    }
}
