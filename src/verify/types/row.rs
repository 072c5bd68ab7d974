//! What a workflow or blueprint says of itself.

use crate::diagnostics::Audience;
use crate::model::Document;
use crate::wording;

use super::found::{Part, TypeFinding};

/// What is known of a row of MISP besides what was read of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Whether it has a name, perhaps an empty one.
    pub has_name: bool,
    /// Whether it has a uuid that is none.
    pub has_invalid_uuid: bool,
}

/// Checks name, description, uuid and trigger.
pub fn check_row<'g>(document: &'g Document<'g>, row: Row) -> Vec<TypeFinding<'g>> {
    let name = if row.has_name { wording::empty_name(&document.name) } else { None };
    let trigger = document.other_trigger();
    let stored = document.trigger_id.as_deref().unwrap_or_default();
    let found = [
        ("name", name.or_else(|| wording::text_too_long(&document.name))),
        ("description", wording::text_too_long(&document.description)),
        ("uuid", row.has_invalid_uuid.then(|| wording::invalid_uuid(Audience::Editor))),
        ("trigger_id", trigger.map(|trigger| wording::other_trigger(stored, trigger))),
    ];
    let found = found.into_iter().filter_map(|(field, finding)| Some((field, finding?)));
    found.map(|(field, finding)| TypeFinding { finding, part: Part::Row(field), within: None }).collect()
}
