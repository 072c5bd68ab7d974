//! `attach-warninglist`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::{entry, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::step::Step;
use crate::php::{Array, KeyRef, Thrown, Value};

#[derive(Debug)]
struct AttachWarninglist {
    selection: Selection,
    lists: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let lists = arguments.list("warninglists").into();
    Ok(Box::new(AttachWarninglist { selection: Selection::new(arguments)?, lists }))
}

impl Module for AttachWarninglist {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if !self.lists.to_bool() {
            return Ok(step.fail("No warninglist module selected"));
        }
        let mut data = step.copy()?;
        step.lookups.entry(&step.node.module).or_default().note(&data);
        let attributes = self.selection.attributes(&data, step)?;
        let mut of_event = Array::new();
        for attribute in attributes.values() {
            wanted_array(attribute, "Warninglist::checkForWarning", 1, "object")?;
            let Some(warnings) = step.answers.warnings(step.request(), &self.lists, attribute) else { continue };
            for warning in warnings.to_array().values() {
                let mut summary = Array::new();
                for (name, from) in
                    [("id", "warninglist_id"), ("name", "warninglist_name"), ("category", "warninglist_category")]
                {
                    summary.set(name, entry(warning, from)?.clone());
                }
                let id = entry(warning, "warninglist_id")?.to_text().unwrap_or_default().into_owned();
                of_event.set(id, summary);
            }
            let mut marked = attribute.clone();
            if let Some(fields) = marked.as_array_mut() {
                fields.set("warnings", warnings);
            }
            step.lookups.entry(&step.node.module).or_default().put_back(&mut data, attribute, &marked);
        }
        if let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) {
            event.set("warnings", of_event.reindexed());
        }
        step.data.set(data);
        Ok(true)
    }
}
