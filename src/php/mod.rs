//! PHP's values, as MISP's workflows see the data they work on.
//!
//! MISP runs on PHP, and conditions and filters compare with PHP's loose `==`. A [`Value`] is what
//! `json_decode` makes of a JSON text: one kind of array for lists and objects alike, integers that
//! become floats when they are too large, keys that look like integers turned into integers.
//!
//! See `docs/misp-semantics.md`, sections "Comparisons" and "Data formats".

// Lengths fit PHP's integers, and it converts between those and floats as Rust's `as` does.
#![allow(clippy::cast_possible_wrap, clippy::cast_precision_loss, clippy::cast_sign_loss)]

mod array;
mod cast;
mod compare;
mod iter;
mod json;
mod key;
mod map;
mod numeric;
mod object;
mod parts;
mod read;
mod sort;
mod text;
mod thrown;
mod value;

pub use array::Array;
pub use compare::{Comparison, compare, loose_equal};
pub use iter::{Iter, Values};
pub use json::{JsonError, MAX_DEPTH};
pub use key::{Key, KeyRef};
pub use numeric::{Numeric, is_numeric, numeric};
pub use parts::{PartStep, Parts};
pub use sort::sorted;
pub use text::Text;
pub use thrown::{PhpClass, Thrown};
pub use value::Value;
