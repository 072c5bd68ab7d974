//! What MISP writes to its log.

use super::prepared::Prepared;
use crate::model::NodeId;

/// Says what time it is, as `2024-01-31 23:59:59`.
pub type Clock = dyn Fn() -> String + Sync;

/// A message of MISP's log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LogLine<'l> {
    /// The run begins.
    Started,
    /// A node was executed.
    Executed {
        /// The node.
        node: NodeId,
        /// Its module.
        module: &'l str,
        /// Whether it returned true, or is a logic module.
        success: bool,
    },
    /// A node was not executed, and why.
    NotExecuted(&'l str),
    /// A blocking module failed.
    Stopped(&'l [String]),
    /// A blocking module failed in the job of a concurrent task.
    JobStopped(&'l [String]),
    /// Modules failed, and the run went on.
    Continued(&'l [String]),
    /// The run is over.
    Finished(&'l str),
}

impl LogLine<'_> {
    /// The message as MISP words it.
    pub fn message(&self, workflow: &Prepared) -> String {
        let (name, id, trigger) = (workflow.name(), workflow.server_id(), workflow.trigger());
        match self {
            Self::Started => format!("Started executing workflow for trigger `{trigger}` ({id})"),
            Self::Executed { node, module, success } => {
                let status = if *success { "success" } else { "partial-success" };
                format!(
                    "Executed node `{module}`\nNode `{module}` ({node}) from Workflow `{name}` ({id}) executed \
                     successfully with status: {status}"
                )
            }
            Self::NotExecuted(reason) => (*reason).to_owned(),
            Self::JobStopped(errors) => {
                format!("Error while executing workflow concurrent task. \n{}", errors.join(", "))
            }
            Self::Stopped(errors) => format!("Execution stopped. \n{}", errors.join(", ")),
            Self::Continued(errors) => {
                format!("Execution encountered an error but continued. \n{}", errors.join(", "))
            }
            Self::Finished(outcome) => {
                format!("Finished executing workflow for trigger `{trigger}` ({id}). Outcome: {outcome}")
            }
        }
    }

    /// The line of the log file.
    pub fn line(&self, workflow: &Prepared, clock: &Clock) -> String {
        let (time, trigger, id) = (clock(), workflow.trigger(), workflow.server_id());
        format!("[{time}] Workflow({trigger}:{id}). {}", self.message(workflow))
    }
}
