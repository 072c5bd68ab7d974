//! `publish-event`.

use super::Module;
use crate::engine::access::entry_at;
use crate::engine::effect::Effect;
use crate::engine::step::Step;
use crate::php::Thrown;

#[derive(Debug)]
struct PublishEvent;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(PublishEvent)
}

impl Module for PublishEvent {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let id = entry_at(&data, &["Event", "id"])?.clone();
        step.effect(Effect::Publish { id });
        Ok(true)
    }
}
