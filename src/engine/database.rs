//! What the database holds while a run goes on, as far as the event that is run tells.

use rustc_hash::FxHashMap;

use super::answers::Answers;
use super::attributes::attributes;
use super::effect::{Effect, EffectRecord, Locality, TagScope};
use super::roaming::RoamingData;
use crate::php::{Array, Value};

/// The tags of the event and of its attributes: those it had when the run began, and what the run did to them.
pub(super) struct AttachedTags {
    /// Names, and whether they are local, by what they are on.
    tags: FxHashMap<(TagScope, String), Vec<(String, bool)>>,
}

impl AttachedTags {
    pub(super) fn new(data: &RoamingData<'_>, effects: &[EffectRecord<'_>]) -> Self {
        let mut attached = Self { tags: FxHashMap::default() };
        if let Some(event) = data.original().get("Event") {
            attached.note(TagScope::Event, event);
            for attribute in attributes(event) {
                attached.note(TagScope::Attribute, attribute);
            }
        }
        for record in effects {
            attached.change(&record.effect);
        }
        attached
    }

    fn note(&mut self, scope: TagScope, holder: &Value<'_>) {
        let id = id(holder.get("id"));
        let tags = holder.get("Tag").and_then(Value::as_array).into_iter().flat_map(Array::values);
        let tags = tags.filter_map(|tag| {
            let name = tag.get("name").and_then(Value::to_text)?.into_owned();
            Some((name, tag.get("local").is_some_and(Value::to_bool)))
        });
        self.tags.insert((scope, id), tags.collect());
    }

    fn change(&mut self, effect: &Effect<'_>) {
        match effect {
            Effect::AddTags { scope, id: holder, tags, locality, .. } => {
                let known = self.tags.entry((*scope, id(Some(holder)))).or_default();
                for name in names(tags) {
                    if !known.iter().any(|(known, _)| *known == name) {
                        known.push((name, *locality == Locality::Local));
                    }
                }
            }
            Effect::RemoveTags { scope, id: holder, tags, locality } => {
                let Some(known) = self.tags.get_mut(&(*scope, id(Some(holder)))) else { return };
                for name in names(tags) {
                    known.retain(|(known, local)| *known != name || !fits(*locality, *local));
                }
            }
            _ => {}
        }
    }

    /// Whether there is something to take off: a tag that is there with this locality, or one that the server has never
    /// seen, of which MISP says that it was taken off.
    pub(super) fn has_any_of(&self, effect: &Effect<'_>, answers: &dyn Answers) -> bool {
        let Effect::RemoveTags { scope, id: holder, tags, locality } = effect else { return false };
        let known = self.tags.get(&(*scope, id(Some(holder)))).map_or(&[][..], Vec::as_slice);
        let is_there = |name: &str| known.iter().any(|(known, local)| known == name && fits(*locality, *local));
        names(tags).any(|name| is_there(&name) || !answers.knows_tag(&name))
    }
}

fn fits(locality: Locality, local: bool) -> bool {
    match locality {
        Locality::Any => true,
        Locality::Local => local,
        Locality::Global => !local,
    }
}

fn names<'t>(tags: &'t Array<'_>) -> impl Iterator<Item = String> + 't {
    tags.values().filter_map(Value::to_text).map(std::borrow::Cow::into_owned)
}

/// An id as a text; empty where there is none, as in the events of many tests.
fn id(value: Option<&Value<'_>>) -> String {
    value.and_then(Value::to_text).map(std::borrow::Cow::into_owned).unwrap_or_default()
}
