//! From JSON and back, as `json_decode` and `json_encode` do it.

use std::{fmt, io};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use crate::base::compact_json::{self, Style};

use super::object::Object;
use super::read;
use super::{Key, Parts, Text, Value};

/// How deep arrays may lie in each other; PHP takes no more either.
pub const MAX_DEPTH: usize = 512;

/// Why a text is not JSON that PHP would take.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct JsonError(#[from] serde_json::Error);

impl JsonError {
    /// Whether a number is too large for a float: PHP reads it as infinite.
    pub fn is_infinite_number(&self) -> bool {
        self.0.to_string().starts_with("number out of range")
    }

    /// Line and column of the place, both from 1 (the column counts bytes).
    pub fn position(&self) -> (usize, usize) {
        (self.0.line(), self.0.column())
    }
}

impl<'a> Value<'a> {
    /// Reads a JSON text. Strings without escapes are borrowed from it; of a key that comes twice the last
    /// value counts.
    ///
    /// # Errors
    /// If it is not JSON, if it nests deeper than [`MAX_DEPTH`], or if a number is too large for a float.
    pub fn from_json(text: &'a str) -> Result<Self, JsonError> {
        Self::read(text, None)
    }

    /// As [`from_json`](Self::from_json), without what nobody wants. The errors are the same.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn parts_of_json(text: &'a str, parts: &Parts) -> Result<Self, JsonError> {
        Self::read(text, Some(parts).filter(|parts| !parts.is_whole()))
    }

    fn read(text: &'a str, parts: Option<&Parts>) -> Result<Self, JsonError> {
        read::read(text, parts).map_or_else(|| Self::read_slowly(text), Ok)
    }

    /// As the fast reader where everything is wanted, and says what is wrong and where.
    pub(super) fn read_slowly(text: &'a str) -> Result<Self, JsonError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // The seed below counts the depth itself.
        deserializer.disable_recursion_limit();
        let value = Seed { depth: 0 }.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    /// The value as compact JSON, byte for byte as PHP's `json_encode` writes it for MISP: letters as themselves, `/`
    /// unescaped, the line separators of Unicode escaped, floats without a fraction as integers.
    ///
    /// # Errors
    /// If it holds `INF` or `NAN`, which JSON has not.
    pub fn to_json(&self) -> Result<String, JsonError> {
        let mut json = Vec::new();
        compact_json::write::<Php>(&mut json, self)?;
        String::from_utf8(json).map_err(|error| JsonError(serde_json::Error::custom(error)))
    }

    /// How many bytes [`to_json`](Self::to_json) writes.
    pub fn json_bytes(&self) -> usize {
        let mut counted = Counted(0);
        // What counts does not fail.
        let _ = compact_json::write::<PhpLength>(&mut counted, self);
        counted.0
    }
}

/// The value of a number.
pub(super) fn number(text: &str) -> Option<Value<'_>> {
    serde_json::from_str(text).ok()
}

/// Counts what is written.
struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How PHP writes what others write differently.
struct Php;

impl Style for Php {
    fn string(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
        text.serialize(&mut serde_json::Serializer::with_formatter(out, Self))
    }

    fn float(out: &mut Vec<u8>, value: f64) -> serde_json::Result<()> {
        if !value.is_finite() {
            return Err(serde_json::Error::custom("a number is infinite, which JSON cannot express"));
        }
        out.extend_from_slice(float(value).as_bytes());
        Ok(())
    }
}

/// As [`Php`], for what is only counted: infinite numbers count too.
struct PhpLength;

impl Style for PhpLength {
    fn string(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
        Php::string(out, text)
    }

    fn float(out: &mut Vec<u8>, value: f64) -> serde_json::Result<()> {
        out.extend_from_slice(float(value).as_bytes());
        Ok(())
    }
}

impl Formatter for Php {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['\u{2028}', '\u{2029}']) {
            writer.write_all(&rest.as_bytes()[..at])?;
            writer.write_all(if rest[at..].starts_with('\u{2028}') { b"\\u2028" } else { b"\\u2029" })?;
            rest = &rest[at + '\u{2028}'.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// A float in the fewest digits that read back the same: with an exponent from 1e15 on and below 1e-4.
fn float(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return if value.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    if (1e-4..1e15).contains(&size) {
        return format!("{value}");
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let fraction = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}{fraction}e{sign}{exponent}")
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { depth: 0 }.deserialize(deserializer)
    }
}

/// How deep something is that is read.
fn deeper<E: serde::de::Error>(depth: usize) -> Result<usize, E> {
    if depth == MAX_DEPTH {
        return Err(E::custom(format_args!("the data nests deeper than {MAX_DEPTH} levels")));
    }
    Ok(depth + 1)
}

#[derive(Clone, Copy)]
struct Seed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Text::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Text::Shared(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let seed = Self { depth: deeper(self.depth)? };
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(seed)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value<'de>, A::Error> {
        let seed = Self { depth: deeper(self.depth)? };
        let mut object = Object::new();
        while let Some(key) = entries.next_key_seed(KeySeed)? {
            object.add(key, entries.next_value_seed(seed)?);
        }
        Ok(Value::Array(object.into_array()))
    }
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
        Ok(Key::new(Text::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
        Ok(Key::new(Text::Shared(text.into())))
    }
}

/// As PHP's `json_encode`: an array with the keys 0, 1, 2, … is a list, any other an object; a float without
/// a fraction is written as an integer where that is exact.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 && !is_negative_zero(*value) => {
                serializer.serialize_i64(*value as i64)
            }
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(array) => array.serialize(serializer),
        }
    }
}

fn is_negative_zero(value: f64) -> bool {
    value == 0.0 && value.is_sign_negative()
}

#[cfg(test)]
mod tests {
    use super::MAX_DEPTH;
    use crate::php::{KeyRef, Text, Value};

    #[test]
    fn a_round_trip_keeps_lists_objects_and_order() {
        for (json, written) in [
            (r#"{"b":1,"a":[1,"x",null,true,{"c":[]}]}"#, r#"{"b":1,"a":[1,"x",null,true,{"c":[]}]}"#),
            ("{}", "[]"),
            (r#"{"0":"a","1":"b"}"#, r#"["a","b"]"#),
            (r#"{"1":"a","0":"b"}"#, r#"{"1":"a","0":"b"}"#),
            (r#"{"0":"a","2":"b"}"#, r#"{"0":"a","2":"b"}"#),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            ("10.0", "10"),
            ("0.1", "0.1"),
            ("-0.0", "-0"),
            ("1e14", "100000000000000"),
            ("1e15", "1.0e+15"),
            ("1e22", "1.0e+22"),
            ("12345678901234567890", "1.2345678901234567e+19"),
            ("0.1e-7", "1.0e-8"),
            ("-0.0001", "-0.0001"),
            ("0.00001", "1.0e-5"),
            ("1.5e300", "1.5e+300"),
            ("\"a\u{2028}b\u{2029}\"", r#""a\u2028b\u2029""#),
            (r#""\u00e9\/""#, r#""é/""#),
        ] {
            assert_eq!(Value::from_json(json).expect(json).to_json().expect(json), written);
        }
    }

    #[test]
    fn bytes_are_counted() {
        for json in ["null", r#"{"a":[1,2.5,"é/\u2028"],"b":{}}"#, "1e300", "[]"] {
            let value = Value::from_json(json).unwrap();
            assert_eq!(value.json_bytes(), value.to_json().unwrap().len(), "{json}");
        }
        let infinite = Value::from(vec![Value::Int(1), Value::Float(f64::INFINITY)]);
        assert!(infinite.to_json().is_err());
        assert!(infinite.json_bytes() > "[1,]".len());
    }

    #[test]
    fn large_integers_become_floats() {
        assert_eq!(Value::from_json("9223372036854775807").unwrap(), Value::Int(i64::MAX));
        assert_eq!(Value::from_json("9223372036854775808").unwrap(), Value::Float(9_223_372_036_854_775_808.0));
        assert_eq!(
            Value::from_json("123456789012345678901234567890").unwrap(),
            Value::Float(1.234_567_890_123_456_8e29)
        );
    }

    #[test]
    fn strings_are_borrowed() {
        let value = Value::from_json(r#"{"a": "plain", "b": "esc\taped"}"#).unwrap();
        assert!(matches!(value.get("a"), Some(Value::String(Text::Borrowed("plain")))));
        assert!(matches!(value.get("b"), Some(Value::String(Text::Shared(_)))));
    }

    #[test]
    fn depth_has_an_end() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Value::from_json(&nested(MAX_DEPTH)).is_ok());
        let error = Value::from_json(&nested(MAX_DEPTH + 1)).unwrap_err();
        assert!(error.to_string().starts_with("the data nests deeper than 512 levels"), "{error}");
        assert!(Value::from_json(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn an_array_can_be_changed_without_its_copy() {
        let original = Value::from_json(r#"{"Event": {"Tag": [1, 2, 3]}}"#).unwrap();
        let mut copy = original.clone();
        let event = copy.as_array_mut().unwrap().get_mut(KeyRef::new("Event")).unwrap();
        event
            .as_array_mut()
            .unwrap()
            .get_mut(KeyRef::new("Tag"))
            .unwrap()
            .as_array_mut()
            .unwrap()
            .remove(KeyRef::Int(0));
        assert_eq!(original.to_json().unwrap(), r#"{"Event":{"Tag":[1,2,3]}}"#);
        assert_eq!(copy.to_json().unwrap(), r#"{"Event":{"Tag":{"1":2,"2":3}}}"#);
    }
}
