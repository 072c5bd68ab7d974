//! What holds for every event: a workflow and what is expected of it → whether it holds, or an event for which it does not.
//!
//! The questions that a workflow asks become facts of a `circuit`, all events become one value in which not
//! everything is decided (`data`, `events`), and the workflow is walked once with all of them (`walk`). What is left is
//! whether there is an event for which something happens, which a SAT solver says.
//!
//! What is not modelled exactly is a choice: it may turn out either way. So that something never happens is certain. That it
//! happens is shown only by a run of the engine.

mod act;
mod always;
mod ask;
mod chosen;
mod circuit;
mod cover;
mod data;
mod decide;
mod events;
mod expect;
mod extract;
mod furnish;
mod happened;
mod places;
mod same;
mod solver;
mod state;
mod values;
mod walk;

#[cfg(test)]
mod tests;

pub use always::{Always, always};
pub use cover::{Branch, Cover, cover};
pub use decide::{Answered, Claim, Counterexample, Decision, Undecided, decide};
pub use expect::Expectation;
pub use same::{Difference, Sameness, same};
