//! From text to a syntax tree.

mod build;
mod compact;
mod expected;
mod foreign_questions;
mod grammar;
mod habits;
mod misplaced;
mod nesting;
mod parse;
mod spelling;
mod surroundings;
mod syntax_error;
mod text;
pub mod tree;

pub(crate) use habits::{ENDINGS, HOW_A_RUN_ENDS};
pub use nesting::MAX_NESTING;
pub use parse::{Parsed, parse};
pub(crate) use spelling::{among, block_string, has_wildcard, is_name, is_number, is_word, tested};
pub(crate) use surroundings::{Surroundings, surroundings};
pub(crate) use text::dedent;
