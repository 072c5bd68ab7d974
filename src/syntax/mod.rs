//! From text to a syntax tree.

mod build;
mod expected;
mod grammar;
mod nesting;
mod parse;
mod syntax_error;
mod text;
pub mod tree;

pub use nesting::MAX_NESTING;
pub use parse::{Parsed, parse};
pub(crate) use text::dedent;
