//! One test of a suite.

use rustc_hash::FxHashSet;

use crate::base::source::Span;
use crate::check::{CheckedTest, TestClauseKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Clock, Outcome, Prepared, RunOptions, RunResult};
use crate::model::NodeId;
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;

use super::expectation::Verifier;
use super::given::Event;
use super::happened::Happened;
use super::suite::Tested;

/// A test with all that it needs to run.
#[derive(Debug)]
pub struct Case<'c, 's> {
    /// The test.
    pub test: &'c CheckedTest<'s>,
    /// The workflow, as its place among the tested ones.
    pub workflow: usize,
    pub(super) events: Vec<Event<'s>>,
    /// Whether what it expects is to hold for every event, and for which of them.
    pub(super) any_event: Option<AnyEvents>,
    pub(super) answers: FixedAnswers,
    /// The nodes that the targets of the test's clauses stand for: a list for each target, in their order.
    pub(super) targets: Vec<Vec<Vec<NodeId>>>,
}

/// All events that are meant by a test.
#[derive(Debug)]
pub struct AnyEvents {
    /// Where they are given.
    pub span: Span,
    /// A workflow that stops for the events that are meant, and for no others; `None` if all are.
    pub condition: Option<Prepared>,
}

impl AnyEvents {
    /// Whether an event is meant.
    pub fn mean(&self, event: &Value<'_>) -> bool {
        let is_stopped =
            |condition: &Prepared| condition.run(event.clone(), &RunOptions::default()).outcome == Outcome::Blocked;
        self.condition.as_ref().is_none_or(is_stopped)
    }
}

/// What came of a test.
#[derive(Clone, Default, Debug)]
pub struct CaseReport {
    /// What is not as expected; nothing if the test passed.
    pub failures: Vec<Diagnostic>,
    /// The nodes that were reached.
    pub reached: FxHashSet<NodeId>,
    /// The branches that were taken: the conditions, and whether they held.
    pub branches: FxHashSet<(NodeId, bool)>,
}

/// The time of all lines of a log in tests, so that they are the same every time.
fn no_time() -> String {
    "2025-01-01 00:00:00".to_owned()
}

impl CaseReport {
    /// Whether all was as expected.
    pub fn has_passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// Adds what came of the test on further events. No more than `most` failures are kept.
    pub fn add(&mut self, further: Self, most: usize) {
        let room = most.saturating_sub(self.failures.len());
        self.failures.extend(further.failures.into_iter().take(room));
        self.reached.extend(further.reached);
        self.branches.extend(further.branches);
    }
}

impl Case<'_, '_> {
    /// Runs the test on each of its events.
    pub fn run(&self, tested: &Tested<'_, '_>) -> CaseReport {
        let mut report = CaseReport::default();
        for event in &self.events {
            self.run_on(&tested.prepared, tested, event.data.clone(), &event.name, &mut report);
        }
        report
    }

    /// Runs the test on an event that it does not name, and adds what came of it. `name` is what messages call the event.
    /// An event that it does not mean is passed over.
    pub fn run_on_event(&self, tested: &Tested<'_, '_>, event: Value<'_>, name: &str, report: &mut CaseReport) {
        if self.any_event.as_ref().is_none_or(|any| any.mean(&event)) {
            self.run_on(&tested.prepared, tested, event, name, report);
        }
    }

    /// As [`run_on_event`](Self::run_on_event), where the steps get other answers. What the run says goes to `look` too.
    pub fn run_with(
        &self,
        tested: &Tested<'_, '_>,
        event: Value<'_>,
        (name, answers): (&str, &FixedAnswers),
        report: &mut CaseReport,
        look: &mut dyn FnMut(&RunResult<'_>),
    ) {
        self.run_answered(&tested.prepared, tested, event, (name, answers), report, look);
    }

    /// The answers that it says.
    pub fn answers(&self) -> &FixedAnswers {
        &self.answers
    }

    /// Whether what it expects is to hold for every event, and for which of them.
    pub fn any_event(&self) -> Option<&AnyEvents> {
        self.any_event.as_ref()
    }

    /// The nodes that the targets of its clauses stand for: for each clause a list for each target.
    pub fn targets(&self) -> &[Vec<Vec<NodeId>>] {
        &self.targets
    }

    fn run_on(
        &self,
        prepared: &Prepared,
        tested: &Tested<'_, '_>,
        data: Value<'_>,
        name: &str,
        report: &mut CaseReport,
    ) {
        self.run_answered(prepared, tested, data, (name, &self.answers), report, &mut |_| {});
    }

    fn run_answered(
        &self,
        prepared: &Prepared,
        tested: &Tested<'_, '_>,
        data: Value<'_>,
        (name, answers): (&str, &FixedAnswers),
        report: &mut CaseReport,
        look: &mut dyn FnMut(&RunResult<'_>),
    ) {
        let asks_for_log = self.test.clauses.iter().any(|clause| matches!(clause.kind, TestClauseKind::Log { .. }));
        let clock: Option<&Clock> = if asks_for_log { Some(&no_time) } else { None };
        let options =
            RunOptions { answers, callees: Some(&*tested.callees), trace: true, clock, ..RunOptions::default() };
        let result = prepared.run(data, &options);
        look(&result);
        let happened = Happened::of(&result);
        let verifier = Verifier {
            case: self,
            graph: &tested.compiled.document.graph,
            result: &result,
            happened: &happened,
            event: name,
        };
        let mut asks_for_outcome = false;
        for (clause, targets) in self.test.clauses.iter().zip(&self.targets) {
            asks_for_outcome |= matches!(clause.kind, TestClauseKind::Outcome { .. });
            report.failures.extend(verifier.clause(clause, targets));
        }
        if result.outcome == Outcome::Crash && !asks_for_outcome {
            report
                .failures
                .push(verifier.failure(self.test.item.title.span, "MISP dies in this run with an internal error"));
        }
        report.reached.extend(&happened.reached);
        report.branches.extend(&happened.decisions);
    }

    /// A finding about this test.
    pub fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let title = self.test.item.title.span;
        let diagnostic = Diagnostic::at(Code::TestFailed, span, message);
        if span == title { diagnostic } else { diagnostic.also(title, "in this test") }
    }
}
