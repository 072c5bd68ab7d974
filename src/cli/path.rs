//! `path EXPR FILE.json`

use std::path::{Path as StdPath, PathBuf};

use clap::Args;

use crate::base::characters::{to_json, to_json_pretty};
use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::Semantics;
use crate::core_format::normalise;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::inputs::load_project;
use crate::php::Value;
use crate::project::{ProjectFiles, load_source};
use crate::simulate::replay::{EventIdentity, Record, value_of};

use super::inputs::{is_standard_input, read_standard_input};
use super::interrupt::Interrupt;
use super::path_explain::why_empty;
use super::server::FromServer;
use super::{Console, Failure, Format, ProjectFlags, Status, report};

/// Evaluate a hash path on a file, and print what it finds as JSON.
///
/// When it finds nothing, says which part of the path left nothing and what was there instead, and
/// exits with 1. Of several events of a server there is a line for each, and the exit code is 1 if it finds
/// nothing in any of them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow path 'Event._AttributeFlattened.{\u{2060}n}[type=ip-dst].value' event.json
  mispflow path 'Event.Tag.{\u{2060}n}.name' - < event.json
  mispflow path 'Event.Tag.{\u{2060}n}.name' --from prod --search '{\"timestamp\": \"7d\"}'")]
pub(super) struct Evaluate {
    /// The hash path
    #[arg(value_name = "EXPR")]
    path: String,
    /// The file, or `-` for standard input. An event (`{"Event": …}`) is normalised as a trigger of
    /// MISP does it: `_AttributeFlattened` and `_allTags` are there
    #[arg(value_name = "FILE.json", required_unless_present = "from", conflicts_with = "from")]
    file: Option<PathBuf>,
    /// Leave an event as it is in the file
    #[arg(long)]
    no_normalise: bool,
    #[command(flatten)]
    from: FromServer,
}

impl Evaluate {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let found = self.evaluate(&sources, console)?;
        match found {
            Ok(()) => Ok(Status::Done),
            Err(diagnostic) => Ok(report(console, &sources, &[*diagnostic], Format::Text)?),
        }
    }

    /// Prints what the path finds, unless something is wrong.
    fn evaluate(&self, sources: &Sources, console: &mut Console) -> Result<Result<(), Box<Diagnostic>>, Failure> {
        let expression = sources.add("EXPR", None, self.path.as_str());
        let compiled = Path::compile(&self.path).and_then(|path| path.check_syntax().map(|()| path));
        let path = match compiled {
            Ok(path) => path,
            Err(error) => {
                let place = Span::new(expression, error.at.start, error.at.end);
                let diagnostic = Diagnostic::at(Code::InvalidHashPath, place, error.message)
                    .note("MISP does not complain about such a path: it finds nothing and continues")
                    .help(error.help);
                return Ok(Err(Box::new(diagnostic)));
            }
        };
        if self.from.is_given() {
            return self.on_server(&path, sources, expression, console);
        }
        let file = match self.load(sources) {
            Ok(file) => file,
            Err(diagnostic) => return Ok(Err(diagnostic)),
        };
        let data = match Value::from_json(sources.text(file)) {
            Ok(data) => data,
            Err(error) => return Ok(Err(Box::new(invalid_json(sources, file, &error)))),
        };
        self.one(&path, data, expression, console)
    }

    /// Prints what the path finds in some data.
    fn one(
        &self,
        path: &Path,
        data: Value<'_>,
        expression: FileId,
        console: &mut Console,
    ) -> Result<Result<(), Box<Diagnostic>>, Failure> {
        let data = self.normalised(data);
        let selected = match path.extract(&data) {
            Ok(selected) => selected,
            Err(thrown) => {
                let diagnostic = Diagnostic::at(
                    Code::NoMatch,
                    Span::new(expression, 0, self.path.len()),
                    "MISP cannot follow the hash path here",
                )
                .note(format!("a run ends with an internal error: {thrown}"));
                return Ok(Err(Box::new(diagnostic)));
            }
        };
        if selected.is_empty() {
            return Ok(Err(Box::new(why_empty(path, &data, expression))));
        }
        to_json_pretty(console.results(), &selected.to_value())?;
        writeln!(console.results())?;
        Ok(Ok(()))
    }

    fn normalised<'v>(&self, data: Value<'v>) -> Value<'v> {
        if self.no_normalise {
            return data;
        }
        match normalise(&data, Semantics::MISP_2_5_19) {
            Ok(normalised) => normalised,
            Err(_) => data,
        }
    }

    /// Prints what the path finds in each event of a server; in the only one as in a file.
    fn on_server(
        &self,
        path: &Path,
        sources: &Sources,
        expression: FileId,
        console: &mut Console,
    ) -> Result<Result<(), Box<Diagnostic>>, Failure> {
        let mut diagnostics = Vec::new();
        let files = ProjectFlags::default().files([StdPath::new("")], &mut diagnostics);
        let project = load_project(sources, StdPath::new(""), &files, &mut diagnostics);
        let Some(server) = self.from.open(&project, console)? else { return Ok(Ok(())) };
        let mut records = server.begin(console)?.flatten().peekable();
        let Some(first) = records.next() else { return Ok(Err(Box::new(server.nothing_found()))) };
        let interrupt = Interrupt::listen();
        let done = if records.peek().is_none() {
            match value_of(&first) {
                Ok(data) => self.one(path, data, expression, console)?,
                Err(problem) => Err(problem),
            }
        } else {
            let records = std::iter::once(first).chain(records).take_while(|_| !interrupt.is_asked());
            self.each(path, records, expression, console)?
        };
        server.finish(console)?;
        Ok(done)
    }

    /// Prints a line for each event.
    fn each(
        &self,
        path: &Path,
        records: impl Iterator<Item = Record>,
        expression: FileId,
        console: &mut Console,
    ) -> Result<Result<(), Box<Diagnostic>>, Failure> {
        let (mut events, mut with_something) = (0_usize, 0_usize);
        for record in records {
            let data = match value_of(&record) {
                Ok(data) => self.normalised(data),
                Err(problem) => return Ok(Err(problem)),
            };
            let event = EventIdentity::of(&data);
            let line = match path.extract(&data) {
                Ok(selected) => {
                    with_something += usize::from(!selected.is_empty());
                    serde_json::json!({"event": event, "found": selected.to_value()})
                }
                Err(thrown) => serde_json::json!({"event": event, "error": thrown.to_string()}),
            };
            events += 1;
            to_json(console.results(), &line)?;
            writeln!(console.results())?;
        }
        console.tell(&format!("{events} events, and something is found in {with_something} of them"))?;
        if with_something > 0 {
            return Ok(Ok(()));
        }
        let whole = Span::new(expression, 0, self.path.len());
        let nothing = Diagnostic::at(Code::NoMatch, whole, format!("the hash path finds nothing in {events} events"))
            .help("`--limit 1` says which part of the path left nothing of the first one");
        Ok(Err(Box::new(nothing)))
    }

    fn load(&self, sources: &Sources) -> Result<FileId, Box<Diagnostic>> {
        let file = self.file.as_deref().unwrap_or(StdPath::new(""));
        if is_standard_input(file) {
            return read_standard_input(sources, None);
        }
        let mut files = ProjectFiles::default();
        files.add_project_of(file);
        load_source(sources, &files.named(), file, &file.display().to_string())
    }
}

fn invalid_json(sources: &Sources, file: FileId, error: &crate::php::JsonError) -> Diagnostic {
    let (line, column) = error.position();
    let source = sources.file(file);
    let start = line.checked_sub(1).and_then(|line| source.line_start(line)).unwrap_or(0);
    let at = source.text.floor_char_boundary(start + column.saturating_sub(1));
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    Diagnostic::at(Code::InvalidJson, Span::new(file, at, at), format!("this is not JSON: {message}"))
}
