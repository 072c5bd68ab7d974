//! Conditions and filters: the operators of generic-if, tag-if, count-if and of filters, and what they keep.
//!
//! An operator on the wrong kind of value is false, also one that says "not".
//!
//! See `docs/misp-semantics.md`, sections "Comparisons" and "Filters".

mod count;
mod filter;
mod operator;

pub use count::CountOperator;
pub use filter::{Filter, list_path, matching_items};
pub use operator::{Operator, Subject};
