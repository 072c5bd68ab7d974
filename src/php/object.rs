//! An object of JSON on its way to an array of PHP.

use super::array::Entries;
use super::map::{Map, SMALL};
use super::{Array, Key, Text, Value};

/// Objects of MISP have about so many entries.
pub(super) const USUAL: usize = 8;

/// The entries of an object in the order in which they are read. Keys that come twice are rare, so that there are none is
/// found out with a look at one bit for most keys.
pub(super) struct Object<'a> {
    entries: Vec<(Key<'a>, Value<'a>)>,
    /// For each key a bit that its first, middle and last byte and its length decide.
    marks: u64,
    /// How many of the first entries are not in `marks` yet.
    unmarked: usize,
    /// Whether the entries can be taken as they are.
    is_plain: bool,
}

impl<'a> Object<'a> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::new(), marks: 0, unmarked: 0, is_plain: true }
    }

    /// With room for so many entries, and for the one that MISP adds. Room for more than a small array is not taken
    /// beforehand, for hardly any object of a long list may have them.
    pub(super) fn with_room(entries: usize) -> Self {
        Self { entries: Vec::with_capacity(entries.min(SMALL) + 1), ..Self::new() }
    }

    /// How many entries were added.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.entries.capacity()
    }

    /// Adds an entry under a name, which is not an integer and has not come before. The entries before must have come
    /// in this way too.
    pub(super) fn add_new(&mut self, name: &'a str, value: Value<'a>) {
        self.entries.push((Key::String(Text::Borrowed(name)), value));
        self.unmarked = self.entries.len();
    }

    /// As [`add_new`](Self::add_new), for the usual kind of value.
    #[inline]
    pub(super) fn add_new_text(&mut self, name: &'a str, text: &'a str) {
        self.entries.push((Key::String(Text::Borrowed(name)), Value::String(Text::Borrowed(text))));
        self.unmarked = self.entries.len();
    }

    pub(super) fn add(&mut self, key: Key<'a>, value: Value<'a>) {
        for at in 0..std::mem::take(&mut self.unmarked) {
            self.marks |= mark(&self.entries[at].0);
        }
        if self.is_plain {
            self.is_plain = self.is_new(&key);
        }
        if self.entries.capacity() == 0 {
            self.entries.reserve_exact(USUAL);
        }
        self.entries.push((key, value));
    }

    /// Whether this is a key with a name which has not come before. For what would take long to find out, no.
    fn is_new(&mut self, key: &Key<'a>) -> bool {
        if matches!(key, Key::Int(_)) {
            return false;
        }
        let mark = mark(key);
        let is_marked = self.marks & mark != 0;
        self.marks |= mark;
        !is_marked || (self.entries.len() < SMALL && self.entries.iter().all(|(known, _)| known != key))
    }

    pub(super) fn into_array(self) -> Array<'a> {
        if self.is_plain && !self.entries.is_empty() {
            Entries::Map(Map::from_entries(self.entries)).into()
        } else {
            Array::from_entries(self.entries)
        }
    }
}

/// The bit of a key in `marks`.
fn mark(key: &Key<'_>) -> u64 {
    let Key::String(text) = key else { return 0 };
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).map_or(0, |&byte| u32::from(byte));
    let look = byte(0) ^ (byte(bytes.len() / 2) << 2) ^ (byte(bytes.len().wrapping_sub(1)) << 1) ^ bytes.len() as u32;
    1 << (look % u64::BITS)
}

#[cfg(test)]
mod tests {
    use super::Object;
    use crate::php::{Array, Key, Value};

    #[test]
    fn the_same_as_one_entry_after_the_other() {
        let many: Vec<String> = (0..100).map(|number| format!("key {}", number % 90)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let keys: [&[&str]; 9] = [
            &[],
            &["a"],
            &["0", "1", "2"],
            &["1", "0"],
            &["a", "0", "a"],
            &["abc", "aXc", "abc"],
            &["type", "uuid", "tags", "type", "taxs"],
            &["", "a", ""],
            &many,
        ];
        for keys in keys {
            let entries = || keys.iter().enumerate().map(|(at, key)| (Key::new((*key).into()), Value::Int(at as i64)));
            let mut object = Object::new();
            entries().for_each(|(key, value)| object.add(key, value));
            let (object, slow) = (object.into_array(), Array::from_entries(entries()));
            assert_eq!(object, slow, "{keys:?}");
            assert_eq!(Value::Array(object).to_json().unwrap(), Value::Array(slow).to_json().unwrap());
        }
    }
}
