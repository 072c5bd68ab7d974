//! Compiled paths.

use std::fmt;

use super::edit::EditPlan;
use super::segment::Segment;
use super::syntax::PathError;
use super::tokens::{between_dots, tokens};
use crate::php::{Key, Text};

/// The longest path that is taken, in bytes. Those that people write have less than a hundred.
pub const MAX_BYTES: usize = 4096;

/// The most steps that a path may have; data nests no deeper than that.
pub const MAX_SEGMENTS: usize = 512;

/// A hash path, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct Path {
    text: Box<str>,
    pub(super) kind: SegmentKind,
    pub(super) segments: Vec<Segment>,
    /// What lies between the dots, taken literally: how `get` reads every path.
    pub(super) literal: Vec<Key<'static>>,
    pub(super) edit: EditPlan,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SegmentKind {
    /// The data itself.
    Whole,
    /// Only keys.
    Plain,
    /// With wildcards or tests.
    Pattern,
}

impl Path {
    /// Compiles a path. What makes no sense is not an error here, it just matches what it matches in MISP; see
    /// [`check_syntax`](super::check_syntax).
    ///
    /// # Errors
    /// If the path is longer than [`MAX_BYTES`] or has more than [`MAX_SEGMENTS`] steps.
    pub fn compile(text: &str) -> Result<Self, PathError> {
        const HELP: &str = "a path names a place in an event; no event is that deep";
        if text.len() > MAX_BYTES {
            let at = text.floor_char_boundary(MAX_BYTES)..text.len();
            return Err(PathError {
                at,
                message: format!("the hash path is longer than {MAX_BYTES} bytes"),
                help: HELP,
            });
        }
        let literal: Vec<_> = between_dots(text).collect();
        if let Some(extra) = literal.get(MAX_SEGMENTS) {
            let message = format!("the hash path has more than {MAX_SEGMENTS} segments");
            return Err(PathError { at: extra.start..text.len(), message, help: HELP });
        }
        let kind = match text {
            "" | "0" => SegmentKind::Whole,
            _ if text.contains(['{', '[']) => SegmentKind::Pattern,
            _ => SegmentKind::Plain,
        };
        let mut segments: Vec<_> = match kind {
            SegmentKind::Whole => Vec::new(),
            SegmentKind::Plain => literal.iter().map(|span| Segment::plain(text, span.clone())).collect(),
            SegmentKind::Pattern => tokens(text).into_iter().map(|span| Segment::new(text, span)).collect(),
        };
        let mut places = 0..;
        for segment in &mut segments {
            segment.near = places.next().unwrap_or_default();
            for test in &mut segment.tests {
                test.near = places.next().unwrap_or_default();
            }
        }
        Ok(Self {
            text: text.into(),
            kind,
            literal: literal.into_iter().map(|span| Key::new(Text::Shared(text[span].into()))).collect(),
            edit: EditPlan::new(text, &segments),
            segments,
        })
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The steps, in order; none for the path of the data itself.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The keys that [`get`](Self::get) follows, whatever they look like.
    pub fn literal_keys(&self) -> &[Key<'static>] {
        &self.literal
    }

    /// Whether the path is the data itself.
    pub fn is_whole(&self) -> bool {
        self.kind == SegmentKind::Whole
    }

    /// Whether the path has nothing but keys, so that `extract` and `get` find the same.
    pub fn is_plain(&self) -> bool {
        self.kind == SegmentKind::Plain
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MAX_BYTES, Path};

    #[test]
    fn hostile_paths_compile_in_time() {
        for piece in ["[", "]", "{n}.", "[a=/", "[a", "{n}[", "[a=/(x+)+/].", "[a=/b/i]", ".", "[a=/b/].]"] {
            let start = Instant::now();
            let text = piece.repeat(MAX_BYTES / piece.len());
            let _ = Path::compile(&text);
            let _ = super::super::check_syntax(&text);
            assert!(start.elapsed() < Duration::from_secs(5), "{piece} took {:?}", start.elapsed());
        }
    }
}
