//! What came of many runs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::engine::{Outcome, RunResult, Verdict};
use crate::model::NodeId;

/// How one run ended, as far as it is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The outcome.
    pub outcome: Outcome,
    /// What becomes of the action.
    pub verdict: Verdict,
    /// The node that ended it, unless it came to its end.
    pub node: Option<NodeId>,
    /// Whether the search of an ad-hoc workflow passes the event over.
    pub is_passed_over: bool,
}

impl Ending {
    /// How a run ended.
    pub fn of(result: &RunResult<'_>) -> Self {
        let node = match result.outcome {
            Outcome::Failure | Outcome::Blocked => result.failed.last().copied(),
            Outcome::Success | Outcome::Crash => None,
        };
        Self { outcome: result.outcome, verdict: result.verdict, node, is_passed_over: result.is_passed_over }
    }
}

/// How many runs ended how.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// The action goes on.
    pub proceed: usize,
    /// The action is cancelled, by the node that did it.
    pub cancelled: BTreeMap<Option<NodeId>, usize>,
    /// Runs in which MISP dies; they are counted above too.
    pub crashed: usize,
    /// Runs that did not come to their end, though nothing waited for them.
    pub failed: usize,
    /// Events that the search of an ad-hoc workflow passes over.
    pub passed_over: usize,
    /// What could not be read.
    pub unreadable: usize,
    /// The outcome of the last run before the first internal error, or that: what MISP answers for an ad-hoc workflow.
    pub answer: Option<Outcome>,
}

impl Tally {
    /// Counts a run.
    pub fn count(&mut self, ending: Ending) {
        if ending.is_passed_over {
            self.passed_over += 1;
            return;
        }
        if self.answer != Some(Outcome::Crash) {
            self.answer = Some(ending.outcome);
        }
        match ending.verdict {
            Verdict::Cancel => *self.cancelled.entry(ending.node).or_default() += 1,
            Verdict::Proceed => {
                self.proceed += 1;
                self.failed += usize::from(!matches!(ending.outcome, Outcome::Success | Outcome::Crash));
            }
        }
        self.crashed += usize::from(ending.outcome == Outcome::Crash);
    }

    /// All in words: a line for the whole, then one for each node that cancelled something, the most frequent first.
    pub fn summary(&self, node: impl Fn(NodeId) -> String) -> String {
        let cancelled: usize = self.cancelled.values().sum();
        let events = self.proceed + cancelled + self.passed_over + self.unreadable;
        let mut summary = format!("{}: {} proceed, {cancelled} cancelled", number(events, "event"), self.proceed);
        if self.failed > 0 {
            let _ = write!(summary, ", {} failed while nothing waited for them", self.failed);
        }
        if self.crashed > 0 {
            let _ = write!(summary, ", {} with an internal error of MISP", self.crashed);
        }
        if self.passed_over > 0 {
            let _ = write!(summary, ", {} that the search of the trigger does not find", self.passed_over);
        }
        if self.unreadable > 0 {
            let _ = write!(summary, ", {} unusable", self.unreadable);
        }
        let mut by: Vec<_> = self.cancelled.iter().collect();
        by.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (id, count) in by {
            let who = id.map_or_else(|| "the run itself".to_owned(), &node);
            let _ = write!(summary, "\n  {count} cancelled by {who}");
        }
        summary
    }

    /// What MISP makes of the runs of an ad-hoc workflow: one for each event, in the order of their ids.
    pub fn answer(&self) -> String {
        let outcome = match self.answer {
            None => return "MISP answers that nothing was done: its search finds no event".to_owned(),
            Some(Outcome::Crash) => {
                return "MISP visits the events in the order of their ids, and ends at the first internal error"
                    .to_owned();
            }
            Some(outcome) => outcome.as_str(),
        };
        format!(
            "MISP visits the events in the order of their ids, and answers with the outcome of the last: `{outcome}`"
        )
    }
}

fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_by_what_became_of_the_action() {
        let mut tally = Tally { unreadable: 1, ..Tally::default() };
        let ending = |outcome, verdict, node| Ending { outcome, verdict, node, is_passed_over: false };
        for ending in [
            ending(Outcome::Success, Verdict::Proceed, None),
            ending(Outcome::Blocked, Verdict::Cancel, Some(9)),
            ending(Outcome::Failure, Verdict::Cancel, Some(3)),
            ending(Outcome::Blocked, Verdict::Cancel, Some(9)),
            ending(Outcome::Crash, Verdict::Cancel, None),
            ending(Outcome::Failure, Verdict::Proceed, Some(3)),
        ] {
            tally.count(ending);
        }
        assert_eq!(
            tally.summary(|node| format!("node {node}")),
            "7 events: 2 proceed, 4 cancelled, 1 failed while nothing waited for them, 1 with an internal error of MISP, 1 unusable\n  \
             2 cancelled by node 9\n  1 cancelled by the run itself\n  1 cancelled by node 3"
        );
    }

    #[test]
    fn the_answer_of_an_adhoc_workflow_is_that_of_the_last_event() {
        let mut tally = Tally::default();
        assert!(tally.answer().contains("finds no event"));
        let ending =
            |outcome, is_passed_over| Ending { outcome, verdict: Verdict::Proceed, node: None, is_passed_over };
        tally.count(ending(Outcome::Blocked, false));
        tally.count(ending(Outcome::Success, true));
        assert!(tally.answer().ends_with("`blocked`"), "{}", tally.answer());
        assert_eq!(
            tally.summary(|_| String::new()),
            "2 events: 1 proceed, 0 cancelled, 1 failed while nothing waited for them, 1 that the search of the trigger does not find"
        );
        tally.count(ending(Outcome::Crash, false));
        tally.count(ending(Outcome::Success, false));
        assert!(tally.answer().ends_with("ends at the first internal error"), "{}", tally.answer());
    }
}
