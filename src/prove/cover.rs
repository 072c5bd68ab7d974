//! A few events that take every branch of a workflow.

use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::engine::{Decision as Decided, Prepared, RunOptions};
use crate::model::NodeId;

use super::chosen::Chosen;
use super::circuit::{Circuit, Fact};
use super::decide::{Counterexample, Search, signature};
use super::events::Events;
use super::places::Places;
use super::solver::{Found, Solver};
use super::walk::{Choices, Limits, Said, World, walk};

/// A branch of a condition: the node, and whether it holds. An action is a branch that holds.
pub type Branch = (NodeId, bool);

/// Events that take all branches that can be taken.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// The events, with what else happens then.
    pub events: Vec<Counterexample>,
    /// The branches that no event takes.
    pub impossible: Vec<Branch>,
    /// The branches of which that is not known.
    pub unknown: Vec<Branch>,
}

const CONFLICTS: u64 = 60_000;

/// Finds events that together take every branch of a workflow.
pub fn cover(workflow: &Prepared, catalogue: &Catalogue) -> Cover {
    let mut cover = Cover::default();
    let mut circuit = Circuit::new();
    let circuit = &mut circuit;
    let steps = workflow.steps();
    let mut places = Places::new(workflow.trigger(), signature(workflow, catalogue), workflow.semantics());
    places.note_steps(&steps);
    let Some(events) = Events::new(circuit, &places).filter(|_| !workflow.is_adhoc()) else {
        cover.unknown = steps.iter().map(|step| (step.node, true)).collect();
        return cover;
    };
    let seen = events.seen(circuit, &places, workflow.semantics());
    let mut choices = Choices::default();
    let name = |at: usize| steps[at].node.to_string();
    // Nothing fails: a test says so itself if a step is to.
    let said = |node| {
        let decides = steps.iter().any(|step| step.node == node && step.is_executed && step.decides());
        if decides { Said::Nothing } else { Said::Answered }
    };
    let world = World { said: &said, name: &name, guards_publication: false, limits: Limits::FULL };
    let happened = walk(circuit, workflow, &steps, &seen, &world, &mut choices);
    let assumed = happened.assumed.iter().chain(&happened.lost);
    let uncertain = circuit.any(assumed.map(|assumption| assumption.fact).collect::<Vec<_>>());
    let mut goals: Vec<(Branch, Fact)> = happened.branches.iter().map(|(branch, fact)| (*branch, *fact)).collect();
    for (node, fact) in &happened.reached {
        if !happened.branches.contains_key(&(*node, true)) {
            goals.push(((*node, true), *fact));
        }
    }
    // What nothing leads to is not reached at all.
    for step in &steps {
        if !happened.reached.contains_key(&step.node) && !goals.iter().any(|((node, _), _)| *node == step.node) {
            goals.push(((step.node, true), Fact::NEVER));
        }
    }
    let search = Search {
        events: &events,
        places: &places,
        choices: &choices,
        is_meant: events.valid,
        assumed: &happened.assumed,
        lost_for: &happened.lost,
    };
    let mut solver = Solver::new(CONFLICTS);
    let mut open: Vec<usize> = (0..goals.len()).collect();
    let mut covered: Vec<(Counterexample, BTreeSet<Branch>)> = Vec::new();
    while let Some(first) = open.first().copied() {
        let (branch, goal) = goals[first];
        let mut facts = vec![events.valid, !uncertain, goal];
        let Found::Event(mut values) = solver.find(circuit, &facts) else {
            let may_be = !matches!(solver.find(circuit, &[events.valid, goal]), Found::Nothing);
            let list = if may_be { &mut cover.unknown } else { &mut cover.impossible };
            list.push(branch);
            open.remove(0);
            continue;
        };
        // As many others as go with it.
        for other in &open[1..] {
            facts.push(goals[*other].1);
            match solver.find(circuit, &facts) {
                Found::Event(found) => values = found,
                _ => {
                    facts.pop();
                }
            }
        }
        let values = search.smallest(circuit, &mut solver, &facts, values);
        let found = search.counterexample(&values);
        let taken = taken(workflow, &found);
        let before = open.len();
        open.retain(|goal| !taken.contains(&goals[*goal].0));
        if open.len() == before {
            // The run does not take it.
            cover.unknown.push(branch);
            open.remove(0);
            continue;
        }
        covered.push((found, taken));
    }
    // An event of which all branches are taken by others too is not needed.
    let mut at = 0;
    while at < covered.len() {
        let others: BTreeSet<Branch> = covered
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, (_, taken))| taken)
            .copied()
            .collect();
        if covered[at].1.is_subset(&others) {
            covered.remove(at);
        } else {
            at += 1;
        }
    }
    cover.events = covered.into_iter().map(|(found, _)| found).collect();
    cover
}

/// The branches that a run on an event takes.
pub(super) fn taken(workflow: &Prepared, found: &Counterexample) -> BTreeSet<Branch> {
    let answers = Chosen { failing: &[], decisions: &found.decisions };
    let options = RunOptions { answers: &answers, trace: true, ..RunOptions::default() };
    let result = workflow.run(found.event.clone(), &options);
    let mut taken = BTreeSet::new();
    let mut runs = vec![&result];
    while let Some(run) = runs.pop() {
        runs.extend(run.jobs.iter().filter_map(|job| job.result.as_deref()));
        for node in run.trace.iter().flat_map(|trace| &trace.nodes) {
            match node.decision {
                Decided::Skipped => {}
                Decided::Else => {
                    taken.insert((node.node, false));
                }
                _ => {
                    taken.insert((node.node, true));
                }
            }
        }
    }
    taken
}
