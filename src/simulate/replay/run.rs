//! A workflow with all that its runs have in common.

use crate::engine::{Prepared, RunOptions, RunResult};
use crate::php::Value;

/// Runs one workflow.
#[derive(Clone, Copy)]
pub struct Runner<'r> {
    /// The workflow.
    pub workflow: &'r Prepared,
    /// What results call it; `None` for its name.
    pub id: Option<&'r str>,
    /// How it is run.
    pub options: RunOptions<'r>,
}

impl<'r> Runner<'r> {
    /// Runs the workflow on one event.
    pub fn run<'a>(&self, event: Value<'a>) -> RunResult<'a>
    where
        'r: 'a,
    {
        let mut result = self.workflow.run(event, &self.options);
        if let Some(id) = self.id {
            rename(&mut result, id);
        }
        result
    }
}

fn rename<'a>(result: &mut RunResult<'a>, id: &'a str) {
    result.workflow = id;
    // Jobs nest as deep as the engine runs them, which is not deep.
    for job in result.jobs.iter_mut().filter_map(|job| job.result.as_deref_mut()) {
        rename(job, id);
    }
}
