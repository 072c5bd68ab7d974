//! PHP's array: ordered, list and map at once.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

use crate::base::compact_json::SHARED;

use super::iter::IterPlace;
use super::map::Map;
use super::{Iter, Key, KeyRef, Text, Value, Values};

/// An array of PHP. Copies share their entries until one of them is changed; a change copies the one
/// level it happens on.
///
/// A list costs a value an entry, a filtered list (keys with gaps) an integer more; only what is neither
/// has keys of its own.
#[derive(Clone, Debug)]
pub struct Array<'a>(Arc<Entries<'a>>);

#[derive(Clone, Debug)]
pub(super) enum Entries<'a> {
    /// The keys 0, 1, 2, …
    List(Vec<Value<'a>>),
    /// Integer keys, each larger than the one before.
    Gapped(Vec<(i64, Value<'a>)>),
    /// Any keys in any order.
    Map(Map<'a>),
}

impl<'a> Array<'a> {
    /// The empty array.
    pub fn new() -> Self {
        Self::from(Vec::new())
    }

    /// The array with these entries. A key that comes again replaces the value and keeps its place.
    pub fn from_entries(entries: impl IntoIterator<Item = (Key<'a>, Value<'a>)>) -> Self {
        let mut array = Entries::List(Vec::new());
        for (key, value) in entries {
            array.insert(key, value);
        }
        Self(Arc::new(array))
    }

    /// Whether both are one array in memory, which tells without a look at the entries that they are equal.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Entries::List(values) => values.len(),
            Entries::Gapped(entries) => entries.len(),
            Entries::Map(map) => map.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the keys are 0, 1, 2, … in this order: then it is a JSON array, else an object.
    pub fn is_list(&self) -> bool {
        match &*self.0 {
            Entries::List(_) => true,
            _ => self.iter().enumerate().all(|(index, (key, _))| key == KeyRef::Int(index as i64)),
        }
    }

    /// The entries of a small array that has keys of its own; of others none.
    pub(super) fn named_entries(&self) -> &[(Key<'a>, Value<'a>)] {
        match &*self.0 {
            Entries::Map(Map::Small(entries)) => entries,
            _ => &[],
        }
    }

    /// Whether some keys may be strings.
    pub fn has_named_keys(&self) -> bool {
        matches!(&*self.0, Entries::Map(_))
    }

    /// The value under a key.
    pub fn get(&self, key: KeyRef<'_>) -> Option<&Value<'a>> {
        match (&*self.0, key) {
            (Entries::List(values), KeyRef::Int(number)) => values.get(usize::try_from(number).ok()?),
            (Entries::Gapped(entries), KeyRef::Int(number)) => Some(&entries[gapped(entries, number)?].1),
            (Entries::List(_) | Entries::Gapped(_), KeyRef::String(_)) => None,
            (Entries::Map(map), key) => map.get(key),
        }
    }

    /// As [`get`](Self::get). `near` is where the key was found in another array with usually the same
    /// keys; it is tried first and then updated.
    pub fn get_near(&self, key: KeyRef<'_>, near: &mut usize) -> Option<&Value<'a>> {
        match &*self.0 {
            Entries::Map(map) => map.get_near(key, near),
            _ => self.get(key),
        }
    }

    /// The value under a key, to change.
    pub fn get_mut(&mut self, key: KeyRef<'_>) -> Option<&mut Value<'a>> {
        match (Arc::make_mut(&mut self.0), key) {
            (Entries::List(values), KeyRef::Int(number)) => values.get_mut(usize::try_from(number).ok()?),
            (Entries::Gapped(entries), KeyRef::Int(number)) => {
                let at = gapped(entries, number)?;
                Some(&mut entries[at].1)
            }
            (Entries::List(_) | Entries::Gapped(_), KeyRef::String(_)) => None,
            (Entries::Map(map), key) => map.get_mut(key),
        }
    }

    /// Sets the value under a key: in its place if the key is there, else at the end.
    pub fn insert(&mut self, key: Key<'a>, value: Value<'a>) {
        Arc::make_mut(&mut self.0).insert(key, value);
    }

    /// Sets the value under a named key; the name may also be an integer.
    pub fn set(&mut self, name: impl Into<Text<'a>>, value: impl Into<Value<'a>>) {
        self.insert(Key::new(name.into()), value.into());
    }

    /// Adds a value at the end, under the integer after the largest one that there is.
    pub fn push(&mut self, value: Value<'a>) {
        match Arc::make_mut(&mut self.0) {
            Entries::List(values) => values.push(value),
            entries => {
                let next = entries.largest().map_or(0, |largest| largest.saturating_add(1));
                entries.insert(Key::Int(next), value);
            }
        }
    }

    /// Takes an entry out; the others keep their keys.
    pub fn remove(&mut self, key: KeyRef<'_>) -> Option<Value<'a>> {
        self.get(key)?;
        let entries = Arc::make_mut(&mut self.0);
        if let (Entries::List(values), KeyRef::Int(number)) = (&mut *entries, key)
            && number as usize + 1 == values.len()
        {
            return values.pop();
        }
        entries.leave_gaps();
        match (entries, key) {
            (Entries::Gapped(entries), KeyRef::Int(number)) => {
                let at = gapped(entries, number)?;
                Some(entries.remove(at).1)
            }
            (Entries::Map(map), key) => map.remove(key),
            _ => None,
        }
    }

    /// The entries in order.
    pub fn iter(&self) -> Iter<'_, 'a> {
        match &*self.0 {
            Entries::List(values) => Iter::new(IterPlace::List(values.iter().enumerate())),
            Entries::Gapped(entries) => Iter::new(IterPlace::Gapped(entries.iter())),
            Entries::Map(map) => Iter::new(IterPlace::Map(map, 0)),
        }
    }

    /// The values in order.
    pub fn values(&self) -> Values<'_, 'a> {
        Values::new(self.iter())
    }

    /// The entries that `keep` wants, under the keys they had. Shares everything when it wants all.
    ///
    /// # Errors
    /// What `keep` returns.
    pub fn filter<E>(&self, mut keep: impl FnMut(KeyRef<'_>, &Value<'a>) -> Result<bool, E>) -> Result<Self, E> {
        let mut kept = Vec::new();
        for (index, (key, value)) in self.iter().enumerate() {
            if keep(key, value)? {
                kept.push(index);
            }
        }
        if kept.len() == self.len() {
            return Ok(self.clone());
        }
        let entries = match &*self.0 {
            Entries::List(values) => {
                Entries::Gapped(kept.into_iter().map(|index| (index as i64, values[index].clone())).collect())
            }
            Entries::Gapped(entries) => Entries::Gapped(kept.into_iter().map(|index| entries[index].clone()).collect()),
            Entries::Map(map) => {
                let entries = kept.into_iter().filter_map(|index| map.at(index));
                Entries::Map(Map::from_entries(entries.map(|(key, value)| (key.clone(), value.clone())).collect()))
            }
        };
        Ok(Self(Arc::new(entries.without_gaps())))
    }

    /// Lets `edit` change the values one after the other and say which entries stay.
    ///
    /// # Errors
    /// What `edit` returns; the array is then changed in part.
    pub fn edit<E>(&mut self, mut edit: impl FnMut(KeyRef<'_>, &mut Value<'a>) -> Result<bool, E>) -> Result<(), E> {
        let entries = Arc::make_mut(&mut self.0);
        let mut removed = Vec::new();
        let mut visit = |index: usize, key: KeyRef<'_>, value: &mut Value<'a>| {
            edit(key, value).map(|stays| {
                if !stays {
                    removed.push(index);
                }
            })
        };
        match entries {
            Entries::List(values) => {
                for (index, value) in values.iter_mut().enumerate() {
                    visit(index, KeyRef::Int(index as i64), value)?;
                }
            }
            Entries::Gapped(entries) => {
                for (index, (key, value)) in entries.iter_mut().enumerate() {
                    visit(index, KeyRef::Int(*key), value)?;
                }
            }
            Entries::Map(map) => {
                for (index, (key, value)) in map.entries_mut().enumerate() {
                    visit(index, key, value)?;
                }
            }
        }
        if !removed.is_empty() {
            let mut index = 0;
            let mut removed = removed.into_iter().peekable();
            *self = self.filter(|_, _| {
                index += 1;
                Ok(removed.next_if_eq(&(index - 1)).is_none())
            })?;
        }
        Ok(())
    }

    /// The values under the keys 0, 1, 2, …
    #[must_use]
    pub fn reindexed(&self) -> Self {
        if matches!(&*self.0, Entries::List(_)) {
            self.clone()
        } else {
            self.values().cloned().collect::<Vec<_>>().into()
        }
    }

    /// PHP's `array_merge`: named keys of `other` replace those here, integer keys are numbered anew.
    #[must_use]
    pub fn merge(&self, other: &Self) -> Self {
        let mut merged = Self::new();
        for array in [self, other] {
            match &*array.0 {
                Entries::Map(map) => {
                    for (key, value) in (0..map.len()).filter_map(|index| map.at(index)) {
                        match key {
                            Key::Int(_) => merged.push(value.clone()),
                            Key::String(_) => merged.insert(key.clone(), value.clone()),
                        }
                    }
                }
                _ => array.values().for_each(|value| merged.push(value.clone())),
            }
        }
        merged
    }

    /// The same array, independent of the text it was parsed from.
    pub fn into_owned(self) -> Array<'static> {
        let entries = match Arc::unwrap_or_clone(self.0) {
            Entries::List(values) => Entries::List(values.into_iter().map(Value::into_owned).collect()),
            Entries::Gapped(entries) => {
                Entries::Gapped(entries.into_iter().map(|(key, value)| (key, value.into_owned())).collect())
            }
            Entries::Map(map) => Entries::Map(Map::from_entries(
                map.into_entries().into_iter().map(|(key, value)| (key.into_owned(), value.into_owned())).collect(),
            )),
        };
        Array(Arc::new(entries))
    }
}

impl<'a> Entries<'a> {
    fn insert(&mut self, key: Key<'a>, value: Value<'a>) {
        match (&mut *self, &key) {
            (Self::List(values), Key::Int(number)) => {
                let at = usize::try_from(*number).unwrap_or(usize::MAX);
                if at < values.len() {
                    values[at] = value;
                    return;
                }
                if at == values.len() {
                    values.push(value);
                    return;
                }
                self.leave_gaps();
            }
            (Self::List(values), Key::String(_)) if values.is_empty() => {
                *self = Self::Map(Map::from_entries(vec![(key, value)]));
                return;
            }
            (Self::List(_), Key::String(_)) => self.leave_gaps(),
            _ => {}
        }
        match self {
            Self::Gapped(entries) => {
                if let Key::Int(number) = key {
                    if let Some(at) = gapped(entries, number) {
                        entries[at].1 = value;
                        return;
                    }
                    if entries.last().is_none_or(|(last, _)| *last < number) {
                        entries.push((number, value));
                        return;
                    }
                }
                let entries = std::mem::take(entries).into_iter().map(|(key, value)| (Key::Int(key), value));
                let mut map = Map::from_entries(entries.collect());
                map.insert(key, value);
                *self = Self::Map(map);
            }
            Self::Map(map) => map.insert(key, value),
            Self::List(_) => {}
        }
    }

    /// Gives a list keys of its own, so that one can be taken out or another kind of key added.
    fn leave_gaps(&mut self) {
        if let Self::List(values) = self {
            *self = Self::Gapped((0..).zip(std::mem::take(values)).collect());
        }
    }

    /// Makes keys that are 0, 1, 2, … a list again.
    fn without_gaps(self) -> Self {
        match self {
            Self::Gapped(entries) if is_gapless(&entries) => {
                Self::List(entries.into_iter().map(|(_, value)| value).collect())
            }
            Self::Map(map) if map.len() == 0 => Self::List(Vec::new()),
            other => other,
        }
    }

    fn largest(&self) -> Option<i64> {
        match self {
            Self::List(values) => (values.len() as i64).checked_sub(1).filter(|last| *last >= 0),
            Self::Gapped(entries) => entries.last().map(|(key, _)| *key),
            Self::Map(map) => (0..map.len())
                .filter_map(|index| match map.at(index)?.0 {
                    Key::Int(number) => Some(*number),
                    Key::String(_) => None,
                })
                .max(),
        }
    }
}

fn gapped(entries: &[(i64, Value<'_>)], key: i64) -> Option<usize> {
    entries.binary_search_by_key(&key, |(key, _)| *key).ok()
}

/// Whether keys that ascend are 0, 1, 2, …
fn is_gapless(entries: &[(i64, Value<'_>)]) -> bool {
    match (entries.first(), entries.last()) {
        (Some((first, _)), Some((last, _))) => *first == 0 && *last == entries.len() as i64 - 1,
        _ => true,
    }
}

impl Default for Array<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> From<Vec<Value<'a>>> for Array<'a> {
    fn from(values: Vec<Value<'a>>) -> Self {
        Self(Arc::new(Entries::List(values)))
    }
}

impl<'a> From<Entries<'a>> for Array<'a> {
    fn from(entries: Entries<'a>) -> Self {
        Self(Arc::new(entries))
    }
}

/// PHP's `===`: the same keys in the same order with the same values.
impl PartialEq for Array<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

/// A list if the keys are 0, 1, 2, …, else an object, as PHP's `json_encode` has it.
impl Serialize for Array<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if Arc::strong_count(&self.0) > 1 {
            // MISP has each attribute in two lists.
            return serializer.serialize_newtype_struct(SHARED, &*self.0);
        }
        self.0.serialize(serializer)
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::List(values) => serializer.collect_seq(values),
            Self::Gapped(entries) if is_gapless(entries) => {
                serializer.collect_seq(entries.iter().map(|(_, value)| value))
            }
            Self::Gapped(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
            Self::Map(map) => map.serialize(serializer),
        }
    }
}

impl<'v, 'a> IntoIterator for &'v Array<'a> {
    type Item = (KeyRef<'v>, &'v Value<'a>);
    type IntoIter = Iter<'v, 'a>;

    fn into_iter(self) -> Iter<'v, 'a> {
        self.iter()
    }
}
