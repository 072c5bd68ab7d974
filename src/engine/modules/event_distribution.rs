//! `Module_event_distribution_operation`.

use super::select::ATTRIBUTES;
use super::{Module, Prepared};
use crate::engine::access::entry;
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{KeyRef, Thrown, Value, loose_equal};

#[derive(Debug)]
struct EventDistribution {
    attributes: Path,
    distribution: Value<'static>,
    sharing_group_id: Value<'static>,
    freeze: bool,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(EventDistribution {
        attributes: arguments.compile_path("distribution", ATTRIBUTES)?,
        distribution: arguments.value("distribution"),
        sharing_group_id: arguments.value("sharing_group_id"),
        freeze: arguments.is("freeze", "freeze"),
    }))
}

impl Module for EventDistribution {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let mut data = step.copy()?;
        if self.attributes.extract(&data)?.is_empty() {
            step.because(|| "an event without attributes is left as it is".into());
            return Ok(true);
        }
        let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event")))
        else {
            return Ok(true);
        };
        event.set("distribution", self.distribution.clone());
        if loose_equal(&self.distribution, &Value::Int(4)) {
            event.set("sharing_group_id", self.sharing_group_id.clone());
        }
        let event = Value::Array(event.clone());
        let sharing_group_id = entry(&event, "sharing_group_id")?.clone();
        let id = entry(&event, "id")?.clone();
        let distribution = self.distribution.clone();
        step.effect(Effect::SaveEvent { id, distribution, sharing_group_id, freeze: self.freeze });
        step.data.set(data);
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        if loose_equal(&self.distribution, &Value::Int(4)) {
            return Meaning::Unknown("the sharing group that it sets is not followed");
        }
        Meaning::SavesEvent { attributes: &self.attributes, distribution: &self.distribution }
    }
}
