//! The data as a template sees it: what Python makes of MISP's JSON.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, State, Value as JinjaValue};

use super::methods;
use crate::php::{Array, Key, KeyRef, Value};

/// A value of the data.
pub(super) fn jinja(value: &Value<'static>) -> JinjaValue {
    match value {
        Value::Null => JinjaValue::from(()),
        Value::Bool(value) => JinjaValue::from(*value),
        Value::Int(value) => JinjaValue::from(*value),
        Value::Float(value) => JinjaValue::from(*value),
        Value::String(text) => JinjaValue::from(text.as_str()),
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
        if methods::OF_DICTS.contains(&name) {
            return Some(JinjaValue::from_object(Method));
        }
        self.entry(name)
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
        if methods::OF_DICTS.contains(&method) {
            return methods::call(state, &JinjaValue::from_dyn_object(self.clone()), method, args);
        }
        match self.entry(method) {
            Some(value) => value.call(state, args),
            None => Err(Error::from(ErrorKind::UnknownMethod)),
        }
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
        self.items.get(key.as_usize()?).cloned()
    }

    fn get_value_by_str(self: &Arc<Self>, _name: &str) -> Option<JinjaValue> {
        None
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }
}

/// A method that is named but not called. Python prints where it lies in memory; here only what it is is printed.
#[derive(Debug)]
pub(super) struct Method;

impl Object for Method {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<built-in method>")
    }
}

/// A part of the data under its names, for [`Needs`](super::needs::Needs).
pub(super) fn dict(entries: Vec<(Key<'static>, Value<'static>)>) -> JinjaValue {
    JinjaValue::from_object(Dict(Array::from_entries(entries)))
}
