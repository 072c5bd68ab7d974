//! What a question is answered, for every event at once: as `condition` does it for one.

use crate::condition::{CountOperator, Operator};
use crate::engine::{FilterMeaning, Question};
use crate::php::{Array, Value, loose_equal};

use super::circuit::{Circuit, Fact};
use super::data::{Data, Entry, Kind, Reason};
use super::extract::{Find, Finds, follow, numbered};

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// When it is yes.
    pub(super) holds: Fact,
    /// When it is not known, and why. It is neither yes nor no then.
    pub(super) unknown: Vec<(Fact, Reason)>,
    /// When MISP dies of the question.
    pub(super) dies: Fact,
}

impl From<Fact> for Answer {
    fn from(holds: Fact) -> Self {
        Self { holds, unknown: Vec::new(), dies: Fact::NEVER }
    }
}

impl Answer {
    pub(super) fn not_modelled(why: &'static str) -> Self {
        Self { holds: Fact::NEVER, unknown: vec![(Fact::ALWAYS, Reason { node: None, why })], dies: Fact::NEVER }
    }

    pub(super) fn is_unknown(&self, circuit: &mut Circuit) -> Fact {
        circuit.any(self.unknown.iter().map(|(fact, _)| *fact))
    }

    fn opposite(mut self, circuit: &mut Circuit) -> Self {
        let unknown = self.is_unknown(circuit);
        self.holds = circuit.all([!self.holds, !unknown, !self.dies]);
        self
    }

    /// Leaves the unknown out where the answer is yes all the same.
    fn certain_where_yes(mut self, circuit: &mut Circuit) -> Self {
        for (fact, _) in &mut self.unknown {
            *fact = circuit.without(*fact, self.holds);
        }
        self.unknown.retain(|(fact, _)| *fact != Fact::NEVER);
        self
    }

    /// The answer where MISP comes to ask: not where it dies before.
    fn with_deaths(mut self, circuit: &mut Circuit, dies: &[Fact]) -> Self {
        let dies = circuit.any(dies.iter().copied());
        if dies == Fact::NEVER {
            return self;
        }
        self.holds = circuit.without(self.holds, dies);
        for (fact, _) in &mut self.unknown {
            *fact = circuit.without(*fact, dies);
        }
        self.dies = circuit.either(self.dies, dies);
        self
    }
}

const NOT_A_STRING: &str = "a comparison with something that is not a string is not modelled";
const MIXED: &str = "values that are equal and not the same are compared one by one here, which is not modelled";
const TOO_MANY: &str = "so large a number of entries is not modelled";

/// The largest number of entries that is counted.
const MOST_COUNTED: usize = 20_000;

/// `generic-if`.
pub(super) fn compares(circuit: &mut Circuit, question: &Question<'_>, data: &Data) -> Answer {
    let Some(operator) = question.operator else {
        let finds = Finds::new(circuit, question.path, data);
        return Answer::from(Fact::NEVER).with_deaths(circuit, &finds.dies);
    };
    if operator.takes_single_value() {
        let single =
            if question.path.is_whole() { data.clone() } else { follow(circuit, question.path.literal_keys(), data) };
        return equals(circuit, operator, &single, question.value);
    }
    let finds = Finds::new(circuit, question.path, data);
    let answer = if operator == Operator::AnyValue {
        is_there(circuit, &finds.all)
    } else {
        of_list(circuit, operator, &finds.all, question.value)
    };
    answer.with_deaths(circuit, &finds.dies)
}

/// `tag-if`.
pub(super) fn tagged(circuit: &mut Circuit, question: &Question<'_>, data: &Data) -> Answer {
    let finds = Finds::new(circuit, question.path, data);
    let answer = match question.operator {
        None | Some(Operator::AnyValue | Operator::Equals | Operator::NotEquals) => Fact::NEVER.into(),
        Some(operator) => of_list(circuit, operator, &finds.all, question.value),
    };
    answer.with_deaths(circuit, &finds.dies)
}

/// Whether an item of a list stays under a filter.
pub(super) fn keeps(circuit: &mut Circuit, filter: &FilterMeaning<'_>, item: &Data) -> Answer {
    let Question { path, operator, value } = filter.question;
    if path.is_whole() {
        return Answer::not_modelled("a filter on the items themselves is not modelled");
    }
    // A path into something that is neither list nor object.
    let mut dies = Vec::new();
    let mut unknown = Vec::new();
    for case in item.cases() {
        match case.kind {
            Kind::Scalar(_) => dies.push(case.fact),
            Kind::Unknown(reason) => unknown.push((case.fact, reason)),
            _ => {}
        }
    }
    let finds = Finds::new(circuit, path, item);
    dies.extend(&finds.dies);
    let mut answer = match operator {
        None => Fact::NEVER.into(),
        Some(Operator::AnyValue) => is_there(circuit, &finds.all),
        Some(operator) if operator.takes_single_value() => {
            let mut holds = Answer::from(Fact::NEVER);
            for (fact, value) in first(circuit, &finds) {
                let one = equals(circuit, operator, &value, value_of(filter));
                let yes = circuit.both(fact, one.holds);
                holds.holds = circuit.either(holds.holds, yes);
                for (unknown, reason) in one.unknown {
                    holds.unknown.push((circuit.both(fact, unknown), reason));
                }
            }
            holds
        }
        Some(operator) => of_list(circuit, operator, &finds.all, value),
    };
    answer.unknown.extend(unknown);
    answer.with_deaths(circuit, &dies)
}

fn value_of<'m>(filter: &FilterMeaning<'m>) -> &'m Value<'static> {
    filter.question.value
}

/// The find under the key 0, and null where there are finds but none under it: each with when it is that one.
fn first(circuit: &mut Circuit, finds: &Finds) -> Vec<(Fact, Data)> {
    let mut found = Vec::new();
    if let Some(end) = &finds.end {
        for case in end.cases() {
            match &case.kind {
                Kind::Missing => {}
                Kind::List(entries) => {
                    let mut is_first = Fact::NEVER;
                    for (fact, value) in numbered(circuit, entries, 0) {
                        is_first = circuit.either(is_first, fact);
                        found.push((circuit.both(case.fact, fact), value));
                    }
                    let some = circuit.any(entries.iter().map(|entry| entry.here));
                    let null = circuit.all([case.fact, some, !is_first]);
                    found.push((null, Data::scalar(Value::Null)));
                }
                Kind::Object(_) => {
                    let why = "the first entry of an object is not modelled";
                    found.push((case.fact, Data::unknown(Reason { node: None, why })));
                }
                kind => found.push((case.fact, kind.clone().into())),
            }
        }
        return found;
    }
    let mut before = Fact::NEVER;
    for find in &finds.all {
        let fact = circuit.without(find.fact, before);
        found.push((fact, find.value.clone()));
        before = circuit.either(before, find.fact);
    }
    found
}

/// `equals` and `not_equals` of one value, which are both false where there is none, and of lists and objects.
fn equals(circuit: &mut Circuit, operator: Operator, single: &Data, value: &Value<'static>) -> Answer {
    let mut answer = Answer::from(Fact::NEVER);
    for case in single.cases() {
        match &case.kind {
            Kind::Missing | Kind::Object(_) | Kind::List(_) => {}
            Kind::Unknown(reason) => answer.unknown.push((case.fact, *reason)),
            Kind::Scalar(found) => {
                if loose_equal(found, value) == (operator == Operator::Equals) {
                    answer.holds = circuit.either(answer.holds, case.fact);
                }
            }
        }
    }
    answer
}

/// Whether something is found.
fn is_there(circuit: &mut Circuit, finds: &[Find]) -> Answer {
    has(circuit, finds, |_| Some(true))
}

/// Whether one of the finds is wanted; `None` for those of which that is not known.
fn has(circuit: &mut Circuit, finds: &[Find], wanted: impl Fn(&Kind) -> Option<bool>) -> Answer {
    let mut answer = Answer::from(Fact::NEVER);
    for find in finds {
        for case in find.value.cases() {
            let fact = circuit.both(find.fact, case.fact);
            match (&case.kind, wanted(&case.kind)) {
                (Kind::Missing, _) | (_, Some(false)) if !matches!(case.kind, Kind::Unknown(_)) => {}
                (Kind::Unknown(reason), _) => answer.unknown.push((fact, *reason)),
                (_, None) => answer.unknown.push((fact, Reason { node: None, why: NOT_A_STRING })),
                _ => answer.holds = circuit.either(answer.holds, fact),
            }
        }
    }
    answer.certain_where_yes(circuit)
}

/// Whether what is found is loosely equal to a value; `None` where that is not known.
fn is_equal(found: &Kind, value: &Value<'_>) -> Option<bool> {
    match (found, value) {
        (Kind::Scalar(found), value) => Some(loose_equal(found, value)),
        // No string or number is equal to an array.
        (Kind::Object(_) | Kind::List(_), Value::String(_) | Value::Int(_) | Value::Float(_))
        | (Kind::Missing | Kind::Unknown(_), _) => Some(false),
        (Kind::Object(_) | Kind::List(_), _) => None,
    }
}

/// An operator that is asked of a list.
fn of_list(circuit: &mut Circuit, operator: Operator, finds: &[Find], value: &Value<'static>) -> Answer {
    match operator {
        Operator::In => has(circuit, finds, |found| is_equal(found, value)),
        Operator::NotIn => has(circuit, finds, |found| is_equal(found, value)).opposite(circuit),
        Operator::InOr | Operator::NotInOr => {
            let Some(values) = value.as_array() else { return Fact::NEVER.into() };
            let among = |found: &Kind| {
                let mut all_known = true;
                for value in values.values() {
                    match is_equal(found, value) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => all_known = false,
                    }
                }
                all_known.then_some(false)
            };
            let answer = has(circuit, finds, among);
            if operator == Operator::InOr { answer } else { answer.opposite(circuit) }
        }
        Operator::InAnd | Operator::NotInAnd => match value.as_array() {
            Some(values) => of_all(circuit, operator, finds, values),
            None => Fact::NEVER.into(),
        },
        Operator::Equals | Operator::NotEquals | Operator::AnyValue => Fact::NEVER.into(),
    }
}

/// `in_and` and `not_in_and`: what is found of the values is compared with them one by one, sorted or in order.
fn of_all(circuit: &mut Circuit, operator: Operator, finds: &[Find], values: &Array<'static>) -> Answer {
    let values: Vec<&Value<'static>> = values.values().collect();
    let mut distinct: Vec<&Value<'static>> = Vec::new();
    for value in &values {
        if value.as_str().is_none() {
            return Answer::not_modelled(NOT_A_STRING);
        }
        if distinct.contains(value) {
            continue;
        }
        if distinct.iter().any(|known| loose_equal(known, value)) {
            return Answer::not_modelled(MIXED);
        }
        distinct.push(value);
    }
    let mut unknown = Vec::new();
    // For each find the facts that it is one of the values.
    let mut matched: Vec<(Vec<Fact>, u32)> = Vec::new();
    for find in finds {
        let mut facts = vec![Fact::NEVER; distinct.len()];
        for case in find.value.cases() {
            let fact = circuit.both(find.fact, case.fact);
            match &case.kind {
                Kind::Unknown(reason) => unknown.push((fact, *reason)),
                Kind::Scalar(found) => {
                    if let Some(at) = distinct.iter().position(|value| loose_equal(found, value)) {
                        if found != distinct[at] {
                            unknown.push((fact, Reason { node: None, why: MIXED }));
                        }
                        facts[at] = circuit.either(facts[at], fact);
                    }
                }
                _ => {}
            }
        }
        matched.push((facts, find.times));
    }
    let holds = if operator == Operator::InAnd {
        let mut all = Fact::ALWAYS;
        for (at, wanted) in distinct.iter().enumerate() {
            let often = values.iter().filter(|value| value == &wanted).count();
            let facts: Vec<_> = matched.iter().map(|(facts, times)| (facts[at], *times)).collect();
            let counts = circuit.count(&facts, often + 1);
            all = circuit.both(all, counts[often]);
        }
        all
    } else {
        // How many of the values have come so far, in their order and with nothing else between.
        let mut equal = vec![Fact::NEVER; values.len() + 1];
        equal[0] = Fact::ALWAYS;
        for (facts, times) in &matched {
            for _ in 0..(*times).min(values.len() as u32 + 1) {
                let any = circuit.any(facts.iter().copied());
                let mut next: Vec<Fact> = equal.iter().map(|fact| circuit.without(*fact, any)).collect();
                for (at, value) in values.iter().enumerate() {
                    let which = distinct.iter().position(|known| known == value).unwrap_or_default();
                    let comes = circuit.both(equal[at], facts[which]);
                    next[at + 1] = circuit.either(next[at + 1], comes);
                }
                equal = next;
            }
        }
        !equal[values.len()]
    };
    let known = Answer { holds, unknown, dies: Fact::NEVER };
    let is_unknown = known.is_unknown(circuit);
    Answer { holds: circuit.without(holds, is_unknown), ..known }
}

/// `count-if`.
pub(super) fn counts(
    circuit: &mut Circuit,
    finds: &Finds,
    operator: Option<CountOperator>,
    value: &Value<'static>,
) -> Answer {
    let Some(operator) = operator else { return Answer::from(Fact::NEVER).with_deaths(circuit, &finds.dies) };
    let mut unknown = Vec::new();
    let mut facts = Vec::new();
    for find in &finds.all {
        for case in find.value.cases() {
            if let Kind::Unknown(reason) = case.kind {
                unknown.push((circuit.both(find.fact, case.fact), reason));
            }
        }
        facts.push((find.fact, find.times));
    }
    let most: usize = facts.iter().map(|(_, times)| *times as usize).sum();
    if most > MOST_COUNTED {
        return Answer::not_modelled(TOO_MANY);
    }
    let counts = circuit.count(&facts, most);
    let holds = (0..=most).filter(|number| operator.compare(*number, value)).map(|number| counts[number]);
    let holds = circuit.any(holds.collect::<Vec<_>>());
    let answer = Answer { holds, unknown, dies: Fact::NEVER };
    let is_unknown = answer.is_unknown(circuit);
    Answer { holds: circuit.without(holds, is_unknown), ..answer }.with_deaths(circuit, &finds.dies)
}

/// A question about one value, whatever PHP makes of it; of what is missing it is asked with null.
pub(super) fn of_value(circuit: &mut Circuit, single: &Data, holds: impl Fn(&Value<'_>) -> bool) -> Answer {
    let mut answer = Answer::from(Fact::NEVER);
    for case in single.cases() {
        let yes = match &case.kind {
            Kind::Missing => holds(&Value::Null),
            Kind::Scalar(value) => holds(value),
            Kind::Unknown(reason) => {
                answer.unknown.push((case.fact, *reason));
                continue;
            }
            Kind::Object(_) | Kind::List(_) => {
                answer.unknown.push((case.fact, Reason { node: None, why: NOT_A_STRING }));
                continue;
            }
        };
        if yes {
            answer.holds = circuit.either(answer.holds, case.fact);
        }
    }
    answer
}

/// The entries of a list that stay under a filter. What is left of a list is unknown where that is not known.
pub(super) fn filtered(
    circuit: &mut Circuit,
    filter: &FilterMeaning<'_>,
    entries: &[Entry],
    reindexes: bool,
) -> (Vec<Entry>, Vec<(Fact, Reason)>, Fact) {
    let mut unknown = Vec::new();
    let mut dies = Fact::NEVER;
    let mut kept = Vec::with_capacity(entries.len());
    for entry in entries {
        let answer = keeps(circuit, filter, &entry.value);
        let here = circuit.both(entry.here, answer.holds);
        for (fact, reason) in answer.unknown {
            unknown.push((circuit.both(entry.here, fact), reason));
        }
        let own = circuit.both(entry.here, answer.dies);
        dies = circuit.either(dies, own);
        kept.push(Entry { counts: if reindexes { here } else { entry.counts }, here, ..entry.clone() });
    }
    unknown.retain(|(fact, _)| *fact != Fact::NEVER);
    (kept, unknown, dies)
}
