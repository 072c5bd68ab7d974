//! What two versions of a workflow do differently on the same events.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::{RunResult, Verdict};
use crate::model::NodeId;

use super::tally::Ending;

/// One thing that a version does differently from the one before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// The action is cancelled, and was not.
    Cancelled,
    /// The action goes on, and was cancelled.
    LetThrough,
    /// The search of an ad-hoc workflow finds the event, and did not.
    RunsOn,
    /// The search of an ad-hoc workflow passes the event over, and did not.
    PassesOver,
    /// The run ends otherwise. What becomes of the action is the same.
    Ends {
        /// Before.
        before: &'static str,
        /// Now.
        after: &'static str,
    },
    /// A module does something that it did not do.
    DoesMore {
        /// Its id.
        module: String,
    },
    /// A module leaves out something that it did.
    DoesLess {
        /// Its id.
        module: String,
    },
    /// A module does something else than it did.
    DoesElse {
        /// Its id.
        module: String,
    },
}

/// A change, and the node that makes it: of the version before where something is missing now, else of the new one. `None`
/// where no node of the workflow itself does.
pub type ChangeBy = (Change, Option<NodeId>);

/// What is different between the runs of two versions on one event; empty if nothing is. The order of effects does not
/// count.
pub fn changes(before: &RunResult<'_>, after: &RunResult<'_>) -> Vec<ChangeBy> {
    let mut changes = Vec::new();
    match (before.is_passed_over, after.is_passed_over) {
        (true, true) => return changes,
        (true, false) => changes.push((Change::RunsOn, None)),
        (false, true) => changes.push((Change::PassesOver, None)),
        (false, false) => changes.extend(ending(before, after)),
    }
    changes.extend(effects(before, after));
    changes
}

fn ending(before: &RunResult<'_>, after: &RunResult<'_>) -> Option<ChangeBy> {
    let node = |result: &RunResult<'_>| Ending::of(result).node;
    match (before.verdict, after.verdict) {
        (Verdict::Proceed, Verdict::Cancel) => Some((Change::Cancelled, node(after))),
        (Verdict::Cancel, Verdict::Proceed) => Some((Change::LetThrough, node(before))),
        _ if before.outcome == after.outcome => None,
        _ => {
            let change = Change::Ends { before: before.outcome.as_str(), after: after.outcome.as_str() };
            Some((change, node(after).or_else(|| node(before))))
        }
    }
}

/// What one run does, without what the other does too.
struct Own {
    module: String,
    node: Option<NodeId>,
}

fn effects(before: &RunResult<'_>, after: &RunResult<'_>) -> Vec<ChangeBy> {
    let mut by_module: BTreeMap<String, [Option<Option<NodeId>>; 2]> = BTreeMap::new();
    let [gone, new] = without_common([told(before), told(after)]);
    for (side, own) in [(0, gone), (1, new)] {
        for Own { module, node } in own {
            by_module.entry(module).or_default()[side].get_or_insert(node);
        }
    }
    by_module
        .into_iter()
        .filter_map(|(module, found)| match found {
            [None, Some(node)] => Some((Change::DoesMore { module }, node)),
            [Some(node), None] => Some((Change::DoesLess { module }, node)),
            [Some(_), Some(node)] => Some((Change::DoesElse { module }, node)),
            [None, None] => None,
        })
        .collect()
}

/// The effects of a run as JSON without their nodes, sorted.
fn told(result: &RunResult<'_>) -> Vec<(String, Own)> {
    let all = result.with_jobs();
    let mut told: Vec<(String, Own)> = all
        .iter()
        .flat_map(|run| run.effects.iter().map(move |record| (run, record)))
        .filter(|(_, record)| !record.effect.touches_nothing())
        .map(|(run, record)| {
            // Nodes of workflows that were called have the numbers of another graph.
            let is_own = run.workflow == result.workflow && run.trigger == result.trigger;
            // Values are arrays and texts: writing them does not fail.
            let text = serde_json::to_string(&record.effect).unwrap_or_default();
            (text, Own { module: record.module.to_owned(), node: is_own.then_some(record.node) })
        })
        .collect();
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    told
}

/// Leaves out of each of two sorted lists what the other has too, as often as it has it.
fn without_common([before, after]: [Vec<(String, Own)>; 2]) -> [Vec<Own>; 2] {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (Some((one, _)), Some((other, _))) => one.cmp(other),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return [gone, new],
        };
        if order.is_le() {
            let next = before.next();
            if order.is_lt() {
                gone.extend(next.map(|(_, own)| own));
            }
        }
        if order.is_ge() {
            let next = after.next();
            if order.is_gt() {
                new.extend(next.map(|(_, own)| own));
            }
        }
    }
}

/// So many events are named for each change.
pub const EXAMPLES: usize = 3;

/// The events of one change.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Changed {
    /// How many there are.
    pub events: usize,
    /// How many by each node.
    pub by: BTreeMap<Option<NodeId>, usize>,
    /// The first of them, by name.
    pub examples: Vec<String>,
}

/// What two versions of a workflow do differently on many events.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Changes {
    /// How many events both ran on.
    pub events: usize,
    /// On how many of them something is different.
    pub different: usize,
    /// Each change with its events.
    pub found: BTreeMap<Change, Changed>,
}

impl Changes {
    /// Counts an event. `name` is asked only for examples.
    pub fn count(&mut self, changes: Vec<ChangeBy>, name: impl Fn() -> String) {
        self.events += 1;
        self.different += usize::from(!changes.is_empty());
        for (change, node) in changes {
            let met = self.found.entry(change).or_default();
            met.events += 1;
            *met.by.entry(node).or_default() += 1;
            if met.examples.len() < EXAMPLES {
                met.examples.push(name());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(texts: &[&str]) -> Vec<(String, Own)> {
        texts.iter().map(|text| ((*text).to_owned(), Own { module: (*text).to_owned(), node: None })).collect()
    }

    #[test]
    fn what_both_do_is_left_out_as_often_as_both_do_it() {
        let [gone, new] = without_common([own(&["a", "a", "b", "d"]), own(&["a", "b", "b", "c", "e"])]);
        let modules = |own: Vec<Own>| own.into_iter().map(|own| own.module).collect::<Vec<_>>();
        assert_eq!(modules(gone), ["a", "d"]);
        assert_eq!(modules(new), ["b", "c", "e"]);
    }

    #[test]
    fn changes_are_counted_with_a_few_examples() {
        let mut changes = Changes::default();
        for number in 0..5 {
            changes.count(vec![(Change::Cancelled, Some(number % 2))], || format!("event {number}"));
        }
        changes.count(Vec::new(), || unreachable!("there is no change to show"));
        assert_eq!((changes.events, changes.different), (6, 5));
        let met = &changes.found[&Change::Cancelled];
        assert_eq!(met.examples, ["event 0", "event 1", "event 2"]);
        assert_eq!(met.by, BTreeMap::from([(Some(0), 3), (Some(1), 2)]));
    }
}
