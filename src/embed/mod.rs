//! Projects as values that own all they need, and answers as JSON: for programs that hold mispflow inside, such as the Python package.
//!
//! Everything here is what the verbs of the command line do, with the same results; nothing is printed. A value may be
//! used on several threads.

mod documents;
mod functions;
mod input;
mod problem;
mod project;
mod replay;
mod tests_of;
mod workflow;

pub use functions::{diff, evaluate, format, import};
pub use input::{Input, Options};
pub use problem::{Problem, ProblemKind};
pub use project::{Built, Project};
pub use replay::{Batch, Replay};
pub use tests_of::{TestCase, TestSuite};
pub use workflow::{Ran, Told, Workflow};
