//! Data of which not everything is decided: what MISP's data looks like for every event at once.
//!
//! A value has one or several cases, each with the fact under which it is this one: exactly one of these facts holds for
//! each event. A list holds all entries that it has for any event, each with the fact that it is there.

use std::rc::Rc;

use crate::model::NodeId;
use crate::php::{Array, Key, Text, Value};

use super::circuit::{Circuit, Fact, Values};

/// Why something is not known: the step, and the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reason {
    /// The step that brought it; `None` if the data itself is not known.
    pub(super) node: Option<NodeId>,
    pub(super) why: &'static str,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Data(Rc<Vec<Case>>);

/// One of the values that something may have.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) fact: Fact,
    pub(super) kind: Kind,
}

/// What is there.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Nothing.
    Missing,
    /// A value without parts.
    Scalar(Value<'static>),
    /// An object with these entries; all others are missing.
    Object(Rc<Vec<(Rc<str>, Data)>>),
    /// A list.
    List(Rc<Vec<Entry>>),
    /// Something that is not known.
    Unknown(Reason),
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Whether it takes a number: a filter may leave gaps.
    pub(super) counts: Fact,
    /// Whether it is there.
    pub(super) here: Fact,
    /// How many of the same kind there are.
    pub(super) times: u32,
    pub(super) value: Data,
}

impl From<Kind> for Data {
    fn from(kind: Kind) -> Self {
        Self(Rc::new(vec![Case { fact: Fact::ALWAYS, kind }]))
    }
}

impl Data {
    pub(super) fn missing() -> Self {
        Kind::Missing.into()
    }

    pub(super) fn scalar(value: impl Into<Value<'static>>) -> Self {
        Kind::Scalar(value.into()).into()
    }

    pub(super) fn object(entries: Vec<(Rc<str>, Data)>) -> Self {
        Kind::Object(Rc::new(entries)).into()
    }

    pub(super) fn list(entries: Vec<Entry>) -> Self {
        Kind::List(Rc::new(entries)).into()
    }

    pub(super) fn unknown(reason: Reason) -> Self {
        Kind::Unknown(reason).into()
    }

    /// A value of several cases, of which exactly one holds. Those that never do are left out.
    pub(super) fn of_cases(cases: Vec<Case>) -> Self {
        let cases: Vec<_> = cases.into_iter().filter(|case| case.fact != Fact::NEVER).collect();
        if cases.is_empty() { Self::missing() } else { Self(Rc::new(cases)) }
    }

    pub(super) fn cases(&self) -> &[Case] {
        &self.0
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The fact that nothing is there.
    pub(super) fn is_missing(&self, circuit: &mut Circuit) -> Fact {
        let missing = self.0.iter().filter(|case| matches!(case.kind, Kind::Missing)).map(|case| case.fact);
        circuit.any(missing.collect::<Vec<_>>())
    }

    /// What lies under a key, which is nothing where this is not an object.
    pub(super) fn get(&self, circuit: &mut Circuit, key: &str) -> Self {
        if let [Case { kind: Kind::Object(entries), .. }] = &self.0[..] {
            return entry_of(entries, key);
        }
        let mut cases = Vec::new();
        for case in self.0.iter() {
            match &case.kind {
                Kind::Object(entries) => {
                    for inner in entry_of(entries, key).cases() {
                        let fact = circuit.both(case.fact, inner.fact);
                        cases.push(Case { fact, kind: inner.kind.clone() });
                    }
                }
                Kind::Unknown(reason) => cases.push(Case { fact: case.fact, kind: Kind::Unknown(*reason) }),
                _ => cases.push(Case { fact: case.fact, kind: Kind::Missing }),
            }
        }
        Self::of_cases(cases)
    }

    /// The same with another value under a key, wherever it is an object.
    pub(super) fn with(&self, key: &str, value: &Self) -> Self {
        let cases = self.0.iter().map(|case| match &case.kind {
            Kind::Object(entries) => {
                let mut entries = (**entries).clone();
                match entries.iter_mut().find(|(known, _)| &**known == key) {
                    Some((_, known)) => *known = value.clone(),
                    None => entries.push((key.into(), value.clone())),
                }
                Case { fact: case.fact, kind: Kind::Object(Rc::new(entries)) }
            }
            _ => case.clone(),
        });
        Self(Rc::new(cases.collect()))
    }

    /// The same with the entries of lists changed.
    pub(super) fn with_entries(&self, mut change: impl FnMut(usize, &Entry) -> Entry) -> Self {
        let cases = self.0.iter().map(|case| match &case.kind {
            Kind::List(entries) => {
                let entries = entries.iter().enumerate().map(|(at, entry)| change(at, entry)).collect();
                Case { fact: case.fact, kind: Kind::List(Rc::new(entries)) }
            }
            _ => case.clone(),
        });
        Self(Rc::new(cases.collect()))
    }

    /// `then` where `test` holds, else `otherwise`.
    pub(super) fn choose(circuit: &mut Circuit, test: Fact, then: &Self, otherwise: &Self) -> Self {
        match test {
            Fact::ALWAYS => return then.clone(),
            Fact::NEVER => return otherwise.clone(),
            _ if then.is_same(otherwise) => return then.clone(),
            _ => {}
        }
        let mut merged: Vec<Case> = Vec::new();
        let sides = [(test, then), (!test, otherwise)];
        for (side, data) in sides {
            for case in data.cases() {
                let fact = circuit.both(side, case.fact);
                if fact == Fact::NEVER {
                    continue;
                }
                let kind = match merged.iter_mut().find(|known| known.kind.is_alike(&case.kind)) {
                    Some(known) => {
                        known.fact = circuit.either(known.fact, fact);
                        // What comes first is from `then`: the test tells them apart.
                        known.kind = Kind::choose(circuit, test, &known.kind, &case.kind);
                        continue;
                    }
                    None => case.kind.clone(),
                };
                merged.push(Case { fact, kind });
            }
        }
        Self::of_cases(merged)
    }

    /// The value for one event; `None` if nothing is there, or if it is not known.
    pub(super) fn value(&self, values: &Values) -> Option<Value<'static>> {
        let case = self.0.iter().find(|case| values.holds(case.fact))?;
        match &case.kind {
            Kind::Missing | Kind::Unknown(_) => None,
            Kind::Scalar(value) => Some(value.clone()),
            Kind::Object(entries) => {
                let mut object = Array::new();
                for (key, value) in entries.iter() {
                    if let Some(value) = value.value(values) {
                        object.insert(Key::new(Text::Shared((**key).into())), value);
                    }
                }
                Some(object.into())
            }
            Kind::List(entries) => {
                let mut list = Array::new();
                for entry in entries.iter().filter(|entry| values.holds(entry.here)) {
                    for _ in 0..entry.times {
                        if let Some(value) = entry.value.value(values) {
                            list.push(value);
                        }
                    }
                }
                Some(list.into())
            }
        }
    }
}

fn entry_of(entries: &[(Rc<str>, Data)], key: &str) -> Data {
    let found = entries.iter().find(|(known, _)| &**known == key);
    found.map_or_else(Data::missing, |(_, value)| value.clone())
}

impl Kind {
    /// Whether the two can be one case.
    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missing, Self::Missing) | (Self::Object(_), Self::Object(_)) | (Self::List(_), Self::List(_)) => {
                true
            }
            (Self::Scalar(one), Self::Scalar(other)) => one == other,
            (Self::Unknown(one), Self::Unknown(other)) => one == other,
            _ => false,
        }
    }

    /// Of two that are alike the one where `test` holds, and the other where it does not.
    fn choose(circuit: &mut Circuit, test: Fact, then: &Self, otherwise: &Self) -> Self {
        match (then, otherwise) {
            (Self::Object(one), Self::Object(other)) => {
                if Rc::ptr_eq(one, other) {
                    return then.clone();
                }
                let mut entries = Vec::with_capacity(one.len());
                for (key, value) in one.iter() {
                    let value = Data::choose(circuit, test, value, &entry_of(other, key));
                    entries.push((key.clone(), value));
                }
                for (key, value) in other.iter().filter(|(key, _)| !one.iter().any(|(known, _)| known == key)) {
                    entries.push((key.clone(), Data::choose(circuit, test, &Data::missing(), value)));
                }
                Self::Object(Rc::new(entries))
            }
            (Self::List(one), Self::List(other)) => {
                if Rc::ptr_eq(one, other) {
                    return then.clone();
                }
                let entries = (0..one.len().max(other.len())).map(|at| {
                    let (one, other) = (one.get(at), other.get(at));
                    let fact = |circuit: &mut Circuit, of: fn(&Entry) -> Fact| {
                        let [one, other] = [one, other].map(|entry| entry.map_or(Fact::NEVER, of));
                        circuit.choose(test, one, other)
                    };
                    let (counts, here) = (fact(circuit, |entry| entry.counts), fact(circuit, |entry| entry.here));
                    match (one, other) {
                        (Some(one), Some(other)) if one.times == other.times => {
                            let value = Data::choose(circuit, test, &one.value, &other.value);
                            Entry { counts, here, times: one.times, value }
                        }
                        (Some(one), Some(_)) => {
                            Entry { counts, here, times: one.times, value: Data::unknown(OF_TWO_LENGTHS) }
                        }
                        (Some(only), None) | (None, Some(only)) => Entry { counts, here, ..only.clone() },
                        (None, None) => Entry { counts, here, times: 1, value: Data::missing() },
                    }
                });
                Self::List(Rc::new(entries.collect()))
            }
            _ => then.clone(),
        }
    }
}

const OF_TWO_LENGTHS: Reason = Reason { node: None, why: "a list has two lengths here, on two ways to this step" };
