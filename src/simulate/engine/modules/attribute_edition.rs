//! `attribute_ids_flag_operation` and `Module_attribute_comment_operation`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::php::{KeyRef, Thrown, Value};
use crate::simulate::engine::arguments::{Arguments, TextArgument};
use crate::simulate::engine::effect::Effect;
use crate::simulate::engine::module_run::ModuleRun;

#[derive(Debug)]
struct AttributeEdition {
    selection: Selection,
    edit: Edit,
}

#[derive(Debug)]
enum Edit {
    IdsFlag(bool),
    Comment(TextArgument),
}

pub(super) fn prepare_ids_flag(arguments: &Arguments<'_>) -> Prepared {
    let edit = Edit::IdsFlag(!arguments.is("action", "remove"));
    Ok(Box::new(AttributeEdition { selection: Selection::new(arguments)?, edit }))
}

pub(super) fn prepare_comment(arguments: &Arguments<'_>) -> Prepared {
    let edit = Edit::Comment(arguments.rendered("comment"));
    Ok(Box::new(AttributeEdition { selection: Selection::new(arguments)?, edit }))
}

impl Module for AttributeEdition {
    /// Fails if there is no attribute to edit.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let mut data = step.copy()?;
        let (key, value) = match &self.edit {
            Edit::IdsFlag(flag) => ("to_ids", Value::Bool(*flag)),
            Edit::Comment(comment) => ("comment", Value::string(step.render(comment, &data)?)),
        };
        let lookup = step.lookups.entry(&step.node.module).or_default();
        lookup.note(&data);
        let attributes = self.selection.attributes(&data, step)?;
        let mut edited = Vec::with_capacity(attributes.len());
        for attribute in attributes.values() {
            let mut attribute = attribute.clone();
            let given = attribute.type_name();
            let Some(fields) = attribute.as_array_mut() else {
                let function = "Module_attribute_edition_operation::_editAttribute";
                return Err(Thrown::argument(function, 1, "attribute", "array", given));
            };
            fields.set(key, value.clone());
            fields.remove(KeyRef::String("timestamp"));
            edited.push(attribute);
        }
        let lookup = step.lookups.entry(&step.node.module).or_default();
        for attribute in &edited {
            lookup.put_back(&mut data, attribute, attribute);
        }
        let success = !edited.is_empty();
        if !success {
            step.because_nothing_is_left("there is no attribute to edit");
        }
        step.effect(Effect::EditAttributes { attributes: edited, changed: key });
        step.data.set(data);
        Ok(success)
    }
}
