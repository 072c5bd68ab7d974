//! The fields of something as JSON, each only as far as it is shown.

use std::io;

use serde::Serialize;
use serde::ser::{Impossible, SerializeStruct, Serializer};
use serde_json::Error;

/// The names of the fields of a structure, and of each value the beginning of its JSON: a little more than `length` characters
/// where it is longer. What is not a structure has no fields.
pub(super) fn beginnings<T: Serialize>(of: &T, length: usize) -> Vec<(&'static str, String)> {
    of.serialize(Collector { length, fields: Vec::new() }).unwrap_or_default()
}

/// The beginning of the JSON of a value.
pub(super) fn beginning<T: Serialize + ?Sized>(of: &T, length: usize) -> String {
    // No character has more bytes than four.
    let mut start = Start { bytes: Vec::new(), left: 4 * (length + 1) };
    // An error says that it is full.
    let _ = serde_json::to_writer(&mut start, of);
    String::from_utf8_lossy(&start.bytes).into_owned()
}

/// Takes bytes until it is full.
struct Start {
    bytes: Vec<u8>,
    left: usize,
}

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        self.bytes.extend_from_slice(&bytes[..taken]);
        self.left -= taken;
        // Zero ends the writing.
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Collector {
    length: usize,
    fields: Vec<(&'static str, String)>,
}

impl SerializeStruct for Collector {
    type Ok = Vec<(&'static str, String)>;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        self.fields.push((key, beginning(value, self.length)));
        Ok(())
    }

    fn end(self) -> Result<Self::Ok, Error> {
        Ok(self.fields)
    }
}

macro_rules! no_fields {
    ($($method:ident($($argument:ty),*) -> $result:ty;)+) => {
        $( fn $method(self $(, _: $argument)*) -> Result<$result, Error> { Err(no_structure()) } )+
    };
}

fn no_structure() -> Error {
    serde::ser::Error::custom("not a structure")
}

type Never = Impossible<Vec<(&'static str, String)>, Error>;

impl Serializer for Collector {
    type Ok = Vec<(&'static str, String)>;
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Self;
    type SerializeStructVariant = Never;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    no_fields! {
        serialize_bool(bool) -> Self::Ok;
        serialize_i8(i8) -> Self::Ok;
        serialize_i16(i16) -> Self::Ok;
        serialize_i32(i32) -> Self::Ok;
        serialize_i64(i64) -> Self::Ok;
        serialize_u8(u8) -> Self::Ok;
        serialize_u16(u16) -> Self::Ok;
        serialize_u32(u32) -> Self::Ok;
        serialize_u64(u64) -> Self::Ok;
        serialize_f32(f32) -> Self::Ok;
        serialize_f64(f64) -> Self::Ok;
        serialize_char(char) -> Self::Ok;
        serialize_str(&str) -> Self::Ok;
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_none() -> Self::Ok;
        serialize_unit() -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> Self::Ok;
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Self::Ok, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Error> {
        Err(no_structure())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Effect, HttpMethod};

    #[test]
    fn fields_are_cut_each_by_itself() {
        let effect = Effect::HttpRequest {
            method: HttpMethod::Post,
            url: "é".repeat(100_000),
            headers: vec![("a".into(), "b".into())],
            body: Some("x".repeat(1_000_000).into()),
            allow_self_signed: false,
        };
        let fields = beginnings(&effect, 10);
        let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["kind", "method", "url", "headers", "body", "allow_self_signed"]);
        assert_eq!((fields[0].1.as_str(), fields[3].1.as_str()), ("\"http_request\"", r#"[["a","b"]]"#));
        assert!(fields.iter().all(|(_, value)| value.len() < 100 && value.chars().count() >= 5), "{fields:?}");
    }
}
