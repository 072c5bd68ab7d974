//! What a simulation cannot know of a run on a real server: the one list, with reasons. It is left out of the comparison
//! where it can occur, and nowhere else.

use mispflow::engine::Effect;
use mispflow::php::{Array, KeyRef, Value};
use rustc_hash::FxHashSet;

use super::observed::Observed;

/// Something that cannot be known.
struct Entry {
    what: &'static str,
    why: &'static str,
    /// Whether it can occur in a run.
    occurs: fn(&Facts) -> bool,
    /// Takes it out of an object of the data.
    forget: fn(&Facts, &mut Array<'_>),
}

/// The list.
const LIST: &[Entry] = &[
    Entry {
        what: "decay scores",
        why: "they follow from decaying models of the server, and from the time",
        occurs: |facts| facts.has("attach-decay-score"),
        forget: |_, object| remove(object, &["decay_score"]),
    },
    Entry {
        what: "what misp-modules answered where the recording does not say so",
        why: "the answer stands in no `service` entry",
        occurs: |facts| facts.has("attach-enrichment") && facts.asks_unrecorded_service,
        forget: |_, object| remove(object, &["enrichment"]),
    },
    Entry {
        what: "uuids in what misp-modules answered",
        why: "it draws them anew for each answer, and the recording may hold another answer to the same question",
        occurs: |facts| facts.has("attach-enrichment"),
        forget: |_, object| {
            if let Some(found) = object.get_mut(KeyRef::new("enrichment")) {
                forget_everywhere(found, &|object| remove(object, &["uuid", "object_uuid", "referenced_uuid"]));
            }
        },
    },
    Entry {
        what: "ids of rows and of the account that made the event, in the form of the database",
        why: "no view of an event has them",
        occurs: |facts| facts.has("enrich-event"),
        forget: |_, object| {
            remove(object, &["user_id", "org_id"]);
            if object.get(KeyRef::new("tag_id")).is_some() {
                remove(object, &["id", "relationship_type"]);
            }
        },
    },
    Entry {
        what: "what enrich-event saves of an answer",
        why: "MISP makes attributes, objects, correlations and reports of it, with ids and times of the database",
        occurs: Facts::saves_answers,
        forget: |_, object| {
            remove(object, &["Attribute", "Object", "_AttributeFlattened", "attribute_count", "timestamp"]);
            remove(object, &["RelatedEvent", "EventReport"]);
        },
    },
    Entry {
        what: "the times at which an event was changed and published",
        why: "the database gives them, and they show when the event is loaded again",
        occurs: |facts| RELOADS.iter().any(|module| facts.has(module)),
        forget: |_, object| {
            if object.get(KeyRef::new("_AttributeFlattened")).is_some() {
                remove(object, &["timestamp", "publish_timestamp"]);
            }
        },
    },
    Entry {
        what: "what the database has of a tag that was put on: its id, its colour, …",
        why: "no view of an event without the tag has it",
        occurs: |facts| facts.tags && RELOADS.iter().any(|module| facts.has(module)),
        forget: |_, object| {
            if object.get(KeyRef::new("name")).is_some() && object.get(KeyRef::new("local")).is_some() {
                remove(object, &["id", "colour", "exportable", "user_id", "hide_tag", "numerical_value", "is_galaxy"]);
                remove(object, &["is_custom_galaxy", "local_only", "relationship_type"]);
            }
        },
    },
    Entry {
        what: "the time at which an attribute was edited",
        why: "the database gives it",
        occurs: |facts| EDITS.iter().any(|module| facts.has(module)),
        forget: |_, object| {
            if object.get(KeyRef::new("_materialChange")).is_some() {
                remove(object, &["timestamp"]);
            }
        },
    },
    Entry {
        what: "the id of an attribute that was a proposal, and the time at which the event was changed",
        why: "the database gives them",
        occurs: |facts| facts.has("proposal-action"),
        forget: |facts, object| {
            let uuid = object.get(KeyRef::new("uuid")).and_then(Value::as_str);
            if uuid.is_some_and(|uuid| facts.proposals.contains(uuid)) {
                remove(object, &["id"]);
            }
            if object.get(KeyRef::new("_AttributeFlattened")).is_some() {
                remove(object, &["timestamp"]);
            }
        },
    },
];

/// Modules after which the event is loaded again.
const RELOADS: [&str; 3] = ["reload-full-event", "enrich-event", "run-workflow"];

/// Modules that edit attributes.
const EDITS: [&str; 3] =
    ["attribute_distribution_operation", "attribute_ids_flag_operation", "Module_attribute_comment_operation"];

/// Headers of requests that belong to the library that sends them.
pub(crate) const HEADERS: [&str; 4] = ["host", "accept-encoding", "content-length", "connection"];

/// What of a run decides what can be known.
struct Facts {
    modules: FxHashSet<String>,
    asks_unrecorded_service: bool,
    has_service: bool,
    /// Whether the run puts tags on, or a workflow that it calls.
    tags: bool,
    /// The uuids of the event's proposals.
    proposals: FxHashSet<String>,
}

impl Facts {
    fn has(&self, module: &str) -> bool {
        self.modules.contains(module)
    }

    fn saves_answers(&self) -> bool {
        self.has("enrich-event") && (self.has_service || self.asks_unrecorded_service)
    }
}

/// What cannot be known of one run.
pub(crate) struct Unknown {
    facts: Facts,
    entries: Vec<&'static Entry>,
}

pub(crate) fn of(request: &Value<'_>, seen: &Observed<'_>) -> Unknown {
    let mut facts = Facts {
        modules: FxHashSet::default(),
        asks_unrecorded_service: false,
        has_service: false,
        tags: false,
        proposals: FxHashSet::default(),
    };
    for (_, node) in request.get("graph").and_then(Value::as_array).into_iter().flatten() {
        let module = node.get("data").and_then(|data| data.get("id")).and_then(Value::as_str);
        facts.modules.extend(module.map(ToOwned::to_owned));
    }
    let service = request.get("service").and_then(Value::as_array);
    let recorded: FxHashSet<_> = service
        .into_iter()
        .flat_map(Array::values)
        .filter_map(|entry| entry.get("query")?.get("module")?.as_str())
        .collect();
    facts.has_service = !recorded.is_empty();
    for record in &seen.effects {
        match &record.effect {
            Effect::Enrich { modules, .. } => {
                let mut names = modules.values().filter_map(Value::as_str);
                facts.asks_unrecorded_service |= names.any(|name| !recorded.contains(name));
            }
            Effect::Proposals { proposals, .. } => {
                let uuids = proposals.iter().filter_map(|proposal| proposal.get("uuid")?.as_str());
                facts.proposals.extend(uuids.map(ToOwned::to_owned));
            }
            Effect::AddTags { .. } => facts.tags = true,
            _ => {}
        }
    }
    let entries = LIST.iter().filter(|entry| (entry.occurs)(&facts)).collect();
    Unknown { facts, entries }
}

impl Unknown {
    /// Whether there is anything.
    pub(crate) fn is_anything(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Whether it is part of what templates make.
    pub(crate) fn shows_in_texts(&self) -> bool {
        self.facts.saves_answers()
    }

    /// Data without it.
    pub(crate) fn forget<'a>(&self, value: &Value<'a>) -> Value<'a> {
        let mut value = value.clone();
        for entry in &self.entries {
            forget_everywhere(&mut value, &|object| (entry.forget)(&self.facts, object));
        }
        value
    }
}

fn forget_everywhere(value: &mut Value<'_>, forget: &dyn Fn(&mut Array<'_>)) {
    let Some(array) = value.as_array_mut() else { return };
    forget(array);
    let _ = array.edit(|_, entry| {
        forget_everywhere(entry, forget);
        Ok::<_, std::convert::Infallible>(true)
    });
}

fn remove(object: &mut Array<'_>, names: &[&str]) {
    for name in names {
        object.remove(KeyRef::new(name));
    }
}

/// Records that cannot be compared as a whole: why; `None` for the others.
pub(crate) fn whole(request: &Value<'_>, expected: &Value<'_>, own: &str) -> Option<&'static str> {
    if expected.get("endless").is_some() {
        return Some("the run, or the jobs that it starts, never end: nothing was recorded of them");
    }
    let mut lines = expected.get("log")?.as_array()?.values().filter_map(Value::as_str);
    if expected.get("log")?.to_bool() && !lines.any(|line| line.starts_with(own)) {
        return Some("the log tells of another workflow: what came of the run was recorded with another graph");
    }
    let event = request.get("event").and_then(|event| event.get("Event")).and_then(|event| event.get("timestamp"));
    let service = request.get("service").and_then(Value::as_array).into_iter().flat_map(Array::values);
    let of_another_time = service
        .filter_map(|entry| entry.get("query")?.get("filteredItems")?.get("Event")?.get("timestamp"))
        .any(|timestamp| Some(timestamp) != event);
    of_another_time.then_some("what misp-modules was asked was recorded in another run, on another state of the event")
}

/// A text without how long a connection took.
pub(crate) fn without_times(text: &str) -> String {
    text.split(": Failed to connect").next().unwrap_or_default().to_owned()
}

/// A text without the digits that are drawn for the boundary of a multipart body.
pub(crate) fn without_boundary(text: &str) -> String {
    const DASHES: &str = "------------------------";
    let Some(at) = text.find(DASHES) else { return text.to_owned() };
    let digits = text[at + DASHES.len()..].trim_start_matches('-');
    let end = digits.find(|char: char| !char.is_ascii_hexdigit()).unwrap_or(digits.len());
    text.replace(&digits[..end], "0000000000000000")
}

/// The nodes of other workflows that the run set off, for which the recording keeps one place with those of the run.
pub(crate) fn may_be_another_workflows(log: &[&str], own: &str, node: &str) -> bool {
    let mut is_own = true;
    log.iter().any(|line| {
        if line.starts_with("Workflow(") {
            is_own = line.starts_with(own);
        }
        !is_own && line.contains(&format!("` ({node}) from Workflow"))
    })
}

#[test]
fn every_entry_says_what_and_why() {
    for entry in LIST {
        assert!(entry.what.len() > 10 && entry.why.len() > 10, "{}", entry.what);
    }
}
