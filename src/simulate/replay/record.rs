//! Events one after the other in a stream.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memchr2, memmem};

use crate::base::foreign_form::{FORM_BYTES, ForeignForm, foreign_form};

use super::resync::{Broken, Resumption};
use super::strings::Strings;
use super::structure::{KEY_BYTES, Progress, Structure};
use super::window::{Window, is_blank};

/// The largest event that is read, in bytes.
pub const MAX_EVENT_BYTES: usize = 256 * 1024 * 1024;

/// So much text is put together before it is worked on, if it is there without waiting.
const BATCH_BYTES: usize = 256 * 1024;
/// If so much was read already, the next event is likely among it.
const LIKELY_BYTES: usize = 128 * 1024;
/// So much of a line is read to see whether an event fills it.
const LINE_BYTES: usize = 8 * 1024 * 1024;
/// So many blanks between two lines are passed over to see what the next one begins with.
const BLANK_BYTES: usize = 4096;
/// How deep lists of events may lie in each other.
const MAX_LISTS: usize = 8;
/// How often bytes may be looked at again, on average, to find out where a broken entry ends.
const LOOKS: usize = 8;
/// How many bytes may be looked at again in any case.
const FIRST_LOOKS: usize = 4 * 1024 * 1024;

/// The text of an entry, and where it is.
#[derive(Debug)]
pub struct Record {
    /// The file, or `-`.
    pub name: Arc<str>,
    /// The line on which it begins, from 1; 0 for the file as a whole.
    pub line: usize,
    /// Its number among the entries of the file, from 1; `None` if this is about what lies between entries.
    pub index: Option<usize>,
    /// The text.
    pub text: Result<String, RecordError>,
}

impl Record {
    /// An event that came as bytes, as the entry `index` of what messages call `name`; a byte order mark before it is left out.
    pub fn of_bytes(name: Arc<str>, index: Option<usize>, bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let text = String::from_utf8(bytes.to_vec()).map_err(|_| RecordError::NotUtf8);
        Self { name, line: index.unwrap_or(1), index, text }
    }
}

/// Why there is no text.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file or the stream cannot be read.
    #[error(transparent)]
    Unreadable(io::Error),
    /// What is packed in it cannot be unpacked.
    #[error("{0}")]
    Broken(io::Error),
    /// It is not text as MISP writes it.
    #[error("{}", how_to_read(*.0))]
    ForeignForm(ForeignForm),
    /// It is larger than [`MAX_EVENT_BYTES`].
    #[error("the event is larger than {} MiB", MAX_EVENT_BYTES / (1024 * 1024))]
    TooLarge,
    /// It is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A list without entries.
    #[error("this list is empty, so there is no event in it")]
    EmptyList,
    /// Nothing between two commas, or between a comma and the end of the list.
    #[error("an entry of the list is missing: there is nothing after the comma")]
    MissingEntry,
    /// Nothing between two entries of a list.
    #[error("a comma is missing before this entry of the list; the entries on both sides are used")]
    MissingComma,
    /// A list that does not end, or not as it should.
    #[error("the list that begins in line {0} is cut off or does not end as it should; the entries before are used")]
    UnclosedList(usize),
}

impl From<io::Error> for RecordError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidData { Self::Broken(error) } else { Self::Unreadable(error) }
    }
}

/// Why events in this form cannot be read, and what helps.
fn how_to_read(form: ForeignForm) -> String {
    match form {
        ForeignForm::Compressed(program) => {
            format!(
                "it is compressed with {program}; unpack it first, as with `{program} -dc FILE | mispflow run … --event -`"
            )
        }
        ForeignForm::Zip => "it is a zip archive; unpack it first".to_owned(),
        ForeignForm::Wide => {
            "it is UTF-16; MISP writes UTF-8, so convert it, as with `iconv -f UTF-16 -t UTF-8`".to_owned()
        }
    }
}

/// The entries of a stream, in batches of what is there without waiting.
///
/// A stream holds JSON texts one after the other, over any lines: events, lists of events, and answers of MISP's search
/// (`{"response": […]}`), whose entries come one by one, so that a list is never held whole. A broken entry ends where the next one that is whole
/// begins.
pub struct Records<R> {
    pub(super) window: Window<R>,
    name: Arc<str>,
    /// Whether the stream may have to be waited for.
    may_wait: bool,
    has_begun: bool,
    has_ended: bool,
    /// The lists that are open.
    pub(super) lists: Vec<List>,
    index: usize,
    pub(super) limit: usize,
    /// Up to here in the stream no line ends, so this is not searched again.
    line_goes_on_to: usize,
    /// Up to here in the stream there is more than one value on the line, which is not looked at as a whole again.
    shared_to: usize,
    /// The first key of the last entry that was whole.
    pub(super) usual_key: Option<Vec<u8>>,
    /// How many bytes may still be looked at again.
    pub(super) looks: usize,
}

/// A list of entries that is being read.
pub(super) struct List {
    line: usize,
    next: ListNext,
    /// For an answer to a search: the object around it.
    pub(super) around: Option<Structure>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ListNext {
    /// The first entry, or the end.
    First,
    /// An entry.
    Entry,
    /// A comma, or the end.
    Comma,
}

impl<R: Read> Records<R> {
    /// The entries of a stream that messages call `name`. If it `may_wait`, as a pipe does, what was read is handed on before more is waited for.
    pub fn new(reader: R, name: &str, may_wait: bool) -> Self {
        Self::with_limit(reader, name, may_wait, MAX_EVENT_BYTES)
    }

    fn with_limit(reader: R, name: &str, may_wait: bool, limit: usize) -> Self {
        Self {
            window: Window::new(reader),
            name: name.into(),
            may_wait,
            has_begun: false,
            has_ended: false,
            lists: Vec::new(),
            index: 0,
            limit,
            line_goes_on_to: 0,
            shared_to: 0,
            usual_key: None,
            looks: FIRST_LOOKS,
        }
    }

    /// The next entry; `None` at the end.
    fn record(&mut self) -> Option<Record> {
        if self.has_ended {
            return None;
        }
        match self.next_record() {
            Ok(record) => record,
            Err(error) => {
                self.has_ended = true;
                Some(self.problem(error.into()))
            }
        }
    }

    fn next_record(&mut self) -> io::Result<Option<Record>> {
        if !self.has_begun {
            self.has_begun = true;
            self.read_start()?;
            if let Some(form) = foreign_form(self.window.seen()) {
                self.has_ended = true;
                let line = 0;
                return Ok(Some(Record { line, ..self.problem(RecordError::ForeignForm(form)) }));
            }
            if self.window.seen().starts_with("\u{feff}".as_bytes()) {
                self.window.advance("\u{feff}".len());
                self.window.column = 0;
                self.window.is_indent = true;
            }
        }
        loop {
            let byte = self.window.skip_blanks()?;
            let Some(list) = self.lists.last_mut() else {
                match byte {
                    None => return Ok(None),
                    Some(byte) => match self.value(byte)? {
                        Some(record) => return Ok(Some(record)),
                        None => continue,
                    },
                }
            };
            let next = list.next;
            match (byte, next) {
                (None, _) => {
                    let line = list.line;
                    self.lists.clear();
                    return Ok(Some(self.problem(RecordError::UnclosedList(line))));
                }
                (Some(b','), ListNext::Comma) => {
                    list.next = ListNext::Entry;
                    self.window.advance(1);
                }
                (Some(b','), _) => {
                    let record = self.entry(Err(RecordError::MissingEntry), 0);
                    self.window.advance(1);
                    return Ok(Some(record));
                }
                (Some(b']'), ListNext::First) => {
                    let record = self.entry(Err(RecordError::EmptyList), 0);
                    return Ok(Some(record));
                }
                (Some(b']'), ListNext::Entry) => {
                    let record = self.entry(Err(RecordError::MissingEntry), 0);
                    return Ok(Some(record));
                }
                (Some(b']'), ListNext::Comma) => {
                    if let Some(record) = self.close()? {
                        return Ok(Some(record));
                    }
                }
                (Some(_), ListNext::Comma) => {
                    list.next = ListNext::Entry;
                    return Ok(Some(self.problem(RecordError::MissingComma)));
                }
                (Some(byte), _) => {
                    if let Some(record) = self.value(byte)? {
                        return Ok(Some(record));
                    }
                }
            }
        }
    }

    /// Reads so much that it can be told whether this is text.
    fn read_start(&mut self) -> io::Result<()> {
        let wanted = match self.window.byte(0)? {
            Some(b'{' | b'[') if self.window.byte(1)? != Some(0) => 2,
            Some(b'\t'..=b' ' | b'"' | b'-' | b'0'..=b'9' | b'a'..=b'z') => 1,
            _ => FORM_BYTES,
        };
        self.window.byte(wanted - 1)?;
        Ok(())
    }

    /// Ends the innermost list. Of an answer to a search the rest is skipped.
    fn close(&mut self) -> io::Result<Option<Record>> {
        self.window.advance(1);
        let Some(list) = self.lists.pop() else { return Ok(None) };
        if let Some(around) = self.lists.last_mut() {
            around.next = ListNext::Comma;
        }
        let Some(mut around) = list.around else { return Ok(None) };
        loop {
            let length = self.window.seen().len();
            match around.follow(self.window.seen()) {
                Progress::End(length) => {
                    self.window.advance(length);
                    return Ok(None);
                }
                Progress::Broken(length) | Progress::Response(length) => {
                    self.window.advance(length);
                    break;
                }
                Progress::More => self.window.advance(length),
            }
            if !self.window.read()? {
                break;
            }
        }
        Ok(Some(self.problem(RecordError::UnclosedList(list.line))))
    }

    /// Reads the value that begins here: an entry, or a list of them, for which there is no record yet.
    fn value(&mut self, byte: u8) -> io::Result<Option<Record>> {
        if byte == b'[' && self.lists.len() < MAX_LISTS {
            self.lists.push(List { line: self.window.line, next: ListNext::First, around: None });
            self.window.advance(1);
            return Ok(None);
        }
        if let Some(length) = self.line_of_its_own(byte)? {
            let text = text(&self.window.seen()[..length]);
            return Ok(Some(self.entry(text, length)));
        }
        let mut structure = Structure::new();
        let mut read = 0;
        let end = loop {
            let mut piece = &self.window.seen()[read..];
            // Where too much was broken an entry is no longer looked for over several lines.
            let line = if self.looks == 0 { memchr(b'\n', piece) } else { None };
            piece = &piece[..line.unwrap_or(piece.len())];
            match structure.follow(piece) {
                Progress::End(length) => break Ok(read + length),
                Progress::Response(length) if self.lists.len() < MAX_LISTS => {
                    let around = Some(structure.after_response());
                    self.lists.push(List { line: self.window.line, next: ListNext::First, around });
                    self.window.advance(read + length + 1);
                    return Ok(None);
                }
                Progress::Broken(length) | Progress::Response(length) => break Err(read + length),
                Progress::More => {}
            }
            if let Some(line) = line {
                break Err(read + line);
            }
            read = self.window.seen().len();
            if read > self.limit {
                return self.too_large(structure).map(Some);
            }
            if !self.window.read()? {
                break if structure.may_end() { Ok(read) } else { Err(read) };
            }
        };
        let end = match end {
            Ok(end) => match self.misplaced_after(end, matches!(byte, b'{' | b'['))? {
                None => Ok(end),
                Some(at) => Err(at),
            },
            Err(at) => Err(at),
        };
        match end {
            Ok(end) if end > self.limit => Ok(Some(self.entry(Err(RecordError::TooLarge), end))),
            Ok(end) => {
                if let Some(key) = structure.first_key()
                    && self.usual_key.as_deref() != Some(key)
                {
                    self.usual_key = Some(key.to_vec());
                }
                let text = text(&self.window.seen()[..end]);
                Ok(Some(self.entry(text, end)))
            }
            Err(at) => self.broken(byte, at, &structure).map(Some),
        }
    }

    /// The length of an object that fills the line it begins on, where that is plain to see. It begins with a brace and ends
    /// with one; if it were not closed there it could not go on with what the next line begins with.
    fn line_of_its_own(&mut self, byte: u8) -> io::Result<Option<usize>> {
        if byte != b'{' || !self.lists.is_empty() || self.window.passed < self.shared_to {
            return Ok(None);
        }
        let Some(newline) = self.end_of_line()? else { return Ok(None) };
        let Some(length) = self.only_object(newline) else {
            self.shared_to = self.window.passed + newline;
            return Ok(None);
        };
        let key = first_key(&self.window.seen()[..length]);
        if key.is_some() && key != self.usual_key.as_deref() {
            self.usual_key = key.map(<[u8]>::to_vec);
        }
        Ok(Some(length))
    }

    /// The length of the object that a line consists of, if that is plain to see.
    fn only_object(&self, newline: usize) -> Option<usize> {
        let seen = self.window.seen();
        let line = seen[..newline].trim_ascii_end();
        let next = seen[newline..].iter().find(|byte| !is_blank(**byte));
        let is_alone = match next {
            Some(next) => !matches!(next, b',' | b']' | b'}' | b':'),
            None => self.window.has_ended(),
        };
        if !is_alone || line.len() > self.limit || line.last() != Some(&b'}') {
            return None;
        }
        // Two objects on a line, and answers to searches, need a closer look.
        let mut strings = Strings::new(line);
        let is_one = memchr_iter(b'}', &line[..line.len() - 1]).all(|at| {
            let next = line[at + 1..].iter().find(|byte| !is_blank(**byte));
            matches!(next, Some(b',' | b'}' | b']')) || strings.hold(at)
        });
        (is_one && memmem::find(line, b"\"response\"").is_none()).then_some(line.len())
    }

    /// Where the line ends that the window begins on, if it is not too long. A file is read for that, up to a byte of the
    /// next line; of what may have to be waited for only what is there counts.
    fn end_of_line(&mut self) -> io::Result<Option<usize>> {
        // Where many values are on one line it is looked through once.
        let mut from = self.line_goes_on_to.saturating_sub(self.window.passed);
        loop {
            let seen = self.window.seen();
            let newline = memchr(b'\n', seen.get(from..).unwrap_or_default()).map(|at| from + at);
            from = from.max(newline.unwrap_or(seen.len()));
            self.line_goes_on_to = self.window.passed + from;
            let is_enough = match newline {
                Some(newline) => {
                    let after = &seen[newline..];
                    after.len() > BLANK_BYTES || after.iter().any(|byte| !is_blank(*byte))
                }
                None => from > LINE_BYTES,
            };
            if is_enough || self.may_wait || !self.window.read()? {
                return Ok(newline);
            }
        }
    }

    /// What is after a value and cannot be there, if anything.
    fn misplaced_after(&mut self, end: usize, has_brackets: bool) -> io::Result<Option<usize>> {
        if !self.lists.is_empty() {
            let (at, next) = self.window.after_blanks(end)?;
            let is_right = match next {
                None | Some(b',' | b']') => true,
                // Only the comma is missing.
                Some(b'{' | b'[') => has_brackets,
                Some(_) => false,
            };
            return Ok((!is_right).then_some(at));
        }
        let mut at = end;
        loop {
            match self.window.byte(at)? {
                None | Some(b'\n') => return Ok(None),
                Some(b' ' | b'\t' | b'\r') => at += 1,
                Some(b'{' | b'[') if has_brackets => return Ok(None),
                Some(_) => return Ok(Some(at)),
            }
        }
    }

    /// The rest of an entry that is too large is passed over.
    fn too_large(&mut self, mut structure: Structure) -> io::Result<Record> {
        let (line, column, is_indent) = (self.window.line, self.window.column, self.window.is_indent);
        self.pass(self.window.seen().len());
        let at = loop {
            let read = self.window.read()?;
            let length = self.window.seen().len();
            match structure.follow(self.window.seen()) {
                Progress::End(length) => {
                    self.pass(length);
                    break None;
                }
                Progress::Broken(length) | Progress::Response(length) => break Some(length),
                Progress::More if read => self.pass(length),
                Progress::More => break None,
            }
        };
        let record = Record { line, ..self.entry(Err(RecordError::TooLarge), 0) };
        if let Some(at) = at {
            let column = is_indent.then_some(column);
            let broken = Broken { column, key: structure.first_key(), has_brackets: true, is_compact: false };
            let resumption = self.resumption(&broken, at)?;
            self.resume(&resumption);
        }
        Ok(record)
    }

    /// A broken entry, of which the place `at` is the first that shows it.
    fn broken(&mut self, byte: u8, at: usize, structure: &Structure) -> io::Result<Record> {
        let line = self.window.line;
        self.looks = self.looks.saturating_sub(at);
        let mut end = at + 1;
        while matches!(self.window.byte(end)?, Some(0x80..=0xbf)) {
            end += 1;
        }
        let seen = self.window.seen();
        let mut shown = seen[..end.min(seen.len())].to_vec();
        let second = seen[1..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let broken = Broken {
            column: self.window.is_indent.then_some(self.window.column),
            key: structure.first_key(),
            has_brackets: matches!(byte, b'{' | b'['),
            is_compact: byte != b'{' && byte != b'[' || second != Some(&b'\n'),
        };
        let resumption = self.resumption(&broken, 1)?;
        shown.truncate(resumption.passed);
        let record = Record { line, ..self.entry(text(shown.trim_ascii_end()), 0) };
        self.resume(&resumption);
        Ok(record)
    }

    /// Goes on where a broken entry ends.
    fn resume(&mut self, resumption: &Resumption) {
        if resumption.leaves_lists {
            self.lists.clear();
        }
        if let Some(list) = self.lists.last_mut() {
            list.next = ListNext::Entry;
        }
    }

    /// An entry, which takes so many bytes.
    fn entry(&mut self, text: Result<String, RecordError>, length: usize) -> Record {
        self.index += 1;
        let record = Record { name: self.name.clone(), line: self.window.line, index: Some(self.index), text };
        let is_missing = matches!(record.text, Err(RecordError::MissingEntry));
        if let Some(list) = self.lists.last_mut() {
            list.next = ListNext::Comma;
            if is_missing && self.window.seen().first() == Some(&b',') {
                list.next = ListNext::Entry;
            }
        }
        self.pass(length);
        record
    }

    fn problem(&self, error: RecordError) -> Record {
        Record { name: self.name.clone(), line: self.window.line, index: None, text: Err(error) }
    }

    /// Leaves bytes.
    pub(super) fn pass(&mut self, length: usize) {
        self.window.advance(length);
        self.looks = self.looks.saturating_add(length.saturating_mul(LOOKS));
    }

    /// Whether the next entry can likely be had without waiting.
    fn has_more(&self) -> bool {
        let seen = self.window.seen().trim_ascii_start();
        !self.may_wait || seen.len() > LIKELY_BYTES || memchr(b'\n', seen).is_some()
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        let mut batch = vec![self.record()?];
        let mut size = 0;
        loop {
            size += batch.last().and_then(|record| record.text.as_ref().ok()).map_or(0, |text| text.len() + 64);
            if size >= BATCH_BYTES || batch.len() >= BATCH_BYTES / 64 || !self.has_more() {
                return Some(batch);
            }
            match self.record() {
                Some(record) => batch.push(record),
                None => return Some(batch),
            }
        }
    }
}

/// The first key of an object, where it is written as itself.
fn first_key(object: &[u8]) -> Option<&[u8]> {
    let key = object.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = memchr2(b'"', b'\\', key)?;
    (key[end] == b'"' && end <= KEY_BYTES).then_some(&key[..end])
}

fn text(bytes: &[u8]) -> Result<String, RecordError> {
    std::str::from_utf8(bytes).map(ToOwned::to_owned).map_err(|_| RecordError::NotUtf8)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
