//! Workflows that a workflow calls.

use serde::Serialize;

use crate::model::NodeId;

use super::prepared::Prepared;
use super::result::RunResult;

/// The workflows that can be called.
pub trait Callees: Sync {
    /// The workflow for a trigger of MISP.
    fn for_trigger(&self, trigger: &str) -> Option<&Prepared>;

    /// The workflow that MISP lists under this name, `TRIGGER :: NAME`.
    fn named(&self, name: &str) -> Option<&Prepared>;
}

/// What the world outside says of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallAnswer {
    /// There is such a workflow, and what it does is not simulated.
    Done,
    /// There is none of this name.
    Unknown,
    /// It is switched off.
    Off,
    /// It ends in an internal error.
    Dies(String),
}

/// A workflow that was called.
#[derive(Clone, Debug, Serialize)]
pub struct Call<'a> {
    /// The node that called it.
    pub node: NodeId,
    /// The name by which it was called.
    pub workflow: String,
    /// How many of the run's effects came before.
    #[serde(skip)]
    pub effects_before: usize,
    /// What came of it: a run for each event.
    pub runs: Vec<RunResult<'a>>,
}
