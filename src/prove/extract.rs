//! What a hash path finds, for every event at once: as `hashpath` does it for one.

use crate::hashpath::{Path, Segment, Test, Token};
use crate::php::{Key, KeyRef, Value};

use super::circuit::{Circuit, Fact};
use super::data::{Case, Data, Entry, Kind, Reason};

/// Something that a path may find.
#[derive(Clone, Debug)]
pub(super) struct Find {
    /// Whether it is found. It is never missing then.
    pub(super) fact: Fact,
    /// How many of it.
    pub(super) times: u32,
    pub(super) value: Data,
}

/// All that a path may find, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Finds {
    pub(super) all: Vec<Find>,
    /// Of a path of plain keys what it leads to; its key 0 is the first find then.
    pub(super) end: Option<Data>,
    /// When MISP dies of it.
    pub(super) dies: Vec<Fact>,
}

const KEYS: &str = "which keys an object has is not modelled";
const NUMBERED: &str = "an entry of an object by its number is not modelled";

impl Finds {
    /// What a path selects in data that is an array.
    pub(super) fn new(circuit: &mut Circuit, path: &Path, data: &Data) -> Self {
        let mut finds = Self::default();
        if path.is_whole() {
            finds.all.push(Find { fact: Fact::ALWAYS, times: 1, value: unknown(KEYS) });
            return finds;
        }
        if path.is_plain() {
            let end = follow(circuit, path.literal_keys(), data);
            for case in end.cases() {
                match &case.kind {
                    Kind::Missing => {}
                    Kind::List(entries) => {
                        for entry in entries.iter() {
                            finds.push(circuit, case.fact, entry.here, entry.times, &entry.value);
                        }
                    }
                    Kind::Object(_) => {
                        finds.all.push(Find { fact: case.fact, times: 1, value: unknown(KEYS) });
                    }
                    Kind::Scalar(_) | Kind::Unknown(_) => {
                        finds.all.push(Find { fact: case.fact, times: 1, value: case.kind.clone().into() });
                    }
                }
            }
            finds.end = Some(end);
            return finds;
        }
        finds.select(circuit, path.segments(), data, Fact::ALWAYS, 1);
        finds
    }

    fn push(&mut self, circuit: &mut Circuit, outer: Fact, fact: Fact, times: u32, value: &Data) {
        let missing = value.is_missing(circuit);
        let fact = circuit.all([outer, fact, !missing]);
        if fact != Fact::NEVER {
            self.all.push(Find { fact, times, value: value.clone() });
        }
    }

    fn select(&mut self, circuit: &mut Circuit, segments: &[Segment], item: &Data, outer: Fact, times: u32) {
        let Some((segment, rest)) = segments.split_first() else {
            self.push(circuit, outer, Fact::ALWAYS, times, item);
            return;
        };
        for case in item.cases() {
            let fact = circuit.both(outer, case.fact);
            if fact == Fact::NEVER {
                continue;
            }
            match &case.kind {
                Kind::Missing | Kind::Scalar(Value::Null) => {}
                Kind::Unknown(reason) => {
                    self.all.push(Find { fact, times, value: Data::unknown(*reason) });
                }
                // PHP makes a list of one of it.
                Kind::Scalar(_) => {
                    if segment.token.matches(KeyRef::Int(0)) {
                        self.step(circuit, segment, rest, &case.kind.clone().into(), fact, times);
                    }
                }
                Kind::Object(entries) => match &segment.token {
                    Token::Key(Key::String(key)) => {
                        if let Some((_, value)) = entries.iter().find(|(known, _)| **known == **key) {
                            self.step(circuit, segment, rest, value, fact, times);
                        }
                    }
                    Token::Key(Key::Int(_)) | Token::Numeric => {}
                    Token::Named | Token::Any => {
                        self.all.push(Find { fact, times, value: unknown(KEYS) });
                    }
                    Token::Number { .. } => {
                        self.all.push(Find { fact, times, value: unknown(NUMBERED) });
                    }
                },
                Kind::List(entries) => match &segment.token {
                    Token::Key(Key::String(_)) | Token::Named | Token::Number { integer: None, .. } => {}
                    Token::Numeric | Token::Any => {
                        for entry in entries.iter() {
                            let fact = circuit.both(fact, entry.here);
                            self.step(circuit, segment, rest, &entry.value, fact, times.saturating_mul(entry.times));
                        }
                    }
                    Token::Key(Key::Int(number)) | Token::Number { integer: Some(number), .. } => {
                        for (here, value) in numbered(circuit, entries, *number) {
                            let fact = circuit.both(fact, here);
                            self.step(circuit, segment, rest, &value, fact, times);
                        }
                    }
                },
            }
        }
    }

    /// Goes on from what lies under a key of a step, as far as it passes the tests of the step.
    fn step(
        &mut self,
        circuit: &mut Circuit,
        segment: &Segment,
        rest: &[Segment],
        value: &Data,
        fact: Fact,
        times: u32,
    ) {
        if fact == Fact::NEVER {
            return;
        }
        if !segment.only_arrays {
            self.select(circuit, rest, value, fact, times);
            return;
        }
        for case in value.cases() {
            let mut fact = circuit.both(fact, case.fact);
            match &case.kind {
                Kind::Missing | Kind::Scalar(_) => continue,
                Kind::Unknown(reason) => {
                    self.all.push(Find { fact, times, value: Data::unknown(*reason) });
                    continue;
                }
                Kind::Object(entries) => {
                    for test in &segment.tests {
                        let entry = match &test.attribute {
                            Key::String(key) => entries.iter().find(|(known, _)| **known == **key),
                            Key::Int(_) => None,
                        };
                        let Some((_, entry)) = entry else {
                            fact = Fact::NEVER;
                            break;
                        };
                        fact = self.test(circuit, test, entry, fact, times);
                    }
                }
                Kind::List(_) => {
                    if !segment.tests.is_empty() {
                        self.all.push(Find { fact, times, value: unknown("a test of a list is not modelled") });
                        continue;
                    }
                }
            }
            if fact != Fact::NEVER {
                self.select(circuit, rest, &case.kind.clone().into(), fact, times);
            }
        }
    }

    /// When an object passes a test, where `outer` holds.
    fn test(&mut self, circuit: &mut Circuit, test: &Test, entry: &Data, outer: Fact, times: u32) -> Fact {
        let mut passes = Fact::NEVER;
        for case in entry.cases() {
            let fact = circuit.both(outer, case.fact);
            match &case.kind {
                Kind::Missing => {}
                Kind::Scalar(value) => match test.accepts(value) {
                    Ok(true) => passes = circuit.either(passes, fact),
                    Ok(false) => {}
                    Err(_) => self.dies.push(fact),
                },
                Kind::Unknown(reason) => {
                    self.all.push(Find { fact, times, value: Data::unknown(*reason) });
                }
                Kind::Object(_) | Kind::List(_) => {
                    self.all.push(Find {
                        fact,
                        times,
                        value: unknown("a test of a list or an object is not modelled"),
                    });
                }
            }
        }
        passes
    }
}

fn unknown(why: &'static str) -> Data {
    Data::unknown(Reason { node: None, why })
}

/// What lies in a list under a number.
pub(super) fn numbered(circuit: &mut Circuit, entries: &[Entry], number: i64) -> Vec<(Fact, Data)> {
    let Ok(number) = usize::try_from(number) else { return Vec::new() };
    let mut found = Vec::new();
    let mut before = Vec::new();
    for entry in entries {
        let counts = circuit.count(&before, number + 1);
        let times = entry.times as usize;
        let first = (number + 1).saturating_sub(times);
        let place = circuit.any(counts[first..=number].iter().copied());
        let here = circuit.both(entry.here, place);
        if here != Fact::NEVER {
            found.push((here, entry.value.clone()));
        }
        before.push((entry.counts, entry.times));
    }
    found
}

/// The value where plain keys lead; a null counts as missing. Several of its cases may be of one kind: it is for reading only.
pub(super) fn follow(circuit: &mut Circuit, keys: &[Key<'static>], data: &Data) -> Data {
    let mut data = data.clone();
    for key in keys {
        data = match key {
            Key::String(key) => data.get(circuit, key),
            Key::Int(number) => {
                let mut cases = Vec::new();
                let mut found_any = Fact::NEVER;
                for case in data.cases() {
                    match &case.kind {
                        Kind::List(entries) => {
                            for (here, value) in numbered(circuit, entries, *number) {
                                let here = circuit.both(case.fact, here);
                                found_any = circuit.either(found_any, here);
                                for inner in value.cases() {
                                    let fact = circuit.both(here, inner.fact);
                                    cases.push(Case { fact, kind: inner.kind.clone() });
                                }
                            }
                        }
                        Kind::Unknown(_) => {
                            found_any = circuit.either(found_any, case.fact);
                            cases.push(case.clone());
                        }
                        _ => {}
                    }
                }
                cases.push(Case { fact: !found_any, kind: Kind::Missing });
                Data::of_cases(cases)
            }
        };
        let cases = data.cases().iter().map(|case| match case.kind {
            Kind::Scalar(Value::Null) => Case { fact: case.fact, kind: Kind::Missing },
            _ => case.clone(),
        });
        data = Data::of_cases(cases.collect());
    }
    data
}
