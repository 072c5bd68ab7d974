//! Our own format: signatures as serde writes them.

use crate::catalogue::{CatalogueError, Signature};

/// Reads a list of signatures, or one alone. From the text and not from a value, so that a mistake
/// has a place.
pub(super) fn load(text: &str, alone: bool) -> Result<Vec<Signature>, CatalogueError> {
    let signatures = if alone { serde_json::from_str(text).map(|one| vec![one]) } else { serde_json::from_str(text) };
    signatures.map_err(|error| CatalogueError::json(&error, text))
}
