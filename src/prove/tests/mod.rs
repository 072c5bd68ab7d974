//! Whether the prover says the truth.

mod cases;
mod generate;
mod lints;
mod pairs;
mod random;

use crate::catalogue::Catalogue;
use crate::engine::{Decision as Decided, Prepared, RunOptions, RunResult};
use crate::model::NodeId;
use crate::php::Value;
use crate::simulate::answers::{FixedAnswers, Reply};

use super::{Answered, Claim, Counterexample, Decision, Expectation, decide};

/// Whether a run, with all that it starts, is as expected.
fn is_met(result: &RunResult<'_>, expectations: &[Expectation<'_>]) -> bool {
    let mut runs = vec![result];
    let mut at = 0;
    while let Some(run) = runs.get(at).copied() {
        runs.extend(run.jobs.iter().filter_map(|job| job.result.as_deref()));
        at += 1;
    }
    let reached = |nodes: &[NodeId]| {
        let traced = runs.iter().flat_map(|run| &run.trace.as_ref().expect("a trace").nodes);
        traced.filter(|node| node.decision != Decided::Skipped).any(|node| nodes.contains(&node.node))
    };
    let outcome = result.outcome.as_str();
    let asks_for_outcome = expectations.iter().any(|one| matches!(one, Expectation::Outcome { .. }));
    if !asks_for_outcome && outcome == "crash" {
        return false;
    }
    expectations.iter().all(|expectation| match expectation {
        Expectation::Outcome { outcome: wanted, message } => {
            outcome == *wanted
                && message.is_none_or(|message| result.errors.iter().any(|error| error.contains(message)))
        }
        Expectation::Ran { negated, nodes } => reached(nodes) != *negated,
        Expectation::Effect { negated, nodes, expected } => {
            let is_any = *expected == serde_json::json!({});
            let effects = runs.iter().flat_map(|run| &run.effects).filter(|record| nodes.contains(&record.node));
            let effects = effects.filter(|record| !(*negated || is_any) || !record.effect.touches_nothing());
            let found = effects
                .map(|record| serde_json::to_value(record).expect("JSON"))
                .any(|effect| crate::engine::mismatches(expected, &effect) == 0);
            found != *negated
        }
        Expectation::Log => false,
    })
}

fn run<'a>(workflow: &'a Prepared, event: Value<'a>, answers: &'a FixedAnswers) -> RunResult<'a> {
    workflow.run(event, &RunOptions { answers, trace: true, ..RunOptions::default() })
}

/// What the engine says of a counterexample.
fn bears_out(claim: &Claim<'_>, found: &Counterexample) -> bool {
    let mut answers = FixedAnswers::default();
    for node in &found.failing {
        answers.fail(*node, "it fails");
    }
    for (node, decision) in &found.decisions {
        answers.reply(*node, Reply::Decision(*decision));
    }
    let is_meant = claim.condition.is_none_or(|condition| {
        run(condition, found.event.clone(), &FixedAnswers::default()).outcome.as_str() == "blocked"
    });
    is_meant && !is_met(&run(claim.workflow, found.event.clone(), &answers), claim.expectations)
}

fn claim<'c>(
    workflow: &'c Prepared,
    condition: Option<&'c Prepared>,
    expectations: &'c [Expectation<'c>],
) -> Claim<'c> {
    Claim {
        workflow,
        condition,
        catalogue: Catalogue::built_in(),
        answers: &|_| Answered::Nothing,
        guards_publication: false,
        expectations,
    }
}

fn decided(claim: &Claim<'_>) -> Decision {
    decide(claim, &mut |found| bears_out(claim, found))
}
