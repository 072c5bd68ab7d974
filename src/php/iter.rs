//! Walking over arrays.

use std::iter::Enumerate;
use std::slice;

use super::map::Map;
use super::{KeyRef, Value};

/// The entries of an [`Array`](super::Array) in order.
#[derive(Clone, Debug)]
pub struct Iter<'v, 'a>(IterPlace<'v, 'a>);

#[derive(Clone, Debug)]
pub(super) enum IterPlace<'v, 'a> {
    List(Enumerate<slice::Iter<'v, Value<'a>>>),
    Gapped(slice::Iter<'v, (i64, Value<'a>)>),
    Map(&'v Map<'a>, usize),
}

impl<'v, 'a> Iter<'v, 'a> {
    pub(super) fn new(place: IterPlace<'v, 'a>) -> Self {
        Self(place)
    }
}

impl<'v, 'a> Iterator for Iter<'v, 'a> {
    type Item = (KeyRef<'v>, &'v Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            IterPlace::List(values) => values.next().map(|(index, value)| (KeyRef::Int(index as i64), value)),
            IterPlace::Gapped(entries) => entries.next().map(|(key, value)| (KeyRef::Int(*key), value)),
            IterPlace::Map(map, index) => {
                let (key, value) = map.at(*index)?;
                *index += 1;
                Some((key.as_ref(), value))
            }
        }
    }
}

/// The values of an [`Array`](super::Array) in order.
#[derive(Clone, Debug)]
pub struct Values<'v, 'a>(Iter<'v, 'a>);

impl<'v, 'a> Values<'v, 'a> {
    pub(super) fn new(entries: Iter<'v, 'a>) -> Self {
        Self(entries)
    }
}

impl<'v, 'a> Iterator for Values<'v, 'a> {
    type Item = &'v Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, value)| value)
    }
}
