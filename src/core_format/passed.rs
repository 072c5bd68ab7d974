//! What a trigger passed, as it was recorded.

use crate::php::{KeyRef, Value};

/// A recording of what a trigger passed: what MISP had at hand, and what it made of it for the workflow.
#[derive(Clone, Debug)]
pub struct Passed<'a> {
    /// What MISP had at hand.
    pub original: Value<'a>,
    /// What the workflow gets.
    pub normalized: Value<'a>,
}

impl<'a> Passed<'a> {
    /// Whether some data is such a recording.
    pub fn is_in(data: &Value<'_>) -> bool {
        let is_object = |key: &str| data.get(key).is_some_and(|part| part.as_array().is_some());
        data.get("Event").is_none() && is_object("original") && is_object("normalized")
    }

    /// The recording in `data`, an object `{"original": …, "normalized": …}`; else `data` itself.
    ///
    /// # Errors
    /// If `data` is something else.
    pub fn of(mut data: Value<'a>) -> Result<Self, Value<'a>> {
        let is_recording = Self::is_in(&data);
        let Some(parts) = data.as_array_mut().filter(|_| is_recording) else { return Err(data) };
        let mut take = |key| parts.get_mut(KeyRef::String(key)).map(std::mem::take).unwrap_or_default();
        Ok(Self { original: take("original"), normalized: take("normalized") })
    }
}
