//! What each trigger gives: the keys that were recorded on 2.5.1 and 2.5.19, and a small example.
//!
//! `data/passed.json` is made of the recordings by `INSTA_UPDATE=always cargo test trigger_data`.

use std::sync::OnceLock;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::follow::Typer;
use super::lacks::Lack;
use super::root::Root;
use super::shape::{Schema, Shape};
use crate::catalogue::{Signature, module_ids};
use crate::hashpath::Path;

type Map<T> = IndexMap<String, T, FxBuildHasher>;

/// What a trigger gives, as the workflow sees it.
#[derive(Clone, Copy, Debug)]
pub struct TriggerData {
    trigger: &'static str,
    objects: &'static Map<String>,
    /// The trigger that is taken to give the same, where this one was not recorded.
    pub like: Option<&'static str>,
    /// A small example: JSON.
    pub example: &'static str,
}

/// The keys of an object in the data of a trigger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TriggerObject {
    /// The hash path that finds it; empty for the root.
    pub path: &'static str,
    /// Its keys by what they hold, each with whether it is always there where the object is.
    pub keys: Vec<(&'static str, Vec<(&'static str, bool)>)>,
}

macro_rules! examples {
    ($($trigger:literal),* $(,)?) => {
        [$(($trigger, include_str!(concat!("data/examples/", $trigger, ".json")))),*]
    };
}

const EXAMPLES: [(&str, &str); 16] = examples![
    "attribute-after-save",
    "enrichment-before-query",
    "event-after-save",
    "event-after-save-new",
    "event-before-save",
    "event-publish",
    "event-report-after-save",
    "log-after-save",
    "object-after-save",
    "post-after-save",
    "shadow-attribute-after-save",
    "shadow-attribute-before-save",
    "sighting-after-save",
    "tag-attached-after-save",
    "user-after-save",
    "user-before-save",
];

/// A trigger that was not recorded, and the one that is taken to give the same.
const ALIKE: [(&str, &str); 2] =
    [("event-after-save-new-from-pull", "event-after-save-new"), (module_ids::ADHOC_TRIGGER, "event-publish")];

/// What a key holds, in the order in which it is told.
const KINDS: [&str; 6] = ["strings", "numbers", "booleans", "objects", "lists", "others"];

impl TriggerData {
    /// What a trigger of MISP gives; `None` for others.
    pub fn of(trigger: &str) -> Option<Self> {
        let like = ALIKE.iter().find(|(known, _)| *known == trigger).map(|(_, like)| *like);
        let recorded = like.unwrap_or(trigger);
        let (trigger, objects) = recorded_keys().get_key_value(recorded)?;
        let example = EXAMPLES.iter().find(|(known, _)| known == trigger)?.1;
        Some(Self { trigger, objects, like, example })
    }

    /// The objects in the data, from the root on. The attributes in `Event._AttributeFlattened` are left out: they are those
    /// of the event and those of its objects.
    pub fn objects(&self, signature: &Signature) -> Vec<TriggerObject> {
        let typer = Typer::new(Root::of_trigger(signature));
        let object = |(path, keys): (&'static String, &'static String)| {
            let mut by_kind: Vec<(&'static str, Vec<_>)> = KINDS.iter().map(|kind| (*kind, Vec::new())).collect();
            for key in keys.split(' ') {
                let (name, always) = key.strip_suffix('?').map_or((key, true), |name| (name, false));
                let full = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                let kind = kind(&typer, &full);
                if let Some((_, keys)) = by_kind.iter_mut().find(|(known, _)| *known == kind) {
                    keys.push((name, always));
                }
            }
            by_kind.retain(|(_, keys)| !keys.is_empty());
            TriggerObject { path, keys: by_kind }
        };
        self.objects.iter().map(object).collect()
    }

    /// What else there is to know: what the trigger does not give, or only sometimes.
    pub fn notes(&self) -> Vec<String> {
        let lacks = Lack::all().filter(|lack| lack.triggers.contains(&self.trigger));
        lacks
            .map(|lack| {
                let paths: Vec<_> = lack.paths.iter().map(|path| format!("`{path}`")).collect();
                let word = if lack.never { "not there" } else { "not always there" };
                format!("{}: {word}; {}", paths.join(", "), lack.why)
            })
            .collect()
    }
}

fn recorded_keys() -> &'static Map<Map<String>> {
    static KEYS: OnceLock<Map<Map<String>>> = OnceLock::new();
    KEYS.get_or_init(|| serde_json::from_str(include_str!("data/passed.json")).expect("the embedded keys are valid"))
}

/// What lies at a path.
fn kind(typer: &Typer<'_>, path: &str) -> &'static str {
    let Ok(path) = Path::compile(path) else { return "others" };
    match typer.from_root(&path).end.first() {
        Some(Shape::Text) => "strings",
        Some(Shape::Number) => "numbers",
        Some(Shape::Boolean) => "booleans",
        Some(Shape::Object(_)) => "objects",
        Some(Shape::List(_)) => "lists",
        Some(Shape::OneOf(id)) => {
            let mut values = Schema::core().enumeration(*id).values.keys();
            if values.all(|value| crate::php::is_numeric(value)) { "numbers" } else { "strings" }
        }
        Some(Shape::Open) | None => "others",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::ModuleType;

    #[test]
    fn every_trigger_has_data_and_an_example() {
        for trigger in Catalogue::built_in().modules().filter(|module| module.module_type == ModuleType::Trigger) {
            let data = TriggerData::of(&trigger.id).unwrap_or_else(|| panic!("{}", trigger.id));
            let objects = data.objects(trigger);
            assert!(objects.iter().any(|object| object.path.is_empty()), "{}", trigger.id);
            let keys = objects.iter().flat_map(|object| &object.keys).flat_map(|(_, keys)| keys);
            assert!(keys.count() > 1, "{}", trigger.id);
            assert!(data.example.starts_with('{'), "{}", trigger.id);
        }
        assert!(TriggerData::of("push-zmq").is_none());
    }

    #[test]
    fn the_name_of_the_module_is_a_string() {
        let trigger = Catalogue::built_in().module("enrichment-before-query").unwrap();
        let objects = TriggerData::of(&trigger.id).unwrap().objects(trigger);
        assert_eq!(objects[0].keys, [("strings", vec![("_module", true)]), ("objects", vec![("Event", true)])]);
    }
}
