//! `reload-full-event`, and how an event looks that is fetched again.

use super::Module;
use super::travelling_tags;
use crate::engine::effect::Effect;
use crate::engine::step::Step;
use crate::normalise::into_normalised;
use crate::php::{KeyRef, Thrown, Value, loose_equal};

#[derive(Debug)]
struct ReloadFullEvent;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(ReloadFullEvent)
}

impl Module for ReloadFullEvent {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        reload(step);
        Ok(true)
    }
}

/// Replaces the data by the event as the database has it: as it is answered, else as it was when the run began with what
/// the run has saved since. What was only hung on the data is gone.
pub(super) fn reload(step: &mut Step<'_, '_>) {
    let saved = step.answers.reload(step.request());
    let event = saved.unwrap_or_else(|| {
        let mut event = step.data.original().clone();
        for record in step.effects.iter() {
            save(&mut event, &record.effect);
        }
        event
    });
    let Ok(event) = into_normalised(event) else {
        step.because(|| "there is no event to reload".into());
        return;
    };
    step.data.replace(event);
}

/// Does to the event what an effect does to the database.
fn save<'a>(data: &mut Value<'a>, effect: &Effect<'a>) {
    travelling_tags::apply(data, effect);
    let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) else {
        return;
    };
    match effect {
        Effect::EditAttributes { attributes } => {
            travelling_tags::each_attribute(event, &mut |attribute| {
                let is_same = |edited: &&Value<'a>| {
                    let id = attribute.get(KeyRef::String("id"));
                    id.is_some_and(|id| edited.get("id").is_some_and(|edited| loose_equal(id, edited)))
                };
                let Some(edited) = attributes.iter().find(is_same) else { return };
                for key in ["to_ids", "comment"] {
                    if let Some(value) = edited.get(key) {
                        attribute.set(key, value.clone());
                    }
                }
            });
        }
        Effect::SaveEvent { distribution, sharing_group_id, freeze, .. } => {
            event.set("distribution", distribution.clone());
            event.set("sharing_group_id", sharing_group_id.clone());
            if !freeze {
                event.set("published", false);
            }
        }
        Effect::Publish { .. } => event.set("published", true),
        _ => {}
    }
}
