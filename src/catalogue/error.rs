//! Why a catalogue file cannot be used.

use crate::base::source::Position;

/// Why a catalogue file cannot be used, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CatalogueError {
    /// One sentence without a full stop: what is wrong.
    pub message: String,
    /// Where in the text, when that is known.
    pub position: Option<Position>,
}

impl CatalogueError {
    /// An error without a place.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None }
    }

    /// An error of the JSON reader about `text`. Columns are counted in characters.
    pub(super) fn json(error: &serde_json::Error, text: &str) -> Self {
        let full = error.to_string();
        let what = full.rsplit_once(" at line ").map_or(full.as_str(), |(what, _)| what);
        let message = if error.is_data() {
            format!("this is not a module of a catalogue: {what}")
        } else {
            format!("this is not valid JSON: {what}")
        };
        let position = (error.line() > 0).then(|| {
            let line = text.split('\n').nth(error.line() - 1).unwrap_or_default();
            let before = line.len().min(error.column().saturating_sub(1));
            Position {
                line: error.line(),
                column: String::from_utf8_lossy(&line.as_bytes()[..before]).chars().count() + 1,
            }
        });
        Self { message, position }
    }
}
