//! Python's `range`.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, from_args};
use minijinja::{Error, State, Value};

use super::arguments::wrong;
use super::kinds::{integer, number};
use super::methods;

/// The most numbers that the sandbox gives away.
const MAX_RANGE: i128 = 100_000;

/// Numbers at equal distances.
#[derive(Debug)]
pub(super) struct Range {
    start: i128,
    end: i128,
    step: i128,
}

impl Range {
    pub(super) fn len(&self) -> usize {
        let distance = if self.step > 0 { self.end - self.start } else { self.start - self.end };
        let count = if distance <= 0 { 0 } else { (distance - 1) / self.step.abs() + 1 };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    pub(super) fn at(&self, index: usize) -> Value {
        number(self.start + self.step * i128::try_from(index).unwrap_or(0))
    }

    /// A part of it, from the place `first`, each `step`th, `count` of them.
    pub(super) fn part(&self, first: i128, end: i128, step: i128) -> Value {
        let at = |index: i128| self.start + self.step * index;
        Value::from_object(Self { start: at(first), end: at(end), step: self.step * step })
    }

    /// How Python prints it.
    pub(super) fn printed(&self) -> String {
        let Self { start, end, step } = self;
        if *step == 1 { format!("range({start}, {end})") } else { format!("range({start}, {end}, {step})") }
    }

    /// Whether both give the same numbers.
    pub(super) fn same(&self, other: &Self) -> bool {
        let length = self.len();
        length == other.len() && (length == 0 || self.start == other.start) && (length <= 1 || self.step == other.step)
    }
}

/// The function `range`.
pub(super) fn range(arguments: &[Value]) -> Result<Value, Error> {
    let whole = |value: &Value| {
        integer(value).filter(|number| i64::try_from(*number).is_ok()).ok_or_else(|| wrong("range wants integers"))
    };
    let range = match arguments {
        [end] => Range { start: 0, end: whole(end)?, step: 1 },
        [start, end] => Range { start: whole(start)?, end: whole(end)?, step: 1 },
        [start, end, step] => Range { start: whole(start)?, end: whole(end)?, step: whole(step)? },
        _ => return Err(wrong("range wants one to three integers")),
    };
    if range.step == 0 {
        return Err(wrong("the step of a range is not 0"));
    }
    if i128::try_from(range.len()).unwrap_or(i128::MAX) > MAX_RANGE {
        return Err(wrong("the range is too big"));
    }
    Ok(Value::from_object(range))
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = integer(key)?;
        let length = i128::try_from(self.len()).ok()?;
        let index = if index < 0 { index + length } else { index };
        (0..length).contains(&index).then(|| self.at(usize::try_from(index).unwrap_or(0)))
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        match name {
            "start" => Some(number(self.start)),
            "stop" => Some(number(self.end)),
            "step" => Some(number(self.step)),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.len())
    }

    fn call_method(self: &Arc<Self>, state: &mut State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        if method == "copy" {
            let () = from_args(args)?;
            return Err(methods::unknown());
        }
        methods::call(state, &Value::from_dyn_object(self.clone()), method, args)
    }
}
