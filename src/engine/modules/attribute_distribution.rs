//! `attribute_distribution_operation`.

use super::attribute_edition::edit;
use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{PhpClass, Thrown, Value, loose_equal};

#[derive(Debug)]
struct AttributeDistribution {
    selection: Selection,
    distribution: Value<'static>,
    sharing_group_id: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(AttributeDistribution {
        selection: Selection::new(arguments)?,
        distribution: arguments.value("distribution"),
        sharing_group_id: arguments.value("sharing_group_id"),
    }))
}

impl Module for AttributeDistribution {
    /// Fails if there is no attribute to edit.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let is_shared = loose_equal(&self.distribution, &Value::Int(4));
        if is_shared && self.sharing_group_id.as_array().is_some() && step.answers.saves_attributes() {
            return Err(Thrown { class: PhpClass::TypeError, message: "Illegal offset type".into() });
        }
        edit(&self.selection, "distribution", step, |attribute| {
            attribute.set("distribution", self.distribution.clone());
            if is_shared {
                attribute.set("sharing_group_id", self.sharing_group_id.clone());
            }
        })
    }

    fn meaning(&self) -> Meaning<'_> {
        if loose_equal(&self.distribution, &Value::Int(4)) {
            return Meaning::Unknown("the sharing group that it sets is not followed");
        }
        Meaning::EditsAttributes {
            filter: self.selection.meaning(),
            field: "distribution",
            value: Some(self.distribution.clone()),
        }
    }
}
