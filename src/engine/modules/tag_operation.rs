//! `tag_operation`, and how all modules put tags on and take them off.

use super::select::Selection;
use super::travelling_tags;
use super::{Module, Prepared};
use crate::engine::access::{entry, entry_at, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::effect::{Effect, Locality, Scope};
use crate::engine::step::Step;
use crate::php::{Array, Thrown, Value};

#[derive(Debug)]
struct TagOperation {
    selection: Selection,
    of_event: bool,
    tagging: Tagging,
}

/// Tags, and what is done with them.
#[derive(Clone, Debug)]
pub(super) struct Tagging {
    pub(super) removes: bool,
    pub(super) tags: Array<'static>,
    pub(super) locality: Locality,
    pub(super) relationship_type: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(TagOperation {
        selection: Selection::new(arguments)?,
        of_event: arguments.is("scope", "event"),
        tagging: Tagging {
            removes: arguments.is("action", "remove"),
            tags: arguments.list("tags"),
            locality: match arguments.text("locality").as_str() {
                "any" => Locality::Any,
                "local" => Locality::Local,
                _ => Locality::Global,
            },
            relationship_type: arguments.value("relationship_type"),
        },
    }))
}

impl Module for TagOperation {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let success = if self.of_event {
            let event = self.selection.items(&data, step)?;
            self.tagging.on_event(&event, step)?;
            true
        } else {
            let attributes = self.selection.attributes(&data, step)?;
            self.tagging.on_attributes(attributes.values(), step)?
        };
        drop(data);
        if step.semantics.tag_operations_change_data {
            travelling_tags::change(step)?;
        }
        Ok(success)
    }
}

impl Tagging {
    /// Tags the event in `data`, which is another thing under a module filter: then MISP finds no id in it.
    pub(super) fn on_event<'a>(&self, data: &Value<'a>, step: &mut Step<'_, 'a>) -> Result<(), Thrown> {
        wanted_array(data, "Module_tag_operation::__addTagsToEvent", 1, "event")?;
        let id = entry_at(data, &["Event", "id"])?.clone();
        if id.is_null() {
            step.because(|| "the module gets something else than an event: nothing is tagged".into());
        }
        self.apply(Scope::Event, id, step);
        Ok(())
    }

    /// Tags attributes; fails if there are none.
    pub(super) fn on_attributes<'v, 'a: 'v>(
        &self,
        attributes: impl Iterator<Item = &'v Value<'a>>,
        step: &mut Step<'_, 'a>,
    ) -> Result<bool, Thrown> {
        let mut success = false;
        for attribute in attributes {
            let id = entry(attribute, "id")?.clone();
            self.apply(Scope::Attribute, id, step);
            success = true;
        }
        Ok(success)
    }

    fn apply<'a>(&self, scope: Scope, id: Value<'a>, step: &mut Step<'_, 'a>) {
        let (tags, locality) = (self.tags.clone(), self.locality);
        step.effect(if self.removes {
            Effect::RemoveTags { scope, id, tags, locality }
        } else {
            Effect::AddTags { scope, id, tags, locality, relationship_type: self.relationship_type.clone() }
        });
    }
}
