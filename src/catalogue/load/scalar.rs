//! PHP and Python are loose about scalars: `true` and `"true"`, `1` and `"1"` mean the same.

use serde_json::Value as Json;

/// A text, a number or a boolean as text; `None` for everything else.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(boolean) => Some(boolean.to_string()),
        _ => None,
    }
}

/// The text under a key; empty when there is none.
pub(super) fn text_at(entry: &Json, key: &str) -> String {
    entry.get(key).and_then(text).unwrap_or_default()
}

/// Whether the value under a key means yes.
pub(super) fn is_set(entry: &Json, key: &str) -> bool {
    match entry.get(key) {
        Some(Json::Bool(boolean)) => *boolean,
        Some(Json::Number(number)) => number.as_f64() != Some(0.0),
        Some(Json::String(text)) => text == "true" || text == "1",
        _ => false,
    }
}

/// The small number under a key.
pub(super) fn small_number_at(entry: &Json, key: &str) -> Option<u8> {
    entry.get(key).and_then(text)?.parse().ok()
}

/// The members of a list; of an object too, since PHP writes a list with gaps as one.
pub(super) fn members(value: Option<&Json>) -> Vec<&Json> {
    match value {
        Some(Json::Array(values)) => values.iter().collect(),
        Some(Json::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    }
}
