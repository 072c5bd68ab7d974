//! JSON on one line, written fast.
//!
//! Most strings of events are short and plain, and large parts of what a run tells come several times: MISP lists each
//! attribute twice. So plain strings are copied at once, and what is [shared](SHARED) is written once and then copied.

use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr;

use rustc_hash::FxHashMap;
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Result};

use super::json_bytes::is_plain;

/// A piece has about so many bytes. What is shared is copied only within one piece.
const PIECE_BYTES: usize = 1024 * 1024;

/// The name of a newtype struct whose content is shared. The place of the content in memory says which one it is, so it must
/// live until all is written: an array that is made while something else is written must not be shared. Other formats see
/// the content alone.
pub const SHARED: &str = "mispflow::shared";

/// What is not the same in all kinds of JSON.
pub trait Style {
    /// Writes a string in which there is more than plain ASCII.
    ///
    /// # Errors
    /// If it cannot be written.
    fn string(out: &mut Vec<u8>, text: &str) -> Result<()>;

    /// Writes a floating point number.
    ///
    /// # Errors
    /// If it cannot be written.
    fn float(out: &mut Vec<u8>, value: f64) -> Result<()>;
}

/// Writes `value` as JSON to `out`, in pieces: no more than one is in memory at a time.
///
/// # Errors
/// What `out` says, and if the value cannot be written as JSON, as with keys that are lists.
pub fn write<S: Style>(out: impl io::Write, value: &(impl Serialize + ?Sized)) -> Result<()> {
    let mut writer =
        Writer::<_, S> { out, piece: Vec::new(), pieces: 0, shared: FxHashMap::default(), style: PhantomData };
    value.serialize(&mut writer)?;
    writer.hand_on()
}

struct Writer<W, S> {
    out: W,
    /// What was written last.
    piece: Vec<u8>,
    /// How many pieces were handed on.
    pieces: usize,
    /// Where in the piece the shared contents are, by their places in memory.
    shared: FxHashMap<usize, Range<usize>>,
    style: PhantomData<S>,
}

impl<W: io::Write, S: Style> Writer<W, S> {
    #[inline]
    fn string(&mut self, text: &str) -> Result<()> {
        if !is_plain(text.as_bytes()) {
            return S::string(&mut self.piece, text);
        }
        self.piece.reserve(text.len() + 2);
        self.piece.push(b'"');
        self.piece.extend_from_slice(text.as_bytes());
        self.piece.push(b'"');
        Ok(())
    }

    fn entries(&mut self, open: u8, close: &'static [u8]) -> Entries<'_, W, S> {
        self.piece.push(open);
        Entries { writer: self, is_first: true, close }
    }

    /// The beginning of an object whose only key is the name of a variant.
    fn variant(&mut self, name: &str) -> Result<()> {
        self.piece.push(b'{');
        self.string(name)?;
        self.piece.push(b':');
        Ok(())
    }

    fn variant_entries(&mut self, name: &str, open: u8, close: &'static [u8]) -> Result<Entries<'_, W, S>> {
        self.variant(name)?;
        Ok(self.entries(open, close))
    }

    #[cold]
    fn hand_on(&mut self) -> Result<()> {
        self.out.write_all(&self.piece).map_err(Error::io)?;
        self.piece.clear();
        self.pieces += 1;
        self.shared.clear();
        Ok(())
    }
}

/// A list or an object that is being written.
struct Entries<'w, W, S> {
    writer: &'w mut Writer<W, S>,
    is_first: bool,
    close: &'static [u8],
}

impl<W: io::Write, S: Style> Entries<'_, W, S> {
    #[inline]
    fn separate(&mut self) -> Result<()> {
        if self.writer.piece.len() > PIECE_BYTES {
            self.writer.hand_on()?;
        }
        if !std::mem::take(&mut self.is_first) {
            self.writer.piece.push(b',');
        }
        Ok(())
    }

    #[inline]
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.separate()?;
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn add_field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.separate()?;
        self.writer.string(name)?;
        self.writer.piece.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.piece.extend_from_slice(self.close);
    }
}

macro_rules! numbers {
    ($($method:ident($number:ty);)+) => {
        $( fn $method(self, value: $number) -> Result<()> {
            serde_json::to_writer(&mut self.piece, &value)
        } )+
    };
}

impl<'w, W: io::Write, S: Style> Serializer for &'w mut Writer<W, S> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Entries<'w, W, S>;
    type SerializeTuple = Entries<'w, W, S>;
    type SerializeTupleStruct = Entries<'w, W, S>;
    type SerializeTupleVariant = Entries<'w, W, S>;
    type SerializeMap = Entries<'w, W, S>;
    type SerializeStruct = Entries<'w, W, S>;
    type SerializeStructVariant = Entries<'w, W, S>;

    numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_bytes(&[u8]);
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.piece.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        S::float(&mut self.piece, value)
    }

    fn serialize_char(self, value: char) -> Result<()> {
        self.string(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<()> {
        self.string(value)
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.piece.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.string(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<()> {
        if name != SHARED {
            return value.serialize(self);
        }
        let place = ptr::from_ref(value).cast::<()>().addr();
        if let Some(written) = self.shared.get(&place) {
            self.piece.extend_from_within(written.clone());
            return Ok(());
        }
        let (pieces, start) = (self.pieces, self.piece.len());
        value.serialize(&mut *self)?;
        if self.pieces == pieces {
            self.shared.insert(place, start..self.piece.len());
        }
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.piece.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Entries<'w, W, S>> {
        Ok(self.entries(b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Entries<'w, W, S>> {
        Ok(self.entries(b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Entries<'w, W, S>> {
        Ok(self.entries(b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w, W, S>> {
        self.variant_entries(variant, b'[', b"]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w, W, S>> {
        Ok(self.entries(b'{', b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'w, W, S>> {
        Ok(self.entries(b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w, W, S>> {
        self.variant_entries(variant, b'{', b"}}")
    }
}

macro_rules! lists {
    ($($kind:ident::$method:ident;)+) => {
        $( impl<W: io::Write, S: Style> $kind for Entries<'_, W, S> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.add(value)
            }

            fn end(self) -> Result<()> {
                self.close();
                Ok(())
            }
        } )+
    };
}

lists! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! structs {
    ($($kind:ident;)+) => {
        $( impl<W: io::Write, S: Style> $kind for Entries<'_, W, S> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
                self.add_field(name, value)
            }

            fn end(self) -> Result<()> {
                self.close();
                Ok(())
            }
        } )+
    };
}

structs! {
    SerializeStruct;
    SerializeStructVariant;
}

impl<W: io::Write, S: Style> SerializeMap for Entries<'_, W, S> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.separate()?;
        let (pieces, start) = (self.writer.pieces, self.writer.piece.len());
        key.serialize(&mut *self.writer)?;
        // Only a list or an object can be so long that part of it was handed on.
        let first = self.writer.piece.get(start).filter(|_| self.writer.pieces == pieces);
        match first {
            Some(b'"') => Ok(()),
            Some(b'[' | b'{' | b'n') | None => Err(Error::custom("a key must be a string")),
            Some(_) => {
                self.writer.piece.insert(start, b'"');
                self.writer.piece.push(b'"');
                Ok(())
            }
        }
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.writer.piece.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<()> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::{PIECE_BYTES, SHARED, Style, write};

    struct Plain;

    impl Style for Plain {
        fn string(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
            serde_json::to_writer(out, text)
        }

        fn float(out: &mut Vec<u8>, value: f64) -> serde_json::Result<()> {
            serde_json::to_writer(out, &value)
        }
    }

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write::<Plain>(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[derive(Serialize)]
    struct Everything {
        numbers: (i8, u16, i64, u64, i128, f32, f64, f64),
        texts: Vec<&'static str>,
        letter: char,
        nothing: Option<u8>,
        something: Option<bool>,
        unit: (),
        empty: Empty,
        wrapped: Wrapped,
        pair: Pair,
        variants: Vec<Variant>,
        by_number: BTreeMap<i32, &'static str>,
        by_truth: BTreeMap<bool, u8>,
        #[serde(flatten)]
        more: BTreeMap<&'static str, u8>,
    }

    #[derive(Serialize)]
    struct Empty;
    #[derive(Serialize)]
    struct Wrapped(Vec<u8>);
    #[derive(Serialize)]
    struct Pair(u8, &'static str);
    #[derive(Serialize)]
    enum Variant {
        Unit,
        Newtype(u8),
        Tuple(u8, u8),
        Struct { a: u8, b: Vec<u8> },
    }

    #[test]
    fn all_kinds_of_values_are_written_as_by_serde_json() {
        let everything = Everything {
            numbers: (-1, 2, i64::MIN, u64::MAX, i128::MIN, 1.5, -0.1, f64::INFINITY),
            texts: vec!["", "plain", "a \"quote\" and a \\", "line\nend", "l'été", "\u{7f}", "/"],
            letter: 'ß',
            nothing: None,
            something: Some(true),
            unit: (),
            empty: Empty,
            wrapped: Wrapped(vec![1, 2]),
            pair: Pair(3, "x"),
            variants: vec![
                Variant::Unit,
                Variant::Newtype(1),
                Variant::Tuple(2, 3),
                Variant::Struct { a: 4, b: vec![] },
            ],
            by_number: BTreeMap::from([(-5, "a"), (7, "b")]),
            by_truth: BTreeMap::from([(true, 1)]),
            more: BTreeMap::from([("x", 1), ("y", 2)]),
        };
        assert_eq!(written(&everything), serde_json::to_string(&everything).unwrap());
        assert_eq!(written(&Vec::<u8>::new()), "[]");
        assert_eq!(written(&BTreeMap::<u8, u8>::new()), "{}");
    }

    #[test]
    fn keys_that_are_no_strings_are_refused() {
        for error in [
            write::<Plain>(Vec::new(), &BTreeMap::from([(vec![1], 2)])).unwrap_err(),
            write::<Plain>(Vec::new(), &BTreeMap::from([(None::<u8>, 2)])).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "a key must be a string");
        }
    }

    /// Contents that are shared by place.
    struct Shared<'s>(&'s [&'s Vec<String>]);

    impl Serialize for Shared<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            struct One<'s>(&'s Vec<String>);
            impl Serialize for One<'_> {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_newtype_struct(SHARED, self.0)
                }
            }
            serializer.collect_seq(self.0.iter().copied().map(One))
        }
    }

    #[test]
    fn what_is_shared_is_written_each_time() {
        let (a, b) = (vec!["a".to_owned()], vec!["b".to_owned(), "\"".to_owned()]);
        let shared = Shared(&[&a, &b, &a, &a, &b]);
        assert_eq!(written(&shared), r#"[["a"],["b","\""],["a"],["a"],["b","\""]]"#);
        assert_eq!(written(&shared), serde_json::to_string(&shared).unwrap());
    }

    #[test]
    fn what_is_larger_than_a_piece_comes_in_pieces() {
        struct Pieces(Vec<usize>);
        impl std::io::Write for Pieces {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.push(bytes.len());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let large = vec!["x".repeat(PIECE_BYTES / 3); 2];
        let shared = Shared(&[&large, &large, &large, &large]);
        let mut pieces = Pieces(Vec::new());
        write::<Plain>(&mut pieces, &shared).unwrap();
        assert!(pieces.0.len() > 1 && pieces.0.iter().all(|piece| *piece < 2 * PIECE_BYTES), "{:?}", pieces.0);
        assert_eq!(written(&shared), serde_json::to_string(&shared).unwrap());
    }

    proptest! {
        #[test]
        fn strings_are_written_as_by_serde_json(text in "[ -~]{0,20}[\\x00-\\x20\"\\\\\u{7f}é]?[ -~]{0,20}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
