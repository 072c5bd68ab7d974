//! How a run is to be done.

use super::answers::{Answers, SilentAnswers};
use super::callees::Callees;
use super::log::Clock;

/// How a run is to be done.
// Each is a choice of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy)]
pub struct RunOptions<'o> {
    /// What the world outside says.
    pub answers: &'o dyn Answers,
    /// The ad-hoc workflows that the workflow can call.
    pub callees: Option<&'o dyn Callees>,
    /// Whether a trace is written.
    pub trace: bool,
    /// Whether the trace keeps the data as each node left it.
    pub data: bool,
    /// Says the time for the lines of the log, which are not written without it.
    pub clock: Option<&'o Clock>,
    /// Whether the workflow of a trigger that does not block runs as a background job, as it does when the trigger fires;
    /// else it runs at once, as when somebody runs it by hand.
    pub background: bool,
    /// Whether what the trigger never passes is taken out of an event before; else it is only told.
    pub as_trigger: bool,
    /// Whether the jobs of concurrent tasks are run afterwards.
    pub jobs: bool,
    /// Where a run is given up.
    pub limits: Limits,
}

impl Default for RunOptions<'_> {
    fn default() -> Self {
        Self {
            answers: &SilentAnswers,
            callees: None,
            trace: false,
            data: false,
            clock: None,
            background: true,
            as_trigger: false,
            jobs: true,
            limits: Limits::default(),
        }
    }
}

/// Where a run is given up. MISP has no such limits: it follows every path, and their number may double with each
/// condition, until its process is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most nodes that a run and its jobs look at, counted once for each path that leads to them.
    pub steps: usize,
    /// The most effects that they have.
    pub effects: usize,
    /// The most jobs.
    pub jobs: usize,
    /// About how many bytes of texts and lists its effects may hold. Beyond it the run goes on, and the large parts of
    /// effects are left out of what came of it.
    pub bytes: usize,
}

/// Far more than MISP walks in the time that anybody waits.
const STEPS: usize = 200_000;
const EFFECTS: usize = 1_000_000;
const JOBS: usize = 1_000;
const BYTES: usize = 128 * 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self { steps: STEPS, effects: EFFECTS, jobs: JOBS, bytes: BYTES }
    }
}

/// Whether a failure ends a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathType {
    /// The walk goes on after a module that is not blocking and fails.
    Blocking,
    /// What comes after a failed module on the same path is skipped.
    NonBlocking,
}
