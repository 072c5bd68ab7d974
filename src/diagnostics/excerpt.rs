//! The few lines of a file that a finding is about, clipped and made safe for a terminal.

use std::collections::BTreeSet;
use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location};

use crate::base::characters::hidden_characters;
use crate::base::source::{FileId, SourceFile, Span};

use super::columns::Columns;
use super::printable::{printable_line, push_visible};

/// Of a region over several lines so many are shown after its first line …
pub(super) const LINES_BEHIND_START: usize = 3;
/// … and so many before its last one.
pub(super) const LINES_BEFORE_END: usize = 1;
/// A line longer than this (in characters) is clipped.
const LONGEST_LINE: usize = 200;
/// What stands for the lines of a private file.
const NOT_SHOWN: &str = "(lines of this file are not shown)\n";
/// What is shown of a clipped line before the place it is shown for.
const BEFORE_FOCUS: usize = 60;

/// Lines of one file, as a small text of its own with its own offsets.
pub(super) struct Excerpt {
    id: FileId,
    name: String,
    text: String,
    /// Offset and line number in the file; lines that stand for left-out ones have none.
    lines: Vec<(usize, Option<usize>)>,
    /// Offsets in the file and in [`Self::text`], for the ends of all spans.
    offsets: Vec<(usize, usize)>,
    /// Where the spans begin: offset in [`Self::text`], and line and column in the file.
    starts: Vec<(usize, Location)>,
}

impl Excerpt {
    /// The lines of `file` around `spans`, the first of which matters most.
    pub(super) fn new(id: FileId, file: &SourceFile, columns: &Columns<'_>, spans: &[Span]) -> Self {
        let ranges: Vec<Range<usize>> = spans.iter().map(|span| shown_range(file, span.range())).collect();
        let mut wanted = BTreeSet::new();
        for range in &ranges {
            let (first, last) = (file.line_index(range.start), file.line_index(range.end));
            wanted.extend(first..=last.min(first + LINES_BEHIND_START));
            wanted.extend(last.saturating_sub(LINES_BEFORE_END).max(first)..=last);
        }
        let mut excerpt = Self {
            id,
            name: printable_line(&file.name).into_owned(),
            text: String::new(),
            lines: Vec::new(),
            offsets: Vec::new(),
            starts: Vec::new(),
        };
        let mut previous: Option<usize> = None;
        for index in wanted {
            match previous.map(|previous| index - previous) {
                Some(2) => excerpt.add_line(file, index - 1, &ranges),
                Some(3..) => {
                    // Two lines that are never shown make the renderer mark a gap.
                    excerpt.add_gap();
                    excerpt.add_gap();
                }
                _ => {}
            }
            excerpt.add_line(file, index, &ranges);
            previous = Some(index);
        }
        for range in &ranges {
            let position = columns.position(id, range.start);
            let location = Location { line_number: position.line, column_number: position.column };
            excerpt.starts.push((excerpt.offset(range.start), location));
        }
        excerpt
    }

    /// The file this is a part of.
    pub(super) fn id(&self) -> FileId {
        self.id
    }

    /// Where `span`, one of those the excerpt was made for, lies in it.
    pub(super) fn range(&self, file: &SourceFile, span: Span) -> Range<usize> {
        let range = shown_range(file, span.range());
        self.offset(range.start)..self.offset(range.end)
    }

    fn offset(&self, in_file: usize) -> usize {
        self.offsets.iter().find(|(known, _)| *known == in_file).map_or(0, |&(_, offset)| offset)
    }

    fn add_gap(&mut self) {
        self.lines.push((self.text.len(), None));
        self.text.push('\n');
    }

    fn add_line(&mut self, file: &SourceFile, index: usize, ranges: &[Range<usize>]) {
        self.lines.push((self.text.len(), Some(index + 1)));
        if file.is_private {
            let ends = ranges.iter().map(|range| range.start).filter(|&end| file.line_index(end) == index);
            self.offsets.extend(ends.map(|end| (end, self.text.len())));
            self.text.push_str(NOT_SHOWN);
            return;
        }
        let line = line_content(file, index);
        let ends = ranges.iter().flat_map(|range| [range.start, range.end]);
        let ends: Vec<usize> = ends.filter(|&end| file.line_index(end) == index).collect();

        let content = &file.text[line.clone()];
        let focus = ends.first().map_or(0, |end| end - line.start);
        let window = window(content, focus);
        if window.start > 0 {
            self.text.push('…');
        }
        let visible = &content[window.clone()];
        let mut known: Vec<(usize, usize)> = Vec::with_capacity(ends.len());
        let mut pending: Vec<usize> = ends.clone();
        pending.sort_unstable();
        pending.dedup();
        let mut pending = pending.into_iter().peekable();
        let mut hidden = hidden_characters(visible).map(|(at, _)| at).peekable();
        for (at, c) in visible.char_indices() {
            let offset = line.start + window.start + at;
            while let Some(end) = pending.next_if(|&end| end <= offset) {
                known.push((end, self.text.len()));
            }
            if hidden.next_if_eq(&at).is_some() || c == '\r' {
                push_visible(&mut self.text, c);
            } else {
                self.text.push(c);
            }
        }
        known.extend(pending.map(|end| (end, self.text.len())));
        self.offsets.extend(known);
        if window.end < content.len() {
            self.text.push('…');
        }
        self.text.push('\n');
    }
}

/// `range` without a line break at its end and on whole characters, inside the file. Of a private file it is its
/// beginning alone.
fn shown_range(file: &SourceFile, range: Range<usize>) -> Range<usize> {
    let start = file.text.floor_char_boundary(range.start);
    if file.is_private {
        return start..start;
    }
    let mut end = file.text.floor_char_boundary(range.end).max(start);
    while end > start && matches!(file.text.as_bytes()[end - 1], b'\n' | b'\r') {
        end -= 1;
    }
    start..end
}

/// Where line `index` lies in the file, without its line break.
pub(super) fn line_content(file: &SourceFile, index: usize) -> Range<usize> {
    let start = file.line_start(index).unwrap_or(file.text.len());
    let end = file.line_start(index + 1).unwrap_or(file.text.len());
    let content = &file.text[start..end];
    let content = content.strip_suffix('\n').unwrap_or(content);
    let content = content.strip_suffix('\r').unwrap_or(content);
    start..start + content.len()
}

/// The part of a line that is shown: all of it, or some of it around `focus`.
pub(super) fn window(line: &str, focus: usize) -> Range<usize> {
    if line.len() <= LONGEST_LINE {
        return 0..line.len();
    }
    let focus = line.floor_char_boundary(focus);
    let start = line[..focus].char_indices().rev().nth(BEFORE_FOCUS).map_or(0, |(at, _)| at);
    let end = line[start..].char_indices().nth(LONGEST_LINE).map_or(line.len(), |(at, _)| start + at);
    start..end
}

/// All excerpts of one finding; a file is known by its index.
pub(super) struct Excerpts(pub(super) Vec<Excerpt>);

impl Excerpts {
    fn get(&self, id: usize) -> Result<&Excerpt, Error> {
        self.0.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.get(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let lines = &self.get(id)?.lines;
        Ok(lines.partition_point(|&(start, _)| start <= byte_index).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        // A left-out line is never shown; the number only has to be one.
        Ok(self.get(id)?.lines.get(line_index).and_then(|&(_, number)| number).unwrap_or(1))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let excerpt = self.get(id)?;
        let Some(&(start, _)) = excerpt.lines.get(line_index) else {
            return Err(Error::LineTooLarge { given: line_index, max: excerpt.lines.len() });
        };
        Ok(start..excerpt.lines.get(line_index + 1).map_or(excerpt.text.len(), |&(next, _)| next))
    }

    fn location(&'a self, id: usize, byte_index: usize) -> Result<Location, Error> {
        let starts = &self.get(id)?.starts;
        let start = starts.iter().find(|(offset, _)| *offset == byte_index);
        Ok(start.map_or(Location { line_number: 1, column_number: 1 }, |(_, location)| *location))
    }
}
