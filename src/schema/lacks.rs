//! What the data of a trigger lacks, though the core format has it: as recorded on 2.5.1 and 2.5.19.
//!
//! See `docs/misp-semantics.md`, section "What triggers pass".

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
        triggers: &["event-after-save"],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object", "Event.EventReport", "Event.Galaxy"],
        never: true,
        why: "it gives the fields of the event itself, its creator organisation and its tags",
    },
    Lack {
        triggers: &["event-before-save"],
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
        triggers: &["event-before-save"],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object"],
        never: false,
        why: "attributes come with a new event; an edit usually comes with the fields of the event alone",
    },
    Lack { triggers: &["event-before-save"], paths: &["Event.id"], never: false, why: "a new event has no id yet" },
    Lack {
        triggers: &["object-after-save"],
        paths: &["Event"],
        never: true,
        why: "for an object that is saved with its attributes through the REST API, it gives an event without any content",
    },
    Lack {
        triggers: &["event-report-after-save", "post-after-save"],
        paths: &["Event.Attribute", "Event._AttributeFlattened", "Event.Object"],
        never: true,
        why: "it gives the fields of the event itself and what was saved, no attributes",
    },
    Lack {
        triggers: &["attribute-after-save"],
        paths: &["Event.Attribute.Tag", "Event._AttributeFlattened.Tag"],
        never: false,
        why: "a new attribute comes without its own tags; they are there when it is saved again",
    },
    Lack {
        triggers: &["attribute-after-save"],
        paths: &["Event.Orgc", "Event.Org"],
        never: true,
        why: "it gives no organisations, only their numbers in `Event.org_id` and `Event.orgc_id`",
    },
    Lack {
        triggers: &["sighting-after-save"],
        paths: &["Event.Sighting", "Event.Attribute.Sighting", "Event._AttributeFlattened.Sighting"],
        never: true,
        why: "it gives the attribute that was sighted, not the sighting",
    },
    Lack {
        triggers: &["tag-attached-after-save"],
        paths: &["Tag"],
        never: true,
        why: "the tag is asked for by the trigger's own parameters; the workflow gets the event with the tagged attribute",
    },
    Lack {
        triggers: &["user-after-save", "user-before-save"],
        paths: &["User", "Role", "Organisation", "Event"],
        never: true,
        why: "the fields of the account are at the root of the data: `email`, `org_id`, `role_id`",
    },
    Lack {
        triggers: &["log-after-save"],
        paths: &["User", "Event"],
        never: true,
        why: "it gives `Log`, the entry that was written, and nothing else",
    },
];

impl Lack {
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
