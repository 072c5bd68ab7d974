//! What `run` prints of the events of a batch.

use std::io::Write as _;

use codespan_reporting::term::termcolor::Buffer;

use crate::diagnostics::{Code, Diagnostic, printable_line};
use crate::engine::{RunResult, Verdict};
use crate::php::{JsonError, Value};
use crate::project::unreadable;
use crate::replay::{Ending, Places, Record, RecordError, Runner, split, write_run};

/// How a run is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Node by node.
    Trace,
    /// One line.
    Line,
    /// One JSON object on one line.
    Json,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Output {
    /// The results.
    pub(super) bytes: Vec<u8>,
    /// Lines of the log that do not belong among the results.
    pub(super) log: Vec<String>,
    /// How the runs ended.
    pub(super) endings: Vec<Ending>,
    /// What could not be used.
    pub(super) problems: Vec<Diagnostic>,
    /// How many bytes were read.
    pub(super) read: u64,
}

/// Runs events and writes what comes of it.
#[derive(Clone, Copy)]
pub(super) struct Renderer<'r> {
    pub(super) runner: Runner<'r>,
    pub(super) form: Form,
    pub(super) places: &'r Places<'r>,
    pub(super) buffer: &'r (dyn Fn() -> Buffer + Sync),
}

impl Renderer<'_> {
    /// Runs all events of a batch.
    pub(super) fn batch(&self, batch: &[Record]) -> Output {
        let mut output = Output::default();
        for record in batch {
            match &record.text {
                Ok(text) => {
                    output.read += text.len() as u64;
                    match Value::from_json(text) {
                        Ok(data) => self.data(record, data, &mut output),
                        Err(error) => output.problems.push(invalid(record, text, &error)),
                    }
                }
                Err(error) => output.problems.push(unusable(record, error)),
            }
        }
        output
    }

    fn data(&self, record: &Record, data: Value<'_>, output: &mut Output) {
        let events = split(self.runner.workflow, data);
        let form = if self.form == Form::Trace && events.len() > 1 { Form::Line } else { self.form };
        for event in events {
            let result = self.runner.run(event);
            output.endings.push(Ending::of(&result));
            self.write(record, &result, form, output);
        }
    }

    fn write(&self, record: &Record, result: &RunResult<'_>, form: Form, output: &mut Output) {
        // Writing to memory does not fail.
        let _ = match form {
            Form::Json => {
                output.log.extend(log(result));
                serde_json::to_writer(&mut output.bytes, result).map_err(Into::into)
            }
            Form::Line => write!(output.bytes, "{}", line(record, result)),
            Form::Trace => {
                let mut buffer = (self.buffer)();
                let written = write_run(&mut buffer, result, self.places);
                output.bytes.extend_from_slice(buffer.as_slice());
                written
            }
        };
        if form != Form::Trace {
            output.bytes.push(b'\n');
        }
        if form != Form::Json {
            for line in log(result) {
                let _ = writeln!(output.bytes, "{}", crate::diagnostics::printable(&line));
            }
        }
    }
}

/// A run in one line.
fn line(record: &Record, result: &RunResult<'_>) -> String {
    let verdict = match result.verdict {
        Verdict::Proceed => "proceed",
        Verdict::Cancel => "cancel",
    };
    let reason = result.errors.last().map(|error| format!("  {error}")).unwrap_or_default();
    let line = format!("{}:{}  {}  {verdict}{reason}", record.name, record.line, result.outcome.as_str());
    printable_line(&line).into_owned()
}

/// The lines of the log of a run and its jobs, in the order in which MISP writes them.
fn log(result: &RunResult<'_>) -> Vec<String> {
    let mut lines = result.log.clone();
    let mut level: Vec<&RunResult<'_>> = vec![result];
    // Jobs run level by level.
    while !level.is_empty() {
        let jobs = level.iter().flat_map(|result| &result.jobs).filter_map(|job| job.result.as_deref());
        let next: Vec<_> = jobs.collect();
        lines.extend(next.iter().flat_map(|result| result.log.iter().cloned()));
        level = next;
    }
    lines
}

fn invalid(record: &Record, text: &str, error: &JsonError) -> Diagnostic {
    let (line, column) = error.position();
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    // The parser counts bytes in a line.
    let before = text.split('\n').nth(line.saturating_sub(1)).and_then(|text| text.get(..column.saturating_sub(1)));
    let column = before.map_or(column, |before| before.chars().count() + 1);
    let line = record.line + line.saturating_sub(1);
    let place = format!("`{}`, line {line}, column {column}", record.name);
    Diagnostic::new(Code::UnusableEvent, format!("{place}: this is no JSON: {message}"))
}

fn unusable(record: &Record, error: &RecordError) -> Diagnostic {
    match error {
        RecordError::Unreadable(error) => unreadable(&record.name, error),
        RecordError::TooLarge | RecordError::NotUtf8 => {
            Diagnostic::new(Code::UnusableEvent, format!("`{}`, line {}: {error}", record.name, record.line))
        }
    }
}
