//! What the data of a trigger lacks, though the core format has it: as recorded on 2.5.1 and 2.5.19.
//!
//! See `docs/misp-semantics.md`, section "What triggers pass".

use crate::catalogue::module_ids;
use crate::php::{Array, KeyRef, Value};

/// Keys that a trigger does not give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lack {
    /// The triggers.
    pub triggers: &'static [&'static str],
    /// The keys on the way there, without `{n}`; all below is missing too.
    pub paths: &'static [&'static str],
    /// Whether it is never there; else only in some of the ways in which the trigger fires.
    pub never: bool,
    /// What the trigger gives instead.
    pub why: &'static str,
}

const LACKS: [Lack; 12] = [
    Lack {
        triggers: &[module_ids::EVENT_AFTER_SAVE],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object", "Event.EventReport", "Event.Galaxy"],
        never: true,
        why: "it gives the fields of the event itself, its creator organisation and its tags",
    },
    Lack {
        triggers: &[module_ids::EVENT_BEFORE_SAVE],
        paths: &[
            "Event.Tag",
            "Event.Attribute.Tag",
            "Event.Attribute._allTags",
            "Event._AttributeFlattened.Tag",
            "Event._AttributeFlattened._allTags",
        ],
        never: true,
        why: "a new event has nothing but the ids of its tags (`Event.EventTag`), and an edit usually comes with the fields of the event alone",
    },
    Lack {
        triggers: &[module_ids::EVENT_BEFORE_SAVE],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object"],
        never: false,
        why: "attributes come with a new event; an edit usually comes with the fields of the event alone",
    },
    Lack {
        triggers: &[module_ids::EVENT_BEFORE_SAVE],
        paths: &["Event.id"],
        never: false,
        why: "a new event has no id yet",
    },
    Lack {
        triggers: &[module_ids::OBJECT_AFTER_SAVE],
        paths: &["Event"],
        never: true,
        why: "for an object that is saved with its attributes through the REST API, it gives an event without any content",
    },
    Lack {
        triggers: &[module_ids::EVENT_REPORT_AFTER_SAVE, module_ids::POST_AFTER_SAVE],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object"],
        never: true,
        why: "it gives the fields of the event itself and what was saved, no attributes",
    },
    Lack {
        triggers: &[module_ids::ATTRIBUTE_AFTER_SAVE],
        paths: &["Event.Attribute.Tag", "Event._AttributeFlattened.Tag"],
        never: false,
        why: "a new attribute comes without its own tags; they are there when it is saved again",
    },
    Lack {
        triggers: &[module_ids::ATTRIBUTE_AFTER_SAVE],
        paths: &["Event.Orgc", "Event.Org"],
        never: true,
        why: "it gives no organisations, only their numbers in `Event.org_id` and `Event.orgc_id`",
    },
    Lack {
        triggers: &[module_ids::SIGHTING_AFTER_SAVE],
        paths: &["Event.Sighting", "Event.Attribute.Sighting", "Event._AttributeFlattened.Sighting"],
        never: true,
        why: "it gives the attribute that was sighted, not the sighting",
    },
    Lack {
        triggers: &[module_ids::TAG_ATTACHED_AFTER_SAVE],
        paths: &["Tag"],
        never: true,
        why: "the tag is asked for by the trigger's own parameters; the workflow gets the event with the tagged attribute",
    },
    Lack {
        triggers: &[module_ids::USER_AFTER_SAVE, module_ids::USER_BEFORE_SAVE],
        paths: &["User", "Role", "Organisation", "Event"],
        never: true,
        why: "the fields of the account are at the root of the data: `email`, `org_id`, `role_id`",
    },
    Lack {
        triggers: &[module_ids::LOG_AFTER_SAVE],
        paths: &["User", "Event"],
        never: true,
        why: "it gives `Log`, the entry that was written, and nothing else",
    },
];

impl Lack {
    /// All that is known to be missing.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        LACKS.iter()
    }

    /// The paths of what a trigger never gives.
    pub fn never_given(trigger: &str) -> impl Iterator<Item = &'static str> {
        never(trigger).flat_map(|lack| lack.paths.iter().copied())
    }

    /// What is there of some data that a trigger never gives: the paths, and what is missing.
    pub fn found_in(trigger: &str, data: &Value<'_>) -> Vec<(&'static str, &'static Self)> {
        let lacks = never(trigger).flat_map(|lack| lack.paths.iter().map(move |path| (*path, lack)));
        lacks.filter(|(path, _)| is_there(data, &path.split('.').collect::<Vec<_>>())).collect()
    }

    /// Takes out of some data what a trigger never gives.
    pub fn take_out(trigger: &str, data: &mut Value<'_>) {
        for path in never(trigger).flat_map(|lack| lack.paths) {
            remove(data, &path.split('.').collect::<Vec<_>>());
        }
    }

    /// What a trigger lacks of what a path asks for; the path is its keys, without `{n}`.
    pub fn of(trigger: &str, keys: &[&str]) -> Option<&'static Self> {
        let lacks = LACKS.iter().filter(|lack| lack.triggers.contains(&trigger));
        lacks
            .filter(|lack| {
                lack.paths.iter().any(|path| {
                    let mut keys = keys.iter();
                    path.split('.').all(|key| keys.next() == Some(&key))
                })
            })
            .max_by_key(|lack| lack.never)
    }
}

/// What a trigger never gives. The tag that was attached is not among it: that is how a run is told of it.
fn never(trigger: &str) -> impl Iterator<Item = &'static Lack> {
    LACKS.iter().filter(move |lack| lack.never && lack.triggers.contains(&trigger) && lack.paths != ["Tag"])
}

/// Whether there is something at a path of keys, in any entry of the lists on the way.
fn is_there(value: &Value<'_>, keys: &[&str]) -> bool {
    let Some(array) = value.as_array() else { return keys.is_empty() && !value.is_null() };
    let Some((key, rest)) = keys.split_first() else {
        // An event without content still has this list.
        return array.iter().any(|(key, entry)| {
            key != KeyRef::String("_AttributeFlattened") || entry.as_array().is_some_and(|list| !list.is_empty())
        });
    };
    match array.get(KeyRef::new(key)) {
        Some(entry) => is_there(entry, rest),
        None => array.is_list() && array.values().any(|entry| is_there(entry, keys)),
    }
}

/// Takes out what is at a path of keys, in all entries of the lists on the way. Of the event itself only the content goes.
fn remove(value: &mut Value<'_>, keys: &[&str]) {
    let Some(array) = value.as_array_mut() else { return };
    match keys {
        ["Event"] if array.get(KeyRef::String("Event")).is_some_and(|event| event.as_array().is_some()) => {
            array.set("Event", Array::new());
        }
        [key] if array.get(KeyRef::new(key)).is_some() => {
            array.remove(KeyRef::new(key));
        }
        [key, rest @ ..] => {
            if let Some(entry) = array.get_mut(KeyRef::new(key)) {
                remove(entry, rest);
            } else if array.is_list() {
                let _ = array.edit(|_, entry| {
                    remove(entry, keys);
                    Ok::<_, std::convert::Infallible>(true)
                });
            }
        }
        [] => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"Event":{"id":"7","Orgc":{"name":"o"},"Tag":[{"name":"t"}],"Attribute":[{"id":"1","Tag":[{"name":"t"}],"Sighting":[{"id":"2"}]}],"Object":[]}}"#;

    #[test]
    fn what_a_trigger_never_gives_is_found_and_taken_out() {
        for (trigger, found, left) in [
            ("event-publish", &[][..], EVENT),
            (
                "event-after-save",
                &["Event.Attribute"],
                r#"{"Event":{"id":"7","Orgc":{"name":"o"},"Tag":[{"name":"t"}]}}"#,
            ),
            (
                "event-before-save",
                &["Event.Tag", "Event.Attribute.Tag"],
                r#"{"Event":{"id":"7","Orgc":{"name":"o"},"Attribute":[{"id":"1","Sighting":[{"id":"2"}]}],"Object":[]}}"#,
            ),
            ("object-after-save", &["Event"], r#"{"Event":[]}"#),
            (
                "attribute-after-save",
                &["Event.Orgc"],
                r#"{"Event":{"id":"7","Tag":[{"name":"t"}],"Attribute":[{"id":"1","Tag":[{"name":"t"}],"Sighting":[{"id":"2"}]}],"Object":[]}}"#,
            ),
            (
                "sighting-after-save",
                &["Event.Attribute.Sighting"],
                r#"{"Event":{"id":"7","Orgc":{"name":"o"},"Tag":[{"name":"t"}],"Attribute":[{"id":"1","Tag":[{"name":"t"}]}],"Object":[]}}"#,
            ),
        ] {
            let mut data = Value::from_json(EVENT).unwrap();
            let paths: Vec<_> = Lack::found_in(trigger, &data).iter().map(|(path, _)| *path).collect();
            assert_eq!(paths, found, "{trigger}");
            Lack::take_out(trigger, &mut data);
            assert_eq!(data.to_json().unwrap(), left, "{trigger}");
            assert!(Lack::found_in(trigger, &data).is_empty(), "{trigger}");
        }
    }

    #[test]
    fn the_tag_that_was_attached_stays() {
        let json = r#"{"Event":{"id":"7"},"Tag":{"name":"t"}}"#;
        let mut data = Value::from_json(json).unwrap();
        assert!(Lack::found_in("tag-attached-after-save", &data).is_empty());
        Lack::take_out("tag-attached-after-save", &mut data);
        assert_eq!(data.to_json().unwrap(), json);
    }
}
