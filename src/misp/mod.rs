//! The JSON of MISP's workflow editor, both ways: a canonical writer and a tolerant reader.

mod placeholder;
mod read;
mod write;

pub use read::{DocumentPlace, Oddity, Read, ReadError, element, locate, locate_in_part, member, read};
pub(crate) use read::{Json, Path, parse, quoted};
pub use write::{Filling, Form, MissingVariable, WriteError, expected_length, needs_values, write};

#[cfg(test)]
mod round_trip_tests;
