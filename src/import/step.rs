//! Steps as they will be printed.

use super::written::Entry;

/// A step.
#[derive(Debug)]
pub(super) struct WrittenStep {
    /// The name by which jumps find it.
    pub label: Option<String>,
    /// The place of its first node in the order of the text.
    pub first: usize,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum StepKind {
    /// A module.
    Call {
        pin: Vec<Entry>,
        module: String,
        arguments: Vec<Entry>,
        /// `for … where …`
        filter: Option<String>,
    },
    /// `if`, with the conditions as text.
    If { arms: Vec<(String, Vec<WrittenStep>)>, otherwise: Vec<WrittenStep> },
    /// `filter`, with what is before its block as text.
    Filter {
        pin: Vec<Entry>,
        head: String,
        body: Vec<WrittenStep>,
        /// Whether `reset` is written, and its pin.
        reset: Option<Vec<Entry>>,
    },
    /// `concurrent`
    Concurrent { pin: Vec<Entry>, branches: Vec<Vec<WrittenStep>> },
    /// `goto`
    Goto(String),
    /// `detached`
    Detached(Vec<WrittenStep>),
}
