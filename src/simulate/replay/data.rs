//! The data of a record, or what is wrong with it.

use std::fmt;

use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Prepared, RunOptions};
use crate::php::{JsonError, Parts, Value};
use crate::project::unreadable;

use super::record::{Record, RecordError};
use super::usable::{Unusable, usable};

/// The data of a record, if the workflow can run on it.
///
/// # Errors
/// A finding that says why not, and where the record is.
pub fn data_of<'r>(record: &'r Record, workflow: &Prepared) -> Result<Value<'r>, Box<Diagnostic>> {
    usable_data(record, workflow, None)
}

/// As [`data_of`], without what a run with these options cannot look at.
///
/// # Errors
/// As [`data_of`].
pub fn needed_data_of<'r>(
    record: &'r Record,
    workflow: &Prepared,
    options: &RunOptions<'_>,
) -> Result<Value<'r>, Box<Diagnostic>> {
    usable_data(record, workflow, workflow.parts(options))
}

fn usable_data<'r>(
    record: &'r Record,
    workflow: &Prepared,
    parts: Option<&Parts>,
) -> Result<Value<'r>, Box<Diagnostic>> {
    let data = parts_of(record, parts)?;
    usable_by(record, workflow, &data)?;
    Ok(data)
}

/// Whether a workflow can run on the data of a record.
///
/// # Errors
/// A finding that says why not, and where the record is.
pub fn usable_by(record: &Record, workflow: &Prepared, data: &Value<'_>) -> Result<(), Box<Diagnostic>> {
    usable(workflow, data).map_err(|unusable| Box::new(not_usable(record, unusable)))
}

/// The data of a record, whatever it is.
///
/// # Errors
/// A finding that says why there is none, and where the record is.
pub fn value_of(record: &Record) -> Result<Value<'_>, Box<Diagnostic>> {
    parts_of(record, None)
}

fn parts_of<'r>(record: &'r Record, parts: Option<&Parts>) -> Result<Value<'r>, Box<Diagnostic>> {
    let text = record.text.as_ref().map_err(|error| Box::new(unreadable_record(record, error)))?;
    let value = parts.map_or_else(|| Value::from_json(text), |parts| Value::parts_of_json(text, parts));
    value.map_err(|error| Box::new(invalid(record, text, &error)))
}

fn invalid(record: &Record, text: &str, error: &JsonError) -> Diagnostic {
    let (line, column) = error.position();
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // The parser counts bytes in a line.
    let before = text.split('\n').nth(line.saturating_sub(1)).and_then(|text| text.get(..column.saturating_sub(1)));
    let column = before.map_or(column, |before| before.chars().count() + 1);
    let line = record.line + line.saturating_sub(1);
    let place = ResultPlace { line, column: Some(column), ..ResultPlace::of(record) };
    if error.is_infinite_number() {
        return Diagnostic::new(Code::UnusableEvent, format!("{place}: a number is too large for a float"))
            .note("PHP reads it as infinite, which JSON cannot express, so MISP could not send or save such an event")
            .help("no event of MISP has such a number: write it as a string, or leave the event out");
    }
    Diagnostic::new(Code::UnusableEvent, format!("{place}: this is not valid JSON: {message}"))
}

fn not_usable(record: &Record, unusable: Unusable) -> Diagnostic {
    Diagnostic::new(Code::UnusableEvent, format!("{}: {}", ResultPlace::of(record), unusable.message))
        .help(unusable.help)
}

fn unreadable_record(record: &Record, error: &RecordError) -> Diagnostic {
    match error {
        RecordError::Unreadable(error) => unreadable(&record.name, error),
        error => Diagnostic::new(Code::UnusableEvent, format!("{}: {error}", ResultPlace::of(record))),
    }
}

/// A place in a file of events, in words.
struct ResultPlace<'r> {
    file: &'r str,
    index: Option<usize>,
    line: usize,
    column: Option<usize>,
}

impl<'r> ResultPlace<'r> {
    fn of(record: &'r Record) -> Self {
        Self { file: &record.name, index: record.index, line: record.line, column: None }
    }
}

impl fmt::Display for ResultPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "`{}#{index}`", self.file)?,
            None => write!(f, "`{}`", self.file)?,
        }
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        match self.column {
            Some(column) => write!(f, ", column {column}"),
            None => Ok(()),
        }
    }
}
