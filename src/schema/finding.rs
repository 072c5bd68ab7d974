//! What is wrong with a hash path, by the shape of the data.

use std::ops::Range;

use crate::diagnostics::Code;

/// Something that a hash path, or a question about it, gets wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathFinding {
    /// The code.
    pub code: Code,
    /// What it is about.
    pub about: About,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Why it matters in MISP.
    pub note: String,
    /// What to write instead.
    pub help: Option<String>,
    /// An edit of the text that it is about, probably what is meant.
    pub fix: Option<PathFix>,
}

/// The text a finding is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// These bytes of the path.
    Path(Range<usize>),
    /// The value with this number that is compared.
    Value(usize),
}

/// A replacement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathFix {
    /// The bytes of the path that are replaced; empty for an insertion, and of no meaning for a value, which is
    /// replaced as a whole.
    pub at: Range<usize>,
    /// What comes in their place.
    pub replacement: String,
}

impl PathFinding {
    pub(super) fn in_path(code: Code, at: Range<usize>, message: String, note: &str) -> Self {
        Self { code, about: About::Path(at), message, note: note.to_owned(), help: None, fix: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub(super) fn fix(mut self, at: Range<usize>, replacement: impl Into<String>) -> Self {
        self.fix = Some(PathFix { at, replacement: replacement.into() });
        self
    }
}
