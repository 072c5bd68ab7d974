//! The values that are told apart at a place: those that are compared there, and others for each way in which they can answer
//! what else is asked.

use std::collections::BTreeSet;

use crate::hashpath::{Operation, Test};
use crate::php::{Value, is_numeric, loose_equal};
use crate::schema::{Schema, Shape};

use super::places::{Place, ValueTest};

const MANY_TESTS: &str = "several tests are asked of one value, and which of them can hold together is not known";

/// Numbers are compared by order only up to here: then floats are exact.
const LARGEST: f64 = 1e15;

/// The values that are told apart at a place, other than nothing; the one first that is compared with none. And why these are
/// not all.
pub(super) fn values_of(place: &Place<'_>) -> (Vec<Value<'static>>, Option<&'static str>) {
    if let Some(values) = closed(place.shape) {
        return (values, None);
    }
    let constants = constants(place);
    let is_own = |value: &Value<'_>| constants.iter().any(|known| loose_equal(known, value));
    let is_number = place.shape == Shape::Number;
    let mut values = Vec::new();
    let mut answers: BTreeSet<Vec<bool>> = BTreeSet::new();
    for candidate in candidates(place, constants.len()) {
        let fits = !is_number || candidate.as_str().is_some_and(is_numeric);
        if fits
            && !is_own(&candidate)
            && answers.insert(place.tests.iter().map(|test| test.passes(&candidate)).collect())
        {
            values.push(candidate);
        }
    }
    values.extend(constants);
    if matches!(place.shape, Shape::Text | Shape::Open) {
        values.push(Value::Null);
    }
    if place.shape == Shape::Open {
        add_other_types(place, &mut values);
    }
    (values, gap(place, answers.len()))
}

/// All values of a field that has no others.
fn closed(shape: Shape) -> Option<Vec<Value<'static>>> {
    match shape {
        Shape::Boolean => Some(vec![Value::Bool(false), Value::Bool(true)]),
        Shape::OneOf(id) => {
            let known = Schema::core().enumeration(id);
            (!known.grows).then(|| known.values.keys().map(|value| string(value)).collect())
        }
        _ => None,
    }
}

/// What is compared, as far as the field can have it.
fn constants(place: &Place<'_>) -> Vec<Value<'static>> {
    let mut constants: Vec<Value<'static>> = Vec::new();
    for constant in &place.constants {
        let can_be = match constant {
            Value::String(text) => place.shape != Shape::Number || is_numeric(text),
            Value::Array(_) | Value::Null => false,
            _ => true,
        };
        if can_be && !constants.contains(constant) {
            constants.push(constant.clone());
        }
    }
    constants
}

/// Values that may answer what is asked in different ways.
fn candidates(place: &Place<'_>, constants: usize) -> Vec<Value<'static>> {
    let mut candidates: Vec<Value<'static>> = match place.shape {
        Shape::Number => (1..=constants + 2).map(|number| string(&number.to_string())).collect(),
        Shape::OneOf(id) => {
            let values = Schema::core().enumeration(id).values.keys().map(|value| string(value));
            values.chain([string("another")]).collect()
        }
        _ => ["another", "other", "something else", "x", "7", "y7", "z"].map(string).into(),
    };
    for test in &place.tests {
        match test {
            ValueTest::Tag(_) => {
                candidates
                    .extend(["tlp-white", "PAP-red", "TLP:GREEN PAP:AMBER", "tlp:amber", "pap:white"].map(string));
            }
            ValueTest::Path(test) => match operand(test) {
                None => candidates.extend(matching(test).iter().map(|text| string(text))),
                Some(operand) => {
                    if let Some(number) = number(operand) {
                        let near = [number - 1.0, number - 0.5, number + 0.5, number + 1.0];
                        candidates.extend(near.map(|near| string(&near.to_string())));
                    }
                    candidates.extend([string(""), string("~"), string(&format!("{operand} "))]);
                }
            },
        }
    }
    candidates
}

/// What else may be where nothing is known.
fn add_other_types(place: &Place<'_>, values: &mut Vec<Value<'static>>) {
    let mut others = vec![Value::Bool(false), Value::Bool(true), Value::Int(0), Value::Int(1), string("")];
    let numbers = place.constants.iter().filter_map(|constant| constant.as_str()?.parse::<i64>().ok());
    others.extend(numbers.map(Value::Int));
    for other in others {
        if !values.contains(&other) {
            values.push(other);
        }
    }
}

/// Why values that answer in so many ways are not all that there are.
fn gap(place: &Place<'_>, ways: usize) -> Option<&'static str> {
    let distinct: BTreeSet<String> = place.tests.iter().map(|test| format!("{test:?}")).collect();
    let are_orders_of_numbers = place.shape == Shape::Number
        && place.tests.iter().all(|test| match test {
            ValueTest::Path(test) => operand(test).is_some_and(|operand| number(operand).is_some()),
            ValueTest::Tag(_) => false,
        });
    match distinct.len() {
        0 => None,
        number if number < 6 && ways >= 1 << number => None,
        _ if are_orders_of_numbers => None,
        _ => Some(MANY_TESTS),
    }
}

fn string(text: &str) -> Value<'static> {
    Value::string(text.to_owned())
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.abs() < LARGEST)
}

/// What a test compares with; `None` for a regular expression.
fn operand(test: &Test) -> Option<&str> {
    match &test.operation {
        Operation::Equal(operand)
        | Operation::NotEqual(operand)
        | Operation::Greater(operand)
        | Operation::GreaterOrEqual(operand)
        | Operation::Less(operand)
        | Operation::LessOrEqual(operand) => Some(operand.as_str()),
        Operation::Present => Some(""),
        Operation::Matches(_) => None,
    }
}

impl ValueTest<'_> {
    fn passes(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Path(test) => test.accepts(value).unwrap_or(false),
            Self::Tag(test) => value.to_text().is_some_and(|name| test.replaces(&name)),
        }
    }
}

/// Strings that a regular expression probably matches: its own words, without what is special in them.
fn matching(test: &Test) -> Vec<String> {
    let Operation::Matches(Ok(regex)) = &test.operation else { return Vec::new() };
    let mut strings = vec![String::new()];
    let mut chars = regex.source().chars();
    let mut word = String::new();
    while let Some(char) = chars.next() {
        match char {
            '^' | '$' | '(' | ')' | '*' | '+' | '?' => {}
            '.' => word.push('x'),
            '|' => strings.push(std::mem::take(&mut word)),
            '\\' => match chars.next() {
                Some('d') => word.push('1'),
                Some('w') => word.push('a'),
                Some('s') => word.push(' '),
                Some('b') | None => {}
                Some(other) => word.push(other),
            },
            '[' => {
                let first = chars.next();
                word.extend(first.filter(|first| *first != '^'));
                let _ = chars.by_ref().find(|inner| *inner == ']');
            }
            '{' => {
                let _ = chars.by_ref().find(|inner| *inner == '}');
            }
            other => word.push(other),
        }
    }
    strings.push(word);
    strings
}
