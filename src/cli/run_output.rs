//! What `run` prints of the events of a batch.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use codespan_reporting::term::termcolor::Buffer;

use crate::diagnostics::{Code, Diagnostic, printable_line};
use crate::engine::RunResult;
use crate::php::Value;
use crate::simulate::replay::{Ending, EventIdentity, Places, Record, Runner, needed_data_of, write_json, write_run};

/// What is written is handed on when it has so many bytes.
const SHEET_BYTES: usize = 256 * 1024;

/// How a run is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OutputForm {
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
    /// Lines of the log that are notlong among the results.
    pub(super) log: Vec<String>,
    /// How the runs ended.
    pub(super) endings: Vec<Ending>,
    /// What was noted of the runs that have a line each.
    pub(super) notes: BTreeSet<String>,
    /// Whether some run came to a limit, so that MISP's may be another.
    pub(super) is_uncertain: bool,
    /// What could not be used.
    pub(super) problems: Vec<Diagnostic>,
    /// How many bytes were read.
    pub(super) read: u64,
}

/// Runs events and writes what comes of it.
#[derive(Clone, Copy)]
pub(super) struct Renderer<'r> {
    pub(super) runner: Runner<'r>,
    pub(super) form: OutputForm,
    pub(super) places: &'r Places<'r>,
    pub(super) buffer: &'r (dyn Fn() -> Buffer + Sync),
}

impl Renderer<'_> {
    /// Runs all events of a batch. What comes of it is handed on in pieces, for it may be much larger than the events.
    pub(super) fn batch(&self, batch: &[Record], emit: &mut dyn FnMut(Output)) {
        let mut sheet = Sheet { output: Output::default(), emit };
        for record in batch {
            let output = &mut sheet.output;
            output.read += record.text.as_ref().map_or(0, |text| text.len() as u64);
            match needed_data_of(record, self.runner.workflow, &self.runner.options) {
                Ok(data) => self.run(record, data, &mut sheet),
                Err(problem) => output.problems.push(*problem),
            }
        }
        sheet.hand_on();
    }

    fn run(&self, record: &Record, data: Value<'_>, sheet: &mut Sheet<'_>) {
        let event = EventIdentity::of(&data);
        let result = self.runner.run(data);
        sheet.output.endings.push(Ending::of(&result));
        let is_uncertain = result.with_jobs().into_iter().any(|result| result.is_uncertain);
        sheet.output.is_uncertain |= is_uncertain;
        if self.form == OutputForm::Line && !result.is_passed_over {
            let told = if is_uncertain { result.with_jobs() } else { vec![&result] };
            sheet.output.notes.extend(told.into_iter().flat_map(|result| result.notes.iter().cloned()));
        }
        // Writing to memory does not fail.
        let _ = match self.form {
            OutputForm::Json => {
                sheet.output.log.extend(log(&result));
                write_json(&mut *sheet, record, event, &result)
            }
            OutputForm::Line => write!(sheet, "{}", line(record, event.as_ref(), &result)),
            OutputForm::Trace => {
                let mut buffer = (self.buffer)();
                let written = write_run(&mut buffer, &result, self.places);
                sheet.output.bytes.extend_from_slice(buffer.as_slice());
                written
            }
        };
        if self.form != OutputForm::Trace {
            sheet.output.bytes.push(b'\n');
        }
        if self.form != OutputForm::Json {
            for line in log(&result) {
                let _ = writeln!(sheet, "{}", crate::diagnostics::printable(&line));
            }
        }
    }
}

/// Says that there is no event.
pub(super) fn no_event() -> Diagnostic {
    Diagnostic::new(Code::UnusableEvent, "there is no event to run on").help(
        "an event is JSON, `{\"Event\": {…}}`; in a folder the files that end in `.json`, `.ndjson` or `.jsonl` count",
    )
}

/// The place of a record, with the event's own name.
pub(super) fn record_name(record: &Record, event: Option<&EventIdentity<'_>>) -> String {
    let mut place = record.name.to_string();
    if let Some(index) = record.index {
        let _ = write!(place, "#{index}");
    }
    if let Some(event) = event.and_then(EventIdentity::name) {
        let _ = write!(place, " (event {event})");
    }
    place
}

/// What is written of a batch. When there is much it is handed on.
struct Sheet<'e> {
    output: Output,
    emit: &'e mut dyn FnMut(Output),
}

impl Sheet<'_> {
    fn hand_on(&mut self) {
        (self.emit)(std::mem::take(&mut self.output));
    }
}

impl io::Write for Sheet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.bytes.extend_from_slice(bytes);
        if self.output.bytes.len() >= SHEET_BYTES {
            self.hand_on();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A run in one line.
fn line(record: &Record, event: Option<&EventIdentity<'_>>, result: &RunResult<'_>) -> String {
    let verdict = result.verdict.as_str();
    let place = record_name(record, event);
    if result.is_passed_over {
        return printable_line(&format!("{place}  not found by the search of the trigger")).into_owned();
    }
    let reason = result.errors.last().map(|error| format!("  {error}")).unwrap_or_default();
    printable_line(&format!("{place}  {}  {verdict}{reason}", result.outcome.as_str())).into_owned()
}

/// The lines of the log of a run and its jobs, in the order in which MISP writes them.
fn log(result: &RunResult<'_>) -> Vec<String> {
    result.with_jobs().into_iter().flat_map(|result| result.log.iter().cloned()).collect()
}
