//! Whether what is expected holds for every event.

use crate::catalogue::{Catalogue, Signature};
use crate::engine::Prepared;
use crate::model::{ModuleType, NodeId};
use crate::php::Value;

use super::circuit::{Circuit, Fact, Values};
use super::events::Events;
use super::expect::{Expectation, violation};
use super::furnish::furnish;
use super::places::Places;
use super::solver::{Found, Solver};
use super::state::Assumption;
use super::walk::{Choices, Limits, Said, World, walk};

/// What is claimed of a workflow.
pub struct Claim<'c> {
    /// The workflow.
    pub workflow: &'c Prepared,
    /// A workflow that stops for the events that are meant, and for no others; `None` if all are.
    pub condition: Option<&'c Prepared>,
    /// The modules there are.
    pub catalogue: &'c Catalogue,
    /// What is said of its steps beforehand.
    pub answers: &'c dyn Fn(NodeId) -> Answered,
    /// Whether there is a workflow that publishing runs.
    pub guards_publication: bool,
    /// What is expected of every run.
    pub expectations: &'c [Expectation<'c>],
}

/// What a test says of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answered {
    /// Nothing: it may fail or not, and a decision may be either.
    Nothing,
    /// It fails.
    Fails,
    /// It does what it does, and counts as failed afterwards.
    FailsAfterwards,
    /// It gets an answer, so it does not fail.
    Answers,
    /// It decides so.
    Decides(bool),
}

/// Whether a claim holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Decision {
    /// For every event.
    Holds,
    /// Not for this one.
    Fails(Counterexample),
    /// That is not decided.
    NotDecided(Undecided),
    /// There is no event that is meant.
    NoEvent,
}

impl Decision {
    /// As JSON says it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails(_) => "fails",
            Self::NotDecided(_) => "not_decided",
            Self::NoEvent => "no_event",
        }
    }
}

/// An event for which something does not hold, and what else happens then.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Counterexample {
    /// The event.
    pub event: Value<'static>,
    /// The steps that fail.
    pub failing: Vec<NodeId>,
    /// What logic modules decide that only the server knows.
    pub decisions: Vec<(NodeId, bool)>,
    /// The choices under the names that they were made by: whether steps fail, and what logic modules decide.
    pub(super) chosen: [Vec<(String, bool)>; 2],
}

/// Why something is not decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// The step, if it is about one.
    pub node: Option<NodeId>,
    /// The reason.
    pub why: &'static str,
}

/// The search is given up after so many conflicts.
const CONFLICTS: u64 = 60_000;
/// So often an event is looked for that depends on something that is not known.
const ATTEMPTS: usize = 4;
/// An event is made as small as can be where that takes no more gates than this.
const MOST_COUNTING: usize = 20_000;

pub(super) const GIVEN_UP: &str = "the search took too many steps";
const TOO_MANY_EVENTS: &str = "there are too many different events to look at";
const NOT_CONFIRMED: &str = "an event was found, but a run on it does not bear it out";
const SEARCHES: &str = "which events the search of an ad-hoc workflow finds is not modelled";

pub(super) fn signature<'c>(workflow: &Prepared, catalogue: &'c Catalogue) -> Option<&'c Signature> {
    catalogue.module(workflow.trigger()).filter(|known| known.module_type == ModuleType::Trigger)
}

impl Answered {
    pub(super) fn said(self) -> Said {
        match self {
            Self::Nothing => Said::Nothing,
            Self::Fails => Said::Fails,
            Self::FailsAfterwards => Said::FailsAfterwards,
            Self::Answers => Said::Answered,
            Self::Decides(decision) => Said::Decides(decision),
        }
    }
}

/// Decides whether a claim holds for every event. An event for which it does not is shown only if `confirm` says that a run
/// on it bears that out.
pub fn decide(claim: &Claim<'_>, confirm: &mut dyn FnMut(&Counterexample) -> bool) -> Decision {
    let not_decided = |why| Decision::NotDecided(Undecided { node: None, why });
    let workflow = claim.workflow;
    if workflow.is_adhoc() {
        return not_decided(SEARCHES);
    }
    let mut circuit = Circuit::new();
    let circuit = &mut circuit;
    let steps = workflow.steps();
    let condition_steps = claim.condition.map(Prepared::steps);
    let mut places = Places::new(workflow.trigger(), signature(workflow, claim.catalogue), workflow.semantics());
    places.note_steps(&steps);
    if let Some(steps) = &condition_steps {
        places.note_steps(steps);
    }
    let Some(events) = Events::new(circuit, &places) else { return not_decided(TOO_MANY_EVENTS) };
    let seen = events.seen(circuit, &places, workflow.semantics());
    let mut choices = Choices::default();
    let mut assumed: Vec<Assumption> = Vec::new();
    let mut is_meant = events.valid;
    if let Some((condition, steps)) = claim.condition.zip(condition_steps.as_deref()) {
        let world = World {
            said: &|_| Said::Answered,
            name: &|_| String::new(),
            guards_publication: false,
            limits: Limits::FULL,
        };
        let asked = walk(circuit, condition, steps, &seen, &world, &mut Choices::default());
        is_meant = circuit.both(is_meant, asked.blocked);
        assumed.extend(asked.assumed);
        assumed.extend(asked.lost);
    }
    let said = |node| (claim.answers)(node).said();
    let name = |at: usize| steps[at].node.to_string();
    let world = World { said: &said, name: &name, guards_publication: claim.guards_publication, limits: Limits::FULL };
    let happened = walk(circuit, workflow, &steps, &seen, &world, &mut choices);
    let violation = violation(circuit, &happened, claim.expectations);
    assumed.extend(happened.assumed.iter().cloned());
    assumed.extend(violation.assumed);
    let lost = circuit.any(happened.lost.iter().map(|lost| lost.fact));
    let search = Search {
        events: &events,
        places: &places,
        choices: &choices,
        is_meant,
        assumed: &assumed,
        lost_for: &happened.lost,
    };
    search.decide(circuit, violation.fact, lost, confirm)
}

/// A search for an event for which something happens.
pub(super) struct Search<'s, 'm> {
    pub(super) events: &'s Events,
    pub(super) places: &'s Places<'m>,
    pub(super) choices: &'s Choices,
    /// What holds of the events that are meant.
    pub(super) is_meant: Fact,
    pub(super) assumed: &'s [Assumption],
    pub(super) lost_for: &'s [Assumption],
}

impl Search<'_, '_> {
    /// Decides whether something never happens to an event that is meant. Where `lost` holds nobody knows.
    pub(super) fn decide(
        &self,
        circuit: &mut Circuit,
        happens: Fact,
        lost: Fact,
        confirm: &mut dyn FnMut(&Counterexample) -> bool,
    ) -> Decision {
        let not_decided = |why| Decision::NotDecided(Undecided { node: None, why });
        let guessed = circuit.any(self.assumed.iter().map(|assumption| assumption.fact));
        let uncertain = circuit.either(guessed, lost);
        let fails: Vec<Fact> = self.choices.fails.values().copied().collect();
        let all_well = !circuit.any(fails.iter().copied());
        let mut solver = Solver::new(CONFLICTS);
        match solver.find(circuit, &[self.is_meant]) {
            Found::Event(_) => {}
            Found::Nothing => return Decision::NoEvent,
            Found::GivenUp => return not_decided(GIVEN_UP),
        }
        let mut wrong = None;
        for facts in [vec![self.is_meant, happens, !uncertain, all_well], vec![self.is_meant, happens, !uncertain]] {
            match solver.find(circuit, &facts) {
                Found::Event(values) => {
                    let values = self.smallest(circuit, &mut solver, &facts, values);
                    let counterexample = self.counterexample(&values);
                    if confirm(&counterexample) {
                        return Decision::Fails(counterexample);
                    }
                    wrong = Some(Undecided { node: None, why: NOT_CONFIRMED });
                }
                Found::Nothing => {}
                Found::GivenUp => return not_decided(GIVEN_UP),
            }
        }
        let may_happen = circuit.either(happens, lost);
        let mut facts = vec![self.is_meant, may_happen];
        for attempt in 0..ATTEMPTS {
            match solver.find(circuit, &facts) {
                Found::Event(values) => {
                    let values = self.smallest(circuit, &mut solver, &facts, values);
                    let counterexample = self.counterexample(&values);
                    if confirm(&counterexample) {
                        return Decision::Fails(counterexample);
                    }
                    wrong = wrong.or_else(|| self.why(&values));
                    // Another event, if there is one.
                    let same = circuit.all(
                        self.events
                            .parts
                            .iter()
                            .map(|part| if values.holds(*part) { *part } else { !*part })
                            .collect::<Vec<_>>(),
                    );
                    facts.push(!same);
                }
                Found::Nothing if attempt == 0 && wrong.is_none() => return Decision::Holds,
                Found::Nothing => break,
                Found::GivenUp => return not_decided(GIVEN_UP),
            }
        }
        Decision::NotDecided(wrong.unwrap_or(Undecided { node: None, why: NOT_CONFIRMED }))
    }

    /// What is not known and makes a difference for an event.
    fn why(&self, values: &Values) -> Option<Undecided> {
        let all = self.lost_for.iter().chain(self.assumed);
        let first =
            all.filter(|assumption| values.holds(assumption.fact)).map(|assumption| assumption.reason).next()?;
        Some(Undecided { node: first.node, why: first.why })
    }

    /// The smallest event for which some facts hold: with the fewest parts, and of those the one with the fewest failures.
    pub(super) fn smallest(&self, circuit: &mut Circuit, solver: &mut Solver, facts: &[Fact], first: Values) -> Values {
        let fails = self.choices.fails.values();
        let mut parts: Vec<Fact> = fails.chain(&self.events.parts).copied().collect();
        parts.retain(|part| !matches!(*part, Fact::NEVER | Fact::ALWAYS) && solver.knows(*part));
        let mut best = first;
        // One part after the other is taken away, as far as that can be.
        let mut at = 0;
        while at < parts.len() {
            if best.holds(parts[at]) {
                let kept = parts[..at].iter().filter(|part| !best.holds(**part));
                let mut wanted: Vec<Fact> = kept.map(|part| !*part).collect();
                wanted.extend(parts[at + 1..].iter().filter(|part| !best.holds(**part)).map(|part| !*part));
                wanted.extend(facts);
                wanted.push(!parts[at]);
                if let Found::Event(values) = solver.find(circuit, &wanted) {
                    best = values;
                }
            }
            at += 1;
        }
        // Another event may have fewer still.
        loop {
            let size = parts.iter().filter(|part| best.holds(**part)).count();
            if size == 0 || parts.len() * size > MOST_COUNTING {
                return best;
            }
            let counted: Vec<(Fact, u32)> = parts.iter().map(|part| (*part, 1)).collect();
            let counts = circuit.count(&counted, size);
            let mut wanted = facts.to_vec();
            wanted.push(!counts[size]);
            match solver.find(circuit, &wanted) {
                Found::Event(values) => best = values,
                Found::Nothing | Found::GivenUp => return best,
            }
        }
    }

    pub(super) fn counterexample(&self, values: &Values) -> Counterexample {
        let mut event = self.events.passed.value(values).unwrap_or_default();
        furnish(&mut event, self.places);
        let chosen = |choices: &std::collections::BTreeMap<String, Fact>| -> Vec<(String, bool)> {
            choices.iter().map(|(name, fact)| (name.clone(), values.holds(*fact))).collect()
        };
        let chosen = [chosen(&self.choices.fails), chosen(&self.choices.decides)];
        let nodes = |chosen: &[(String, bool)]| -> Vec<(NodeId, bool)> {
            let nodes = chosen.iter().filter_map(|(name, is_so)| Some((name.parse().ok()?, *is_so)));
            let mut nodes: Vec<(NodeId, bool)> = nodes.collect();
            nodes.sort_unstable();
            nodes
        };
        let failing = nodes(&chosen[0]).into_iter().filter(|(_, fails)| *fails).map(|(node, _)| node).collect();
        Counterexample { event, failing, decisions: nodes(&chosen[1]), chosen }
    }
}
