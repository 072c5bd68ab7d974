//! Events one after the other in a stream.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

/// The largest event that is read, in bytes.
pub const MAX_EVENT_BYTES: usize = 256 * 1024 * 1024;

/// So much text is put together before it is worked on, if it is there without waiting.
const BATCH_BYTES: usize = 256 * 1024;

/// The text of an event, and where it stands.
#[derive(Debug)]
pub struct Record {
    /// The file, or `-`.
    pub name: Arc<str>,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The text.
    pub text: Result<String, RecordError>,
}

/// Why there is no text.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file or the stream cannot be read.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// It is larger than [`MAX_EVENT_BYTES`].
    #[error("the event is larger than {} MiB", MAX_EVENT_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
}

/// The records of a stream, in batches of what is there without waiting. A record is one JSON text: mostly one line, but one that is spread over
/// lines is put together. It ends where its brackets are closed and, if it is an object, at the latest where the next line
/// begins with a brace: so a broken one does not swallow those behind it.
pub struct Records<R> {
    reader: R,
    name: Arc<str>,
    /// The line that comes next, from 1.
    line: usize,
    /// A line that was read and belongs to the next record.
    pending: Option<Vec<u8>>,
    limit: usize,
    ended: bool,
}

/// What [`Records`] read for a line.
enum Line {
    Text(Vec<u8>),
    TooLong,
    End,
}

impl<R: BufRead + Buffered> Records<R> {
    /// The records of a stream that messages call `name`.
    pub fn new(reader: R, name: &str) -> Self {
        Self::with_limit(reader, name, MAX_EVENT_BYTES)
    }

    fn with_limit(reader: R, name: &str, limit: usize) -> Self {
        Self { reader, name: name.into(), line: 1, pending: None, limit, ended: false }
    }

    /// The next record; `None` at the end.
    fn record(&mut self) -> Option<Record> {
        let mut open = Open::default();
        let mut bytes: Vec<u8> = Vec::new();
        let mut start = self.line;
        let text = loop {
            let line = match self.line() {
                Ok(Line::Text(line)) => line,
                Ok(Line::TooLong) => break Err(RecordError::TooLarge),
                Ok(Line::End) if bytes.is_empty() => return None,
                Ok(Line::End) => break text(bytes),
                Err(error) => {
                    self.ended = true;
                    break Err(error.into());
                }
            };
            if bytes.is_empty() {
                if line.trim_ascii().is_empty() {
                    start = self.line;
                    continue;
                }
            } else if bytes.starts_with(b"{") && line.starts_with(b"{") {
                self.line -= 1;
                self.pending = Some(line);
                break text(bytes);
            }
            if bytes.len() + line.len() > self.limit {
                break Err(RecordError::TooLarge);
            }
            if bytes.is_empty() {
                if line.starts_with(b"{") && self.pending.is_none() && self.reader.next_byte() == Some(b'{') {
                    // It ends here anyway, so there is no need to look at its brackets.
                    break text(line);
                }
                open.follow(&line);
                bytes = line;
            } else {
                open.follow(&line);
                bytes.extend_from_slice(&line);
            }
            if !open.is_open() {
                break text(bytes);
            }
        };
        Some(Record { name: self.name.clone(), line: start, text })
    }

    fn line(&mut self) -> io::Result<Line> {
        if self.ended {
            return Ok(Line::End);
        }
        if let Some(line) = self.pending.take() {
            self.line += 1;
            return Ok(Line::Text(line));
        }
        let mut line = Vec::new();
        let limit = self.limit as u64 + 1;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut line)?;
        if read == 0 {
            self.ended = true;
            return Ok(Line::End);
        }
        self.line += 1;
        if read as u64 == limit && !line.ends_with(b"\n") {
            self.skip_line()?;
            return Ok(Line::TooLong);
        }
        if self.line == 2 && line.starts_with("\u{feff}".as_bytes()) {
            line.drain(.."\u{feff}".len());
        }
        Ok(Line::Text(line))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let (length, found) = end.map_or((buffer.len(), false), |at| (at + 1, true));
            self.reader.consume(length);
            if found {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead + Buffered> Iterator for Records<R> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        let mut batch = vec![self.record()?];
        let mut size = 0;
        loop {
            size += batch.last().and_then(|record| record.text.as_ref().ok()).map_or(0, String::len);
            if size >= BATCH_BYTES || (self.pending.is_none() && !self.reader.has_line()) {
                return Some(batch);
            }
            match self.record() {
                Some(record) => batch.push(record),
                None => return Some(batch),
            }
        }
    }
}

/// A reader that knows what is there already.
pub trait Buffered {
    /// Whether a whole line can be read without waiting.
    fn has_line(&self) -> bool;
    /// The byte that comes next, if it can be read without waiting.
    fn next_byte(&self) -> Option<u8>;
}

impl<R: Read> Buffered for io::BufReader<R> {
    fn has_line(&self) -> bool {
        self.buffer().contains(&b'\n')
    }

    fn next_byte(&self) -> Option<u8> {
        self.buffer().first().copied()
    }
}

fn text(mut bytes: Vec<u8>) -> Result<String, RecordError> {
    bytes.truncate(bytes.trim_ascii_end().len());
    String::from_utf8(bytes).map_err(|_| RecordError::NotUtf8)
}

/// Which brackets of a JSON text are open.
#[derive(Clone, Copy, Default)]
struct Open {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Open {
    fn follow(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    // A text never goes over the end of a line.
                    b'"' | b'\n' => self.in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn is_open(self) -> bool {
        self.depth > 0
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn records(text: &str, limit: usize) -> Vec<(usize, Result<String, String>)> {
        let reader = BufReader::with_capacity(16, Cursor::new(text.as_bytes().to_vec()));
        let records = Records::with_limit(reader, "-", limit).flatten();
        records.map(|record| (record.line, record.text.map_err(|error| error.to_string()))).collect()
    }

    fn texts(text: &str) -> Vec<(usize, String)> {
        records(text, 1_000).into_iter().map(|(line, text)| (line, text.unwrap())).collect()
    }

    fn own(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
        expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
    }

    #[test]
    fn one_a_line() {
        let expected = own(&[(1, r#"{"a": 1}"#), (3, r#"{"b": "}{"}"#), (4, "3")]);
        assert_eq!(texts("{\"a\": 1}\r\n\n{\"b\": \"}{\"}\n3"), expected);
        assert_eq!(texts("\u{feff}{}\n"), own(&[(1, "{}")]));
        assert_eq!(texts(" \n\n"), []);
    }

    #[test]
    fn one_over_several_lines() {
        let pretty = "{\n  \"a\": [\n    {\n    }\n  ]\n}";
        assert_eq!(texts(&format!("{pretty}\n{pretty}\n")), own(&[(1, pretty), (7, pretty)]));
        let list = "[\n{\"a\": 1},\n{\"b\": 2}\n]";
        assert_eq!(texts(list), own(&[(1, list)]));
    }

    #[test]
    fn a_broken_one_does_not_swallow_the_next() {
        let text = "{\"a\": [1\n{\"b\": 2}\n{\"c\": \"x\n{\"d\": 4}\n}}}\n{\"e\": 5}";
        let expected = own(&[
            (1, r#"{"a": [1"#),
            (2, r#"{"b": 2}"#),
            (3, r#"{"c": "x"#),
            (4, r#"{"d": 4}"#),
            (5, "}}}"),
            (6, r#"{"e": 5}"#),
        ]);
        assert_eq!(texts(text), expected);
    }

    #[test]
    fn what_is_too_large_is_left_out() {
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(100));
        let found = records(&format!("{long}\n{{}}\n"), 50);
        assert_eq!(found, [(1, Err("the event is larger than 256 MiB".into())), (2, Ok("{}".into()))]);
    }

    #[test]
    fn bytes_that_are_no_text() {
        let reader = BufReader::new(Cursor::new(b"{\"a\": \"\xFF\"}\n{}\n".to_vec()));
        let found: Vec<_> = Records::new(reader, "-").flatten().collect();
        assert!(matches!(found[0].text, Err(RecordError::NotUtf8)));
        assert!(found[1].text.is_ok());
    }
}
