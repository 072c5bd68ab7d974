//! `attribute_ids_flag_operation` and `Module_attribute_comment_operation`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, Thrown, Value};

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
        let (key, value) = match &self.edit {
            Edit::IdsFlag(flag) => ("to_ids", Value::Bool(*flag)),
            Edit::Comment(comment) => {
                let data = step.copy()?;
                ("comment", Value::string(step.render(comment, &data)?))
            }
        };
        edit(&self.selection, key, step, |attribute| attribute.set(key, value.clone()))
    }

    fn meaning(&self) -> Meaning<'_> {
        let (field, value) = match &self.edit {
            Edit::IdsFlag(flag) => ("to_ids", Some(Value::Bool(*flag))),
            Edit::Comment(comment) if comment.is_wrong() => return Meaning::Unknown("its comment is not a string"),
            Edit::Comment(comment) => ("comment", comment.fixed().map(|text| Value::string(text.to_owned()))),
        };
        Meaning::EditsAttributes { filter: self.selection.meaning(), field, value }
    }
}

/// Edits the attributes of a selection, in the travelling data and in the database. Fails if there is none.
///
/// # Errors
/// What PHP throws of something that is not an attribute.
pub(super) fn edit<'a>(
    selection: &Selection,
    changed: &'static str,
    step: &mut ModuleRun<'_, 'a>,
    change: impl Fn(&mut Array<'a>),
) -> Result<bool, Thrown> {
    let mut data = step.copy()?;
    step.lookups.entry(&step.node.module).or_default().note(&data);
    let attributes = selection.attributes(&data, step)?;
    let mut edited = Vec::with_capacity(attributes.len());
    for old in attributes.values() {
        let mut attribute = old.clone();
        let given = attribute.type_name();
        let Some(fields) = attribute.as_array_mut() else {
            let function = "Module_attribute_edition_operation::_editAttribute";
            return Err(Thrown::argument(function, 1, "attribute", "array", given));
        };
        change(fields);
        let timestamp = fields.remove(KeyRef::String("timestamp"));
        if step.semantics.edits_mark_attributes && step.answers.saves_attributes() {
            // The database then gives the time of the edit, which is not known here.
            let is_other = |key: &str| fields.get(KeyRef::new(key)) != old.get(key);
            fields.set("_materialChange", is_other("distribution"));
            if let Some(id) = fields.remove(KeyRef::String("id")) {
                fields.set("id", id);
            }
            fields.set("timestamp", timestamp.unwrap_or_default());
        }
        edited.push(attribute);
    }
    let lookup = step.lookups.entry(&step.node.module).or_default();
    let pairs: Vec<_> = edited.iter().map(|attribute| (attribute.clone(), attribute.clone())).collect();
    lookup.put_all_back(&mut data, &pairs, step.semantics);
    let success = !edited.is_empty();
    if !success {
        step.because_nothing_is_left("there is no attribute to edit");
    }
    step.effect(Effect::EditAttributes { attributes: edited, changed });
    step.data.set(data);
    Ok(success)
}
