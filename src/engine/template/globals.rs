//! Functions that templates may call.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Object, ObjectRepr, Rest, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value};

pub(super) fn add(environment: &mut Environment<'static>) {
    environment.remove_global("debug");
    environment.add_function("cycler", |items: Rest<Value>| {
        if items.is_empty() {
            return Err(Error::new(ErrorKind::MissingArgument, "a cycler needs something to cycle through"));
        }
        Ok(Value::from_object(Cycler { items: items.0, at: Mutex::new(0) }))
    });
    environment.add_function("joiner", |separator: Option<String>| {
        Value::from_object(Joiner { separator: separator.unwrap_or_else(|| ", ".into()), used: Mutex::new(false) })
    });
}

/// Gives its items one after the other, again and again.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
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
