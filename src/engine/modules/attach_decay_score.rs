//! `attach-decay-score`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::entry;
use crate::engine::arguments::Arguments;
use crate::engine::step::Step;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct AttachDecayScore {
    selection: Selection,
    models: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let models = arguments.list("decayingmodels").into();
    Ok(Box::new(AttachDecayScore { selection: Selection::new(arguments)?, models }))
}

impl Module for AttachDecayScore {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if !self.models.to_bool() {
            return Ok(step.fail("No decaying model selected"));
        }
        let mut data = step.copy()?;
        step.lookups.entry(&step.node.module).or_default().note(&data);
        let attributes = self.selection.attributes(&data, step)?;
        for attribute in attributes.values() {
            entry(attribute, "uuid")?;
            if let Some(scored) = step.answers.decay_score(step.request(), &self.models, attribute) {
                step.lookups.entry(&step.node.module).or_default().put_back(&mut data, attribute, &scored);
            }
        }
        step.data.set(data);
        Ok(true)
    }
}
