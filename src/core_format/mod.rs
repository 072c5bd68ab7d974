//! Normalising an event, as triggers with MISP's core format do before a workflow runs.
//!
//! See `docs/misp-semantics.md`, section "Data formats".

mod event;
mod passed;

pub use event::{NormaliseError, into_normalised, normalise};
pub use passed::Passed;
