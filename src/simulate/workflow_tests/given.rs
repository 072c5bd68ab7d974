//! The events of tests.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::base::source::{MAX_SOURCE_BYTES, Sources};
use crate::check::{Given, GivenKind};
use crate::diagnostics::{Code, Diagnostic, printable_line};
use crate::engine::Prepared;
use crate::php::Value;
use crate::project::{Files, unreadable};
use crate::simulate::replay::{EventIdentity, RecordError, Records, usable};

use super::pattern::{is_pattern, matching};

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
        let mut events = Vec::new();
        match &given.kind {
            // What holds for every event is not found out by running it.
            GivenKind::Any(_) => {}
            GivenKind::Data(data) => {
                let file = self.sources.file(given.span.file);
                let line = file.position(given.span.start as usize).line;
                name_events(&format!("the one given in line {line}"), entries(data), &mut events);
            }
            GivenKind::File(path) => {
                let folder = self.sources.file(given.span.file).path.as_deref().and_then(Path::parent);
                let folder = folder.unwrap_or(Path::new("")).to_owned();
                for path in self.files(&folder, path, given, diagnostics) {
                    match self.load_once(folder.join(&path)) {
                        Ok(found) => {
                            let name = format!("`{}`", path.to_string_lossy().replace('\\', "/"));
                            name_events(&name, found, &mut events);
                        }
                        Err(problem) => {
                            let Problem { code, message, notes, help } = problem;
                            diagnostics.push(Diagnostic { notes, help, ..Diagnostic::at(code, given.span, message) });
                        }
                    }
                }
            }
        }
        events.retain(|event| match usable(workflow, &event.data) {
            Ok(()) => true,
            Err(unusable) => {
                let message = format!("{} cannot be used: {}", event.name, unusable.message);
                diagnostics.push(Diagnostic::at(Code::UnusableEvent, given.span, message).help(unusable.help));
                false
            }
        });
        events
    }

    /// The files that a path stands for, from the folder of the test: itself, or what matches it.
    fn files(&self, folder: &Path, path: &str, given: &Given<'_>, diagnostics: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
        if !is_pattern(path) {
            return vec![path.into()];
        }
        matching(self.access, folder, path).unwrap_or_else(|problem| {
            let message = format!("no event comes of `{path}`: {problem}");
            let help = "`*` matches any part of a name, `?` one character, `**` any folders; the path is relative to the file of the test";
            diagnostics.push(Diagnostic::at(Code::UnusableEvent, given.span, message).help(help));
            Vec::new()
        })
    }

    fn load_once(&mut self, path: PathBuf) -> Result<Vec<Value<'static>>, Problem> {
        if let Some(known) = self.known.get(&path) {
            return known.clone();
        }
        let loaded = self.load(&path);
        self.known.insert(path, loaded.clone());
        loaded
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

/// So much of the title of an event is shown.
const SHOWN_OF_TITLE: usize = 60;

/// Gives events names that tell them apart, with their titles.
fn name_events<'s>(name: &str, found: Vec<Value<'s>>, events: &mut Vec<Event<'s>>) {
    let count = found.len();
    events.extend(found.into_iter().enumerate().map(|(index, data)| {
        let number = if count > 1 { format!("number {} of ", index + 1) } else { String::new() };
        let title = EventIdentity::of(&data).and_then(|event| event.info.to_text().map(Cow::into_owned));
        let title = title.filter(|title| !title.is_empty()).map(|title| {
            let mut shown: String = title.chars().take(SHOWN_OF_TITLE).collect();
            if shown.len() < title.len() {
                shown.push('…');
            }
            format!(" ({})", printable_line(&shown))
        });
        Event { name: format!("{number}{name}{}", title.unwrap_or_default()), data }
    }));
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
