//! Which parts of an event a workflow can look at.

use crate::catalogue::module_ids;
use crate::hashpath::{Path, Token};
use crate::php::{Key, PartStep, Parts};
use crate::schema::Lack;

use super::meaning::Meaning;
use super::options::RunOptions;
use super::prepared::Prepared;

/// What `run` and others call an event by.
const IDENTITY: [&str; 3] = ["id", "uuid", "info"];

/// The key under which MISP gathers all attributes of an event.
const FLATTENED: &str = "_AttributeFlattened";
/// The key under which MISP gathers the tags that something has and inherits.
const ALL_TAGS: &str = "_allTags";

impl Prepared {
    /// The parts of an event that a run can look at, if it is known that there are others: a run on these parts alone
    /// comes to the same.
    pub fn parts(&self, options: &RunOptions<'_>) -> Option<&Parts> {
        let keeps_data = options.trace || options.data || options.clock.is_some();
        // Whether a job starts depends on how large the data is.
        let may_be_job = options.background && !self.is_blocking;
        self.parts.as_ref().filter(|_| !keeps_data && !may_be_job)
    }

    /// Finds them out. Where a step can look at anything, or hand on the event, there are none.
    pub(super) fn find_parts(&self) -> Option<Parts> {
        if !self.wants_core_format || self.adhoc.is_some() || self.is_debug_enabled {
            return None;
        }
        let mut parts = Parts::default();
        // What is beside the event says whether it is one.
        parts.want_others();
        parts.want(&[PartStep::Key("Event"), PartStep::Key("Tag")]);
        for key in IDENTITY {
            parts.want(&[PartStep::Key("Event"), PartStep::Key(key)]);
        }
        for path in Lack::never_given(&self.trigger) {
            // These paths leave out the steps into lists, so all of a list is wanted.
            let way: Vec<_> = path.split('.').take(2).map(PartStep::Key).collect();
            parts.want(&way);
        }
        for node in &self.nodes {
            if node.module == module_ids::CONCURRENT_TASK {
                return None;
            }
            match node.handler.as_ref().map_or(Meaning::Nothing, |handler| handler.meaning()) {
                Meaning::Nothing | Meaning::Stops { message: Some(_), .. } => {}
                Meaning::Compares(question) | Meaning::Tagged(question) | Meaning::Organisation(question) => {
                    want_path(&mut parts, question.path)?;
                }
                Meaning::Counts { path, .. } => want_path(&mut parts, path)?,
                Meaning::Published(_) => parts.want(&[PartStep::Key("Event"), PartStep::Key("published")]),
                Meaning::ThreatLevel { .. } => parts.want(&[PartStep::Key("Event"), PartStep::Key("threat_level_id")]),
                _ => return None,
            }
        }
        Some(parts)
    }
}

/// Wants what a path leads to, as steps and as the plain keys that some operators take them for. `None` if it leads
/// through something that is made from everything.
fn want_path(parts: &mut Parts, path: &Path) -> Option<()> {
    let mut way = Vec::with_capacity(path.segments().len());
    for segment in path.segments() {
        way.push(match &segment.token {
            Token::Key(Key::String(key)) => PartStep::Key(key),
            _ => PartStep::Each,
        });
        if !segment.tests.is_empty() || segment.only_arrays {
            // A test looks at what is beside the next step.
            break;
        }
    }
    let literal = path.literal_keys().iter().map(|key| match key {
        Key::String(key) => PartStep::Key(key),
        Key::Int(_) => PartStep::Each,
    });
    for way in [way, literal.collect()] {
        want_gathered(parts, &way)?;
    }
    Some(())
}

/// Wants what a way leads to in the data that a workflow gets, in terms of the event from which that is made.
fn want_gathered(parts: &mut Parts, way: &[PartStep<'_>]) -> Option<()> {
    const EVENT: PartStep<'_> = PartStep::Key("Event");
    let [EVENT, PartStep::Key(list), rest @ ..] = way else {
        // What is beside the event is read anyway, and the event as a whole is not worth it.
        return matches!(way.first(), Some(PartStep::Key(key)) if *key != "Event").then_some(());
    };
    // The data may have such a key itself, where MISP makes none.
    let mut ways = vec![rest.to_vec()];
    if let Some(at) = rest.iter().position(|step| *step == PartStep::Key(ALL_TAGS)) {
        // Made from the tags of the event, which are read anyway, and these.
        ways.push([&rest[..at], &[PartStep::Key("Tag")]].concat());
    }
    let holders: &[&[PartStep<'_>]] = if *list == FLATTENED {
        const ATTRIBUTE: PartStep<'_> = PartStep::Key("Attribute");
        if let Some(PartStep::Key(_)) = rest.first() {
            // It is a list: there is nothing under a name.
            return Some(());
        }
        &[&[EVENT, ATTRIBUTE], &[EVENT, PartStep::Key("Object"), PartStep::Each, ATTRIBUTE]]
    } else {
        &[&way[..2]]
    };
    for holder in holders {
        for way in &ways {
            parts.want(&[holder, way.as_slice()].concat());
        }
    }
    Some(())
}
