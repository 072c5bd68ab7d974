//! Arrays with named keys.

use indexmap::IndexMap;
use serde::ser::{Serialize, Serializer};

use super::{Key, KeyRef, Value};

/// Up to this many entries a search from the front is faster than a hash table, and takes less room.
pub(super) const SMALL: usize = 32;

/// Entries in the order in which their keys came first. Large ones have a hash table whose hash cannot
/// be guessed, so that hostile keys do not make it slow.
#[derive(Clone, Debug)]
pub(super) enum Map<'a> {
    Small(Vec<(Key<'a>, Value<'a>)>),
    Large(Box<IndexMap<Key<'a>, Value<'a>>>),
}

impl<'a> Map<'a> {
    pub(super) fn from_entries(entries: Vec<(Key<'a>, Value<'a>)>) -> Self {
        if entries.len() <= SMALL { Self::Small(entries) } else { Self::Large(Box::new(entries.into_iter().collect())) }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Small(entries) => entries.len(),
            Self::Large(entries) => entries.len(),
        }
    }

    pub(super) fn at(&self, index: usize) -> Option<(&Key<'a>, &Value<'a>)> {
        match self {
            Self::Small(entries) => entries.get(index).map(|(key, value)| (key, value)),
            Self::Large(entries) => entries.get_index(index),
        }
    }

    pub(super) fn get(&self, key: KeyRef<'_>) -> Option<&Value<'a>> {
        match self {
            Self::Small(entries) => {
                entries.iter().find(|(candidate, _)| candidate.as_ref() == key).map(|(_, value)| value)
            }
            Self::Large(entries) => entries.get(&key),
        }
    }

    /// As [`get`](Self::get), trying first where the last one was found: the objects of a list usually
    /// have the same keys in the same order.
    pub(super) fn get_near(&self, key: KeyRef<'_>, near: &mut usize) -> Option<&Value<'a>> {
        let Self::Small(entries) = self else { return self.get(key) };
        if let Some((candidate, value)) = entries.get(*near)
            && candidate.as_ref() == key
        {
            return Some(value);
        }
        let found = entries.iter().position(|(candidate, _)| candidate.as_ref() == key)?;
        *near = found;
        Some(&entries[found].1)
    }

    pub(super) fn get_mut(&mut self, key: KeyRef<'_>) -> Option<&mut Value<'a>> {
        match self {
            Self::Small(entries) => {
                entries.iter_mut().find(|(candidate, _)| candidate.as_ref() == key).map(|(_, value)| value)
            }
            Self::Large(entries) => entries.get_mut(&key),
        }
    }

    /// Sets an entry: in its place if the key is there, else at the end.
    pub(super) fn insert(&mut self, key: Key<'a>, value: Value<'a>) {
        match self {
            Self::Small(entries) => {
                if let Some((_, place)) = entries.iter_mut().find(|(candidate, _)| *candidate == key) {
                    *place = value;
                } else if entries.len() < SMALL {
                    entries.push((key, value));
                } else {
                    let mut large: IndexMap<_, _> = std::mem::take(entries).into_iter().collect();
                    large.insert(key, value);
                    *self = Self::Large(Box::new(large));
                }
            }
            Self::Large(entries) => {
                entries.insert(key, value);
            }
        }
    }

    pub(super) fn remove(&mut self, key: KeyRef<'_>) -> Option<Value<'a>> {
        match self {
            Self::Small(entries) => {
                let found = entries.iter().position(|(candidate, _)| candidate.as_ref() == key)?;
                Some(entries.remove(found).1)
            }
            Self::Large(entries) => entries.shift_remove(&key),
        }
    }

    pub(super) fn entries_mut(&mut self) -> Box<dyn Iterator<Item = (KeyRef<'_>, &mut Value<'a>)> + '_> {
        match self {
            Self::Small(entries) => Box::new(entries.iter_mut().map(|(key, value)| (key.as_ref(), value))),
            Self::Large(entries) => Box::new(entries.iter_mut().map(|(key, value)| (key.as_ref(), value))),
        }
    }

    pub(super) fn into_entries(self) -> Vec<(Key<'a>, Value<'a>)> {
        match self {
            Self::Small(entries) => entries,
            Self::Large(entries) => entries.into_iter().collect(),
        }
    }
}

impl Serialize for Map<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = (0..self.len()).filter_map(|at| self.at(at));
        if entries.by_ref().zip(0..).all(|((key, _), place)| *key == Key::Int(place)) {
            return serializer.collect_seq((0..self.len()).filter_map(|at| Some(self.at(at)?.1)));
        }
        match self {
            Self::Small(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
            Self::Large(entries) => serializer.collect_map(&**entries),
        }
    }
}

impl Serialize for Key<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Key::Int(number) => serializer.serialize_i64(*number),
            Key::String(text) => serializer.serialize_str(text),
        }
    }
}
