//! What the world outside answers in a run, said beforehand: `when … fails` and `when … returns` of tests, and the
//! file of `run --answers`.
//!
//! See `docs/command-line.md`, section "Answers".

mod answers;
mod file;
mod reply;
mod target;

pub use answers::FixedAnswers;
pub use file::{AnswersFileError, read_answers};
pub use reply::{Reply, ReplyError};
pub use target::{Targets, UnknownTarget};
