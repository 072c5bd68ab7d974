//! `push-zmq`.

use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::Thrown;

#[derive(Debug)]
struct PushZmq {
    path: Path,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(PushZmq { path: arguments.path("data_extraction_path")? }))
}

impl Module for PushZmq {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        if step.lacks_zmq_redis() {
            return Ok(false);
        }
        let data = self.path.extract(&data)?.to_value();
        let failure = step.answers.push(step.request(), &data);
        step.effect(Effect::Zmq { data });
        Ok(match failure {
            Some(message) => step.fail(message),
            None => true,
        })
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Sends { kind: "zmq", always_fails: false, paths: vec![&self.path] }
    }
}
