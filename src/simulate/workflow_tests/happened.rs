//! What happened in a run and its jobs.

use rustc_hash::FxHashSet;

use crate::engine::{Decision, EffectRecord, RunResult};
use crate::model::NodeId;

/// What happened in a run and in all its jobs: tests do not ask where.
#[derive(Default, Debug)]
pub(super) struct Happened<'r, 'a> {
    /// The nodes that were reached, in order, each once.
    pub(super) reached: Vec<NodeId>,
    /// The same, with what came of them.
    pub(super) decisions: FxHashSet<(NodeId, bool)>,
    /// Nodes that were not executed because one before them had failed.
    pub(super) skipped: FxHashSet<NodeId>,
    /// All effects.
    pub(super) effects: Vec<&'r EffectRecord<'a>>,
    /// The lines of the log.
    pub(super) log: Vec<&'r str>,
}

/// The nodes that a run and its jobs reached, in order, each once. The run must have written a trace.
pub fn reached(result: &RunResult<'_>) -> Vec<NodeId> {
    Happened::of(result).reached
}

impl<'r, 'a> Happened<'r, 'a> {
    /// What happened in a run that wrote a trace.
    pub(super) fn of(result: &'r RunResult<'a>) -> Self {
        let mut happened = Self::default();
        let mut known = FxHashSet::default();
        let mut results = vec![result];
        while let Some(result) = results.pop() {
            for node in result.trace.iter().flat_map(|trace| &trace.nodes) {
                match node.decision {
                    Decision::Skipped => {
                        happened.skipped.insert(node.node);
                        continue;
                    }
                    Decision::Then => {
                        happened.decisions.insert((node.node, true));
                    }
                    Decision::Else => {
                        happened.decisions.insert((node.node, false));
                    }
                    _ => {}
                }
                if known.insert(node.node) {
                    happened.reached.push(node.node);
                }
            }
            happened.effects.extend(&result.effects);
            happened.log.extend(result.log.iter().map(String::as_str));
            results.extend(result.jobs.iter().rev().filter_map(|job| job.result.as_deref()));
        }
        happened
    }

    /// Whether one of the nodes was reached.
    pub(super) fn ran(&self, nodes: &[NodeId]) -> bool {
        nodes.iter().any(|node| self.reached.contains(node))
    }
}
