//! Applies the edits that findings propose.
//!
//! Nothing is written here: texts go in and come out. A text never comes out with syntax errors that
//! it did not have.

mod choose;
mod rounds;
#[cfg(test)]
mod tests;

pub use choose::{Fixed, fix_once};
pub use rounds::{Done, Repair, Repaired};
