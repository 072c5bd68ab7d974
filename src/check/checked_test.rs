//! Tests whose values are known.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::model::Graph;
use crate::php::Value;
use crate::syntax::tree::{Name, Test};

use super::checked::CheckedFlow;

/// A test, ready to be run.
#[derive(Debug)]
pub struct CheckedTest<'a> {
    /// The item.
    pub item: &'a Test<'a>,
    /// The workflow it runs, where that is defined.
    pub workflow: Name<'a>,
    /// The events it runs it on.
    pub given: Vec<Given<'a>>,
    /// What is answered and what is expected, in order.
    pub clauses: Vec<TestClause<'a>>,
}

/// An event of a test.
#[derive(Debug)]
pub struct Given<'a> {
    /// What it is.
    pub kind: GivenKind<'a>,
    /// Where it is given.
    pub span: Span,
}

/// Where an event of a test comes from.
#[derive(Debug)]
pub enum GivenKind<'a> {
    /// A file; the path is relative to the file of the test.
    File(Cow<'a, str>),
    /// The text itself.
    Data(Value<'a>),
    /// Every event that the trigger can pass, or those of them that answer a question.
    Any(AnyEvent<'a>),
}

/// Which of all events are meant.
#[derive(Debug)]
pub enum AnyEvent<'a> {
    /// All.
    Every,
    /// Those for which these steps stop.
    Where(Box<CheckedFlow<'a>>),
    /// The same as a graph.
    Lowered(Graph<'a>),
}

/// A `when` or an `expect`.
#[derive(Debug)]
pub struct TestClause<'a> {
    /// What it says.
    pub kind: TestClauseKind<'a>,
    /// Its place.
    pub span: Span,
}

/// What a clause of a test says. Targets are ids of modules, or labels with their `@`.
#[derive(Debug)]
pub enum TestClauseKind<'a> {
    /// `when TARGET fails "MESSAGE"`
    Fails {
        /// Who fails.
        target: Name<'a>,
        /// What MISP logs.
        message: Cow<'a, str>,
    },
    /// `when TARGET returns VALUE`
    Returns {
        /// Who gets the answer.
        target: Name<'a>,
        /// The answer.
        value: Value<'a>,
        /// Where the answer is.
        value_span: Span,
    },
    /// `expect success` and the like.
    Outcome {
        /// `success`, `failure` or `blocked`.
        outcome: Name<'a>,
        /// What the reason must contain.
        message: Option<Cow<'a, str>>,
    },
    /// `expect ran […]`, `expect not ran […]`
    Ran {
        /// Whether they must not have run.
        negated: bool,
        /// Who.
        targets: Vec<Name<'a>>,
    },
    /// `expect effect TARGET { … }`, `expect no effect TARGET { … }`
    Effect {
        /// Whether there must be none like this.
        negated: bool,
        /// Whose effect.
        target: Name<'a>,
        /// What it contains; nothing if any effect is meant.
        value: Value<'a>,
        /// Where that is.
        value_span: Span,
    },
    /// `expect log "TEXT"`, `expect no log "TEXT"`
    Log {
        /// Whether no line may hold it.
        negated: bool,
        /// The text.
        text: Cow<'a, str>,
        /// Where it is.
        text_span: Span,
    },
}
