//! What is so for every event, whatever happens: for those who look at a workflow and ask nothing of it.
//!
//! Unlike a claim this may be given up at once: what is not told is not said to be otherwise.

use crate::catalogue::Signature;
use crate::engine::Prepared;
use crate::model::NodeId;

use super::circuit::{Circuit, Fact};
use super::events::Events;
use super::places::Places;
use super::solver::{Found, Solver};
use super::walk::{Choices, Limits, Said, World, walk};

/// What is so for every event.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Always {
    /// Conditions that some event reaches, and that get the same answer for each that does.
    pub answers: Vec<(NodeId, bool)>,
    /// Whether every run is stopped in which no step fails.
    pub blocks: bool,
    /// Whether no run does anything to the world outside, nor is stopped.
    pub is_idle: bool,
}

const CONFLICTS: u64 = 2_000;
/// So large may the circuit of a workflow and of the events be.
const MOST_GATES: usize = 60_000;
const LIMITS: Limits = Limits { gates: MOST_GATES, positions: 400 };

/// What is so for every event: the answers of these conditions, and whether the run is stopped or does nothing. Little is spent on it.
pub fn always(workflow: &Prepared, trigger: Option<&Signature>, asked: &[NodeId]) -> Always {
    let mut found = Always::default();
    if workflow.is_adhoc() {
        return found;
    }
    let mut circuit = Circuit::new();
    let circuit = &mut circuit;
    let steps = workflow.steps();
    let mut places = Places::new(workflow.trigger(), trigger, workflow.semantics());
    places.note_steps(&steps);
    let Some(events) = Events::new(circuit, &places).filter(|_| circuit.len() < MOST_GATES) else { return found };
    let seen = events.seen(circuit, &places, workflow.semantics());
    let mut choices = Choices::default();
    let name = |at: usize| steps[at].node.to_string();
    // Another workflow may stop what is published.
    let world = World { said: &|_| Said::Nothing, name: &name, guards_publication: true, limits: LIMITS };
    let happened = walk(circuit, workflow, &steps, &seen, &world, &mut choices);
    if !happened.lost.is_empty() {
        return found;
    }
    let mut solver = Solver::new(CONFLICTS);
    let valid = events.valid;
    let mut is_possible = |circuit: &Circuit, facts: &[Fact]| match solver.find(circuit, facts) {
        Found::Event(_) => Some(true),
        Found::Nothing => Some(false),
        Found::GivenUp => None,
    };
    for node in asked {
        let branch = |holds: bool| happened.branches.get(&(*node, holds)).copied().unwrap_or_default();
        let possible = [true, false].map(|holds| is_possible(circuit, &[valid, branch(holds)]));
        match possible {
            [Some(true), Some(false)] => found.answers.push((*node, true)),
            [Some(false), Some(true)] => found.answers.push((*node, false)),
            _ => {}
        }
    }
    let mut facts: Vec<Fact> = choices.fails.values().map(|fails| !*fails).collect();
    facts.extend([valid, !happened.blocked]);
    found.blocks = is_possible(circuit, &facts) == Some(false);
    let mut acts = happened.blocked;
    for done in &happened.effects {
        let own = circuit.without(done.fact, done.touches_nothing);
        acts = circuit.either(acts, own);
    }
    found.is_idle = is_possible(circuit, &[valid, acts]) == Some(false);
    found
}
