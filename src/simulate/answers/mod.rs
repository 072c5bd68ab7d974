//! What the world outside answers in a run, said beforehand: `when … fails` and `when … returns` of tests, and the
//! file of `run --answers`.
//!
//! See `docs/command-line.md`, section "Answers".

mod file;
mod fixed;
mod reply;
mod target;

pub use file::{AnswersFileError, read_answers};
pub use fixed::FixedAnswers;
pub use reply::{Reply, ReplyError};
pub use target::{Targets, UnknownTarget};
