//! Hash paths, MISP's way to name a place in an event (`Event.Attribute.{n}.type`).

mod syntax;

pub use syntax::{PathError, check_syntax};
