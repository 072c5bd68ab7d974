//! Why something could not be done.

use codespan_reporting::term::termcolor::Buffer;

use crate::base::source::Sources;
use crate::diagnostics::{Diagnostic, findings_to_json, write_terminal};

/// Why something could not be done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What it is about.
    pub kind: ProblemKind,
    /// In words, as the command line says it; without colours.
    pub message: String,
    /// The findings that say so, as a JSON list in the form of `check --format json`.
    pub findings: String,
}

/// What a [`Problem`] is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// The project, or a text or JSON given in its place, has errors.
    Input,
    /// An event that a workflow cannot run on.
    Event,
    /// Answers that cannot be used.
    Answers,
    /// A hash path that is not valid.
    Path,
    /// What was asked for cannot be: there is no such workflow.
    Request,
    /// A defect of mispflow itself.
    Defect,
}

impl Problem {
    /// A problem that no finding tells.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), findings: "[]".to_owned() }
    }

    /// A problem that findings tell.
    pub(super) fn of(kind: ProblemKind, sources: &Sources, diagnostics: &[Diagnostic]) -> Self {
        let message = shown(sources, diagnostics).trim_end().to_owned();
        Self { kind, message, findings: findings_to_json(sources, diagnostics).to_string() }
    }
}

/// Findings as people read them, without colours.
pub(super) fn shown(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut buffer = Buffer::no_color();
    // Writing to memory does not fail.
    let _ = write_terminal(sources, diagnostics, &mut buffer);
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}
