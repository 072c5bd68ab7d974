//! `add_to_warninglist`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::entry;
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::module_run::ModuleRun;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct AddToWarninglist {
    selection: Selection,
    warninglist: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(AddToWarninglist {
        selection: Selection::new(arguments)?,
        warninglist: arguments.value("warninglist"),
    }))
}

impl Module for AddToWarninglist {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if !self.warninglist.to_bool() {
            step.because(|| "no list is picked".into());
            return Ok(false);
        }
        if !step.answers.is_own_warninglist(&self.warninglist) {
            return Err(Thrown::error("values can be added only to your own warning lists"));
        }
        let data = step.copy()?;
        let attributes = self.selection.attributes(&data, step)?;
        let mut values: Vec<Value<'_>> = Vec::new();
        for attribute in attributes.values() {
            values.push(entry(attribute, "value")?.clone());
        }
        step.effect(Effect::AddToWarninglist { warninglist: self.warninglist.clone(), values });
        Ok(true)
    }
}
