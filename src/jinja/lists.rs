//! Filters on lists.

use std::cmp::Ordering;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple};
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, text, truth, wrong};
use super::generators::{Generator, is_failure, length};
use super::kinds::{PythonKind, kind};
use super::printing::str;
use super::rewrite::own;
use super::{bounds, operators};

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("list", |value: Value| list(items(&value)?));
    environment.add_filter("sort", sort);
    environment.add_filter("dictsort", dict_sort);
    environment.add_filter("groupby", group_by);
    environment.add_filter("max", |value: Value, args: Given| extreme(&value, &args, Ordering::Greater));
    environment.add_filter("min", |value: Value, args: Given| extreme(&value, &args, Ordering::Less));
    environment.add_filter("join", join);
    environment.add_filter("sum", sum);
    environment.add_filter("random", |value: Value| match length(&value) {
        Some(_) if matches!(kind(&value), PythonKind::Dict | PythonKind::View) => Err(wrong("the value has no places")),
        Some(_) => first(&value),
        None => Err(wrong("what has no length has no random item")),
    });
    environment.add_filter("first", |value: Value| first(&value));
    environment.add_filter("last", |value: Value| match kind(&value) {
        PythonKind::Generator => Err(wrong("a generator has no last item")),
        _ => Ok(items(&value)?.pop().unwrap_or(Value::UNDEFINED)),
    });
    for name in ["length", "count"] {
        environment.add_filter(name, |value: Value| {
            if let Some(text) = value.as_str() {
                bounds::steps(text.len())?;
            }
            length(&value).map(Value::from).ok_or_else(|| wrong("the value has no length"))
        });
    }
    environment.add_filter(own!("iterated"), |value: Value| iterated(&value));
    // What a block gives is put into the text as it is.
    environment.add_filter(own!("text"), |value: Value| {
        if kind(&value) == PythonKind::String { Ok(value) } else { Err(wrong("a block gives a string")) }
    });
    environment.add_filter(own!("held"), |value: Value| held(&value).map(|()| value));
    environment.add_filter(own!("kept"), |value: Value| bounds::keep(&value).map(|()| value));
}

/// Checks and pays for what a name of a namespace holds from now on, or is a long list.
fn held(value: &Value) -> Result<(), Error> {
    bounds::check_depth(value)?;
    bounds::keep(value)?;
    if matches!(kind(value), PythonKind::List | PythonKind::Tuple) && !super::values::is_of_data(value) {
        value.try_iter()?.try_for_each(|item| bounds::keep(&item))?;
    }
    Ok(())
}

/// A list of these items.
pub(super) fn list(items: Vec<Value>) -> Result<Value, Error> {
    bounds::list_of(items.len())?;
    items.iter().try_for_each(|item| bounds::check_depth(item).and_then(|()| bounds::keep(item)))?;
    Ok(Value::from(items))
}

/// A tuple of these items.
pub(super) fn tuple(items: Vec<Value>) -> Result<Value, Error> {
    bounds::list_of(items.len())?;
    items.iter().try_for_each(|item| bounds::check_depth(item).and_then(|()| bounds::keep(item)))?;
    Ok(Value::from(Tuple::from(items)))
}

/// What Python iterates over.
pub(super) fn items(value: &Value) -> Result<Vec<Value>, Error> {
    match kind(value) {
        PythonKind::None | PythonKind::Bool | PythonKind::Int | PythonKind::Float | PythonKind::Other => {
            return Err(wrong("the value has no items"));
        }
        PythonKind::String => bounds::list_of(value.as_str().map_or(0, str::len))?,
        _ => bounds::list_of(value.len().unwrap_or(1))?,
    }
    let mut items = Vec::new();
    for item in value.try_iter()? {
        if is_failure(&item) {
            return Err(wrong("an item could not be made"));
        }
        items.push(item);
    }
    Ok(items)
}

/// What a `for` goes through.
fn iterated(value: &Value) -> Result<Value, Error> {
    match kind(value) {
        PythonKind::Generator | PythonKind::Range | PythonKind::Undefined => Ok(value.clone()),
        PythonKind::List | PythonKind::Tuple | PythonKind::View => {
            bounds::values(1)?;
            Ok(value.clone())
        }
        PythonKind::Dict => {
            bounds::list_of(value.len().unwrap_or(0))?;
            Ok(value.clone())
        }
        // As a list, the loop knows its end.
        _ => items(value).map(Value::from),
    }
}

fn first(value: &Value) -> Result<Value, Error> {
    if let Some(generator) = value.downcast_object_ref::<Generator>() {
        let item = generator.next().unwrap_or(Value::UNDEFINED);
        return if is_failure(&item) { Err(wrong("an item could not be made")) } else { Ok(item) };
    }
    match kind(value) {
        PythonKind::None | PythonKind::Bool | PythonKind::Int | PythonKind::Float | PythonKind::Other => {
            Err(wrong("the value has no items"))
        }
        _ => Ok(value.try_iter()?.next().unwrap_or(Value::UNDEFINED)),
    }
}

/// The value at a dotted path inside an item, as a filter's argument names it; numbers are places in lists.
pub(super) fn attribute(item: &Value, path: &Value) -> Result<Value, Error> {
    if path.is_integer() {
        return super::values::item(item, path);
    }
    let path = str(path)?;
    let mut value = item.clone();
    for part in path.split('.') {
        bounds::values(1)?;
        let key = match part.parse::<u32>() {
            Ok(index) => Value::from(index),
            Err(_) => Value::from(part),
        };
        value = super::values::item(&value, &key)?;
    }
    Ok(value)
}

/// The attributes by which items are compared, as the filter names them; none for the item itself.
pub(super) fn keys(item: &Value, by: Option<&Value>, case_sensitive: bool) -> Result<Vec<Value>, Error> {
    let found = match by {
        None => vec![item.clone()],
        Some(by) if by.is_integer() => vec![attribute(item, by)?],
        Some(by) => {
            let by = str(by)?;
            by.split(',').map(|path| attribute(item, &Value::from(path))).collect::<Result<_, _>>()?
        }
    };
    bounds::list_of(found.len())?;
    found.into_iter().map(|value| if case_sensitive { Ok(value) } else { without_case(value) }).collect()
}

fn without_case(value: Value) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => {
            bounds::made(text.len())?;
            Ok(Value::from(text.to_lowercase()))
        }
        None => Ok(value),
    }
}

/// An argument that is not `none`.
pub(super) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !value.is_none())
}

fn compare_all(left: &[Value], right: &[Value]) -> Result<Ordering, Error> {
    for (left, right) in left.iter().zip(right) {
        if !operators::equal(left, right)? {
            return Ok(operators::compare(left, right)?.unwrap_or(Ordering::Equal));
        }
    }
    Ok(Ordering::Equal)
}

/// Sorts by keys that are found once; equal ones stay in order, also when it is reversed.
fn sort_by_keys(items: Vec<(Vec<Value>, Value)>, reverse: bool) -> Result<Vec<Value>, Error> {
    let mut items = items;
    let mut failure = None;
    items.sort_by(|(left, _), (right, _)| {
        if failure.is_some() {
            return Ordering::Equal;
        }
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
    sort_by_keys(keyed.collect::<Result<_, Error>>()?, truth(reverse.as_ref(), false)).and_then(list)
}

fn dict_sort(value: Value, args: Given) -> Result<Value, Error> {
    let [case, by, reverse] = bind(&args, ["case_sensitive", "by", "reverse"])?;
    if kind(&value) != PythonKind::Dict {
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
        let by = if case { by } else { without_case(by)? };
        Ok((vec![by], operators::pair(key, item)))
    });
    sort_by_keys(pairs.collect::<Result<_, Error>>()?, truth(reverse.as_ref(), false)).and_then(list)
}

/// What is undefined has no order, not even among its like.
fn refuse_undefined(keyed: &[(Vec<Value>, Value)]) -> Result<(), Error> {
    let refused = keyed.len() > 1 && keyed.iter().any(|(keys, _)| keys.iter().any(Value::is_undefined));
    if refused { Err(wrong("what is undefined has no order")) } else { Ok(()) }
}

fn sum(value: Value, args: Given) -> Result<Value, Error> {
    let [by, start] = bind(&args, ["attribute", "start"])?;
    let by = given(by);
    let mut sum = start.unwrap_or(Value::from(0));
    if kind(&sum) == PythonKind::String {
        return Err(wrong("strings are joined, not summed up"));
    }
    for item in items(&value)? {
        let summand = match &by {
            Some(by) => attribute(&item, by)?,
            None => item,
        };
        sum = operators::plus(&sum, &summand)?;
    }
    Ok(sum)
}

/// Whether Python refuses a value as a key.
pub(super) fn unhashable(value: &Value) -> bool {
    match kind(value) {
        PythonKind::Dict | PythonKind::List => true,
        PythonKind::View => {
            value.downcast_object_ref::<super::values::View>().is_some_and(|view| view.name != "dict_values")
        }
        PythonKind::Tuple => value.try_iter().is_ok_and(|mut items| items.any(|item| unhashable(&item))),
        _ => false,
    }
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
        Some(by) => str(&attribute(&item, by)?),
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
            Some((known, _, list)) if operators::equal(known, &own)? => list.push(item),
            _ => groups.push((own, key(&item, true)?, vec![item])),
        }
    }
    let groups = groups.into_iter().map(|(_, grouper, items)| {
        let list = list(items)?;
        Ok(Value::from_object(Group { grouper, list }))
    });
    list(groups.collect::<Result<_, Error>>()?)
}
