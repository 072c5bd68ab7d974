//! The data as a template sees it: what Python makes of MISP's JSON.

use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value as JinjaValue};

use super::arguments::wrong;
use super::kinds::{PythonKind, integer, kind};
use super::{bounds, methods};
use crate::php::{Array, Key, KeyRef, Value};

/// A value of the data.
pub(super) fn jinja(value: &Value<'static>) -> JinjaValue {
    match value {
        Value::Null => JinjaValue::from(()),
        Value::Bool(value) => JinjaValue::from(*value),
        Value::Int(value) => JinjaValue::from(*value),
        Value::Float(value) => JinjaValue::from(*value),
        Value::String(text) => match bounds::made(text.as_str().len()) {
            Ok(()) => JinjaValue::from(text.as_str()),
            Err(error) => JinjaValue::from(error),
        },
        Value::Array(array) if array.is_list() => JinjaValue::from_object(List(array.clone())),
        Value::Array(array) => JinjaValue::from_object(Dict(array.clone())),
    }
}

/// A list.
#[derive(Debug)]
struct List(Array<'static>);

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        let length = i64::try_from(self.0.len()).ok()?;
        let index = key.as_i64().filter(|_| key.is_integer())?;
        let index = if index < 0 { index + length } else { index };
        self.0.get(KeyRef::Int(index)).map(jinja)
    }

    fn get_value_by_str(self: &Arc<Self>, _name: &str) -> Option<JinjaValue> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[JinjaValue],
    ) -> Result<JinjaValue, Error> {
        methods::call(state, &JinjaValue::from_dyn_object(self.clone()), method, args)
    }
}

/// A dict.
#[derive(Debug)]
struct Dict(Array<'static>);

impl Dict {
    fn entry(&self, name: &str) -> Option<JinjaValue> {
        self.0.get(KeyRef::new(name)).map(jinja)
    }
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        self.entry(key.as_str()?)
    }

    /// With a dot, Python's methods come before the entries.
    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<JinjaValue> {
        method_of_dict(name).or_else(|| self.entry(name))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = self.0.iter().map(|(key, _)| match key {
            KeyRef::Int(number) => JinjaValue::from(number.to_string()),
            KeyRef::String(text) => JinjaValue::from(text),
        });
        Enumerator::Values(keys.collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[JinjaValue],
    ) -> Result<JinjaValue, Error> {
        call_on_dict(&JinjaValue::from_dyn_object(self.clone()), self.entry(method), state, method, args)
    }
}

/// One of Python's methods of dicts, as a value.
fn method_of_dict(name: &str) -> Option<JinjaValue> {
    methods::OF_DICTS.contains(&name).then(|| JinjaValue::from_object(Method { name: name.to_owned(), of: "dict" }))
}

/// `dict.method(…)`: one of Python's methods, else the entry of that name.
fn call_on_dict(
    dict: &JinjaValue,
    entry: Option<JinjaValue>,
    state: &mut State<'_, '_>,
    method: &str,
    args: &[JinjaValue],
) -> Result<JinjaValue, Error> {
    if methods::OF_DICTS.contains(&method) {
        return methods::call(state, dict, method, args);
    }
    entry.map_or_else(|| Err(Error::from(ErrorKind::UnknownMethod)), |entry| entry.call(state, args))
}

/// A dict that a template makes.
#[derive(Debug)]
pub(super) struct MadeDict(pub(super) IndexMap<JinjaValue, JinjaValue>);

impl Object for MadeDict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        self.0.get(key).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<JinjaValue> {
        method_of_dict(name).or_else(|| self.0.get(&JinjaValue::from(name)).cloned())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().cloned().collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[JinjaValue],
    ) -> Result<JinjaValue, Error> {
        let entry = self.0.get(&JinjaValue::from(method)).cloned();
        call_on_dict(&JinjaValue::from_dyn_object(self.clone()), entry, state, method, args)
    }
}

/// What the methods `keys`, `values` and `items` of a dict give.
#[derive(Debug)]
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) items: Vec<JinjaValue>,
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        // Only by whoever goes through it: Python's views have no places.
        self.items.get(key.as_usize()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, _name: &str) -> Option<JinjaValue> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }
}

/// A method that is named but not called.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) name: String,
    /// The type that has it.
    pub(super) of: &'static str,
}

impl Object for Method {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<built-in method {} of {} object at 0x7f0000000000>", self.name, self.of)
    }
}

/// A part of the data under its names, for [`Needs`](super::needs::Needs).
pub(super) fn dict(entries: Vec<(Key<'static>, Value<'static>)>) -> JinjaValue {
    JinjaValue::from_object(Dict(Array::from_entries(entries)))
}

/// Whether a list or dict is of the data.
pub(super) fn is_of_data(value: &JinjaValue) -> bool {
    value.downcast_object_ref::<List>().is_some() || value.downcast_object_ref::<Dict>().is_some()
}

fn is_called(value: &JinjaValue, name: &str) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with(name))
}

/// Whether a value is what `namespace()` gives.
pub(super) fn is_namespace(value: &JinjaValue) -> bool {
    is_called(value, "::Namespace")
}

/// Whether a value is the `loop` of a `for`.
pub(super) fn is_loop(value: &JinjaValue) -> bool {
    is_called(value, "::Loop")
}

/// What an object holds that is neither list nor dict.
pub(super) fn held(value: &JinjaValue) -> Result<Vec<JinjaValue>, Error> {
    if is_loop(value) {
        return Err(wrong("a loop is not kept"));
    }
    if is_namespace(value) {
        return value.try_iter()?.map(|key| value.get_item(&key)).collect();
    }
    Ok(value.downcast_object_ref::<super::globals::Cycler>().map(|cycler| cycler.items.clone()).unwrap_or_default())
}

/// What Jinja2 finds with `value[key]`.
pub(super) fn item(value: &JinjaValue, key: &JinjaValue) -> Result<JinjaValue, Error> {
    bounds::values(1)?;
    let found = match (kind(value), kind(key)) {
        (PythonKind::Undefined, _) => return Err(wrong("what is undefined has no items")),
        (PythonKind::String, PythonKind::Int | PythonKind::Bool) => {
            let text = value.as_str().unwrap_or_default();
            bounds::steps(text.len())?;
            let length = i128::try_from(text.chars().count()).unwrap_or(0);
            let index = integer(key).unwrap_or(0);
            let index = usize::try_from(if index < 0 { index + length } else { index });
            let found = index.ok().and_then(|index| text.chars().nth(index)).map(String::from);
            found.map(|found| if value.is_safe() { JinjaValue::from_safe_string(found) } else { found.into() })
        }
        (PythonKind::List | PythonKind::Tuple | PythonKind::Range, PythonKind::Int | PythonKind::Bool) => {
            let length = i128::try_from(value.len().unwrap_or(0)).unwrap_or(0);
            let index = integer(key).unwrap_or(0);
            let index = usize::try_from(if index < 0 { index + length } else { index });
            let found = index.ok().map(|index| value.get_item(&JinjaValue::from(index))).transpose()?;
            found.filter(|found| !found.is_undefined())
        }
        (PythonKind::Dict | PythonKind::Other, _) if super::lists::unhashable(key) => None,
        (PythonKind::Dict | PythonKind::Other, _) => Some(value.get_item(key)?),
        _ => None,
    };
    match found {
        Some(found) if !found.is_undefined() => validated(found),
        // What is not an entry may be an attribute.
        _ => match key.as_str() {
            Some(name) if !super::rewrite::is_internal(name) && kind(value) != PythonKind::None => {
                Ok(value.get_attr(name).unwrap_or_default()).and_then(validated)
            }
            _ => Ok(JinjaValue::UNDEFINED),
        },
    }
}

/// A value of the data, unless there was no room for it.
fn validated(value: JinjaValue) -> Result<JinjaValue, Error> {
    if super::generators::is_failure(&value) { Err(wrong("the template does too much")) } else { Ok(value) }
}
