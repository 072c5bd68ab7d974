//! A stream on which every character is seen.

use std::io::{self, Write};

use codespan_reporting::term::termcolor::{ColorSpec, WriteColor};

use crate::diagnostics::printable;

/// A line without end is shown in pieces of this many bytes.
const LONGEST: usize = 64 * 1024;

/// Hands text on to a stream with its hidden characters made visible, whoever wrote it. Colours are set by the stream itself
/// and pass.
pub(super) struct Shown<W: WriteColor> {
    stream: W,
    /// The line that is not complete yet: what a character means may depend on the next one.
    line: Vec<u8>,
}

impl<W: WriteColor> Shown<W> {
    pub(super) fn new(stream: W) -> Self {
        Self { stream, line: Vec::new() }
    }

    /// The stream that it is handed on to.
    pub(super) fn stream(&mut self) -> &mut W {
        &mut self.stream
    }

    /// Writes bytes that are known to be safe, or that must not change.
    pub(super) fn as_it_is(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.end_line()?;
        self.stream.write_all(bytes)
    }

    /// Writes what there is of the line.
    pub(super) fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.show(&line)
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        match str::from_utf8(bytes) {
            Ok(text) => self.stream.write_all(printable(text).as_bytes()),
            Err(_) => self.stream.write_all(printable(&String::from_utf8_lossy(bytes)).as_bytes()),
        }
    }
}

impl<W: WriteColor> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let complete = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        if complete > 0 {
            if self.line.is_empty() {
                self.show(&bytes[..complete])?;
            } else {
                let first = memchr::memchr(b'\n', bytes).map_or(complete, |at| at + 1);
                self.line.extend_from_slice(&bytes[..first]);
                self.end_line()?;
                self.show(&bytes[first..complete])?;
            }
        }
        self.line.extend_from_slice(&bytes[complete..]);
        if self.line.len() > LONGEST {
            // Not inside of a character.
            let end = self.line.iter().rposition(|byte| byte & 0xC0 != 0x80).unwrap_or(0);
            let rest = self.line.split_off(end);
            self.end_line()?;
            self.line = rest;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.stream.flush()
    }
}

impl<W: WriteColor> WriteColor for Shown<W> {
    fn supports_color(&self) -> bool {
        self.stream.supports_color()
    }

    fn set_color(&mut self, spec: &ColorSpec) -> io::Result<()> {
        self.end_line()?;
        self.stream.set_color(spec)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.stream.reset()
    }
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::{Ansi, Color};

    use super::*;

    #[test]
    fn text_is_shown_and_colours_pass() {
        let mut stream = Shown::new(Ansi::new(Vec::new()));
        stream.set_color(ColorSpec::new().set_fg(Some(Color::Red))).unwrap();
        for piece in ["a\x1b[2J", "b\u{202e}", "\n", "é👩\u{200d}", "💻\n\nc\u{feff}"] {
            stream.write_all(piece.as_bytes()).unwrap();
        }
        stream.write_all(&"é".as_bytes()[..1]).unwrap();
        stream.write_all(&"é".as_bytes()[1..]).unwrap();
        stream.reset().unwrap();
        stream.as_it_is("\u{feff}".as_bytes()).unwrap();
        stream.flush().unwrap();
        let written = String::from_utf8(stream.stream.into_inner()).unwrap();
        assert_eq!(written, "\x1b[0m\x1b[31ma␛[2Jb\\u{202e}\né👩\u{200d}💻\n\nc\\u{feff}é\x1b[0m\u{feff}");
    }

    #[test]
    fn lines_without_end() {
        let mut stream = Shown::new(Ansi::new(Vec::new()));
        let text = "é\u{9b}".repeat(100_000);
        for chunk in text.as_bytes().chunks(1001) {
            stream.write_all(chunk).unwrap();
        }
        stream.flush().unwrap();
        let written = String::from_utf8(stream.stream.into_inner()).unwrap();
        assert_eq!(written, "é\\u{9b}".repeat(100_000));
    }
}
