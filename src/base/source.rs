//! Source texts and places in them.
//!
//! [`Sources`] only ever grows, so everything parsed from a text can borrow from it while further
//! files (imports) are still being loaded.

use std::fmt;
use std::path::{Path, PathBuf};

use elsa::sync::FrozenVec;
use memchr::memchr_iter;

/// The largest source file that is read, in bytes. Offsets are `u32`; a hand-written workflow is
/// a few kilobytes, so this leaves room for generated ones and stops accidents.
pub const MAX_SOURCE_BYTES: usize = 64 * 1024 * 1024;

/// The longest text of workflows that is parsed, in bytes: what is made of it is a few hundred times as large.
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// The longest JSON with workflows or blueprints that is read, in bytes. MISP's own are far below one MiB each.
pub const MAX_SAVED_BYTES: usize = 16 * 1024 * 1024;

/// A file in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FileId(u32);

/// A range of bytes in one file; `end` is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end` (bytes, end exclusive) of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: start as u32, end: end as u32 }
    }

    /// The smallest span that covers both, which must lie in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file);
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span just after this one.
    #[must_use]
    pub fn end_point(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// The part of this span from byte `start` to byte `end`, both counted from its beginning.
    #[must_use]
    pub fn part(self, start: usize, end: usize) -> Self {
        Self {
            file: self.file,
            start: (self.start + start as u32).min(self.end),
            end: (self.start + end as u32).min(self.end),
        }
    }

    /// Whether all of `other` lies in this span.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// As a range of `usize`.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// One source text.
#[derive(Debug)]
pub struct SourceFile {
    /// How the file is called in messages: the path as the user gave it, or `-`.
    pub name: String,
    /// Where it was read from; `None` for texts that came from elsewhere (standard input, tests).
    pub path: Option<PathBuf>,
    /// The text, without a byte order mark.
    pub text: String,
    /// Whether the file began with a byte order mark.
    pub has_mark: bool,
    /// Whether its lines stay out of messages, which then say the place alone.
    pub is_private: bool,
    /// Byte offset of the start of every line.
    line_starts: Vec<u32>,
}

/// A place for people: line and column, both from 1; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl SourceFile {
    /// The line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start as usize <= offset).max(1);
        let start = self.line_starts[line - 1] as usize;
        let column = self.text.get(start..offset).map_or(offset - start, |s| s.chars().count()) + 1;
        Position { line, column }
    }

    /// Byte offset of the start of line `index` (from 0), or the end of the text after the last.
    pub fn line_start(&self, index: usize) -> Option<usize> {
        if index == self.line_starts.len() {
            return Some(self.text.len());
        }
        self.line_starts.get(index).map(|&start| start as usize)
    }

    /// Index (from 0) of the line that holds byte `offset`.
    pub fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset).max(1) - 1
    }
}

/// All texts of a run. Adding needs no exclusive access, so trees that borrow earlier texts stay.
#[derive(Default)]
pub struct Sources {
    files: FrozenVec<Box<SourceFile>>,
    kept: FrozenVec<String>,
}

impl Sources {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns its id. `name` is what messages call it.
    pub fn add(&self, name: impl Into<String>, path: Option<&Path>, text: impl Into<String>) -> FileId {
        self.add_file(name.into(), path, text.into(), false)
    }

    /// Adds a text of which messages must not show lines.
    pub fn add_private(&self, name: impl Into<String>, path: Option<&Path>, text: impl Into<String>) -> FileId {
        self.add_file(name.into(), path, text.into(), true)
    }

    /// Adds a later text of a file, under its name.
    pub fn add_version(&self, of: FileId, text: String) -> FileId {
        let old = self.file(of);
        self.add_file(old.name.clone(), old.path.as_deref(), text, old.is_private)
    }

    fn add_file(&self, name: String, path: Option<&Path>, mut text: String, is_private: bool) -> FileId {
        let has_mark = text.starts_with('\u{feff}');
        if has_mark {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let after = memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(after).collect();
        let file = SourceFile { name, path: path.map(Path::to_owned), text, has_mark, is_private, line_starts };
        FileId(self.files.push_get_index(Box::new(file)) as u32)
    }

    /// Keeps a text that is in no file, such as a quoted name with its escapes resolved.
    pub fn keep(&self, text: String) -> &str {
        self.kept.push_get(text)
    }

    /// The file with this id.
    ///
    /// # Panics
    /// If the id came from another set of sources.
    pub fn file(&self, id: FileId) -> &SourceFile {
        self.files.get(id.0 as usize).expect("a file id of these sources")
    }

    /// All files, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The text of a file.
    pub fn text(&self, id: FileId) -> &str {
        &self.file(id).text
    }

    /// The text under a span.
    pub fn snippet(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or_default()
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("files", &self.files.len()).finish_non_exhaustive()
    }
}
