//! Where lines break.

use super::piece::Piece;
use super::{INDENT_WIDTH, LINE_WIDTH};

/// Writes the pieces: a group is on one line if that fits, else all its lines break.
pub fn lay_out(pieces: &[Piece<'_>]) -> String {
    let mut page = Page::default();
    // Whether the lines of the open groups break.
    let mut broken = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text, width) => page.text(text, *width),
            Piece::Raw(text) => page.raw(text),
            Piece::Line { space } => match (broken.last(), space) {
                (Some(false), true) => page.text(" ", 1),
                (Some(false), false) => {}
                _ => page.line_break(false),
            },
            Piece::Hard { blank } => page.line_break(*blank),
            Piece::Trailing(comment) => {
                page.text(" ", 1);
                page.text(comment, 0);
            }
            Piece::IfBroken(text) => {
                if broken.last() != Some(&false) {
                    page.text(text, text.len());
                }
            }
            Piece::Open { broken: must_break } => {
                let inside_flat = broken.last() == Some(&false);
                broken.push(!inside_flat && (*must_break || !fits(&pieces[index + 1..], page.room())));
            }
            Piece::Close => {
                broken.pop();
            }
            Piece::Indent => page.indentation += INDENT_WIDTH,
            Piece::Dedent => page.indentation -= INDENT_WIDTH,
        }
    }
    page.text
}

/// Whether the group that begins here, and what follows it up to the next place for a line break,
/// fits in `room` characters. Looks no further than the room reaches.
fn fits(pieces: &[Piece<'_>], room: usize) -> bool {
    let mut used = 0;
    let mut depth = 1_usize;
    for piece in pieces {
        let inside = depth > 0;
        match piece {
            Piece::Text(_, width) => used += width,
            Piece::Line { .. } | Piece::Hard { .. } | Piece::Trailing(_) if !inside => break,
            Piece::Line { space } => used += usize::from(*space),
            Piece::Raw(text) => {
                used += text.lines().next().map_or(0, |line| line.chars().count());
                return used <= room;
            }
            Piece::IfBroken(text) if !inside => used += text.len(),
            Piece::Open { .. } if inside => depth += 1,
            Piece::Close if inside => depth -= 1,
            _ => {}
        }
        if used > room {
            return false;
        }
    }
    true
}

#[derive(Default)]
struct Page {
    text: String,
    indentation: usize,
    /// Characters on the current line.
    column: usize,
}

impl Page {
    /// Characters that still fit on the current line.
    fn room(&self) -> usize {
        let column = if self.column == 0 { self.indentation } else { self.column };
        LINE_WIDTH.saturating_sub(column)
    }

    fn text(&mut self, text: &str, width: usize) {
        if self.column == 0 {
            self.text.extend(std::iter::repeat_n(' ', self.indentation));
            self.column = self.indentation;
        }
        self.text.push_str(text);
        self.column += width;
    }

    fn raw(&mut self, text: &str) {
        self.text("", 0);
        self.text.push_str(text);
        let last = text.rfind('\n').map_or(text, |at| &text[at + 1..]);
        self.column = last.chars().count();
    }

    /// Begins a new line. Files do not begin with one, and blank lines hold no blanks.
    fn line_break(&mut self, blank: bool) {
        if self.text.is_empty() {
            return;
        }
        self.text.push_str(if blank { "\n\n" } else { "\n" });
        self.column = 0;
    }
}
