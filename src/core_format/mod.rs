//! Normalising an event, as triggers with MISP's core format do before a workflow runs; and events without what is known
//! from them.
//!
//! See `docs/misp-semantics.md`, section "Data formats".

mod anonymise;
mod event;
mod passed;

pub use anonymise::{Hash, anonymised};
pub use event::{NormaliseError, into_normalised, normalise};
pub use passed::Passed;
