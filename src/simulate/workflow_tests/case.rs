//! One test of a suite.

use rustc_hash::FxHashSet;

use crate::base::source::Span;
use crate::check::{CheckedTest, TestClauseKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::NodeId;
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;
use crate::simulate::engine::{Clock, Outcome, Prepared, RunOptions};

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
    pub(super) answers: FixedAnswers,
    /// The nodes that the targets of the test's clauses stand for: a list for each target, in their order.
    pub(super) targets: Vec<Vec<Vec<NodeId>>>,
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
    pub fn run_on_event(&self, tested: &Tested<'_, '_>, event: Value<'_>, name: &str, report: &mut CaseReport) {
        self.run_on(&tested.prepared, tested, event, name, report);
    }

    fn run_on(
        &self,
        prepared: &Prepared,
        tested: &Tested<'_, '_>,
        data: Value<'_>,
        name: &str,
        report: &mut CaseReport,
    ) {
        let asks_for_log = self.test.clauses.iter().any(|clause| matches!(clause.kind, TestClauseKind::Log { .. }));
        let clock: Option<&Clock> = if asks_for_log { Some(&no_time) } else { None };
        let options = RunOptions {
            answers: &self.answers,
            callees: Some(&*tested.callees),
            trace: true,
            clock,
            ..RunOptions::default()
        };
        let result = prepared.run(data, &options);
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
    pub(super) fn finding(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let title = self.test.item.title.span;
        let diagnostic = Diagnostic::at(Code::TestFailed, span, message);
        if span == title { diagnostic } else { diagnostic.also(title, "in this test") }
    }
}
