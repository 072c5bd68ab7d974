//! Array keys: integers and strings.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;

use super::{Text, is_numeric};

/// A key of an array. A string that is written exactly like an integer never occurs as one: PHP
/// turns it into the integer, which is what the conversions here do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key<'a> {
    /// An integer.
    Int(i64),
    /// Any other string, the empty one included.
    String(Text<'a>),
}

/// A key that is only looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyRef<'k> {
    /// An integer.
    Int(i64),
    /// Any other string.
    String(&'k str),
}

impl<'a> Key<'a> {
    /// The key that PHP makes of a string.
    pub fn new(text: Text<'a>) -> Self {
        integer(&text).map_or(Self::String(text), Self::Int)
    }

    /// The key to look at.
    pub fn as_ref(&self) -> KeyRef<'_> {
        match self {
            Self::Int(number) => KeyRef::Int(*number),
            Self::String(text) => KeyRef::String(text),
        }
    }

    /// The same key, independent of the text it was parsed from.
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Self::Int(number) => Key::Int(number),
            Self::String(text) => Key::String(text.into_owned()),
        }
    }
}

impl<'k> KeyRef<'k> {
    /// The key that PHP makes of a string.
    pub fn new(text: &'k str) -> Self {
        integer(text).map_or(Self::String(text), Self::Int)
    }

    /// Whether PHP's `is_numeric` holds: for integers and for numeric strings such as `1.5`.
    pub fn is_numeric(self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::String(text) => is_numeric(text),
        }
    }
}

impl<'k> From<KeyRef<'k>> for Key<'k> {
    fn from(key: KeyRef<'k>) -> Self {
        match key {
            KeyRef::Int(number) => Self::Int(number),
            KeyRef::String(text) => Self::String(Text::Borrowed(text)),
        }
    }
}

impl std::fmt::Display for KeyRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => f.write_str(text),
        }
    }
}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl Equivalent<Key<'_>> for KeyRef<'_> {
    fn equivalent(&self, key: &Key<'_>) -> bool {
        *self == key.as_ref()
    }
}

/// The integer that a key is written as: decimal, in the range of 64 bits, without leading zeros, plus sign or `-0`.
#[inline]
fn integer(text: &str) -> Option<i64> {
    // Nearly all keys are names.
    matches!(text.as_bytes().first(), Some(b'-' | b'0'..=b'9')).then(|| written_integer(text))?
}

fn written_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let canonical = match digits {
        [b'0'] => digits.len() == text.len(),
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::KeyRef;

    #[test]
    fn strings_written_as_integers_become_integers() {
        for (text, number) in
            [("0", 0), ("-5", -5), ("9223372036854775807", i64::MAX), ("-9223372036854775808", i64::MIN)]
        {
            assert_eq!(KeyRef::new(text), KeyRef::Int(number));
        }
        for text in ["", "-", "-0", "01", "+1", " 1", "1 ", "1.0", "9223372036854775808", "1e1", "name"] {
            assert_eq!(KeyRef::new(text), KeyRef::String(text));
        }
    }
}
