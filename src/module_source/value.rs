//! Values as a source writes them.

use indexmap::IndexMap;

use crate::base::source::Span;

/// A value of a source, as far as it is written out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// A list and a map at once, as in PHP: a list has the keys `0`, `1`, … in this order.
    Entries(Entries),
    /// Something that is computed, and where.
    Open(Span),
}

/// Entries by their keys.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entries {
    pub map: IndexMap<String, Value>,
    /// The number that PHP gives to the next entry without a key.
    pub next: i64,
    /// A map even if it looks like a list: Python tells them apart.
    pub is_map: bool,
    /// Something that is computed adds entries, here.
    pub open: Option<Span>,
}

impl Entries {
    /// A map without entries.
    pub(super) fn map() -> Self {
        Self { is_map: true, ..Self::default() }
    }

    pub(super) fn push(&mut self, value: Value) {
        self.map.insert(self.next.to_string(), value);
        self.next = self.next.saturating_add(1);
    }

    pub(super) fn insert(&mut self, key: String, value: Value) {
        if let Ok(number) = key.parse::<i64>()
            && number.to_string() == key
            && number >= self.next
        {
            self.next = number.saturating_add(1);
        }
        self.map.insert(key, value);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.map.get(key)
    }

    /// The entry with this key; a new one is null.
    pub(super) fn entry(&mut self, key: &str) -> &mut Value {
        if !self.map.contains_key(key) {
            self.insert(key.to_owned(), Value::Null);
        }
        &mut self.map[key]
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.map.shift_remove(key);
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn is_list(&self) -> bool {
        !self.is_map && self.map.keys().enumerate().all(|(index, key)| *key == index.to_string())
    }

    /// Adds all entries of another one, as PHP's `array_merge` does: those without names get new numbers.
    pub(super) fn merge(&mut self, other: Self) {
        for (key, value) in other.map {
            if key.parse::<i64>().is_ok() { self.push(value) } else { self.insert(key, value) }
        }
        self.open = self.open.or(other.open);
    }
}

/// The weight of a value without anything in it.
const OF_A_VALUE: usize = 16;

impl Value {
    pub(super) fn list(values: impl IntoIterator<Item = Self>) -> Self {
        let mut entries = Entries::default();
        values.into_iter().for_each(|value| entries.push(value));
        Self::Entries(entries)
    }

    /// How much memory it takes, in bytes, roughly.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => OF_A_VALUE + text.len(),
            Self::Entries(entries) => {
                let of_entries = entries.iter().map(|(key, value)| key.len() + value.weight());
                OF_A_VALUE + of_entries.sum::<usize>()
            }
            _ => OF_A_VALUE,
        }
    }

    /// A key as PHP makes it of a value.
    pub(super) fn as_key(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Bool(value) => Some(u8::from(*value).to_string()),
            Self::Null => Some(String::new()),
            Self::Float(_) | Self::Entries(_) | Self::Open(_) => None,
        }
    }

    /// A value as a part of a string.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Integer(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// What a minus or a plus in front makes of a number; `None` of anything else.
    pub(super) fn signed(self, sign: char) -> Option<Self> {
        match (sign, self) {
            ('-', Self::Integer(number)) => number.checked_neg().map(Self::Integer),
            ('-', Self::Float(number)) => Some(Self::Float(-number)),
            ('+', number @ (Self::Integer(_) | Self::Float(_))) => Some(number),
            _ => None,
        }
    }
}

/// A whole number as PHP and Python write it. In PHP one that begins with a zero is octal; Python has no such numbers.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0b") => (&text[2..], 2),
        Some("0o") => (&text[2..], 8),
        _ if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        _ => (text.as_str(), 10),
    };
    i64::from_str_radix(digits, radix).ok()
}
