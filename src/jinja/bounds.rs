//! What a rendering may cost, and what it may make.
//!
//! minijinja's fuel pays for instructions. All work on values is done by functions of ours, and they pay here, before
//! they do it: steps for what is looked at, bytes for what is made.

use std::cell::Cell;

use minijinja::{Error, Value};

use super::arguments::wrong;
use super::kinds::{PythonKind, kind};

/// How many steps a rendering may take. A step is some nanoseconds, so that a rendering ends within a second.
pub(super) const MAX_STEPS: usize = 200_000_000;
/// How many bytes a rendering may make in all, what it has dropped again included.
///
/// What takes the place of its own beginning, as in `ns.all = ns.all + [x]`, costs only what it has grown by: the shorter
/// one is dropped, unless something else holds it, and that has paid for the whole with [`keep`].
const MAX_BYTES: usize = 40 * 1024 * 1024;
/// How deep values may be that a template makes.
const MAX_DEPTH: usize = 200;
/// What it costs to look at a value.
const VALUE: usize = 40;
/// How large a value is in a list, in bytes.
const SLOT: usize = 32;

/// A limit that a rendering came to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Limit {
    /// How many steps it may take.
    Steps,
    /// How many bytes it may make.
    Bytes,
    /// How deep values may be.
    Depth,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Steps => to.write_str("it takes more steps than mispflow gives a template"),
            Self::Bytes => write!(to, "it makes more than {} MiB of strings and lists", MAX_BYTES >> 20),
            Self::Depth => write!(to, "its values are nested more than {MAX_DEPTH} deep"),
        }
    }
}

thread_local! {
    // Values have nothing else that they share with the rendering they belong to.
    static STEPS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
    static REACHED: Cell<Option<Limit>> = const { Cell::new(None) };
}

/// Begins a rendering of so many steps on this thread.
pub(super) fn begin(steps: usize) {
    STEPS.set(steps);
    BYTES.set(MAX_BYTES);
    REACHED.set(None);
}

/// The limit that the rendering on this thread came to.
pub(super) fn reached() -> Option<Limit> {
    REACHED.get()
}

fn take(left: &'static std::thread::LocalKey<Cell<usize>>, amount: usize, limit: Limit) -> Result<(), Error> {
    let rest = left.get().checked_sub(amount);
    left.set(rest.unwrap_or(0));
    rest.map(drop).ok_or_else(|| {
        REACHED.set(Some(limit));
        wrong("the template does too much")
    })
}

/// Refuses what is deeper than values may be.
pub(super) fn deep(depth: usize) -> Result<(), Error> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    REACHED.set(Some(Limit::Depth));
    Err(wrong("nested too deep"))
}

/// Pays for steps.
pub(super) fn steps(count: usize) -> Result<(), Error> {
    take(&STEPS, count, Limit::Steps)
}

/// Pays for looking at this many values.
pub(super) fn values(count: usize) -> Result<(), Error> {
    steps(count.saturating_mul(VALUE))
}

/// Pays for a string of this many bytes that is made.
pub(super) fn made(length: usize) -> Result<(), Error> {
    take(&BYTES, length, Limit::Bytes)?;
    steps(length)
}

/// Pays for a list of this many items that is made.
pub(super) fn list_of(count: usize) -> Result<(), Error> {
    take(&BYTES, count.saturating_add(2).saturating_mul(SLOT), Limit::Bytes)?;
    values(count.saturating_add(1))
}

/// What it costs to copy an item of a list.
const COPY: usize = 4;

/// Pays for a string that takes the place of its own beginning and is longer by `more` bytes.
pub(super) fn grown(length: usize, more: usize) -> Result<(), Error> {
    steps(length / 8 + more)?;
    take(&BYTES, more, Limit::Bytes)
}

/// Pays for a list of `count` items that takes the place of its own beginning and is longer by `more` items.
pub(super) fn list_grown(count: usize, more: usize) -> Result<(), Error> {
    steps(count.saturating_mul(COPY).saturating_add(VALUE))?;
    take(&BYTES, more.saturating_mul(SLOT), Limit::Bytes)
}

/// Pays for what something else holds from now on, which may be an older form of what has grown.
pub(super) fn keep(value: &Value) -> Result<(), Error> {
    let size = match value.as_str() {
        Some(text) => text.len(),
        None if super::values::is_of_data(value) => 0,
        None if matches!(kind(value), PythonKind::List | PythonKind::Tuple | PythonKind::Dict) => {
            value.len().unwrap_or(0).saturating_mul(SLOT)
        }
        None => 0,
    };
    take(&BYTES, size, Limit::Bytes)
}

/// Joins strings, unless that makes one that is too long.
pub(super) fn join(parts: impl Iterator<Item = Result<String, Error>>, separator: &str) -> Result<String, Error> {
    let mut joined = String::new();
    for (index, part) in parts.enumerate() {
        let part = part?;
        let separator = if index == 0 { "" } else { separator };
        made(separator.len().saturating_add(part.len()))?;
        joined.push_str(separator);
        joined.push_str(&part);
    }
    Ok(joined)
}

/// Refuses a value that is nested too deep to be held by another.
pub(super) fn check_depth(value: &Value) -> Result<(), Error> {
    depth(value, 0)
}

fn depth(value: &Value, at: usize) -> Result<(), Error> {
    deep(at)?;
    match kind(value) {
        // What the data holds is not nested deep, and not made here.
        _ if super::values::is_of_data(value) => Ok(()),
        PythonKind::List | PythonKind::Tuple | PythonKind::View => {
            for item in value.try_iter()? {
                values(1)?;
                depth(&item, at + 1)?;
            }
            Ok(())
        }
        PythonKind::Dict => {
            for key in value.try_iter()? {
                values(1)?;
                depth(&value.get_item(&key)?, at + 1)?;
            }
            Ok(())
        }
        PythonKind::Other => {
            for held in super::values::held(value)? {
                values(1)?;
                depth(&held, at + 1)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod unit_tests {
    use minijinja::Value;

    use super::{MAX_BYTES, MAX_STEPS, begin, check_depth, join, list_of, steps};

    #[test]
    fn values_that_hold_themselves_again_and_again_are_refused() {
        begin(MAX_STEPS);
        let mut value = Value::from(1);
        for _ in 0..60 {
            value = Value::from(vec![value.clone(), value]);
        }
        assert!(check_depth(&value).is_err());
        begin(MAX_STEPS);
        let deep = (0..300).fold(Value::from(1), |value, _| Value::from(vec![value]));
        assert!(check_depth(&deep).is_err());
        assert!(check_depth(&Value::from((0..50_000).collect::<Vec<_>>())).is_ok());
    }

    #[test]
    fn joined_strings_have_an_end() {
        let long = "x".repeat(MAX_BYTES / 2);
        let parts = |count| std::iter::repeat_n("a".to_owned(), count).map(Ok);
        begin(MAX_STEPS);
        assert_eq!(join(parts(3), ", ").unwrap(), "a, a, a");
        assert!(join(parts(2), &long).is_ok());
        assert!(join(parts(2), &long).is_err());
    }

    #[test]
    fn what_is_spent_stays_spent() {
        begin(MAX_STEPS);
        assert!(list_of(1_000).is_ok());
        assert!(steps(usize::MAX).is_err());
        assert!(steps(1).is_err());
        begin(MAX_STEPS);
        assert!(steps(1).is_ok());
    }
}
