//! The part of a stream that is looked at.

use std::io::{self, Read};

use memchr::memchr_iter;

/// So much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Bytes of a stream from a place on, as far as they were read.
pub(super) struct Window<R> {
    reader: R,
    bytes: Vec<u8>,
    start: usize,
    /// Where what was read ends; after it there is room.
    end: usize,
    has_ended: bool,
    /// How many bytes of the stream come before the window.
    pub(super) passed: usize,
    /// The line on which the window begins, from 1.
    pub(super) line: usize,
    /// How many bytes of that line come before the window.
    pub(super) column: usize,
    /// Whether these are blanks.
    pub(super) is_indent: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            has_ended: false,
            passed: 0,
            line: 1,
            column: 0,
            is_indent: true,
        }
    }

    /// What can be seen.
    pub(super) fn seen(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether nothing comes after what can be seen.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Reads on; false at the end.
    ///
    /// # Errors
    /// What the reader says.
    pub(super) fn read(&mut self) -> io::Result<bool> {
        if self.has_ended {
            return Ok(false);
        }
        if self.bytes.len() - self.end < CHUNK_BYTES {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let wanted = self.end + CHUNK_BYTES;
            if self.bytes.len() < wanted {
                // Large values are read in steps that grow with them.
                self.bytes.resize(wanted.max(self.bytes.len() * 3 / 2), 0);
            } else if self.bytes.len() > 16 * CHUNK_BYTES && wanted <= 2 * CHUNK_BYTES {
                // After a large value the room is given back.
                self.bytes.truncate(2 * CHUNK_BYTES);
                self.bytes.shrink_to_fit();
            }
        }
        let room = self.end..self.end + CHUNK_BYTES;
        let read = loop {
            match self.reader.read(&mut self.bytes[room.clone()]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.end += *read.as_ref().unwrap_or(&0);
        self.has_ended = !matches!(read, Ok(1..));
        Ok(read? > 0)
    }

    /// The byte at a place, read if need be; `None` after the end.
    ///
    /// # Errors
    /// What the reader says.
    pub(super) fn byte(&mut self, at: usize) -> io::Result<Option<u8>> {
        loop {
            if let Some(byte) = self.seen().get(at) {
                return Ok(Some(*byte));
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }

    /// The first place from `at` on at which there is no blank, with the byte there.
    ///
    /// # Errors
    /// What the reader says.
    pub(super) fn after_blanks(&mut self, mut at: usize) -> io::Result<(usize, Option<u8>)> {
        loop {
            match self.byte(at)? {
                Some(byte) if is_blank(byte) => at += 1,
                byte => return Ok((at, byte)),
            }
        }
    }

    /// Moves the beginning of the window.
    pub(super) fn advance(&mut self, length: usize) {
        let passed = &self.bytes[self.start..self.start + length];
        let mut newlines = memchr_iter(b'\n', passed);
        if let Some(last) = newlines.next_back() {
            self.line += 1 + newlines.count();
            self.column = length - last - 1;
            self.is_indent = passed[last + 1..].iter().all(|byte| is_blank(*byte));
        } else {
            self.column += length;
            self.is_indent &= passed.iter().all(|byte| is_blank(*byte));
        }
        self.start += length;
        self.passed += length;
    }

    /// Moves the beginning of the window over blanks and reads on until there is something else.
    ///
    /// # Errors
    /// What the reader says.
    pub(super) fn skip_blanks(&mut self) -> io::Result<Option<u8>> {
        loop {
            let blanks = self.seen().iter().take_while(|byte| is_blank(**byte)).count();
            self.advance(blanks);
            if let Some(byte) = self.seen().first() {
                return Ok(Some(*byte));
            }
            if !self.read()? {
                return Ok(None);
            }
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
