//! What no test reaches.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ModuleType, NodeId};

use super::case::CaseReport;
use super::suite::Suite;

/// So many of how many.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Count {
    /// What a test reaches.
    pub covered: usize,
    /// All.
    pub total: usize,
}

/// How much of the text the tests reach. A step of a blueprint that is used in several places is reached as soon as it is reached
/// in one of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// The steps.
    pub nodes: Count,
    /// The branches of conditions: two for each.
    pub branches: Count,
    /// What is missing, as notes with places in the text.
    pub missing: Vec<Diagnostic>,
}

/// A node in the text: the same for every use of a blueprint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct CoveragePlace<'c> {
    span: Span,
    module: &'c str,
    /// Which one it is of those with the same place and module.
    number: usize,
}

#[derive(Clone, Copy, Default)]
struct Reached {
    node: bool,
    /// Of a condition: whether it held in a test, and whether it did not in one.
    branches: Option<(bool, bool)>,
}

impl Coverage {
    /// What the reports of the cases of a suite, in the same order, say about its workflows.
    pub fn new(suite: &Suite<'_, '_>, reports: &[CaseReport]) -> Self {
        let mut places: IndexMap<CoveragePlace<'_>, Reached, FxBuildHasher> = IndexMap::default();
        for (index, tested) in suite.workflows.iter().enumerate() {
            let own: Vec<&CaseReport> = suite
                .cases
                .iter()
                .zip(reports)
                .filter(|(case, _)| case.workflow == index)
                .map(|(_, report)| report)
                .collect();
            let reached = |node: NodeId| own.iter().any(|report| report.reached.contains(&node));
            let taken = |node: NodeId, held: bool| own.iter().any(|report| report.branches.contains(&(node, held)));
            let mut numbers: FxHashMap<(Span, &str), usize> = FxHashMap::default();
            for node in &tested.compiled.document.graph.nodes {
                let Some(span) = node.origin else { continue };
                let number = numbers.entry((span, &node.module)).or_default();
                let place = CoveragePlace { span, module: &node.module, number: *number };
                *number += 1;
                let entry = places.entry(place).or_default();
                entry.node |= reached(node.id);
                if node.module_type == ModuleType::Logic && node.outputs.len() == 2 {
                    let (held, did_not) = entry.branches.get_or_insert_default();
                    *held |= taken(node.id, true);
                    *did_not |= taken(node.id, false);
                }
            }
        }
        Self::of(&places)
    }

    fn of(places: &IndexMap<CoveragePlace<'_>, Reached, FxBuildHasher>) -> Self {
        let mut coverage = Self::default();
        for (place, reached) in places {
            coverage.nodes.add(reached.node);
            let missing = |message: String| Diagnostic::at(Code::NotCovered, place.span, message);
            if !reached.node {
                coverage.missing.push(missing(format!("no test reaches this `{}`", place.module)));
            }
            let Some((held, did_not)) = reached.branches else { continue };
            coverage.branches.add(held);
            coverage.branches.add(did_not);
            let way = match (held, did_not) {
                (false, true) => "holds",
                (true, false) => "does not hold",
                _ => continue,
            };
            coverage.missing.push(missing(format!("in no test this `{}` {way}", place.module)));
        }
        coverage
    }
}

impl Count {
    fn add(&mut self, covered: bool) {
        self.total += 1;
        self.covered += usize::from(covered);
    }
}
