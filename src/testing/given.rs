//! The events of tests.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::check::{Given, GivenKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::php::{JsonError, Value};
use crate::project::{Files, load_source};
use crate::source::Sources;

/// Files of events, each read once.
pub(super) struct EventCache<'s> {
    sources: &'s Sources,
    access: &'s dyn Files,
    known: FxHashMap<PathBuf, Result<Value<'s>, Problem>>,
}

/// Why a file holds no event.
#[derive(Clone)]
struct Problem {
    code: Code,
    message: String,
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

    /// The event that is given; `None` if there is none, which is then reported.
    pub(super) fn event(&mut self, given: &Given<'s>, diagnostics: &mut Vec<Diagnostic>) -> Option<Event<'s>> {
        let path = match &given.kind {
            GivenKind::Data(data) => {
                let file = self.sources.file(given.span.file);
                let line = file.position(given.span.start as usize).line;
                return Some(Event { name: format!("the one given in line {line}"), data: data.clone() });
            }
            GivenKind::File(path) => path,
        };
        let folder = self.sources.file(given.span.file).path.as_deref().and_then(Path::parent);
        let full = folder.unwrap_or(Path::new("")).join(&**path);
        let known = self.known.get(&full).cloned();
        let loaded = known.unwrap_or_else(|| {
            let loaded = self.load(&full);
            self.known.insert(full, loaded.clone());
            loaded
        });
        match loaded {
            Ok(data) => Some(Event { name: format!("`{path}`"), data }),
            Err(problem) => {
                let help = if problem.code == Code::UnusableEvent {
                    "an event is JSON, `{\"Event\": {…}}`, as MISP's REST API gives it"
                } else {
                    "the path is relative to the file of the test"
                };
                diagnostics.push(Diagnostic::at(problem.code, given.span, problem.message).help(help));
                None
            }
        }
    }

    fn load(&self, path: &Path) -> Result<Value<'s>, Problem> {
        let name = path.display().to_string();
        let file = load_source(self.sources, self.access, path, &name)
            .map_err(|problem| Problem { code: problem.code, message: problem.message })?;
        Value::from_json(self.sources.text(file))
            .map_err(|error| Problem { code: Code::UnusableEvent, message: invalid(&name, &error) })
    }
}

fn invalid(name: &str, error: &JsonError) -> String {
    format!("`{name}` holds no event: {error}")
}
