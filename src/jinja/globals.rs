//! Functions that templates may call.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::arguments::{Given, values, wrong};
use super::kinds::{PythonKind, kind};
use super::lists::items;
use super::{bounds, operators, ranges};

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.remove_global("debug");
    environment.add_function("range", |arguments: Rest<Value>| ranges::range(&arguments));
    environment.add_function("dict", |args: Given| {
        let args = values(&args);
        match from_args::<(&[Value], Kwargs)>(&args)? {
            ([], names) => dict(None, &names),
            ([from], names) => dict(Some(from), &names),
            _ => Err(wrong("a dict is made of one value and of names")),
        }
    });
    environment.add_function("namespace", |defaults: Option<ValueOrKwargs>| {
        if let Some(defaults) = &defaults {
            bounds::check_depth(defaults)?;
            for name in defaults.try_iter()? {
                bounds::keep(&defaults.get_item(&name)?)?;
            }
        }
        bounds::list_of(8)?;
        minijinja::functions::namespace(defaults)
    });
    environment.add_function("cycler", |items: Rest<Value>| {
        if items.is_empty() {
            return Err(Error::new(ErrorKind::MissingArgument, "a cycler needs something to cycle through"));
        }
        items.iter().try_for_each(|item| bounds::check_depth(item).and_then(|()| bounds::keep(item)))?;
        bounds::list_of(items.len())?;
        Ok(Value::from_object(Cycler { items: items.0, at: Mutex::new(0) }))
    });
    environment.add_function("joiner", |separator: Option<String>| {
        Value::from_object(Joiner { separator: separator.unwrap_or_else(|| ", ".into()), used: Mutex::new(false) })
    });
}

/// The function `dict`: of a dict or of pairs, and of names.
fn dict(from: Option<&Value>, names: &Kwargs) -> Result<Value, Error> {
    let mut entries = Vec::new();
    if from.is_some_and(Value::is_undefined) {
        return Err(wrong("what is undefined makes no dict"));
    }
    if let Some(from) = from {
        for item in items(from)? {
            if kind(from) == PythonKind::Dict {
                let value = from.get_item(&item)?;
                entries.push((item, value));
            } else {
                match <[Value; 2]>::try_from(items(&item)?) {
                    Ok([key, value]) => entries.push((key, value)),
                    Err(_) => return Err(wrong("pairs are wanted")),
                }
            }
        }
    }
    for name in names.args() {
        entries.push((Value::from(name), names.get(name)?));
    }
    operators::dict(entries.into_iter())
}

/// Whether a value is one of [`cycler`](Cycler).
pub(super) fn is_cycler(value: &Value) -> bool {
    value.downcast_object_ref::<Cycler>().is_some()
}

/// Gives its items one after the other, again and again.
#[derive(Debug)]
pub(super) struct Cycler {
    pub(super) items: Vec<Value>,
    at: Mutex<usize>,
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        (name == "current").then(|| self.items[*at].clone())
    }

    fn call_method(self: &Arc<Self>, _state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let () = from_args(args)?;
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        match method {
            "next" => {
                let item = self.items[*at].clone();
                *at = (*at + 1) % self.items.len();
                Ok(item)
            }
            "reset" => {
                *at = 0;
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// Gives its separator, except for the first time.
#[derive(Debug)]
struct Joiner {
    separator: String,
    used: Mutex<bool>,
}

impl Object for Joiner {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let () = from_args(args)?;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let first = !std::mem::replace(&mut *used, true);
        Ok(Value::from(if first { "" } else { &self.separator }))
    }
}
