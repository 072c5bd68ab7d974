//! Which data a workflow can run on, and what events are called.

use serde::Serialize;

use crate::core_format::Passed;
use crate::engine::Prepared;
use crate::php::{Array, Value};

/// What tells an event from others.
#[derive(Clone, PartialEq, Serialize, Debug)]
pub struct EventIdentity<'a> {
    /// Its number on the server.
    pub id: Value<'a>,
    /// Its uuid.
    pub uuid: Value<'a>,
    /// Its title.
    pub info: Value<'a>,
}

impl<'a> EventIdentity<'a> {
    /// That of the event in some data, if there is one.
    pub fn of(data: &Value<'a>) -> Option<Self> {
        let data = if Passed::is_in(data) { data.get("normalized")? } else { data };
        let event = data.get("Event").filter(|event| event.as_array().is_some())?;
        let field = |key: &str| event.get(key).cloned().unwrap_or_default();
        Some(Self { id: field("id"), uuid: field("uuid"), info: field("info") })
    }

    /// The id, else the uuid.
    pub fn name(&self) -> Option<String> {
        let names = [&self.id, &self.uuid].into_iter().filter_map(Value::to_text);
        names.map(std::borrow::Cow::into_owned).find(|name| !name.is_empty())
    }
}

/// Why a workflow cannot run on some data, and what helps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unusable {
    /// What is wrong with it.
    pub message: &'static str,
    /// What is wanted instead.
    pub help: &'static str,
}

/// Whether a workflow can run on some data: on an event if its trigger gives MISP's core format, else on any object; and on
/// a recording of what a trigger passed.
///
/// # Errors
/// Why it cannot.
pub fn usable(workflow: &Prepared, data: &Value<'_>) -> Result<(), Unusable> {
    const EVENT: &str = "an event is written `{\"Event\": {…}}`, as MISP's REST API gives it";
    const OBJECT: &str = "the data of a trigger is an object; `mispflow modules TRIGGER` shows it";
    let wants_event = workflow.wants_core_format();
    let help = if wants_event { EVENT } else { OBJECT };
    let unusable = |message| Err(Unusable { message, help });
    let Some(object) = data.as_array() else {
        return unusable("this is a single value, not an event");
    };
    if is_filled_list(object) {
        return unusable("this is a list within a list, not an event");
    }
    if !wants_event || Passed::is_in(data) {
        return Ok(());
    }
    match data.get("Event") {
        Some(Value::Array(event)) if !is_filled_list(event) => Ok(()),
        Some(_) => unusable("what `Event` holds is not an object"),
        None if object.is_empty() => unusable("this is an empty object, not an event"),
        None if data.get("Workflow").is_some() || data.get("WorkflowBlueprint").is_some() => {
            unusable("this is a workflow, not an event")
        }
        None if data.get("Attribute").is_some() || (data.get("type").is_some() && data.get("value").is_some()) => {
            unusable("this is an attribute without its event")
        }
        None if data.get("info").is_some() && data.get("orgc_id").is_some() => {
            unusable("this is the inside of an event: `Event` around it is missing")
        }
        None => unusable("this is not an event: it has no key `Event`"),
    }
}

fn is_filled_list(array: &Array<'_>) -> bool {
    !array.is_empty() && array.is_list()
}
