//! Whether two workflows decide and do the same for every event.

use serde_json::Value as Json;

use crate::catalogue::{Catalogue, Semantics};
use crate::engine::{Outcome, Prepared, RunOptions, RunResult};
use crate::model::NodeId;
use crate::php::Value;

use super::chosen::Chosen;
use super::circuit::{Circuit, Fact};
use super::data::{Data, Entry, Kind, Reason};
use super::decide::{Decision, Search, Undecided, signature};
use super::events::Events;
use super::happened::{Done, Happened};
use super::places::Places;
use super::state::Assumption;
use super::walk::{Choices, Limits, Said, World, walk};

/// Whether two workflows do the same.
#[derive(Clone, PartialEq, Debug)]
pub enum Sameness {
    /// For every event.
    Same,
    /// Not for this one.
    Different(Difference),
    /// That is not decided.
    NotDecided(Undecided),
}

/// An event for which two workflows do not do the same, and what else happens then.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// The event.
    pub event: Value<'static>,
    /// The steps of each that fail.
    pub failing: [Vec<NodeId>; 2],
    /// What logic modules of each decide that only the server knows.
    pub decisions: [Vec<(NodeId, bool)>; 2],
}

const OTHER_TRIGGER: &str = "the two are started by different triggers, which pass different data";
const SEARCHES: &str = "which events the search of an ad-hoc workflow finds is not modelled";
const TOO_MANY: &str = "there are too many different events to look at";
const CONTENT: &str = "what an effect holds of the event is compared only where both make it of the same";
/// So many effects of two workflows are compared, one with another.
const MOST_PAIRS: usize = 250_000;
const MANY_EFFECTS: &str = "too many effects would have to be compared";

impl Difference {
    /// Runs one of the two workflows on the event.
    pub fn run(&self, workflow: &Prepared, which: usize, look: &mut dyn FnMut(&RunResult<'_>)) {
        let answers = Chosen { failing: &self.failing[which], decisions: &self.decisions[which] };
        look(
            &workflow.run(self.event.clone(), &RunOptions { answers: &answers, trace: true, ..RunOptions::default() }),
        );
    }

    fn is_seen(&self, workflows: [&Prepared; 2]) -> bool {
        let mut told = Vec::new();
        for (which, workflow) in workflows.into_iter().enumerate() {
            self.run(workflow, which, &mut |result| told.push(Told::of(result)));
        }
        told[0] != told[1]
    }
}

/// What a run decides and does, without the numbers of its nodes.
#[derive(PartialEq, Debug)]
pub(super) struct Told {
    outcome: Outcome,
    /// Why it was stopped.
    reason: Option<String>,
    effects: Vec<Json>,
}

impl Told {
    pub(super) fn of(result: &RunResult<'_>) -> Self {
        let reason = result.errors.last().filter(|_| result.outcome == Outcome::Blocked);
        let reason = reason.map(|reason| reason.split_once(RETURNED).map_or(&**reason, |(_, own)| own).to_owned());
        let effects = result.with_jobs().into_iter().flat_map(|run| &run.effects).map(|record| {
            let mut effect = serde_json::to_value(record).unwrap_or_default();
            if let Json::Object(entries) = &mut effect {
                entries.remove("node");
                // It names the release, which is what is known to differ.
                if let Some(Json::Array(headers)) = entries.get_mut("headers") {
                    headers.retain(|header| header[0] != "User-Agent");
                }
            }
            effect
        });
        Self { outcome: result.outcome, reason, effects: effects.collect() }
    }
}

/// What MISP writes before the reason of a failure.
const RETURNED: &str = "returned the following error: ";

/// Decides whether two workflows decide and do the same for every event. An event that tells them apart is shown only if the
/// runs on it differ.
pub fn same(workflows: [&Prepared; 2], catalogue: &Catalogue, guards_publication: bool) -> Sameness {
    let not_decided = |why| Sameness::NotDecided(Undecided { node: None, why });
    let [one, other] = workflows;
    if one.trigger() != other.trigger() {
        return not_decided(OTHER_TRIGGER);
    }
    if one.is_adhoc() {
        return not_decided(SEARCHES);
    }
    let mut circuit = Circuit::new();
    let circuit = &mut circuit;
    let steps = workflows.map(Prepared::steps);
    // What one release reads and the other does not is asked of the events of both.
    let semantics = workflows.iter().map(|workflow| workflow.semantics());
    let semantics = semantics.fold(one.semantics(), |all, own| Semantics {
        reports_inherit_tags: all.reports_inherit_tags || own.reports_inherit_tags,
        ..all
    });
    let mut places = Places::new(one.trigger(), signature(one, catalogue), semantics);
    for steps in &steps {
        places.note_steps(steps);
    }
    let Some(events) = Events::new(circuit, &places) else { return not_decided(TOO_MANY) };
    let names = workflows.map(names);
    let mut choices = Choices::default();
    let mut happened = Vec::new();
    for ((workflow, steps), names) in workflows.into_iter().zip(&steps).zip(&names) {
        let seen = events.seen(circuit, &places, workflow.semantics());
        let name = |at: usize| names[at].clone();
        let world = World { said: &|_| Said::Nothing, name: &name, guards_publication, limits: Limits::FULL };
        happened.push(walk(circuit, workflow, steps, &seen, &world, &mut choices));
    }
    let [first, second] = &happened[..] else { return not_decided(TOO_MANY) };
    let mut assumed: Vec<Assumption> = first.assumed.iter().chain(&second.assumed).cloned().collect();
    let Some(differs) = differs(circuit, first, second, &mut assumed) else { return not_decided(MANY_EFFECTS) };
    let lost_for: Vec<Assumption> = first.lost.iter().chain(&second.lost).cloned().collect();
    let lost = circuit.any(lost_for.iter().map(|lost| lost.fact));
    let is_meant = events.valid;
    let search = Search {
        events: &events,
        places: &places,
        choices: &choices,
        is_meant,
        assumed: &assumed,
        lost_for: &lost_for,
    };
    let mut shown = None;
    let decision = search.decide(circuit, differs, lost, &mut |found| {
        let own = |which: usize, names: &[String]| {
            let nodes =
                names.iter().enumerate().filter(|(_, name)| names_of(&found.chosen[0]).any(|known| known == **name));
            nodes.map(|(at, _)| steps[which][at].node).collect::<Vec<_>>()
        };
        let decided = |which: usize, names: &[String]| {
            let nodes = names.iter().enumerate().filter_map(|(at, name)| {
                let known = found.chosen[1].iter().find(|(known, _)| known == name)?;
                Some((steps[which][at].node, known.1))
            });
            nodes.collect::<Vec<_>>()
        };
        let difference = Difference {
            event: found.event.clone(),
            failing: [own(0, &names[0]), own(1, &names[1])],
            decisions: [decided(0, &names[0]), decided(1, &names[1])],
        };
        let is_confirmed = difference.is_seen(workflows);
        if is_confirmed {
            shown = Some(difference);
        }
        is_confirmed
    });
    match (decision, shown) {
        (Decision::Fails(_), Some(difference)) => Sameness::Different(difference),
        (Decision::Holds | Decision::NoEvent, _) => Sameness::Same,
        (Decision::NotDecided(undecided), _) => Sameness::NotDecided(undecided),
        (Decision::Fails(_), None) => not_decided(CONTENT),
    }
}

fn names_of(chosen: &[(String, bool)]) -> impl Iterator<Item = &str> {
    chosen.iter().filter(|(_, is_so)| *is_so).map(|(name, _)| name.as_str())
}

/// For each step a name that the step of the other workflow has too that does the same, so that both fail together.
fn names(workflow: &Prepared) -> Vec<String> {
    let mut known: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    let steps = workflow.size().0;
    (0..steps)
        .map(|at| {
            let behaviour = workflow.behaviour_of(at);
            let number = known.entry(behaviour.clone()).or_default();
            *number += 1;
            format!("{behaviour} {number}")
        })
        .collect()
}

/// When two runs differ: in how they end, in why, or in what they do. `None` if there is too much to compare.
fn differs(circuit: &mut Circuit, one: &Happened, other: &Happened, assumed: &mut Vec<Assumption>) -> Option<Fact> {
    let mut differs = Fact::NEVER;
    for (first, second) in [(one.blocked, other.blocked), (one.failure, other.failure), (one.crash, other.crash)] {
        let same = circuit.same(first, second);
        differs = circuit.either(differs, !same);
    }
    for (first, second) in [(&one.stops, &other.stops), (&one.effects, &other.effects)] {
        if first.len() * second.len() > MOST_PAIRS {
            return None;
        }
        let same = same_row(circuit, first, second, assumed);
        differs = circuit.either(differs, !same);
    }
    Some(differs)
}

/// When two rows of effects, of each of which some happen, are the same.
fn same_row(circuit: &mut Circuit, one: &[Done], other: &[Done], assumed: &mut Vec<Assumption>) -> Fact {
    // From the end: whether what is left of both is the same.
    let mut below = vec![Fact::NEVER; other.len() + 1];
    for row in (0..=one.len()).rev() {
        let mut current = vec![Fact::NEVER; other.len() + 1];
        for column in (0..=other.len()).rev() {
            current[column] = match (one.get(row), other.get(column)) {
                (None, None) => Fact::ALWAYS,
                (Some(first), None) => circuit.without(below[column], first.fact),
                (None, Some(second)) => circuit.without(current[column + 1], second.fact),
                (Some(first), Some(second)) => {
                    let skips_first = circuit.without(below[column], first.fact);
                    let both = circuit.both(first.fact, second.fact);
                    let rest = circuit.both(below[column + 1], both);
                    let same = if rest == Fact::NEVER {
                        Fact::NEVER
                    } else {
                        let same = same_effect(circuit, first, second, assumed);
                        circuit.both(rest, same)
                    };
                    let skips_second = circuit.both(first.fact, current[column + 1]);
                    let skips_second = circuit.without(skips_second, second.fact);
                    circuit.any([skips_first, skips_second, same])
                }
            };
        }
        below = current;
    }
    below[0]
}

/// When two effects are the same. Where that is not known a choice stands for it.
fn same_effect(circuit: &mut Circuit, one: &Done, other: &Done, assumed: &mut Vec<Assumption>) -> Fact {
    if one.kind != other.kind && one.kind.is_some() && other.kind.is_some() {
        return Fact::NEVER;
    }
    for (key, value) in &one.known {
        if other.known.iter().any(|(known, said)| known == key && said != value) {
            return Fact::NEVER;
        }
    }
    if one.attribute != other.attribute && one.kind == other.kind && one.attribute.is_some() {
        return Fact::NEVER;
    }
    let is_whole = |done: &Done| done.kind.is_none() && done.made_of.is_none();
    if is_whole(one) && is_whole(other) && one.known == other.known {
        return Fact::ALWAYS;
    }
    let certain = match (&one.made_of, &other.made_of) {
        // A tagging holds nothing of the data besides what it is put on.
        (Some((first, _)), Some((second, _))) if first == second && one.known.len() == 3 && one.kind.is_some() => {
            Fact::ALWAYS
        }
        (Some((first, data)), Some((second, other_data))) if first == second && one.kind == other.kind => {
            equal(circuit, data, other_data)
        }
        _ => Fact::NEVER,
    };
    if certain == Fact::ALWAYS {
        return certain;
    }
    let fact = circuit.all([one.fact, other.fact, !certain]);
    assumed.push(Assumption { fact, reason: Reason { node: Some(one.node), why: CONTENT } });
    let guess = circuit.choice();
    circuit.either(certain, guess)
}

/// When two values are certainly the same.
fn equal(circuit: &mut Circuit, one: &Data, other: &Data) -> Fact {
    if one.is_same(other) {
        return Fact::ALWAYS;
    }
    let mut equal = Fact::NEVER;
    for first in one.cases() {
        for second in other.cases() {
            let both = circuit.both(first.fact, second.fact);
            if both == Fact::NEVER {
                continue;
            }
            let same = equal_kinds(circuit, &first.kind, &second.kind);
            let same = circuit.both(both, same);
            equal = circuit.either(equal, same);
        }
    }
    equal
}

fn equal_kinds(circuit: &mut Circuit, one: &Kind, other: &Kind) -> Fact {
    match (one, other) {
        (Kind::Missing, Kind::Missing) => Fact::ALWAYS,
        (Kind::Scalar(one), Kind::Scalar(other)) => Fact::from(one == other),
        (Kind::Object(one), Kind::Object(other)) => {
            if std::rc::Rc::ptr_eq(one, other) {
                return Fact::ALWAYS;
            }
            let mut all = Fact::ALWAYS;
            let missing = Data::missing();
            let keys = one.iter().map(|(key, _)| key).chain(other.iter().map(|(key, _)| key));
            let keys: std::collections::BTreeSet<_> = keys.collect();
            for key in keys {
                let find = |entries: &[(std::rc::Rc<str>, Data)]| {
                    entries
                        .iter()
                        .find(|(known, _)| known == key)
                        .map_or_else(|| missing.clone(), |(_, value)| value.clone())
                };
                let own = equal(circuit, &find(one), &find(other));
                all = circuit.both(all, own);
            }
            all
        }
        (Kind::List(one), Kind::List(other)) => {
            if std::rc::Rc::ptr_eq(one, other) {
                return Fact::ALWAYS;
            }
            let mut all = Fact::ALWAYS;
            for at in 0..one.len().max(other.len()) {
                let here = |entry: Option<&Entry>| {
                    entry.map_or((Fact::NEVER, Fact::NEVER), |entry| (entry.here, entry.counts))
                };
                let (first, second) = (one.get(at), other.get(at));
                let ((here_one, counts_one), (here_other, counts_other)) = (here(first), here(second));
                let same_here = circuit.same(here_one, here_other);
                let same_counts = circuit.same(counts_one, counts_other);
                let value = match (first, second) {
                    (Some(first), Some(second)) if first.times == second.times => {
                        let value = equal(circuit, &first.value, &second.value);
                        circuit.either(value, !here_one)
                    }
                    _ => !here_one,
                };
                all = circuit.all([all, same_here, same_counts, value]);
            }
            all
        }
        _ => Fact::NEVER,
    }
}
