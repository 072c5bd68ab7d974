//! Filters on lists.

use std::cmp::Ordering;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple, ValueKind};
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, text, truth, wrong};
use super::bounds;
use super::printing::str;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("list", |value: Value| Ok::<_, Error>(Value::from(items(&value)?)));
    environment.add_filter("sort", sort);
    environment.add_filter("dictsort", dict_sort);
    environment.add_filter("unique", unique);
    environment.add_filter("groupby", group_by);
    environment.add_filter("max", |value: Value, args: Given| extreme(&value, &args, Ordering::Greater));
    environment.add_filter("min", |value: Value, args: Given| extreme(&value, &args, Ordering::Less));
    environment.add_filter("join", join);
    environment.add_filter("sum", sum);
    environment.add_filter("random", |value: Value| {
        Ok::<_, Error>(items(&value)?.into_iter().next().unwrap_or(Value::UNDEFINED))
    });
}

/// What Python iterates over.
fn items(value: &Value) -> Result<Vec<Value>, Error> {
    if value.is_none() {
        return Err(wrong("None is not iterable"));
    }
    Ok(value.try_iter()?.collect())
}

/// The value at a dotted path inside an item; numbers are places in lists.
fn attribute(item: &Value, path: &str) -> Result<Value, Error> {
    let mut value = item.clone();
    for part in path.split('.') {
        value = match part.parse::<usize>() {
            Ok(index) => value.get_item(&Value::from(index))?,
            Err(_) => value.get_item(&Value::from(part))?,
        };
    }
    Ok(value)
}

/// The attributes by which items are compared, as the filter names them; none for the item itself.
fn keys(item: &Value, by: Option<&Value>, case_sensitive: bool) -> Result<Vec<Value>, Error> {
    let found = match by {
        None => vec![item.clone()],
        Some(by) if by.is_integer() => vec![item.get_item(by)?],
        Some(by) => {
            let by = str(by)?;
            by.split(',').map(|path| attribute(item, path)).collect::<Result<_, _>>()?
        }
    };
    found.iter().try_for_each(bounds::check_size)?;
    Ok(found.into_iter().map(|value| if case_sensitive { value } else { without_case(value) }).collect())
}

fn without_case(value: Value) -> Value {
    match value.as_str() {
        Some(text) => Value::from(text.to_lowercase()),
        None => value,
    }
}

fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !value.is_none())
}

/// Python's `<`, which refuses what it does not know how to compare.
fn compare(left: &Value, right: &Value) -> Result<Ordering, Error> {
    let refused = || wrong("values of different types have no order");
    let kind = |value: &Value| match value.kind() {
        ValueKind::Bool => ValueKind::Number,
        kind => kind,
    };
    match (kind(left), kind(right)) {
        (ValueKind::Number, ValueKind::Number) => {
            let number = |value: &Value| {
                if value.kind() == ValueKind::Bool { Value::from(i64::from(value.is_true())) } else { value.clone() }
            };
            number(left).partial_cmp(&number(right)).ok_or_else(refused)
        }
        (ValueKind::String, ValueKind::String) => left.partial_cmp(right).ok_or_else(refused),
        (ValueKind::Seq | ValueKind::Iterable, ValueKind::Seq | ValueKind::Iterable) => {
            let (left, right) = (items(left)?, items(right)?);
            for (left, right) in left.iter().zip(&right) {
                if left != right {
                    return compare(left, right);
                }
            }
            Ok(left.len().cmp(&right.len()))
        }
        _ => Err(refused()),
    }
}

fn compare_all(left: &[Value], right: &[Value]) -> Result<Ordering, Error> {
    for (left, right) in left.iter().zip(right) {
        if left != right {
            return compare(left, right);
        }
    }
    Ok(Ordering::Equal)
}

/// Sorts by keys that are found once; equal ones stay in order, also when it is reversed.
fn sort_by_keys(items: Vec<(Vec<Value>, Value)>, reverse: bool) -> Result<Vec<Value>, Error> {
    let mut items = items;
    let mut failure = None;
    items.sort_by(|(left, _), (right, _)| {
        let order = compare_all(left, right).unwrap_or_else(|error| {
            failure.get_or_insert(error);
            Ordering::Equal
        });
        if reverse { order.reverse() } else { order }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(items.into_iter().map(|(_, item)| item).collect()),
    }
}

fn sort(value: Value, args: Given) -> Result<Value, Error> {
    let [reverse, case, by] = bind(&args, ["reverse", "case_sensitive", "attribute"])?;
    let (case, by) = (truth(case.as_ref(), false), given(by));
    let keyed = items(&value)?.into_iter().map(|item| Ok((keys(&item, by.as_ref(), case)?, item)));
    sort_by_keys(keyed.collect::<Result<_, Error>>()?, truth(reverse.as_ref(), false)).map(Value::from)
}

fn dict_sort(value: Value, args: Given) -> Result<Value, Error> {
    let [case, by, reverse] = bind(&args, ["case_sensitive", "by", "reverse"])?;
    if value.kind() != ValueKind::Map {
        return Err(wrong("a dict is wanted"));
    }
    let by_value = match text(by.as_ref(), "key")?.as_str() {
        "key" => false,
        "value" => true,
        _ => return Err(wrong("sorted by `key` or `value`")),
    };
    let case = truth(case.as_ref(), false);
    let pairs = items(&value)?.into_iter().map(|key| {
        let item = value.get_item(&key)?;
        let by = if by_value { item.clone() } else { key.clone() };
        let by = if case { by } else { without_case(by) };
        Ok((vec![by], Value::from(Tuple::from([key, item]))))
    });
    sort_by_keys(pairs.collect::<Result<_, Error>>()?, truth(reverse.as_ref(), false)).map(Value::from)
}

fn unique(value: Value, args: Given) -> Result<Value, Error> {
    let [case, by] = bind(&args, ["case_sensitive", "attribute"])?;
    let (case, by) = (truth(case.as_ref(), false), given(by));
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for item in items(&value)? {
        let own = keys(&item, by.as_ref(), case)?;
        if own.iter().any(is_unhashable) {
            return Err(wrong("lists and dicts cannot be told apart"));
        }
        if seen.insert(own) {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}

/// What is undefined has no order, not even among its like.
fn refuse_undefined(keyed: &[(Vec<Value>, Value)]) -> Result<(), Error> {
    let refused = keyed.len() > 1 && keyed.iter().any(|(keys, _)| keys.iter().any(Value::is_undefined));
    if refused { Err(wrong("what is undefined has no order")) } else { Ok(()) }
}

fn sum(value: Value, args: Given) -> Result<Value, Error> {
    let [by, start] = bind(&args, ["attribute", "start"])?;
    let by = given(by);
    let mut whole: Option<i128> = Some(0);
    let mut float = 0.0;
    let summands = items(&value)?.into_iter().map(|item| match &by {
        Some(by) => keys(&item, Some(by), true).map(|mut keys| keys.swap_remove(0)),
        None => Ok(item),
    });
    for summand in start.map(Ok).into_iter().chain(summands) {
        let summand = summand?;
        let summand = match summand.kind() {
            ValueKind::Bool => Value::from(i64::from(summand.is_true())),
            ValueKind::Number => summand,
            _ => return Err(wrong("numbers are summed up")),
        };
        whole = match whole {
            Some(known) if summand.is_integer() => known.checked_add(i128::try_from(summand.clone())?),
            _ => None,
        };
        float += f64::try_from(summand)?;
    }
    Ok(match whole {
        Some(whole) => i64::try_from(whole).map_or_else(|_| Value::from(whole), Value::from),
        None => Value::from(float),
    })
}

fn is_unhashable(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Map | ValueKind::Seq | ValueKind::Iterable)
        && value.downcast_object_ref::<Tuple>().is_none()
}

fn extreme(value: &Value, args: &Given, wanted: Ordering) -> Result<Value, Error> {
    let [case, by] = bind(args, ["case_sensitive", "attribute"])?;
    let (case, by) = (truth(case.as_ref(), false), given(by));
    let mut best: Option<(Vec<Value>, Value)> = None;
    for item in items(value)? {
        let own = keys(&item, by.as_ref(), case)?;
        if match &best {
            None => true,
            Some((known, _)) => compare_all(&own, known)? == wanted,
        } {
            best = Some((own, item));
        }
    }
    Ok(best.map_or(Value::UNDEFINED, |(_, item)| item))
}

fn join(value: Value, args: Given) -> Result<String, Error> {
    let [separator, by] = bind(&args, ["d", "attribute"])?;
    let separator = separator.map_or_else(|| Ok(String::new()), |separator| str(&separator))?;
    let by = given(by);
    let parts = items(&value)?.into_iter().map(|item| match &by {
        Some(by) => str(&keys(&item, Some(by), true)?.swap_remove(0)),
        None => str(&item),
    });
    bounds::join(parts, &separator)
}

/// A group of `groupby`: a pair whose parts have names.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) grouper: Value,
    pub(super) list: Value,
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Some(name) = key.as_str() {
            return self.get_value_by_str(name);
        }
        match key.as_i64()? {
            0 | -2 => Some(self.grouper.clone()),
            1 | -1 => Some(self.list.clone()),
            _ => None,
        }
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        match name {
            "grouper" => Some(self.grouper.clone()),
            "list" => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }
}

fn group_by(value: Value, args: Given) -> Result<Value, Error> {
    let [by, default, case] = bind(&args, ["attribute", "default", "case_sensitive"])?;
    let by = by.ok_or_else(|| wrong("groupby wants an attribute"))?;
    let case = truth(case.as_ref(), false);
    let default = given(default);
    let key = |item: &Value, case: bool| {
        let found = keys(item, Some(&by), case)?.swap_remove(0);
        Ok::<_, Error>(match &default {
            Some(default) if found.is_undefined() => default.clone(),
            _ => found,
        })
    };
    let keyed = items(&value)?.into_iter().map(|item| Ok((vec![key(&item, case)?], item)));
    let keyed = keyed.collect::<Result<Vec<_>, Error>>()?;
    refuse_undefined(&keyed)?;
    let sorted = sort_by_keys(keyed, false)?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for item in sorted {
        let own = key(&item, case)?;
        match groups.last_mut() {
            Some((known, _, list)) if *known == own => list.push(item),
            _ => groups.push((own, key(&item, true)?, vec![item])),
        }
    }
    let groups =
        groups.into_iter().map(|(_, grouper, list)| Value::from_object(Group { grouper, list: Value::from(list) }));
    Ok(Value::from(groups.collect::<Vec<_>>()))
}
