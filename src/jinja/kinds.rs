//! What a value is for Python.

use minijinja::Value;
use minijinja::value::{Tuple, ValueKind};

use super::generators::Generator;
use super::lists::Group;
use super::ranges::Range;
use super::values::View;

/// The types of Python that templates meet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum PythonKind {
    Undefined,
    None,
    Bool,
    Int,
    Float,
    String,
    List,
    /// Tuples, and the groups of `groupby`, which are tuples with names.
    Tuple,
    Dict,
    /// What the methods `keys`, `values` and `items` of a dict give.
    View,
    Range,
    /// What can be gone through once.
    Generator,
    Other,
}

pub(super) fn kind(value: &Value) -> PythonKind {
    match value.kind() {
        ValueKind::Undefined => PythonKind::Undefined,
        ValueKind::None => PythonKind::None,
        ValueKind::Bool => PythonKind::Bool,
        ValueKind::Number if value.is_integer() => PythonKind::Int,
        ValueKind::Number => PythonKind::Float,
        ValueKind::String => PythonKind::String,
        ValueKind::Map if super::values::is_namespace(value) || super::values::is_loop(value) => PythonKind::Other,
        ValueKind::Map => PythonKind::Dict,
        ValueKind::Seq if value.downcast_object_ref::<Tuple>().is_some() => PythonKind::Tuple,
        ValueKind::Seq if value.downcast_object_ref::<Group>().is_some() => PythonKind::Tuple,
        ValueKind::Seq if value.downcast_object_ref::<View>().is_some() => PythonKind::View,
        ValueKind::Seq if value.downcast_object_ref::<Range>().is_some() => PythonKind::Range,
        ValueKind::Iterable if value.downcast_object_ref::<Generator>().is_some() => PythonKind::Generator,
        ValueKind::Seq | ValueKind::Iterable => PythonKind::List,
        _ => PythonKind::Other,
    }
}

/// What a dictionary has under a key, which may be a value that is not defined; `None` where it has no such key.
pub(super) fn entry(dictionary: &Value, key: &Value) -> Option<Value> {
    dictionary.as_object()?.get_value(key)
}

/// A number as an integer, if it is one; truth values are.
pub(super) fn integer(value: &Value) -> Option<i128> {
    match kind(value) {
        PythonKind::Bool => Some(i128::from(value.is_true())),
        PythonKind::Int => i128::try_from(value.clone()).ok(),
        _ => None,
    }
}

/// A number as a float; truth values are numbers.
pub(super) fn float(value: &Value) -> Option<f64> {
    match kind(value) {
        PythonKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        PythonKind::Int | PythonKind::Float => f64::try_from(value.clone()).ok(),
        _ => None,
    }
}

/// The value of an integer.
pub(super) fn number(number: i128) -> Value {
    i64::try_from(number).map_or_else(|_| Value::from(number), Value::from)
}
