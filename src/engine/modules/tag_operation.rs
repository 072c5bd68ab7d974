//! `tag_operation`, and how all modules put tags on and take them off.

use super::select::Selection;
use super::{Module, Prepared, tags_in_data};
use crate::engine::access::{entry, entry_at, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::database::AttachedTags;
use crate::engine::effect::{Effect, Locality, TagScope};
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, Thrown, Value};

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
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        if self.of_event {
            let event = self.selection.items(&data, step)?;
            let success = self.tagging.on_event(&event, step)?;
            drop(data);
            if success && step.semantics.tag_operations_change_data {
                tags_in_data::change_event(&self.tagging, step)?;
            }
            return Ok(success);
        }
        let attributes = self.selection.attributes(&data, step)?;
        if !step.semantics.tag_operations_change_data {
            return self.tagging.on_attributes(attributes.values(), step);
        }
        drop(data);
        self.tagging.on_attributes_and_data(&attributes, step)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Tags {
            filter: self.selection.meaning(),
            of_event: self.of_event,
            removes: self.tagging.removes,
            tags: &self.tagging.tags,
            locality: self.tagging.locality,
            relationship_type: &self.tagging.relationship_type,
        }
    }
}

impl Tagging {
    /// Tags the event in `data`. Fails where it is not tagged.
    pub(super) fn on_event<'a>(&self, data: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<bool, Thrown> {
        let effect = self.of_event(data, step)?;
        Ok(self.apply([effect], is_event(data), step))
    }

    /// Tags attributes. Fails where not one of them is tagged.
    pub(super) fn on_attributes<'v, 'a: 'v>(
        &self,
        attributes: impl Iterator<Item = &'v Value<'a>>,
        step: &mut ModuleRun<'_, 'a>,
    ) -> Result<bool, Thrown> {
        let effects = attributes.map(|attribute| self.of_attribute(attribute)).collect::<Result<Vec<_>, _>>()?;
        if effects.is_empty() {
            step.because_nothing_is_left("there is no attribute to tag");
        }
        Ok(self.apply(effects, true, step))
    }

    /// Tags attributes in the database, and in the travelling data each that was tagged there.
    fn on_attributes_and_data<'a>(&self, attributes: &Array<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<bool, Thrown> {
        let mut data = step.copy()?;
        step.lookups.entry(&step.node.module).or_default().note(&data);
        let mut tagged = Vec::new();
        for attribute in attributes.values() {
            let effect = self.of_attribute(attribute)?;
            if self.apply([effect], true, step) {
                let mut lists = Vec::new();
                let lookup = step.lookups.entry(&step.node.module).or_default();
                lookup.try_change(&mut data, attribute, |attribute| {
                    tags_in_data::change_attribute(attribute, self)?;
                    lists.push(tags_in_data::LISTS.map(|list| attribute.get(KeyRef::String(list)).cloned()));
                    Ok(())
                })?;
                tagged.push((attribute, lists));
            }
        }
        let success = !tagged.is_empty();
        let lookup = step.lookups.entry(&step.node.module).or_default();
        if let Some(unfiltered) = lookup.note_unfiltered(&mut data) {
            for (attribute, lists) in tagged {
                let mut lists = lists.into_iter().flatten();
                lookup.change(unfiltered, attribute, |attribute| {
                    for (key, list) in tags_in_data::LISTS.into_iter().zip(&mut lists) {
                        attribute.set(key, list.unwrap_or_default());
                    }
                });
            }
        }
        if attributes.is_empty() {
            step.because_nothing_is_left("there is no attribute to tag");
        }
        step.data.set(data);
        Ok(success)
    }

    /// The tagging of the event in `data`, which is another thing under a module filter: then MISP finds no id in it.
    pub(super) fn of_event<'a>(&self, data: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<Effect<'a>, Thrown> {
        wanted_array(data, "Module_tag_operation::__addTagsToEvent", 1, "event")?;
        let id = entry_at(data, &["Event", "id"])?.clone();
        if !is_event(data) {
            step.because(|| "the module gets something else than an event: nothing is tagged".into());
        }
        Ok(self.of(TagScope::Event, id))
    }

    /// The tagging of an attribute.
    pub(super) fn of_attribute<'a>(&self, attribute: &Value<'a>) -> Result<Effect<'a>, Thrown> {
        Ok(self.of(TagScope::Attribute, entry(attribute, "id")?.clone()))
    }

    fn of<'a>(&self, scope: TagScope, id: Value<'a>) -> Effect<'a> {
        let (tags, locality) = (self.tags.clone(), self.locality);
        if self.removes {
            Effect::RemoveTags { scope, id, tags, locality }
        } else {
            Effect::AddTags { scope, id, tags, locality, relationship_type: self.relationship_type.clone() }
        }
    }

    /// Does taggings, and says whether one of them succeeded; none does on what does not exist.
    fn apply<'a>(
        &self,
        effects: impl IntoIterator<Item = Effect<'a>>,
        exists: bool,
        step: &mut ModuleRun<'_, 'a>,
    ) -> bool {
        let mut attached = None;
        let (mut success, before) = (false, step.effects.len());
        for effect in effects {
            let takes = step.answers.takes_tagging(step.request(), &effect);
            success |= takes.unwrap_or_else(|| match &effect {
                _ if !exists => false,
                // Tags can be put on whatever exists, also where they are already.
                Effect::AddTags { tags, .. } => !tags.is_empty(),
                effect => attached
                    .get_or_insert_with(|| AttachedTags::new(step.data, &step.effects[..before]))
                    .has_any_of(effect, step.answers),
            });
            step.effect(effect);
        }
        if !success && step.effects.len() > before {
            step.because(|| self.why_not());
        }
        success
    }

    /// Why nothing was tagged.
    fn why_not(&self) -> String {
        if self.tags.is_empty() {
            return "there is no tag to add or to remove".into();
        }
        if !self.removes {
            return "MISP has nothing to put the tags on".into();
        }
        let locality = match self.locality {
            Locality::Local => " as a local tag",
            Locality::Global => " as a global tag",
            Locality::Any => "",
        };
        let tags = self.tags.values().filter_map(Value::to_text).map(|tag| format!("`{tag}`"));
        format!("{} is not attached{locality}, so there is nothing to remove", tags.collect::<Vec<_>>().join(", "))
    }
}

/// Whether a module that wants an event gets one. Under a module filter it gets the matching items instead.
fn is_event(data: &Value<'_>) -> bool {
    data.get("Event").is_some()
}
