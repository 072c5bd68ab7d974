//! Lines and columns for many places, in files of any shape.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::base::source::{FileId, Position, Sources};

/// Within a line this many bytes are counted anew for each place.
const STEP: usize = 4096;

/// Finds lines and columns like [`crate::base::source::SourceFile::position`], but counts the characters
/// of a long line only once.
pub(super) struct Columns<'s> {
    sources: &'s Sources,
    /// By file and start of a long line: how many characters lie before each [`STEP`] bytes of it.
    long_lines: RefCell<FxHashMap<(FileId, usize), Vec<usize>>>,
}

impl<'s> Columns<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, long_lines: RefCell::default() }
    }

    pub(super) fn position(&self, id: FileId, offset: usize) -> Position {
        let file = self.sources.file(id);
        let offset = offset.min(file.text.len());
        let index = file.line_index(offset);
        let start = file.line_start(index).unwrap_or(0);
        if offset - start <= STEP {
            return file.position(offset);
        }
        let end = file.line_start(index + 1).unwrap_or(file.text.len());
        let line = &file.text.as_bytes()[start..end];
        let mut long_lines = self.long_lines.borrow_mut();
        let before = long_lines.entry((id, start)).or_insert_with(|| {
            let mut total = 0;
            let counted = line.chunks(STEP).map(|chunk| {
                let before = total;
                total += characters(chunk);
                before
            });
            counted.collect()
        });
        let step = (offset - start) / STEP;
        // Right after the last full step of a text without a final line break there is no step more.
        let step = step.min(before.len() - 1);
        let column = before[step] + characters(&line[step * STEP..offset - start]) + 1;
        Position { line: index + 1, column }
    }
}

/// How many characters begin in `bytes`, a part of a UTF-8 text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_as_counting_from_the_start() {
        let sources = Sources::new();
        let text = format!("ab\n{}\nlast{}", "aé€𝄞".repeat(5000), "x".repeat(STEP * 2 - 4));
        let id = sources.add("a", None, text.as_str());
        let columns = Columns::new(&sources);
        for (offset, _) in text.char_indices().step_by(97).chain([(text.len(), ' ')]) {
            assert_eq!(columns.position(id, offset), sources.file(id).position(offset), "{offset}");
        }
        assert_eq!(columns.position(id, usize::MAX), sources.file(id).position(text.len()));
    }
}
