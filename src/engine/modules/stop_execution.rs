//! `stop-execution`.

use super::Module;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::Thrown;

/// The reason where none is written.
const STOPPED: &str = "Execution stopped";

#[derive(Debug)]
struct StopExecution {
    message: TextArgument,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(StopExecution { message: arguments.rendered("message") })
}

impl Module for StopExecution {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let message = step.render(&self.message, &data)?;
        // PHP calls `0` empty too.
        Ok(step.fail(if matches!(message.as_str(), "" | "0") { STOPPED.into() } else { message }))
    }

    fn meaning(&self) -> Meaning<'_> {
        let message = self.message.fixed().map(|message| if matches!(message, "" | "0") { STOPPED } else { message });
        Meaning::Stops { message, dies: self.message.is_wrong() }
    }
}
