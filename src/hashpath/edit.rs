//! Changing: `insert` and `remove`.

use super::extract::ExtractState;
use super::path::Path;
use super::segment::Segment;
use super::tokens::{between_dots, tokens};
use crate::php::{Array, Key, Numeric, Text, Thrown, Value, numeric};

/// How a path is followed to change data: step by step while it has wildcards or tests, then by keys. MISP
/// cuts what is left of the path anew after every step.
#[derive(Clone, Debug)]
pub(super) struct EditPlan {
    steps: Vec<EditStep>,
    keys: Vec<Key<'static>>,
}

#[derive(Clone, Debug)]
struct EditStep {
    segment: Segment,
    /// The rest of the path is empty.
    is_last: bool,
    /// The rest of the path is empty or `0`, which PHP calls false.
    is_false: bool,
}

impl EditPlan {
    /// The plan of a path whose steps for reading are `segments`. Those for changing only differ where brackets
    /// are not balanced.
    pub(super) fn new(path: &str, segments: &[Segment]) -> Self {
        let mut steps: Vec<EditStep> = Vec::new();
        let mut rest = path.to_owned();
        while rest.contains(['{', '[']) {
            let mut parts = tokens(&rest).into_iter();
            let first = parts.next().unwrap_or_default();
            let known = segments.get(steps.len()).filter(|segment| path[segment.span.clone()] == rest[first.clone()]);
            let segment = known.cloned().unwrap_or_else(|| Segment::new(&rest, first));
            let parts: Vec<_> = parts.map(|part| &rest[part]).collect();
            rest = parts.join(".");
            steps.push(EditStep { segment, is_last: rest.is_empty(), is_false: matches!(rest.as_str(), "" | "0") });
        }
        let keys = between_dots(&rest).map(|part| Key::new(Text::Shared(rest[part].into()))).collect();
        Self { steps, keys }
    }
}

impl Path {
    /// Puts `value` at every place the path leads to, as MISP's `insert` does it. By plain keys what is
    /// missing is made; where a wildcard ends the path `value` is merged into what is there.
    ///
    /// # Errors
    /// What PHP throws: if `data`, or what the path goes through, is not an array. `data` may then be changed in part.
    pub fn insert<'a>(&self, data: &mut Value<'a>, value: &Value<'a>) -> Result<(), Thrown> {
        insert(&self.edit.steps, &self.edit.keys, data, value)
    }

    /// Takes out what lies at every place the path leads to, as MISP's `remove` does it. A wildcard without a
    /// test at the end takes out only what is empty or no array.
    ///
    /// # Errors
    /// What PHP throws: if `data` is not an array, or the path goes through the characters of a string. `data` may
    /// then be changed in part.
    pub fn remove(&self, data: &mut Value<'_>) -> Result<(), Thrown> {
        let given = data.type_name();
        let array = data.as_array_mut().ok_or_else(|| Thrown::argument("Hash::remove", 1, "data", "array", given))?;
        remove(&self.edit.steps, &self.edit.keys, array)
    }

    /// What [`Self::remove`] would throw; nothing is changed.
    ///
    /// # Errors
    /// As [`Self::remove`].
    pub fn check_removal(&self, data: &Value<'_>) -> Result<(), Thrown> {
        let inner = self.edit.keys.split_last().map_or(&[][..], |(_, keys)| keys);
        let may_go_through_text = inner.iter().skip(1).any(|key| as_offset(key).is_some());
        if may_go_through_text || data.as_array().is_none() { self.remove(&mut data.clone()) } else { Ok(()) }
    }
}

fn insert<'a>(
    steps: &[EditStep],
    keys: &[Key<'static>],
    data: &mut Value<'a>,
    inserted: &Value<'a>,
) -> Result<(), Thrown> {
    let given = data.type_name();
    let array = data.as_array_mut().ok_or_else(|| Thrown::argument("Hash::insert", 1, "data", "array", given))?;
    let Some((step, rest)) = steps.split_first() else {
        insert_at(keys, array, inserted);
        return Ok(());
    };
    array.edit(|key, value| {
        if !step.segment.token.matches(key) || !passes(&step.segment, value)? {
            return Ok(true);
        }
        if step.is_false {
            let given = value.type_name();
            let merged = value.as_array().ok_or_else(|| not_mergeable(given))?.merge(&inserted.to_array());
            *value = Value::Array(merged);
        } else {
            insert(rest, keys, value, inserted)?;
        }
        Ok(true)
    })
}

fn not_mergeable(given: &str) -> Thrown {
    Thrown {
        class: crate::php::PhpClass::TypeError,
        message: format!("array_merge(): Argument #1 must be of type array, {given} given").into(),
    }
}

fn insert_at<'a>(keys: &[Key<'static>], mut array: &mut Array<'a>, inserted: &Value<'a>) {
    let Some((last, keys)) = keys.split_last() else { return };
    for key in keys {
        if !matches!(array.get(key.as_ref()), Some(Value::Array(_))) {
            array.insert(key.clone(), Array::new().into());
        }
        let Some(Value::Array(inner)) = array.get_mut(key.as_ref()) else { return };
        array = inner;
    }
    array.insert(last.clone(), inserted.clone());
}

/// The tests of a step on what must be an array where there are any.
fn passes(segment: &Segment, value: &Value<'_>) -> Result<bool, Thrown> {
    if segment.only_arrays && value.as_array().is_none() {
        return Err(Thrown::argument("Hash::_matches", 1, "data", "array", value.type_name()));
    }
    segment.keeps(value, &mut ExtractState::default())
}

fn remove(steps: &[EditStep], keys: &[Key<'static>], array: &mut Array<'_>) -> Result<(), Thrown> {
    let Some((step, rest)) = steps.split_first() else { return remove_at(keys, array) };
    array.edit(|key, value| {
        if !step.segment.token.matches(key) {
            return Ok(true);
        }
        if value.as_array().is_none() {
            return Ok(!step.is_last);
        }
        if passes(&step.segment, value)? {
            if step.is_last && step.segment.only_arrays {
                return Ok(false);
            }
            if let Value::Array(inner) = value {
                remove(rest, keys, inner)?;
            }
        }
        // Whether or not it was this path that emptied it.
        Ok(value.to_bool())
    })
}

fn remove_at(keys: &[Key<'static>], array: &mut Array<'_>) -> Result<(), Thrown> {
    let Some((last, keys)) = keys.split_last() else { return Ok(()) };
    if !leads_to_entry(keys, last, array)? {
        return Ok(());
    }
    let mut array = array;
    for key in keys {
        let Some(Value::Array(inner)) = array.get_mut(key.as_ref()) else { return Ok(()) };
        array = inner;
    }
    array.remove(last.as_ref());
    Ok(())
}

/// Whether there is something to take out; looks before anything shared is copied.
fn leads_to_entry(keys: &[Key<'static>], last: &Key<'_>, array: &Array<'_>) -> Result<bool, Thrown> {
    let mut array = array;
    for (index, key) in keys.iter().enumerate() {
        match array.get(key.as_ref()) {
            Some(Value::Array(inner)) => array = inner,
            Some(Value::String(text)) if keys.get(index + 1).is_some_and(|next| is_offset(text, next)) => {
                return Err(Thrown::error("Cannot create references to/from string offsets"));
            }
            _ => return Ok(false),
        }
    }
    Ok(array.get(last.as_ref()).is_some())
}

/// Whether PHP takes `key` for the place of a character in `text`.
fn is_offset(text: &str, key: &Key<'_>) -> bool {
    let Some(number) = as_offset(key) else { return false };
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    (-length..length).contains(&number)
}

/// The place in a string that PHP takes `key` for.
fn as_offset(key: &Key<'_>) -> Option<i64> {
    match key {
        Key::Int(number) => Some(*number),
        Key::String(text) => match numeric(text) {
            Some(Numeric::Int(number)) => Some(number),
            _ => None,
        },
    }
}
