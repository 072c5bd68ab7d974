//! `path EXPR FILE.json`

use std::path::PathBuf;

use clap::Args;

use crate::base::characters::to_json_pretty;
use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::Semantics;
use crate::core_format::normalise;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::php::Value;
use crate::project::{ProjectFiles, load_source};

use super::inputs::{is_standard_input, read_standard_input};
use super::path_explain::why_empty;
use super::{Console, Failure, Format, Status, report};

/// Evaluate a hash path on a file, and print what it finds as JSON.
///
/// When it finds nothing, says which part of the path left nothing and what was there instead, and
/// exits with 1.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow path 'Event._AttributeFlattened.{\u{2060}n}[type=ip-dst].value' event.json
  mispflow path 'Event.Tag.{\u{2060}n}.name' - < event.json")]
pub(super) struct Evaluate {
    /// The hash path
    #[arg(value_name = "EXPR")]
    path: String,
    /// The file, or `-` for standard input. An event (`{"Event": …}`) is normalised as a trigger of
    /// MISP does it: `_AttributeFlattened` and `_allTags` are there
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
    /// Leave an event as it is in the file
    #[arg(long)]
    no_normalise: bool,
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
        let file = match self.load(sources) {
            Ok(file) => file,
            Err(diagnostic) => return Ok(Err(diagnostic)),
        };
        let mut data = match Value::from_json(sources.text(file)) {
            Ok(data) => data,
            Err(error) => return Ok(Err(Box::new(invalid_json(sources, file, &error)))),
        };
        if !self.no_normalise
            && let Ok(normalised) = normalise(&data, Semantics::MISP_2_5_19)
        {
            data = normalised;
        }
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
            return Ok(Err(Box::new(why_empty(&path, &data, expression))));
        }
        to_json_pretty(console.results(), &selected.to_value())?;
        writeln!(console.results())?;
        Ok(Ok(()))
    }

    fn load(&self, sources: &Sources) -> Result<FileId, Box<Diagnostic>> {
        if is_standard_input(&self.file) {
            return read_standard_input(sources, None);
        }
        let mut files = ProjectFiles::default();
        files.add_project_of(&self.file);
        load_source(sources, &files.named(), &self.file, &self.file.display().to_string())
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
