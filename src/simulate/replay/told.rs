//! A run as JSON, for programs.

use std::io;

use serde::Serialize;

use crate::base::characters::to_json;
use crate::engine::RunResult;

use super::record::Record;
use super::usable::EventIdentity;

/// A run as JSON.
#[derive(Serialize)]
struct Told<'t> {
    source: Source<'t>,
    event: Option<EventIdentity<'t>>,
    #[serde(flatten)]
    result: &'t RunResult<'t>,
}

/// Where the data of a run comes from.
#[derive(Serialize)]
struct Source<'t> {
    file: &'t str,
    line: usize,
    index: Option<usize>,
}

/// Writes a run as one JSON object: what it ran on, and all that came of it.
///
/// # Errors
/// What the writer says.
pub fn write_json(
    out: impl io::Write,
    record: &Record,
    event: Option<EventIdentity<'_>>,
    result: &RunResult<'_>,
) -> io::Result<()> {
    let source = Source { file: &record.name, line: record.line, index: record.index };
    to_json(out, &Told { source, event, result })
}
