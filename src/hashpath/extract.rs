//! Reading: `extract` and `get`.

use std::slice;

use super::path::{Path, SegmentKind};
use super::regex::Attempts;
use super::segment::{Segment, Token};
use crate::php::{Array, KeyRef, Thrown, Value, Values};

/// How many steps and tests have a place of their own in [`ExtractState`]; further ones share them.
const PLACES: usize = 16;

/// What one evaluation remembers.
#[derive(Default)]
pub(super) struct ExtractState {
    /// Where the key of each step and test was found last.
    near: [usize; PLACES],
    pub(super) attempts: Attempts,
}

impl ExtractState {
    pub(super) fn near(&mut self, place: usize) -> &mut usize {
        &mut self.near[place % PLACES]
    }
}

/// What a path selects: an array of PHP whose values are borrowed from the data.
#[derive(Clone, Debug)]
pub enum Extracted<'v, 'a> {
    /// An array of the data with the keys it has there: what a plain path leads to.
    Array(&'v Array<'a>),
    /// A single value under the key 0: any other value that a plain path leads to.
    One(&'v Value<'a>),
    /// The values under the keys 0, 1, 2, …
    List(Vec<&'v Value<'a>>),
}

impl<'v, 'a> Extracted<'v, 'a> {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Array(array) => array.len(),
            Self::One(_) => 1,
            Self::List(values) => values.len(),
        }
    }

    /// Whether the path selects nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values in order.
    pub fn iter(&self) -> ExtractedIter<'_, 'v, 'a> {
        match self {
            Self::Array(array) => ExtractedIter::Array(array.values()),
            Self::One(value) => ExtractedIter::List(slice::from_ref(value).iter()),
            Self::List(values) => ExtractedIter::List(values.iter()),
        }
    }

    /// The value under the key 0, which an array with other keys has not.
    pub fn first(&self) -> Option<&'v Value<'a>> {
        match self {
            Self::Array(array) => array.get(KeyRef::Int(0)),
            Self::One(value) => Some(value),
            Self::List(values) => values.first().copied(),
        }
    }

    /// The selection as a value of its own; shares its entries with the data.
    pub fn to_value(&self) -> Value<'a> {
        match self {
            Self::Array(array) => Value::Array((*array).clone()),
            Self::One(value) => Value::from(vec![(*value).clone()]),
            Self::List(values) => Value::from(values.iter().map(|value| (*value).clone()).collect::<Vec<_>>()),
        }
    }
}

impl<'e, 'v, 'a> IntoIterator for &'e Extracted<'v, 'a> {
    type Item = &'v Value<'a>;
    type IntoIter = ExtractedIter<'e, 'v, 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The values of an [`Extracted`].
#[derive(Clone, Debug)]
pub enum ExtractedIter<'e, 'v, 'a> {
    /// Of an array.
    Array(Values<'v, 'a>),
    /// Of a list.
    List(slice::Iter<'e, &'v Value<'a>>),
}

impl<'v, 'a> Iterator for ExtractedIter<'_, 'v, 'a> {
    type Item = &'v Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Array(values) => values.next(),
            Self::List(values) => values.next().copied(),
        }
    }
}

impl Path {
    /// What the path selects, as MISP's `extract` does it. Nothing is allocated when nothing matches.
    ///
    /// # Errors
    /// What PHP throws: if `data` is not an array, or a regular expression meets an array.
    pub fn extract<'v, 'a>(&self, data: &'v Value<'a>) -> Result<Extracted<'v, 'a>, Thrown> {
        let array = array(data, "Hash::extract")?;
        Ok(match self.kind {
            SegmentKind::Whole => Extracted::Array(array),
            SegmentKind::Plain => match self.follow(data) {
                None => Extracted::List(Vec::new()),
                Some(Value::Array(array)) => Extracted::Array(array),
                Some(scalar) => Extracted::One(scalar),
            },
            SegmentKind::Pattern => {
                let mut values = Vec::new();
                select(&self.segments, data, &mut ExtractState::default(), &mut |value| values.push(value))?;
                Extracted::List(values)
            }
        })
    }

    /// The one value that lies where the path leads when it is read as plain keys; a null counts as
    /// missing. Wildcards and tests are taken for keys, as MISP's `get` does.
    ///
    /// # Errors
    /// What PHP throws: if `data` is not an array.
    pub fn get<'v, 'a>(&self, data: &'v Value<'a>) -> Result<Option<&'v Value<'a>>, Thrown> {
        array(data, "Hash::get")?;
        Ok(self.follow(data))
    }

    fn follow<'v, 'a>(&self, data: &'v Value<'a>) -> Option<&'v Value<'a>> {
        let mut value = data;
        for key in &self.literal {
            value = value.as_array()?.get(key.as_ref())?;
            if value.is_null() {
                return None;
            }
        }
        Some(value)
    }
}

/// Hands every value that the steps lead to from `item` to `visit`, in order.
fn select<'v, 'a>(
    segments: &[Segment],
    item: &'v Value<'a>,
    state: &mut ExtractState,
    visit: &mut impl FnMut(&'v Value<'a>),
) -> Result<(), Thrown> {
    let Some((segment, rest)) = segments.split_first() else {
        visit(item);
        return Ok(());
    };
    follow_step(segment, item, state, &mut |value, state| {
        if !segment.keeps(value, state)? {
            return Ok(());
        }
        // Most of the work is on the last step, which needs no further call.
        if rest.is_empty() {
            visit(value);
            return Ok(());
        }
        select(rest, value, state, visit)
    })
}

/// Hands every value under a key of `segment` to `found`; its tests are not looked at.
pub(super) fn follow_step<'v, 'a>(
    segment: &Segment,
    item: &'v Value<'a>,
    state: &mut ExtractState,
    found: &mut impl FnMut(&'v Value<'a>, &mut ExtractState) -> Result<(), Thrown>,
) -> Result<(), Thrown> {
    match (item, &segment.token) {
        (Value::Null, _) => Ok(()),
        (Value::Array(array), Token::Key(key)) => match array.get_near(key.as_ref(), state.near(segment.near)) {
            Some(value) => found(value, state),
            None => Ok(()),
        },
        (Value::Array(array), Token::Number { integer: Some(integer), .. }) if !array.has_named_keys() => {
            match array.get(KeyRef::Int(*integer)) {
                Some(value) => found(value, state),
                None => Ok(()),
            }
        }
        (Value::Array(array), token) => {
            for (key, value) in array {
                if token.matches(key) {
                    found(value, state)?;
                }
            }
            Ok(())
        }
        // PHP makes a list of one of it.
        (scalar, token) if token.matches(KeyRef::Int(0)) => found(scalar, state),
        _ => Ok(()),
    }
}

/// The array that a function of PHP asks for.
pub(super) fn array<'v, 'a>(data: &'v Value<'a>, function: &str) -> Result<&'v Array<'a>, Thrown> {
    data.as_array().ok_or_else(|| Thrown::argument(function, 1, "data", "array", data.type_name()))
}
