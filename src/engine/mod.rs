//! Running a workflow on data, as MISP would.
//!
//! A graph is [prepared](Prepared) once: modules become handlers, paths and templates are compiled, parameters are
//! read. A run borrows it and changes nothing but its own copy of the data, so one prepared workflow
//! serves many threads. What a run would do to the world outside it returns as [effects](Effect); what it
//! needs to know of that world it asks of [`Answers`].
//!
//! See `docs/misp-semantics.md`, sections "Running a workflow" and "Modules in a run".

mod access;
mod adhoc;
mod answers;
mod arguments;
mod attributes;
mod behaviour;
mod callees;
mod countries;
mod database;
mod effect;
mod filters;
mod job_size;
mod kept;
mod log;
mod lookup;
mod meaning;
mod mismatches;
mod module_run;
mod modules;
mod options;
mod parts;
mod prepare;
mod prepared;
mod redact;
mod result;
mod roaming;
mod run;
mod search;
mod tag_trigger;
mod trace;
mod walk;

#[cfg(test)]
pub(crate) mod tests;

pub use adhoc::{AdhocResult, Gathered};
pub use answers::{Answers, HttpAnswer, Request, SilentAnswers};
pub use behaviour::behaviour;
pub use callees::{Call, CallAnswer, Callees, KnownWorkflows};
pub use effect::{Effect, EffectRecord, HttpMethod, Locality, TagScope};
pub use log::{Clock, LogLine};
pub use meaning::{FilterMeaning, LabelledFilter, Meaning, Question, StepMeaning, TagTest};
pub use mismatches::{as_object, mismatches};
pub use options::{Limits, PathType, RunOptions};
pub use prepare::{PrepareError, Settings};
pub use prepared::Prepared;
pub use result::{Job, Outcome, PathStep, RunResult, Verdict};
pub use search::Search;
pub use trace::{Decision, Observation, Trace, TracedNode};
