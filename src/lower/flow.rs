//! Where a run is between two steps.

use crate::base::source::Span;

/// A filter scope: 0 is outside of all, others are the index in the list of scopes plus one.
pub(super) type ScopeId = usize;

/// Something that the next node is connected to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// A connection of a node's output.
    Output {
        /// The node.
        draft: usize,
        /// The output, from 0.
        output: usize,
        /// The place among the output's connections.
        slot: usize,
    },
    /// A label whose step has not led to a node yet.
    Label(usize),
}

/// An open end of the graph.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// What leads on from here.
    pub source: Source,
    /// The filters that are on in a run that arrives here: those of this scope and of the scopes
    /// around it.
    pub scope: ScopeId,
}

impl End {
    /// Whether it only marks a place: no run comes from here that does not come from another end.
    pub fn is_label(&self) -> bool {
        matches!(self.source, Source::Label(_))
    }
}

/// The open ends before a step, all of which lead to it.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The open ends; may be empty where nothing leads to what is still a beginning.
    pub ends: Vec<End>,
    /// Why no run arrives here; `None` where one does.
    pub closed: Option<Closed>,
}

/// Why no run arrives at a step.
#[derive(Clone, Debug)]
pub(super) struct Closed {
    /// In words.
    pub cause: String,
    /// What is to blame.
    pub span: Span,
    /// Whether the step that cannot be reached was reported.
    pub reported: bool,
}

impl Flow {
    /// A flow in which no run arrives.
    pub fn closed(cause: impl Into<String>, span: Span) -> Self {
        Self { ends: Vec::new(), closed: Some(Closed { cause: cause.into(), span, reported: false }) }
    }

    /// The same, unless `before` was closed already: then for its reason.
    pub fn closed_after(before: Option<Closed>, cause: impl Into<String>, span: Span) -> Self {
        match before {
            Some(closed) => Self { ends: Vec::new(), closed: Some(closed) },
            None => Self::closed(cause, span),
        }
    }
}

/// Collects the flows of an `if`'s branches.
#[derive(Default)]
pub(super) struct Join {
    ends: Vec<End>,
    open: bool,
}

impl Join {
    /// Adds a branch's flow.
    pub fn add(&mut self, mut flow: Flow) {
        self.ends.append(&mut flow.ends);
        self.open |= flow.closed.is_none();
    }

    /// The flow after the `if` at `span`; `before` is why no run arrived at it, if none did.
    pub fn finish(self, before: Option<Closed>, span: Span) -> Flow {
        if self.open {
            return Flow { ends: self.ends, closed: None };
        }
        Flow::closed_after(before, "every branch of this `if` ends or jumps away", span)
    }
}
