//! Whether a run is what a test expects.

use serde_json::{Map, Value as Json};

use crate::base::source::Span;
use crate::check::{TestClause, TestClauseKind};
use crate::diagnostics::Diagnostic;
use crate::engine::{Outcome, RunResult, mismatches};
use crate::model::{Graph, NodeId};
use crate::php::Value;
use crate::syntax::tree::Name;

use super::case::Case;
use super::difference::difference;
use super::happened::Happened;

/// So many steps and errors are listed.
const SHOWN: usize = 12;

/// Compares a run with what a test expects of it.
pub(super) struct Verifier<'v, 'r, 'a> {
    pub(super) case: &'v Case<'v, 'v>,
    pub(super) graph: &'v Graph<'v>,
    pub(super) result: &'r RunResult<'a>,
    pub(super) happened: &'v Happened<'r, 'a>,
    /// What the event is called.
    pub(super) event: &'v str,
}

impl Verifier<'_, '_, '_> {
    /// What is wrong by one clause. `targets` are the nodes that its targets stand for.
    pub(super) fn clause(&self, clause: &TestClause<'_>, targets: &[Vec<NodeId>]) -> Vec<Diagnostic> {
        match &clause.kind {
            TestClauseKind::Fails { .. } | TestClauseKind::Returns { .. } => Vec::new(),
            TestClauseKind::Outcome { outcome, message } => {
                self.outcome(*outcome, message.as_deref(), clause.span).into_iter().collect()
            }
            TestClauseKind::Ran { negated, targets: names } => {
                let targets = names.iter().zip(targets);
                targets.filter_map(|(name, nodes)| self.ran(*name, nodes, *negated)).collect()
            }
            TestClauseKind::Effect { negated: false, target, value, value_span } => {
                let nodes = targets.first().map_or(&[][..], Vec::as_slice);
                self.effect(*target, nodes, value, *value_span).into_iter().collect()
            }
            TestClauseKind::Effect { negated: true, target, value, value_span } => {
                let nodes = targets.first().map_or(&[][..], Vec::as_slice);
                self.no_effect(*target, nodes, value, *value_span).into_iter().collect()
            }
            TestClauseKind::Log { negated, text, text_span } => {
                self.log(text, *negated, *text_span).into_iter().collect()
            }
        }
    }

    /// A failure, with what belongs to every one of this run.
    pub(super) fn failure(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let mut diagnostic = self.case.finding(span, message).note(format!("the event is {}", self.event));
        for error in self.result.errors.iter().take(SHOWN) {
            diagnostic = diagnostic.note(error.clone());
        }
        diagnostic
    }

    fn outcome(&self, expected: Name<'_>, message: Option<&str>, span: Span) -> Option<Diagnostic> {
        let actual = self.result.outcome.as_str();
        if actual != expected.text {
            let diagnostic = self.failure(span, format!("the run ends as `{actual}`, not as `{}`", expected.text));
            let is_calm = self.result.outcome == Outcome::Success && expected.text == "failure";
            return Some(if is_calm && !self.result.failed.is_empty() {
                diagnostic.note("a step failed, but it does not block: MISP logs it and continues")
            } else {
                diagnostic.note(self.way())
            });
        }
        let message = message?;
        if self.result.errors.iter().any(|error| error.contains(message)) {
            return None;
        }
        Some(self.failure(span, format!("the run ends as `{actual}`, but the reason does not contain this string")))
    }

    fn ran(&self, target: Name<'_>, nodes: &[NodeId], negated: bool) -> Option<Diagnostic> {
        let ran = self.happened.ran(nodes);
        if ran != negated {
            return None;
        }
        let word = if ran { "ran" } else { "did not run" };
        let diagnostic = self.failure(target.span, format!("`{}` {word}", target.text)).note(self.way());
        let was_skipped = !ran && nodes.iter().any(|node| self.happened.skipped.contains(node));
        Some(if was_skipped { diagnostic.note("MISP skipped it because a step before it failed") } else { diagnostic })
    }

    /// What some nodes did to the world. What touches nothing counts only if it is asked for by its entries.
    fn effects(&self, nodes: &[NodeId], expected: &Json, negated: bool) -> Vec<Json> {
        let counts = !negated && *expected != Json::Object(Map::new());
        let own = self.happened.effects.iter().filter(|record| nodes.contains(&record.node));
        let own = own.filter(|record| counts || !record.effect.touches_nothing());
        own.filter_map(|record| serde_json::to_value(record).ok()).collect()
    }

    fn no_effect(&self, target: Name<'_>, nodes: &[NodeId], expected: &Value<'_>, span: Span) -> Option<Diagnostic> {
        let expected = expected_entries(expected)?;
        let found =
            self.effects(nodes, &expected, true).into_iter().find(|effect| mismatches(&expected, effect) == 0)?;
        let message = if expected == Json::Object(Map::new()) {
            format!("`{}` has an effect", target.text)
        } else {
            format!("`{}` has an effect with all of this", target.text)
        };
        Some(self.failure(span, message).note(format!("the effect is {found}")))
    }

    fn log(&self, text: &str, negated: bool, span: Span) -> Option<Diagnostic> {
        let line = self.happened.log.iter().find(|line| line.contains(text));
        match (line, negated) {
            (None, true) | (Some(_), false) => None,
            (Some(line), true) => {
                Some(self.failure(span, "a line of the log holds this").note(format!("the line is: {line}")))
            }
            (None, false) => {
                let failure = self.failure(span, "no line of the log holds this");
                let shown = self.happened.log.iter().take(SHOWN).fold(failure, |failure, line| failure.note(*line));
                Some(shown.help("where `debug` is off, MISP logs failures only; `mispflow run --log` shows the lines"))
            }
        }
    }

    fn effect(&self, target: Name<'_>, nodes: &[NodeId], expected: &Value<'_>, span: Span) -> Option<Diagnostic> {
        let expected = expected_entries(expected)?;
        let effects = self.effects(nodes, &expected, false);
        let nearest = effects.iter().min_by_key(|effect| mismatches(&expected, effect));
        let Some(nearest) = nearest else {
            let message = if self.happened.ran(nodes) {
                format!("`{}` ran and has no effect", target.text)
            } else {
                format!("`{}` has no effect: it did not run", target.text)
            };
            return Some(self.failure(span, message).note(self.way()));
        };
        if mismatches(&expected, nearest) == 0 {
            return None;
        }
        let what = if effects.len() > 1 {
            format!("none of the {} effects of `{}` has all of this", effects.len(), target.text)
        } else {
            format!("the effect of `{}` has not all of this", target.text)
        };
        let title =
            if effects.len() > 1 { "expected (-) and the nearest one (+)" } else { "expected (-) and actual (+)" };
        Some(self.failure(span, what).note(format!("{title}:\n{}", difference(&expected, nearest))))
    }

    /// The steps that were reached, in words.
    fn way(&self) -> String {
        let name = |node: &NodeId| {
            let module = self.graph.node(*node).map_or("", |node| &node.module);
            format!("`{module}` ({node})")
        };
        let mut steps: Vec<String> = self.happened.reached.iter().take(SHOWN).map(name).collect();
        if steps.is_empty() {
            return "no step was reached".to_owned();
        }
        if self.happened.reached.len() > SHOWN {
            steps.push("…".into());
        }
        format!("the run reached {}", steps.join(", "))
    }
}

/// What is expected of an effect. To MISP an object without entries and an empty list are the same; here an object is meant.
pub fn expected_entries(expected: &Value<'_>) -> Option<Json> {
    let expected = serde_json::to_value(expected).ok()?;
    Some(if expected.as_array().is_some_and(Vec::is_empty) { Json::Object(Map::new()) } else { expected })
}
