//! Hash paths, MISP's way to name a place in an event (`Event.Attribute.{n}.type`).
//!
//! A path is compiled once into a [`Path`] and then evaluated on as many values as needed. MISP takes any
//! text for a path and answers "nothing found" when it makes no sense of it; the compiled form does the
//! same. [`check_syntax`] is for people who write paths: it refuses what MISP would not read as it looks.
//!
//! See `docs/misp-semantics.md`, section "Hash paths".

mod edit;
mod explain;
mod extract;
mod path;
mod regex;
mod segment;
mod syntax;
mod test;
mod tokens;

pub use explain::{Cause, Emptied};
pub use extract::{Extracted, ExtractedIter};
pub use path::{MAX_BYTES, MAX_SEGMENTS, Path};
pub use regex::{Regex, RegexError};
pub use segment::{Segment, Token};
pub use syntax::{PathError, check_syntax};
pub use test::{Operation, Test};
