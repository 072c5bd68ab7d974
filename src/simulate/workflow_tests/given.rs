//! The events of tests.

use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::base::source::{MAX_SOURCE_BYTES, Sources};
use crate::check::{Given, GivenKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::php::Value;
use crate::project::{Files, unreadable};
use crate::simulate::engine::Prepared;
use crate::simulate::replay::{RecordError, Records, usable};

const HELP: &str = "an event is JSON, `{\"Event\": {…}}`, as MISP's REST API gives it";

/// Files of events, each read once.
pub(super) struct EventCache<'s> {
    sources: &'s Sources,
    access: &'s dyn Files,
    known: FxHashMap<PathBuf, Result<Vec<Value<'static>>, Problem>>,
}

/// Why a file holds no event.
#[derive(Clone)]
struct Problem {
    code: Code,
    message: String,
    notes: Vec<String>,
    help: Vec<String>,
}

impl Problem {
    fn unusable(message: String) -> Self {
        Self { code: Code::UnusableEvent, message, notes: Vec::new(), help: vec![HELP.to_owned()] }
    }

    fn of(problem: Diagnostic) -> Self {
        let mut help = problem.help;
        if problem.code == Code::UnreadableFile {
            help.push("the path is relative to the file of the test".to_owned());
        }
        Self { code: problem.code, message: problem.message, notes: problem.notes, help }
    }
}

/// An event of a test.
#[derive(Clone, Debug)]
pub(super) struct Event<'s> {
    /// What messages call it.
    pub(super) name: String,
    pub(super) data: Value<'s>,
}

impl<'s> EventCache<'s> {
    pub(super) fn new(sources: &'s Sources, access: &'s dyn Files) -> Self {
        Self { sources, access, known: FxHashMap::default() }
    }

    /// The events that are given, for a workflow to run on. What cannot be used is reported.
    pub(super) fn events(
        &mut self,
        given: &Given<'s>,
        workflow: &Prepared,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Event<'s>> {
        let (name, events) = match &given.kind {
            GivenKind::Data(data) => {
                let file = self.sources.file(given.span.file);
                let line = file.position(given.span.start as usize).line;
                (format!("the one given in line {line}"), entries(data))
            }
            GivenKind::File(path) => {
                let folder = self.sources.file(given.span.file).path.as_deref().and_then(Path::parent);
                let full = folder.unwrap_or(Path::new("")).join(&**path);
                let known = self.known.get(&full).cloned();
                let loaded = known.unwrap_or_else(|| {
                    let loaded = self.load(&full);
                    self.known.insert(full, loaded.clone());
                    loaded
                });
                match loaded {
                    Ok(events) => (format!("`{path}`"), events),
                    Err(problem) => {
                        let Problem { code, message, notes, help } = problem;
                        diagnostics.push(Diagnostic { notes, help, ..Diagnostic::at(code, given.span, message) });
                        return Vec::new();
                    }
                }
            }
        };
        let count = events.len();
        let named = events.into_iter().enumerate().map(|(index, data)| {
            let name = if count > 1 { format!("number {} of {name}", index + 1) } else { name.clone() };
            Event { name, data }
        });
        named
            .filter(|event| match usable(workflow, &event.data) {
                Ok(()) => true,
                Err(unusable) => {
                    let message = format!("{} cannot be used: {}", event.name, unusable.message);
                    diagnostics.push(Diagnostic::at(Code::UnusableEvent, given.span, message).help(unusable.help));
                    false
                }
            })
            .collect()
    }

    /// The events of a file, by the reader that `run` uses.
    fn load(&self, path: &Path) -> Result<Vec<Value<'static>>, Problem> {
        let name = path.display().to_string();
        let unreadable = |error: &io::Error| Problem::of(unreadable(&name, error));
        let bytes = self.access.read(path, MAX_SOURCE_BYTES).map_err(|error| unreadable(&error))?;
        let mut events = Vec::new();
        for record in Records::new(&bytes[..], &name, false).flatten() {
            let wrong = |what: String| {
                let place = record.index.map_or_else(|| name.clone(), |index| format!("{name}#{index}"));
                Problem::unusable(format!("`{place}`, line {}: {what}", record.line))
            };
            let text = match &record.text {
                Ok(text) => text,
                Err(RecordError::Unreadable(error)) => return Err(unreadable(error)),
                Err(error) => return Err(wrong(error.to_string())),
            };
            let value = Value::from_json(text).map_err(|error| wrong(format!("this is not valid JSON: {error}")))?;
            events.push(value.into_owned());
        }
        if events.is_empty() {
            return Err(Problem::unusable(format!("`{name}` holds no event")));
        }
        Ok(events)
    }
}

/// The events in data that is written in a test: the entries of a list, or of an answer to a search.
fn entries<'s>(data: &Value<'s>) -> Vec<Value<'s>> {
    let list = match data.get("response") {
        Some(response) if data.get("Event").is_none() => response.as_array(),
        _ => data.as_array(),
    };
    match list.filter(|list| list.is_list() && !list.is_empty()) {
        Some(list) => list.values().cloned().collect(),
        None => vec![data.clone()],
    }
}
