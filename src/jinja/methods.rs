//! Python's methods on strings, lists and dicts.

use minijinja::value::{Tuple, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::arguments::wrong;
use super::bounds;
use super::kinds::{PythonKind, kind};
use super::operators::equal;
use super::strings::of_string;
use super::values::View;

/// The methods of Python's dict.
pub(super) const OF_DICTS: [&str; 11] =
    ["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

/// Calls a method that the value itself does not have.
pub(super) fn call(_state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match kind(value) {
        PythonKind::String => {
            let text = value.as_str().unwrap_or_default();
            bounds::steps(text.len().saturating_mul(4).saturating_add(100))?;
            let found = of_string(text, method, args)?;
            if value.is_safe() { as_safe(found) } else { Ok(found) }
        }
        PythonKind::Dict => of_dict(value, method, args),
        PythonKind::List | PythonKind::Tuple | PythonKind::Range => of_list(value, method, args),
        PythonKind::Int | PythonKind::Float => of_number(value, method, args),
        _ => Err(unknown()),
    }
}

/// What a method of a safe string gives is safe too.
fn as_safe(value: Value) -> Result<Value, Error> {
    let safe = |value: Value| match value.as_str() {
        Some(text) => Value::from_safe_string(text.to_owned()),
        None => value,
    };
    match kind(&value) {
        PythonKind::List => super::lists::list(super::lists::items(&value)?.into_iter().map(safe).collect()),
        PythonKind::Tuple => super::lists::tuple(super::lists::items(&value)?.into_iter().map(safe).collect()),
        _ => Ok(safe(value)),
    }
}

pub(super) fn unknown() -> Error {
    Error::from(ErrorKind::UnknownMethod)
}

fn of_number(value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let () = from_args(args)?;
    match method {
        "is_integer" if !value.is_integer() => Ok(Value::from(f64::try_from(value.clone())?.fract() == 0.0)),
        "bit_length" if value.is_integer() => {
            let bits = value.as_i64().map_or(0, |number| 64 - number.unsigned_abs().leading_zeros());
            Ok(Value::from(bits))
        }
        _ => Err(unknown()),
    }
}

fn of_dict(value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let keys = || super::lists::items(value);
    match method {
        "get" => {
            let (key, default): (Value, Option<Value>) = from_args(args)?;
            Ok(super::kinds::entry(value, &key).or(default).unwrap_or(Value::from(())))
        }
        "keys" => {
            let () = from_args(args)?;
            Ok(view("dict_keys", keys()?))
        }
        "values" => {
            let () = from_args(args)?;
            let values = keys()?.iter().map(|key| value.get_item(key)).collect::<Result<Vec<_>, _>>()?;
            Ok(view("dict_values", values))
        }
        "items" => {
            let () = from_args(args)?;
            let items = keys()?.into_iter().map(|key| {
                let item = value.get_item(&key)?;
                Ok(Value::from(Tuple::from([key, item])))
            });
            Ok(view("dict_items", items.collect::<Result<Vec<_>, Error>>()?))
        }
        "copy" => {
            let () = from_args(args)?;
            Ok(value.clone())
        }
        _ => Err(unknown()),
    }
}

fn view(name: &'static str, items: Vec<Value>) -> Value {
    Value::from_object(View { name, items })
}

fn of_list(value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match method {
        "count" => {
            let (wanted,): (Value,) = from_args(args)?;
            let mut count = 0;
            for item in value.try_iter()? {
                count += usize::from(equal(&item, &wanted)?);
            }
            Ok(Value::from(count))
        }
        "index" => {
            let (wanted, start, stop): (Value, Option<i64>, Option<i64>) = from_args(args)?;
            let items = super::lists::items(value)?;
            let length = items.len();
            let (start, stop) = (bound(start, length, 0), bound(stop, length, length));
            for (index, item) in items.iter().enumerate().take(stop).skip(start) {
                if equal(item, &wanted)? {
                    return Ok(Value::from(index));
                }
            }
            Err(wrong("the list does not hold the value"))
        }
        "copy" if kind(value) == PythonKind::List => {
            let () = from_args(args)?;
            Ok(value.clone())
        }
        _ => Err(unknown()),
    }
}

/// A place as Python's slices name it.
pub(super) fn bound(place: Option<i64>, length: usize, default: usize) -> usize {
    match place {
        None => default,
        Some(place) if place < 0 => length.saturating_sub(usize::try_from(place.unsigned_abs()).unwrap_or(usize::MAX)),
        Some(place) => usize::try_from(place).unwrap_or(usize::MAX).min(length),
    }
}
