//! What can be gone through once, and the filters that give such a thing.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Tuple, ValueKind};
use minijinja::{Environment, Error, State, Value};

use super::arguments::{Given, bind, integer, truth, values, wrong};
use super::bounds;
use super::kinds::{PythonKind, kind};
use super::lists::{attribute, given, items, keys, list, unhashable};
use super::names::{FILTERS, SIGNS, TESTS};
use super::ranges::Range;
use super::values::View;

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("map", map);
    environment.add_filter("select", |state: &mut State<'_, '_>, value: Value, args: Given| {
        select(state, &value, &values(&args), false, true)
    });
    environment.add_filter("reject", |state: &mut State<'_, '_>, value: Value, args: Given| {
        select(state, &value, &values(&args), false, false)
    });
    environment.add_filter("selectattr", |state: &mut State<'_, '_>, value: Value, args: Given| {
        select(state, &value, &values(&args), true, true)
    });
    environment.add_filter("rejectattr", |state: &mut State<'_, '_>, value: Value, args: Given| {
        select(state, &value, &values(&args), true, false)
    });
    environment.add_filter("unique", unique);
    environment.add_filter("batch", batch);
    environment.add_filter("slice", slice);
    environment.add_filter("items", dict_items);
    environment.add_filter("reverse", reverse);
}

/// What gives its items one after the other, once. It has no length and no places.
#[derive(Debug)]
pub(super) struct Generator {
    /// How Python prints it, without where it is.
    name: &'static str,
    left: Arc<Mutex<VecDeque<Value>>>,
}

impl Generator {
    /// The next item.
    pub(super) fn next(&self) -> Option<Value> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// How Python prints it. Where it lies in memory is made up.
    pub(super) fn print(&self, out: &mut String) {
        let _ = write!(out, "<{} at 0x7f0000000000>", self.name);
    }
}

impl Object for Generator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Rest(self.left.clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    /// It exists.
    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// What a generator has left.
struct Rest(Arc<Mutex<VecDeque<Value>>>);

impl Iterator for Rest {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).len();
        (left, Some(left))
    }
}

/// A generator of these items. Where they end with an error, that error comes when they have been gone through.
fn generator(name: &'static str, items: impl Iterator<Item = Result<Value, Error>>) -> Result<Value, Error> {
    let mut left = VecDeque::new();
    for item in items {
        bounds::list_of(1)?;
        match item {
            Ok(item) => left.push_back(item),
            Err(error) => {
                left.push_back(Value::from(error));
                break;
            }
        }
    }
    Ok(Value::from_object(Generator { name, left: Arc::new(Mutex::new(left)) }))
}

/// A generator that fails when it is used.
fn late(name: &'static str, items: Result<Vec<Value>, Error>) -> Result<Value, Error> {
    match items {
        Ok(items) => generator(name, items.into_iter().map(Ok)),
        Err(error) => generator(name, std::iter::once(Err(error))),
    }
}

/// What `map` and `select` go through: nothing, if it is false.
fn source(value: &Value) -> Result<Vec<Value>, Error> {
    if kind(value) != PythonKind::Generator && !value.is_true() { Ok(Vec::new()) } else { items(value) }
}

const MAP: &str = "generator object sync_do_map";
const SELECT: &str = "generator object select_or_reject";

fn map(state: &mut State<'_, '_>, value: Value, args: Given) -> Result<Value, Error> {
    let args = values(&args);
    let source = match source(&value) {
        Ok(source) => source,
        Err(error) => return late(MAP, Err(error)),
    };
    if source.is_empty() {
        return late(MAP, Ok(source));
    }
    let (places, names): (&[Value], minijinja::value::Kwargs) = minijinja::value::from_args(&args)?;
    if places.is_empty() && names.has("attribute") {
        let path: Value = names.get("attribute")?;
        let default: Option<Value> = names.get("default")?;
        if names.assert_all_used().is_err() {
            return late(MAP, Err(wrong("map takes `attribute` and `default`")));
        }
        let found = source.iter().map(|item| {
            let found = attribute(item, &path)?;
            Ok(match &default {
                Some(default) if found.is_undefined() && !default.is_none() => default.clone(),
                _ => found,
            })
        });
        return generator(MAP, found);
    }
    let Some(name) = places.first().and_then(|name| name.as_str()).filter(|name| FILTERS.contains(name)) else {
        return late(MAP, Err(wrong("map wants the name of a filter")));
    };
    let mapped = source.into_iter().map(|item| {
        let mut call = vec![item];
        call.extend_from_slice(&args[1..]);
        state.apply_filter(name, &call)
    });
    generator(MAP, mapped)
}

fn select(
    state: &mut State<'_, '_>,
    value: &Value,
    args: &[Value],
    by_attribute: bool,
    wanted: bool,
) -> Result<Value, Error> {
    let source = match source(value) {
        Ok(source) => source,
        Err(error) => return late(SELECT, Err(error)),
    };
    if source.is_empty() {
        return late(SELECT, Ok(source));
    }
    let (path, args) = match args.split_first() {
        Some((path, args)) if by_attribute => (Some(path), args),
        None if by_attribute => return late(SELECT, Err(wrong("an attribute is wanted"))),
        _ => (None, args),
    };
    let test = match args.first() {
        None => None,
        Some(name) => {
            let name = name.as_str().filter(|name| TESTS.contains(name) || SIGNS.contains(name));
            let Some(name) = name else { return late(SELECT, Err(wrong("there is no such test"))) };
            Some((name, &args[1..]))
        }
    };
    let mut kept = Vec::new();
    for item in source {
        let found = path.map_or_else(|| Ok(item.clone()), |path| attribute(&item, path));
        let holds = found.and_then(|found| match test {
            None => Ok(found.is_true()),
            Some((name, args)) => {
                let mut call = vec![found];
                call.extend_from_slice(args);
                state.perform_test(name, &call)
            }
        });
        match holds {
            Ok(holds) if holds == wanted => kept.push(Ok(item)),
            Ok(_) => {}
            Err(error) => {
                kept.push(Err(error));
                break;
            }
        }
    }
    generator(SELECT, kept.into_iter())
}

fn unique(value: Value, args: Given) -> Result<Value, Error> {
    const NAME: &str = "generator object sync_do_unique";
    let [case, by] = bind(&args, ["case_sensitive", "attribute"])?;
    let (case, by) = (truth(case.as_ref(), false), given(by));
    let source = match items(&value) {
        Ok(source) => source,
        Err(error) => return late(NAME, Err(error)),
    };
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for item in source {
        match keys(&item, by.as_ref(), case) {
            Ok(own) if own.iter().any(unhashable) => {
                kept.push(Err(wrong("`unique` does not take lists or dicts")));
                break;
            }
            Ok(own) => {
                bounds::values(own.len())?;
                if seen.insert(own) {
                    kept.push(Ok(item));
                }
            }
            Err(error) => {
                kept.push(Err(error));
                break;
            }
        }
    }
    generator(NAME, kept.into_iter())
}

fn batch(value: Value, args: Given) -> Result<Value, Error> {
    const NAME: &str = "generator object do_batch";
    let [size, fill] = bind(&args, ["linecount", "fill_with"])?;
    let size = size.ok_or_else(|| wrong("batch wants a number"))?;
    let made = || {
        let size = super::kinds::float(&size).ok_or_else(|| wrong("batch wants a number"))?;
        let (mut batches, mut current) = (Vec::new(), Vec::new());
        for item in items(&value)? {
            #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
            let is_full = (current.len() as f64).to_bits() == size.to_bits();
            if is_full {
                batches.push(list(std::mem::take(&mut current))?);
            }
            current.push(item);
        }
        if !current.is_empty() {
            if let Some(fill) = given(fill) {
                #[expect(clippy::cast_sign_loss, reason = "negative ones become 0")]
                let missing = (size as usize).saturating_sub(current.len());
                bounds::list_of(missing)?;
                current.extend(std::iter::repeat_n(fill, missing));
            }
            batches.push(list(current)?);
        }
        Ok(batches)
    };
    late(NAME, made())
}

fn slice(value: Value, args: Given) -> Result<Value, Error> {
    const NAME: &str = "generator object sync_do_slice";
    let [count, fill] = bind(&args, ["slices", "fill_with"])?;
    let count = count.ok_or_else(|| wrong("slice wants a number"))?;
    let made = || {
        let items = items(&value)?;
        let count = integer(Some(&count), 0)?;
        if count == 0 {
            return Err(wrong("nothing is divided by 0"));
        }
        let Ok(count) = usize::try_from(count) else { return Ok(Vec::new()) };
        bounds::list_of(count)?;
        let (each, more) = (items.len() / count, items.len() % count);
        let fill = given(fill);
        let mut rest = items.into_iter();
        let mut slices = Vec::new();
        for index in 0..count {
            let mut slice: Vec<_> = rest.by_ref().take(each + usize::from(index < more)).collect();
            if let Some(fill) = fill.as_ref().filter(|_| index >= more) {
                slice.push(fill.clone());
            }
            slices.push(list(slice)?);
        }
        Ok(slices)
    };
    late(NAME, made())
}

/// The filter `items`.
fn dict_items(value: Value) -> Result<Value, Error> {
    const NAME: &str = "generator object do_items";
    let made = || match kind(&value) {
        PythonKind::Undefined => Ok(Vec::new()),
        PythonKind::Dict => items(&value)?
            .into_iter()
            .map(|key| {
                let item = value.get_item(&key)?;
                Ok(Value::from(Tuple::from([key, item])))
            })
            .collect(),
        _ => Err(wrong("a dict is wanted")),
    };
    late(NAME, made())
}

fn reverse(value: Value) -> Result<Value, Error> {
    let name = match kind(&value) {
        PythonKind::String => {
            let text = value.as_str().unwrap_or_default();
            bounds::made(text.len())?;
            let reversed: String = text.chars().rev().collect();
            return Ok(if value.is_safe() { Value::from_safe_string(reversed) } else { Value::from(reversed) });
        }
        PythonKind::List => "list_reverseiterator object",
        PythonKind::Tuple | PythonKind::Undefined => "reversed object",
        PythonKind::Dict => "dict_reversekeyiterator object",
        PythonKind::Range => "range_iterator object",
        PythonKind::View => match value.downcast_object_ref::<View>().map(|view| view.name) {
            Some("dict_values") => "dict_reversevalueiterator object",
            Some("dict_items") => "dict_reverseitemiterator object",
            _ => "dict_reversekeyiterator object",
        },
        // Python gives a list where it cannot go through something backwards.
        PythonKind::Generator => {
            let mut items = items(&value)?;
            items.reverse();
            return list(items);
        }
        _ => return Err(wrong("only what has items can be reversed")),
    };
    let mut items = items(&value)?;
    items.reverse();
    late(name, Ok(items))
}

/// How many items a value has; `None` where Python has no length for it.
pub(super) fn length(value: &Value) -> Option<usize> {
    match kind(value) {
        PythonKind::Undefined => Some(0),
        PythonKind::String => value.as_str().map(|text| text.chars().count()),
        PythonKind::Range => value.downcast_object_ref::<Range>().map(Range::len),
        PythonKind::List | PythonKind::Tuple | PythonKind::Dict | PythonKind::View => value.len(),
        _ => None,
    }
}

/// Whether a value is one of an iteration that went wrong.
pub(super) fn is_failure(value: &Value) -> bool {
    value.kind() == ValueKind::Invalid
}
