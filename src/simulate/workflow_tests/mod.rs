//! Running the tests of workflows: a [`Suite`] is made of what was compiled, each of its cases is run on the events of its
//! test, and what differs from what is expected is told as findings with places in the text.

mod case;
mod coverage;
mod difference;
mod expectation;
mod given;
mod happened;
mod junit;
mod over_all;
mod pattern;
mod suite;

pub use case::{AnyEvents, Case, CaseReport};
pub use coverage::{Count, Coverage};
pub use expectation::expected_entries;
pub use happened::reached;
pub use junit::write_junit;
pub use over_all::run_case;
pub use suite::{Suite, SuiteSettings, Tested};
