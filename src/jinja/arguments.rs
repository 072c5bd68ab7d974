//! Arguments as Python functions take them: by place or by name.

use minijinja::value::{Kwargs, Rest, ValueOrKwargs, from_args};
use minijinja::{Error, ErrorKind, Value};

/// What a filter is given besides its value.
pub(super) type Given = Rest<ValueOrKwargs>;

/// The arguments of a filter as plain values, those by name last.
pub(super) fn values(given: &Given) -> Vec<Value> {
    given.iter().map(|value| Value::from(value.clone())).collect()
}

/// The arguments in the order of `names`; those that are not given are `None`.
pub(super) fn bind<const N: usize>(given: &Given, names: [&str; N]) -> Result<[Option<Value>; N], Error> {
    let args = values(given);
    let (places, by_name): (&[Value], Kwargs) = from_args(&args)?;
    if places.len() > N {
        return Err(Error::from(ErrorKind::TooManyArguments));
    }
    let mut bound: [Option<Value>; N] = std::array::from_fn(|index| places.get(index).cloned());
    for (index, name) in names.into_iter().enumerate() {
        if let Some(value) = by_name.get::<Option<Value>>(name)? {
            if bound[index].is_some() {
                return Err(Error::from(ErrorKind::TooManyArguments));
            }
            bound[index] = Some(value);
        }
    }
    by_name.assert_all_used()?;
    Ok(bound)
}

/// Python's truth of an argument, if it is given.
pub(super) fn truth(value: Option<&Value>, default: bool) -> bool {
    value.map_or(default, Value::is_true)
}

/// An integer argument.
pub(super) fn integer(value: Option<&Value>, default: i64) -> Result<i64, Error> {
    match value {
        None => Ok(default),
        Some(value) => i64::try_from(value.clone()),
    }
}

/// A text argument.
pub(super) fn text(value: Option<&Value>, default: &str) -> Result<String, Error> {
    match value {
        None => Ok(default.to_owned()),
        Some(value) => value.as_str().map(ToOwned::to_owned).ok_or_else(|| wrong("a string is wanted")),
    }
}

/// Something Python refuses.
pub(super) fn wrong(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
