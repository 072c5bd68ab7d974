//! `publish-event`.

use super::Module;
use crate::php::Thrown;
use crate::simulate::engine::access::entry_at;
use crate::simulate::engine::effect::Effect;
use crate::simulate::engine::module_run::ModuleRun;

#[derive(Debug)]
struct PublishEvent;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(PublishEvent)
}

impl Module for PublishEvent {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let id = entry_at(&data, &["Event", "id"])?.clone();
        step.effect(Effect::Publish { id });
        Ok(true)
    }
}
