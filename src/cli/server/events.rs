//! `--from` and what belongs to it: events that a server finds.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use serde_json::Value as Json;

use crate::base::characters::to_json_pretty;
use crate::core_format::anonymised;
use crate::diagnostics::{Code, Diagnostic};
use crate::project::{Project, Readers, below, write_whole};
use crate::server::{FoundEvents, HashKey, Search};
use crate::simulate::replay::Record;

use super::super::{Console, Failure};
use super::{ServerFlags, Session, folder, other, warn};

/// Events from a server.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "Events from a server")]
pub(in super::super) struct FromServer {
    /// Take the events from this server, by its name in your own `servers.toml` or in the project file
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Which events, as MISP's `/events/restSearch` is asked, such as '{"timestamp": "7d"}' [default: all]
    #[arg(long, value_name = "JSON", requires = "from")]
    search: Option<String>,
    /// No more events than so many
    #[arg(long, value_name = "N", requires = "from", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    limit: Option<usize>,
    /// Write each of the events into this folder, as a file that `--event` and `given` take
    // Which verbs take it without a server is theirs to say.
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Replace values and the names of organisations and people in what is saved. Types, tags and galaxies stay
    #[arg(long, alias = "anonymize", requires = "save")]
    anonymise: bool,
}

impl FromServer {
    /// Whether events come from a server.
    pub fn is_given(&self) -> bool {
        self.from.is_some()
    }

    /// The folder in which events are to be kept.
    pub fn saves_in(&self) -> Option<&Path> {
        self.save.as_deref()
    }

    /// Finds the server; `None` if no events come from one. Nothing is sent yet.
    ///
    /// # Errors
    /// There is no such server, or the search cannot be made.
    pub fn open(&self, project: &Project, console: &mut Console) -> Result<Option<EventSource>, Failure> {
        let Some(name) = &self.from else { return Ok(None) };
        let search = Search::read(self.search.as_deref().unwrap_or("{}"), self.limit).map_err(other)?;
        for notice in &search.notices {
            warn(console, notice)?;
        }
        let flags = ServerFlags::default();
        let session = flags.open_named(Some(name), project, console)?;
        let keeper = match &self.save {
            None => None,
            Some(folder) => {
                let state = flags.folder(project);
                let key = if self.anonymise { Some(folder::hash_key(&state)?) } else { None };
                Some(Keeper { folder: folder.clone(), key, count: AtomicUsize::new(0) })
            }
        };
        Ok(Some(EventSource { session, search, keeper, failure: Mutex::default(), has_moved: Mutex::default() }))
    }
}

/// A server that has events.
pub(in super::super) struct EventSource {
    session: Session,
    search: Search,
    keeper: Option<Keeper>,
    /// What kept an event from being saved.
    failure: Mutex<Option<Failure>>,
    has_moved: Mutex<Arc<AtomicBool>>,
}

/// Events in batches.
pub(in super::super) type Batches<'b> = Box<dyn Iterator<Item = Vec<Record>> + Send + 'b>;

impl EventSource {
    /// Asks for the first events, and says how many there are.
    ///
    /// # Errors
    /// There is no answer.
    pub fn begin(&self, console: &mut Console) -> Result<Batches<'_>, Failure> {
        let Session { name, transport, patience, .. } = &self.session;
        let found = FoundEvents::begin(transport, *patience, name, self.search.clone());
        let found = found.map_err(|error| Failure::Other(format!("the events of `{name}` cannot be read: {error}")))?;
        if let Some(count) = found.total() {
            let taken = self.search.limit.filter(|limit| (*limit as u64) < count);
            let taken = taken.map(|limit| format!(", of which the first {limit} are taken")).unwrap_or_default();
            let events = if count == 1 { "event" } else { "events" };
            console.tell(&format!("the search finds {count} {events} on `{name}`{taken}"))?;
        }
        *self.has_moved.lock().unwrap_or_else(PoisonError::into_inner) = found.has_moved();
        let keep = |batch: &Vec<Record>| match &self.keeper {
            None => true,
            Some(keeper) => match batch.iter().try_for_each(|record| keeper.keep(record)) {
                Ok(()) => true,
                Err(failure) => {
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    false
                }
            },
        };
        Ok(Box::new(found.take_while(keep)))
    }

    /// Says what was saved, and what may be missing.
    ///
    /// # Errors
    /// An event could not be saved.
    pub fn finish(&self, console: &mut Console) -> Result<(), Failure> {
        if let Some(failure) = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(failure);
        }
        if self.has_moved.lock().unwrap_or_else(PoisonError::into_inner).load(Ordering::Relaxed) {
            let what = "the number of events changed on the server while they were read: some may be missing";
            warn(console, what)?;
        }
        let Some(keeper) = &self.keeper else { return Ok(()) };
        let count = keeper.count.load(Ordering::Relaxed);
        let events = if count == 1 { "event is" } else { "events are" };
        console.tell(&format!("{count} {events} saved in `{}`", keeper.folder.display()))?;
        if keeper.key.is_some() {
            console.tell("tags and galaxies were kept as they are: look at them before you share the files")?;
        }
        Ok(())
    }

    /// Says that the search found nothing.
    pub fn nothing_found(&self) -> Diagnostic {
        Diagnostic::new(Code::UnusableEvent, format!("the search finds no event on `{}`", self.session.name)).help(
            "try it with fewer filters; a tag that the server does not have finds nothing, and a filter that MISP does not know is ignored",
        )
    }
}

/// Saves events.
struct Keeper {
    folder: PathBuf,
    /// What the values are hashed with, where they are to be replaced.
    key: Option<HashKey>,
    count: AtomicUsize,
}

impl Keeper {
    fn keep(&self, record: &Record) -> Result<(), Failure> {
        let Ok(text) = &record.text else { return Ok(()) };
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let event: Json = serde_json::from_str(text)
            .map_err(|error| Failure::Other(format!("event {number} cannot be saved: {error}")))?;
        let event = match &self.key {
            None => event,
            Some(key) => anonymised(&event, &|text| key.hash(text)),
        };
        let uuid = event["Event"]["uuid"].as_str().filter(|uuid| is_uuid(uuid));
        let name = uuid.map_or_else(|| format!("event-{number}.json"), |uuid| format!("{uuid}.json"));
        let mut bytes = Vec::new();
        to_json_pretty(&mut bytes, &event)?;
        bytes.push(b'\n');
        let failed = |path: &Path, error: &std::io::Error| Failure::unwritable(path, error);
        let path = below(&self.folder, &name).map_err(|error| failed(&self.folder.join(&name), &error))?;
        write_whole(&path, &bytes, Readers::Usual).map(drop).map_err(|error| failed(&path, &error))
    }
}

/// Whether a text of a server can be the name of a file.
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
