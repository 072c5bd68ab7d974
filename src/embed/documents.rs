//! Graphs that own what they hold.

use crate::misp;
use crate::model::Document;

use super::problem::{Problem, ProblemKind};

/// Reads back what was written: the graph is the same, and it owns all it holds.
pub(super) fn read_owned(json: &str) -> Result<Document<'static>, Problem> {
    let read = misp::read(json).map_err(|error| Problem::new(ProblemKind::Defect, error.to_string()))?;
    let mut documents = read.documents.into_iter();
    documents.next().ok_or_else(|| Problem::new(ProblemKind::Defect, "what was written holds no graph"))
}
