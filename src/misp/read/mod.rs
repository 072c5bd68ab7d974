//! The tolerant reader: takes MISP's JSON as it is found in the wild and says what is unusual in it.
//!
//! An oddity is noted where something is not kept, where it had to be repaired, and where MISP
//! itself would stumble. What only says the same in another way, as PHP's `[]` for an empty object,
//! is none.

mod connections;
mod documents;
mod error;
mod frames;
mod graph;
mod ids;
mod json;
mod locate;
mod node;
mod oddity;
mod path;
mod placeholders;
mod row;
mod value;
mod wiring;

pub use error::ReadError;
pub use locate::{locate, locate_in_part};
pub use oddity::{DocumentPlace, Oddity};
pub use path::{element, member};

use crate::base::source::MAX_SAVED_BYTES;
use crate::model::Document;
pub(crate) use json::Json;
use oddity::Notes;
pub(crate) use path::{Path, quoted};

/// What was read.
#[derive(Clone, PartialEq, Debug)]
pub struct Read {
    /// The workflows and blueprints, in the order of the text.
    pub documents: Vec<Document<'static>>,
    /// What was unusual.
    pub oddities: Vec<Oddity>,
    /// Where each of the documents is.
    pub places: Vec<DocumentPlace>,
}

/// Reads MISP's JSON: a workflow or a blueprint as MISP gives it (its graph as JSON or as JSON in a
/// text), the bare graph of an editor, or a list of these.
///
/// # Errors
/// [`ReadError`] if the text is not JSON, if something in it is neither a workflow nor a blueprint
/// nor a graph, if it nests too deep, or if it is longer than [`MAX_SAVED_BYTES`].
pub fn read(text: &str) -> Result<Read, ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_SAVED_BYTES {
        return Err(ReadError::too_large());
    }
    let mut documents = Vec::new();
    let mut notes = Notes::default();
    documents::collect(parse(text, &Path::ROOT)?, &Path::ROOT, &mut documents, &mut notes)?;
    let (oddities, places) = notes.into_parts();
    Ok(Read { documents, oddities, places })
}

/// The JSON in `text`, which is at `path`. Its depth is limited by `serde_json`.
pub(crate) fn parse<'t>(text: &'t str, path: &Path<'_>) -> Result<Json<'t>, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::syntax(path, text, &error))
}

#[cfg(test)]
mod tests;
