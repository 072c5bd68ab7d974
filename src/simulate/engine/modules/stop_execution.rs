//! `stop-execution`.

use super::Module;
use crate::php::Thrown;
use crate::simulate::engine::arguments::{Arguments, TextArgument};
use crate::simulate::engine::module_run::ModuleRun;

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
        Ok(step.fail(if matches!(message.as_str(), "" | "0") { "Execution stopped".into() } else { message }))
    }
}
