//! Why a text could not be read at all.

use std::fmt;

use serde_json::error::Category;

use super::path::Path;
use crate::base::source::{MAX_SAVED_BYTES, Position};

/// The text is not JSON, or nothing of MISP is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The JSON path where it is wrong; empty for the whole text.
    pub path: String,
    /// Line and column, where they are known: in the whole text, or, if there is a path, in the
    /// JSON text that is there.
    pub position: Option<Position>,
}

impl ReadError {
    /// JSON that does not fit MISP.
    pub(super) fn shape(path: &Path<'_>, message: impl Into<String>) -> Self {
        Self { message: message.into(), path: path.to_string(), position: None }
    }

    /// More than any workflow has.
    pub(super) fn too_large() -> Self {
        let limit = MAX_SAVED_BYTES / (1024 * 1024);
        let message = format!("there are more than {limit} MiB, and MISP's workflows and blueprints have far less");
        Self { message, path: String::new(), position: None }
    }

    /// Text that is not JSON.
    pub(super) fn syntax(path: &Path<'_>, text: &str, error: &serde_json::Error) -> Self {
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        let message = if reason.starts_with("recursion limit") {
            "the JSON nests too deep".to_owned()
        } else if error.classify() == Category::Eof {
            "the JSON ends before it is complete".to_owned()
        } else {
            format!("this is not valid JSON: {reason}")
        };
        Self { message, path: path.to_string(), position: Some(position(text, error)) }
    }
}

/// `serde_json` counts bytes in a line; people count characters.
fn position(text: &str, error: &serde_json::Error) -> Position {
    let line = error.line().max(1);
    let before = error.column().saturating_sub(1);
    let column =
        text.split('\n').nth(line - 1).and_then(|text| text.get(..before)).map_or(before, |text| text.chars().count());
    Position { line, column: column + 1 }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ", at line {line}, column {column}")?;
        }
        match (self.path.as_str(), self.position) {
            ("", _) => Ok(()),
            (path, Some(_)) => write!(f, " of the text at `{path}`"),
            (path, None) => write!(f, ", at `{path}`"),
        }
    }
}

impl std::error::Error for ReadError {}
