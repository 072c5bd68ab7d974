//! Python's operators, as filters: see [`rewrite`](super::rewrite).

use std::cmp::Ordering;

use indexmap::IndexMap;
use minijinja::value::{Rest, Tuple};
use minijinja::{Environment, Error, Value};

use super::arguments::wrong;
use super::generators::Generator;
use super::kinds::{PythonKind, float, integer, kind, number};
use super::lists::{items, list, tuple, unhashable};
use super::printing::str;
use super::ranges::Range;
use super::rewrite::own;
use super::text::escaped;
use super::values::{MadeDict, View, is_of_data, item};
use super::{bounds, percent};

pub(super) fn add(environment: &mut Environment<'static>) {
    type Binary = fn(&Value, &Value) -> Result<Value, Error>;
    let operators: [(&'static str, Binary); 18] = [
        (own!("add"), plus),
        (own!("sub"), minus),
        (own!("mul"), times),
        (own!("div"), divided),
        (own!("floordiv"), floor_divided),
        (own!("mod"), modulo),
        (own!("pow"), power),
        (own!("concat"), concat),
        (own!("eq"), |left, right| equal(left, right).map(Value::from)),
        (own!("ne"), |left, right| equal(left, right).map(|equal| Value::from(!equal))),
        (own!("lt"), |left, right| compare(left, right).map(|order| Value::from(order == Some(Ordering::Less)))),
        (own!("le"), |left, right| compare(left, right).map(|order| Value::from(order.is_some_and(Ordering::is_le)))),
        (own!("gt"), |left, right| compare(left, right).map(|order| Value::from(order == Some(Ordering::Greater)))),
        (own!("ge"), |left, right| compare(left, right).map(|order| Value::from(order.is_some_and(Ordering::is_ge)))),
        (own!("in"), |left, right| contains(right, left).map(Value::from)),
        (own!("item"), item),
        (own!("grow"), grow),
        (own!("lengthen"), lengthen),
    ];
    for (name, operator) in operators {
        environment.add_filter(name, move |left: Value, right: Value| operator(&left, &right));
    }
    let tests: [(&'static [&'static str], Binary); 7] = [
        (&["==", "eq", "equalto"], operators[8].1),
        (&["!=", "ne"], operators[9].1),
        (&["<", "lt", "lessthan"], operators[10].1),
        (&["<=", "le"], operators[11].1),
        (&[">", "gt", "greaterthan"], operators[12].1),
        (&[">=", "ge"], operators[13].1),
        (&["in"], operators[14].1),
    ];
    for (names, test) in tests {
        for name in names {
            environment
                .add_test(*name, move |left: Value, right: Value| test(&left, &right).map(|holds| holds.is_true()));
        }
    }
    environment.add_filter(own!("neg"), |value: Value| {
        minus(&Value::from(0), &value).and_then(|negated| negative(&value, negated))
    });
    environment.add_filter(own!("compare"), |first: Value, rest: Rest<Value>| compare_all(first, &rest));
    environment.add_filter(own!("slice"), |value: Value, start: Value, stop: Value, step: Value| {
        slice(&value, &start, &stop, &step)
    });
    environment.add_filter(own!("list"), |_: Value, items: Rest<Value>| list(items.0));
    environment.add_filter(own!("tuple"), |_: Value, items: Rest<Value>| tuple(items.0));
    environment.add_filter(own!("dict"), |_: Value, entries: Rest<Value>| {
        dict(entries.chunks_exact(2).map(|entry| (entry[0].clone(), entry[1].clone())))
    });
}

/// The dict of these entries.
pub(super) fn dict(entries: impl Iterator<Item = (Value, Value)>) -> Result<Value, Error> {
    let mut kept = IndexMap::new();
    for (key, value) in entries {
        bounds::list_of(4)?;
        if unhashable(&key) {
            return Err(wrong("a list or dict is not a key"));
        }
        bounds::check_depth(&value)?;
        bounds::keep(&key)?;
        bounds::keep(&value)?;
        kept.insert(key, value);
    }
    Ok(Value::from_object(MadeDict(kept)))
}

/// Python has no -0 among the integers, but among the floats.
fn negative(value: &Value, negated: Value) -> Result<Value, Error> {
    match kind(value) {
        PythonKind::Float => f64::try_from(value.clone()).map(|number| Value::from(-number)),
        _ => Ok(negated),
    }
}

fn unsupported() -> Error {
    wrong("the operator does not take these values")
}

fn whole(result: Option<i128>) -> Result<Value, Error> {
    result.map(number).ok_or_else(|| wrong("the number is too large"))
}

fn arithmetic(
    left: &Value,
    right: &Value,
    integers: fn(i128, i128) -> Option<i128>,
    floats: fn(f64, f64) -> f64,
) -> Result<Value, Error> {
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return whole(integers(left, right));
    }
    match (float(left), float(right)) {
        (Some(left), Some(right)) => Ok(Value::from(floats(left, right))),
        _ => Err(unsupported()),
    }
}

pub(super) fn plus(left: &Value, right: &Value) -> Result<Value, Error> {
    match (kind(left), kind(right)) {
        (PythonKind::String, PythonKind::String) => {
            let (first, second) = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
            bounds::made(first.len().saturating_add(second.len()))?;
            Ok(match (left.is_safe(), right.is_safe()) {
                (false, false) => Value::from(format!("{first}{second}")),
                (true, false) => Value::from_safe_string(format!("{first}{}", checked_escape(second)?)),
                (false, true) => Value::from_safe_string(format!("{}{second}", checked_escape(first)?)),
                (true, true) => Value::from_safe_string(format!("{first}{second}")),
            })
        }
        (PythonKind::List, PythonKind::List) | (PythonKind::Tuple, PythonKind::Tuple) => {
            let mut sum = items(left)?;
            sum.extend(items(right)?);
            if kind(left) == PythonKind::List { list(sum) } else { tuple(sum) }
        }
        _ => arithmetic(left, right, i128::checked_add, |left, right| left + right),
    }
}

/// An escaped string, paid for.
fn checked_escape(text: &str) -> Result<String, Error> {
    bounds::made(text.len().saturating_mul(5))?;
    Ok(escaped(text))
}

fn minus(left: &Value, right: &Value) -> Result<Value, Error> {
    arithmetic(left, right, i128::checked_sub, |left, right| left - right)
}

fn times(left: &Value, right: &Value) -> Result<Value, Error> {
    let (sequence, count) = match (integer(left), integer(right)) {
        (None, Some(count)) => (left, count),
        (Some(count), None) => (right, count),
        _ => return arithmetic(left, right, i128::checked_mul, |left, right| left * right),
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    match kind(sequence) {
        PythonKind::String => {
            let text = sequence.as_str().unwrap_or_default();
            bounds::made(text.len().saturating_mul(count))?;
            let repeated = if text.is_empty() { String::new() } else { text.repeat(count) };
            Ok(if sequence.is_safe() { Value::from_safe_string(repeated) } else { Value::from(repeated) })
        }
        kind @ (PythonKind::List | PythonKind::Tuple) => {
            let once = items(sequence)?;
            bounds::list_of(once.len().saturating_mul(count))?;
            let all = if once.is_empty() { once } else { std::iter::repeat_n(once, count).flatten().collect() };
            if kind == PythonKind::List { list(all) } else { tuple(all) }
        }
        _ => arithmetic(left, right, i128::checked_mul, |left, right| left * right),
    }
}

fn divided(left: &Value, right: &Value) -> Result<Value, Error> {
    match (float(left), float(right)) {
        (Some(_), Some(0.0)) => Err(wrong("nothing is divided by 0")),
        (Some(left), Some(right)) => Ok(Value::from(left / right)),
        _ => Err(unsupported()),
    }
}

fn is_zero(value: &Value) -> bool {
    float(value) == Some(0.0)
}

fn floor_divided(left: &Value, right: &Value) -> Result<Value, Error> {
    if is_zero(right) && float(left).is_some() {
        return Err(wrong("nothing is divided by 0"));
    }
    let integers = |left: i128, right: i128| {
        let quotient = left.checked_div(right)?;
        Some(if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
    };
    arithmetic(left, right, integers, |left, right| {
        let rest = floor_rest(left, right);
        let quotient = (left - rest) / right;
        let floor = quotient.floor();
        if quotient == 0.0 {
            0.0_f64.copysign(left / right)
        } else if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    })
}

/// The rest of a division, with the sign of the divisor.
fn floor_rest(left: f64, right: f64) -> f64 {
    let rest = left % right;
    if rest == 0.0 {
        0.0_f64.copysign(right)
    } else if (rest < 0.0) == (right < 0.0) {
        rest
    } else {
        rest + right
    }
}

fn modulo(left: &Value, right: &Value) -> Result<Value, Error> {
    if kind(left) == PythonKind::String {
        return percent::operator(left, right).map(Value::from);
    }
    if is_zero(right) && float(left).is_some() {
        return Err(wrong("nothing is divided by 0"));
    }
    let integers = |left: i128, right: i128| {
        let rest = left.checked_rem(right)?;
        Some(if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest })
    };
    arithmetic(left, right, integers, floor_rest)
}

fn power(left: &Value, right: &Value) -> Result<Value, Error> {
    if let (Some(base), Some(exponent)) = (integer(left), integer(right))
        && exponent >= 0
    {
        return match base {
            0 | 1 => Ok(number(if exponent == 0 { 1 } else { base })),
            -1 => Ok(number(if exponent % 2 == 0 { 1 } else { -1 })),
            _ => whole(u32::try_from(exponent).ok().and_then(|exponent| base.checked_pow(exponent))),
        };
    }
    match (float(left), float(right)) {
        (Some(base), Some(exponent)) if base == 0.0 && exponent < 0.0 => Err(wrong("0 has no negative power")),
        (Some(base), Some(exponent)) if base < 0.0 && exponent.fract() != 0.0 && exponent.is_finite() => {
            Err(wrong("complex numbers are not supported"))
        }
        (Some(base), Some(exponent)) => {
            let result = base.powf(exponent);
            if result.is_infinite() && base.is_finite() && exponent.is_finite() {
                return Err(wrong("the number is too large"));
            }
            Ok(Value::from(result))
        }
        _ => Err(unsupported()),
    }
}

fn concat(left: &Value, right: &Value) -> Result<Value, Error> {
    let (left, right) = (str(left)?, str(right)?);
    bounds::made(left.len().saturating_add(right.len()))?;
    Ok(Value::from(left + &right))
}

/// `x + y` that is assigned to `x`.
fn grow(left: &Value, right: &Value) -> Result<Value, Error> {
    match (kind(left), kind(right)) {
        (PythonKind::String, PythonKind::String) if !left.is_safe() && !right.is_safe() => {
            let (first, second) = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
            bounds::grown(first.len().saturating_add(second.len()), second.len())?;
            Ok(Value::from(format!("{first}{second}")))
        }
        (PythonKind::List, PythonKind::List) if !is_of_data(left) => {
            let (length, more) = (left.len().unwrap_or(0), right.len().unwrap_or(0));
            bounds::list_grown(length.saturating_add(more), more)?;
            // What is in either was paid for when it came there.
            Ok(left.try_iter()?.chain(right.try_iter()?).collect::<Vec<_>>().into())
        }
        _ => plus(left, right),
    }
}

/// `x ~ y` that is assigned to `x`.
fn lengthen(left: &Value, right: &Value) -> Result<Value, Error> {
    if kind(left) != PythonKind::String {
        return concat(left, right);
    }
    let (left, right) = (left.as_str().unwrap_or_default(), str(right)?);
    bounds::grown(left.len().saturating_add(right.len()), right.len())?;
    Ok(Value::from(format!("{left}{right}")))
}

/// Python's `==`.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, Error> {
    equal_at(left, right, 0)
}

fn equal_at(left: &Value, right: &Value, depth: usize) -> Result<bool, Error> {
    bounds::values(1)?;
    bounds::deep(depth)?;
    Ok(match (kind(left), kind(right)) {
        (PythonKind::Undefined, PythonKind::Undefined) | (PythonKind::None, PythonKind::None) => true,
        (PythonKind::String, PythonKind::String) => {
            let (left, right) = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
            left.len() == right.len() && {
                bounds::steps(left.len() / 8)?;
                left == right
            }
        }
        (
            PythonKind::Bool | PythonKind::Int | PythonKind::Float,
            PythonKind::Bool | PythonKind::Int | PythonKind::Float,
        ) => match (integer(left), integer(right)) {
            (Some(left), Some(right)) => left == right,
            (None, None) => float(left) == float(right),
            _ => number_order(left, right) == Some(Ordering::Equal),
        },
        (PythonKind::List, PythonKind::List) | (PythonKind::Tuple, PythonKind::Tuple) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (left, right) in left.try_iter()?.zip(right.try_iter()?) {
                if !equal_at(&left, &right, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (PythonKind::Dict, PythonKind::Dict) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for key in left.try_iter()? {
                let other = right.get_item(&key)?;
                let own = left.get_item(&key)?;
                let missing = other.is_undefined() && !own.is_undefined();
                if missing || !equal_at(&own, &other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (PythonKind::Range, PythonKind::Range) => {
            match (left.downcast_object_ref::<Range>(), right.downcast_object_ref::<Range>()) {
                (Some(left), Some(right)) => left.same(right),
                _ => false,
            }
        }
        (PythonKind::View, PythonKind::View) => {
            let both = (left.downcast_object_ref::<View>(), right.downcast_object_ref::<View>());
            let (Some(first), Some(second)) = both else { return Ok(false) };
            if first.name == "dict_values" || second.name == "dict_values" {
                return Ok(same_object(left, right));
            }
            if first.items.len() != second.items.len() {
                return Ok(false);
            }
            for item in &first.items {
                if !any_equal(second.items.iter().cloned(), item)? {
                    return Ok(false);
                }
            }
            true
        }
        (PythonKind::Generator | PythonKind::Other, PythonKind::Generator | PythonKind::Other) => {
            same_object(left, right)
        }
        _ => false,
    })
}

/// Whether both are one and the same.
pub(super) fn same_object(left: &Value, right: &Value) -> bool {
    fn same<T: 'static>(left: &Value, right: &Value) -> Option<bool> {
        let (left, right) = (left.downcast_object::<T>()?, right.downcast_object::<T>()?);
        Some(std::sync::Arc::ptr_eq(&left, &right))
    }
    same::<Generator>(left, right)
        .or_else(|| same::<View>(left, right))
        .or_else(|| same::<Vec<Value>>(left, right))
        .unwrap_or_else(|| left == right)
}

fn any_equal(items: impl Iterator<Item = Value>, wanted: &Value) -> Result<bool, Error> {
    for item in items {
        if super::generators::is_failure(&item) {
            return Err(wrong("an item could not be made"));
        }
        if equal(&item, wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn number_order(left: &Value, right: &Value) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => compare_with_float(left, float(right)?),
        (None, Some(right)) => compare_with_float(right, float(left)?).map(Ordering::reverse),
        (None, None) => float(left)?.partial_cmp(&float(right)?),
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is lost is compared afterwards")]
#[expect(clippy::cast_possible_truncation, reason = "the float is a whole number within the range")]
fn compare_with_float(integer: i128, float: f64) -> Option<Ordering> {
    let order = (integer as f64).partial_cmp(&float)?;
    if order == Ordering::Equal && float.abs() < 1e38 { Some(integer.cmp(&(float as i128))) } else { Some(order) }
}

/// Python's `<`, which refuses what it does not know how to compare. `None` for what is neither less nor more.
pub(super) fn compare(left: &Value, right: &Value) -> Result<Option<Ordering>, Error> {
    compare_at(left, right, 0)
}

fn compare_at(left: &Value, right: &Value, depth: usize) -> Result<Option<Ordering>, Error> {
    bounds::values(1)?;
    bounds::deep(depth)?;
    match (kind(left), kind(right)) {
        (
            PythonKind::Bool | PythonKind::Int | PythonKind::Float,
            PythonKind::Bool | PythonKind::Int | PythonKind::Float,
        ) => Ok(number_order(left, right)),
        (PythonKind::String, PythonKind::String) => {
            let (left, right) = (left.as_str().unwrap_or_default(), right.as_str().unwrap_or_default());
            bounds::steps(left.len().min(right.len()) / 8)?;
            Ok(Some(left.cmp(right)))
        }
        (PythonKind::List, PythonKind::List) | (PythonKind::Tuple, PythonKind::Tuple) => {
            for (left, right) in left.try_iter()?.zip(right.try_iter()?) {
                if !equal_at(&left, &right, depth + 1)? {
                    return compare_at(&left, &right, depth + 1);
                }
            }
            Ok(Some(left.len().cmp(&right.len())))
        }
        _ => Err(wrong("values of different types have no order")),
    }
}

/// `a < b < c`: what is compared, and signs with what follows them.
fn compare_all(first: Value, rest: &[Value]) -> Result<Value, Error> {
    let mut left = first;
    for pair in rest.chunks_exact(2) {
        let right = &pair[1];
        let order = |holds: fn(Ordering) -> bool| compare(&left, right).map(|order| order.is_some_and(holds));
        let holds = match pair[0].as_str().unwrap_or_default() {
            "==" => equal(&left, right)?,
            "!=" => !equal(&left, right)?,
            "<" => order(Ordering::is_lt)?,
            "<=" => order(Ordering::is_le)?,
            ">" => order(Ordering::is_gt)?,
            ">=" => order(Ordering::is_ge)?,
            "in" => contains(right, &left)?,
            _ => !contains(right, &left)?,
        };
        if !holds {
            return Ok(Value::from(false));
        }
        left = right.clone();
    }
    Ok(Value::from(true))
}

/// Python's `in`.
pub(super) fn contains(container: &Value, wanted: &Value) -> Result<bool, Error> {
    match kind(container) {
        PythonKind::String => {
            let text = container.as_str().unwrap_or_default();
            let wanted = wanted.as_str().ok_or_else(|| wrong("only a string can be in a string"))?;
            bounds::steps(text.len())?;
            Ok(text.contains(wanted))
        }
        PythonKind::Dict => {
            if unhashable(wanted) {
                return Err(wrong("a list or dict is not a key"));
            }
            if is_of_data(container) {
                return Ok(wanted.as_str().is_some() && !container.get_item(wanted)?.is_undefined());
            }
            Ok(container.try_iter()?.any(|key| key == *wanted))
        }
        PythonKind::Range => {
            let length = container.len().unwrap_or(0);
            bounds::steps(length)?;
            any_equal(container.try_iter()?, wanted)
        }
        PythonKind::View
            if unhashable(wanted)
                && container.downcast_object_ref::<View>().is_some_and(|view| view.name == "dict_keys") =>
        {
            Err(wrong("a list or dict is not a key"))
        }
        PythonKind::List | PythonKind::Tuple | PythonKind::View | PythonKind::Undefined => {
            any_equal(container.try_iter()?, wanted)
        }
        PythonKind::Generator => {
            let Some(generator) = container.downcast_object_ref::<Generator>() else { return Ok(false) };
            any_equal(std::iter::from_fn(|| generator.next()), wanted)
        }
        _ => Err(wrong("nothing can be in it")),
    }
}

/// Where a slice begins and ends, in items, as Python reads it.
fn bounds_of(start: &Value, end: &Value, step: &Value, length: usize) -> Result<(i128, i128, i128), Error> {
    let place = |value: &Value| match kind(value) {
        PythonKind::None => Ok(None),
        _ => integer(value).map(Some).ok_or_else(|| wrong("places of a slice are integers")),
    };
    let step = place(step)?.unwrap_or(1);
    if step == 0 {
        return Err(wrong("the step of a slice is not 0"));
    }
    let length = i128::try_from(length).unwrap_or(i128::MAX);
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |place: Option<i128>, default: i128| match place {
        None => default,
        Some(place) if place < 0 => place.saturating_add(length).max(lowest),
        Some(place) => place.min(highest),
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    Ok((clamp(place(start)?, first), clamp(place(end)?, last), step))
}

fn slice(value: &Value, start: &Value, end: &Value, step: &Value) -> Result<Value, Error> {
    let places = |length: usize| {
        let (start, end, step) = bounds_of(start, end, step, length)?;
        let mut at = start;
        Ok::<_, Error>(std::iter::from_fn(move || {
            let here = usize::try_from(at).ok().filter(|_| if step > 0 { at < end } else { at > end });
            at = at.saturating_add(step);
            here
        }))
    };
    match kind(value) {
        PythonKind::String => {
            let text = value.as_str().unwrap_or_default();
            bounds::made(text.len())?;
            let part: String = if text.is_ascii() {
                places(text.len())?.map(|at| char::from(text.as_bytes()[at])).collect()
            } else {
                bounds::made(text.len().saturating_mul(4))?;
                let chars: Vec<char> = text.chars().collect();
                places(chars.len())?.map(|at| chars[at]).collect()
            };
            Ok(if value.is_safe() { Value::from_safe_string(part) } else { Value::from(part) })
        }
        PythonKind::Range => {
            let Some(range) = value.downcast_object_ref::<Range>() else { return Err(unsupported()) };
            let (start, end, step) = bounds_of(start, end, step, range.len())?;
            Ok(range.part(start, end, step))
        }
        kind @ (PythonKind::List | PythonKind::Tuple) => {
            let all = items(value)?;
            let part = places(all.len())?.map(|at| all[at].clone()).collect();
            if kind == PythonKind::List { list(part) } else { tuple(part) }
        }
        _ => Err(wrong("only strings, lists and tuples have parts")),
    }
}

/// A tuple of two.
pub(super) fn pair(first: Value, second: Value) -> Value {
    Value::from(Tuple::from([first, second]))
}
