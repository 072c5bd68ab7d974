//! The travelling data of a run, for every event at once: what nodes see of it, and what they leave.

use crate::catalogue::Semantics;
use crate::engine::{FilterMeaning, Meaning, StepMeaning};
use crate::hashpath::Path;
use crate::php::{Key, Value};

use super::ask::filtered;
use super::circuit::{Circuit, Fact};
use super::data::{Case, Data, Entry, Kind, Reason};

/// What is assumed of something that is not known: a choice stands for it.
#[derive(Clone, Debug)]
pub(super) struct Assumption {
    /// When the run depends on it.
    pub(super) fact: Fact,
    pub(super) reason: Reason,
}

/// The travelling data on the way to a step.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// What was set last.
    pub(super) base: Data,
    /// What the walk began with.
    pub(super) original: Data,
    /// The filters that are on, as their step and their place in it, in order.
    pub(super) filters: Vec<(usize, usize)>,
    /// The data before any filter.
    pub(super) unfiltered: Option<Data>,
    /// Whether something was saved that a reload would find.
    pub(super) is_saved: bool,
}

/// What nodes see, and when MISP dies of looking.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) data: Data,
    pub(super) dies: Fact,
    pub(super) assumed: Vec<Assumption>,
}

const SELECTOR: &str = "what a filter with such a selector leaves is not modelled";

impl State {
    pub(super) fn new(data: Data) -> Self {
        Self { base: data.clone(), original: data, filters: Vec::new(), unfiltered: None, is_saved: false }
    }

    /// Of two states on two ways to a step the one where `test` holds, and the other where it does not.
    pub(super) fn choose(circuit: &mut Circuit, test: Fact, then: &Self, otherwise: &Self) -> Self {
        Self {
            base: Data::choose(circuit, test, &then.base, &otherwise.base),
            original: Data::choose(circuit, test, &then.original, &otherwise.original),
            filters: then.filters.clone(),
            unfiltered: match (&then.unfiltered, &otherwise.unfiltered) {
                (Some(then), Some(otherwise)) => Some(Data::choose(circuit, test, then, otherwise)),
                (one, other) => one.clone().or_else(|| other.clone()),
            },
            is_saved: then.is_saved || otherwise.is_saved,
        }
    }

    /// What a node sees.
    pub(super) fn see(&self, circuit: &mut Circuit, steps: &[StepMeaning<'_>], semantics: Semantics) -> Seen {
        let mut seen = Seen { data: self.base.clone(), dies: Fact::NEVER, assumed: Vec::new() };
        for (step, at) in &self.filters {
            let Meaning::Filters(filters) = &steps[*step].meaning else { continue };
            let Some(filter) = filters.get(*at) else { continue };
            seen.filter(circuit, &filter.filter, semantics, steps[*step].node);
        }
        seen
    }
}

impl Seen {
    fn filter(
        &mut self,
        circuit: &mut Circuit,
        filter: &FilterMeaning<'_>,
        semantics: Semantics,
        node: crate::model::NodeId,
    ) {
        let Some(keys) = plain_keys(filter.selector) else {
            self.data = Data::object(vec![("Event".into(), Data::unknown(Reason { node: Some(node), why: SELECTOR }))]);
            return;
        };
        let old = keys.iter().fold(self.data.clone(), |data, key| data.get(circuit, key));
        let mut cases = Vec::new();
        let mut emptied = Fact::NEVER;
        for case in old.cases() {
            match &case.kind {
                // What is not there becomes an empty list.
                Kind::Missing | Kind::Scalar(Value::Null) => emptied = circuit.either(emptied, case.fact),
                Kind::List(entries) => {
                    let (kept, unknown, dies) = filtered(circuit, filter, entries, semantics.filters_reindex);
                    let dies = circuit.both(case.fact, dies);
                    self.dies = circuit.either(self.dies, dies);
                    let kind = if unknown.is_empty() {
                        Kind::List(std::rc::Rc::new(kept))
                    } else {
                        self.guessed(circuit, filter, entries, semantics, case.fact, node)
                    };
                    cases.push(Case { fact: case.fact, kind });
                }
                Kind::Unknown(reason) => cases.push(Case { fact: case.fact, kind: Kind::Unknown(*reason) }),
                Kind::Scalar(_) | Kind::Object(_) => {
                    let reason = Reason { node: Some(node), why: SELECTOR };
                    cases.push(Case { fact: case.fact, kind: Kind::Unknown(reason) });
                }
            }
        }
        let rest = Data::of_cases(cases);
        let new = Data::choose(circuit, emptied, &Data::list(Vec::new()), &rest);
        self.data = with_at(circuit, &self.data, &keys, &new);
    }

    /// A filtered list where it is not known which entries stay: each may.
    fn guessed(
        &mut self,
        circuit: &mut Circuit,
        filter: &FilterMeaning<'_>,
        entries: &[Entry],
        semantics: Semantics,
        outer: Fact,
        node: crate::model::NodeId,
    ) -> Kind {
        let mut kept = Vec::with_capacity(entries.len());
        for entry in entries {
            let answer = super::ask::keeps(circuit, filter, &entry.value);
            let unknown = answer.is_unknown(circuit);
            for (fact, reason) in &answer.unknown {
                let fact = circuit.all([outer, entry.here, *fact]);
                let reason = Reason { node: reason.node.or(Some(node)), ..*reason };
                self.assumed.push(Assumption { fact, reason });
            }
            let guess = if unknown == Fact::NEVER { Fact::NEVER } else { circuit.choice() };
            let guessed = circuit.both(unknown, guess);
            let stays = circuit.either(answer.holds, guessed);
            let here = circuit.both(entry.here, stays);
            let counts = if semantics.filters_reindex { here } else { entry.counts };
            kept.push(Entry { counts, here, ..entry.clone() });
        }
        Kind::List(std::rc::Rc::new(kept))
    }
}

/// The keys of a path that has nothing else.
fn plain_keys(path: &Path) -> Option<Vec<&str>> {
    let keys = path.literal_keys().iter().map(|key| match key {
        Key::String(key) => Some(&**key),
        Key::Int(_) => None,
    });
    if path.is_plain() { keys.collect() } else { None }
}

/// Data with another value where keys lead.
pub(super) fn with_at(circuit: &mut Circuit, data: &Data, keys: &[&str], value: &Data) -> Data {
    match keys {
        [] => value.clone(),
        [key, rest @ ..] => {
            // What is not there on the way becomes an object.
            let inner = data.get(circuit, key);
            let missing = inner.is_missing(circuit);
            let inner = Data::choose(circuit, missing, &Data::object(Vec::new()), &inner);
            let inner = with_at(circuit, &inner, rest, value);
            data.with(key, &inner)
        }
    }
}
