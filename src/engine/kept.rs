//! How much of its effects a run keeps.
//!
//! What an effect holds of its own may be as large as the event, and a run has many effects. What goes beyond the limit
//! is performed or told like all else, and then left out.

use std::sync::Arc;

use crate::php::{Array, Value};

use super::effect::Effect;

/// Less than this is always kept: the number of effects has a limit too.
const SMALL: usize = 4 * 1024;
/// About how much an entry of a list takes, and one that was changed.
const ENTRY: usize = 32;
const CHANGED_ENTRY: usize = 512;
/// So many entries are kept of a list that is cut.
const SHOWN: usize = 10;

/// What is left for the large parts of effects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) bytes: usize,
    limit: usize,
}

impl Room {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: limit, limit }
    }

    /// Takes room for an effect, or cuts the effect down. The note that belongs to that, if it was cut.
    pub(super) fn keep(&mut self, effect: &mut Effect<'_>, is_shared: bool) -> Option<String> {
        let bytes = if is_shared { 0 } else { own_bytes(effect) };
        if bytes < SMALL {
            return None;
        }
        if let Some(rest) = self.bytes.checked_sub(bytes) {
            self.bytes = rest;
            return None;
        }
        cut(effect);
        Some(format!(
            "the effects of this run hold more than {} MiB: larger strings and lists of the later ones are left out here, and MISP \
             would have them whole",
            self.limit >> 20
        ))
    }
}

/// About how many bytes an effect holds that nothing else does.
fn own_bytes(effect: &Effect<'_>) -> usize {
    match effect {
        Effect::HttpRequest { url, headers, body, .. } => {
            let headers: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
            url.len() + headers + body.as_ref().map_or(0, |body| body.len())
        }
        Effect::Mail { subject, body, .. } => subject.len() + body.len(),
        Effect::Toast { header, body, .. } => header.len() + body.len(),
        Effect::MispModule { parameters, .. } => texts(parameters),
        Effect::AddAnalystData { data, .. } => texts(data),
        Effect::EditAttributes { attributes, .. } => attributes.len() * CHANGED_ENTRY,
        Effect::Enrich { attributes, .. } => attributes.len() * ENTRY,
        Effect::AddToWarninglist { values, .. } | Effect::Proposals { proposals: values, .. } => values.len() * ENTRY,
        Effect::AddTags { tags, .. } | Effect::RemoveTags { tags, .. } => tags.len() * ENTRY,
        Effect::Zmq { data } => data.as_array().map_or(0, Array::len) * ENTRY,
        // What a workflow is passed is the data of the run, or a few ids.
        Effect::RunWorkflow { .. }
        | Effect::SaveEvent { .. }
        | Effect::Publish { .. }
        | Effect::BlockEvent { .. }
        | Effect::Custom { .. } => 0,
    }
}

/// The bytes of the texts in the parameters of a call.
fn texts(parameters: &Value<'_>) -> usize {
    let values = parameters.as_array().into_iter().flat_map(Array::values);
    values.map(|value| if let Value::String(text) = value { text.len() } else { 0 }).sum()
}

fn left_out(bytes: usize) -> String {
    format!("(left out: {bytes} bytes)")
}

fn cut(effect: &mut Effect<'_>) {
    let shorten = |text: &mut String| {
        if text.len() >= SMALL {
            *text = left_out(text.len());
        }
    };
    match effect {
        Effect::HttpRequest { url, headers, body, .. } => {
            shorten(url);
            headers.truncate(SMALL / ENTRY);
            for (_, value) in headers.iter_mut() {
                shorten(value);
            }
            if let Some(body) = body.as_mut().filter(|body| body.len() >= SMALL) {
                *body = Arc::from(left_out(body.len()));
            }
        }
        Effect::Mail { subject, body, .. } => {
            shorten(subject);
            shorten(body);
        }
        Effect::Toast { header, body, .. } => {
            shorten(header);
            shorten(body);
        }
        Effect::MispModule { parameters, .. } | Effect::AddAnalystData { data: parameters, .. } => {
            let bytes = texts(parameters);
            *parameters = Value::string(left_out(bytes));
        }
        Effect::EditAttributes { attributes, .. } | Effect::Enrich { attributes, .. } => truncate(attributes),
        Effect::AddToWarninglist { values, .. } | Effect::Proposals { proposals: values, .. } => truncate(values),
        Effect::AddTags { tags, .. } | Effect::RemoveTags { tags, .. } => *tags = first_of(tags),
        Effect::Zmq { data: Value::Array(data) } => *data = first_of(data),
        Effect::Zmq { .. }
        | Effect::RunWorkflow { .. }
        | Effect::SaveEvent { .. }
        | Effect::Publish { .. }
        | Effect::BlockEvent { .. }
        | Effect::Custom { .. } => {}
    }
}

fn first_of<'a>(array: &Array<'a>) -> Array<'a> {
    let mut first = Array::new();
    array.values().take(SHOWN).for_each(|value| first.push(value.clone()));
    first
}

fn truncate(values: &mut Vec<Value<'_>>) {
    values.truncate(SHOWN);
    values.shrink_to_fit();
}
