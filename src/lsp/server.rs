//! The server: what it knows, and one message after the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, never, select};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::ide::{Facts, Texts, Unit};
use crate::project::real;

use super::capabilities::{capabilities, registrations};
use super::documents::{Document, Documents};
use super::findings::Found;
use super::options::Settings;
use super::positions::Encoding;
use super::protocol::{
    Connection, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, ErrorCode, InitializeParams,
    Message, Notification, ProtocolError, Request, RequestId, Response,
};
use super::requests;
use super::uris::path_of;
use super::worker::{self, Done, Job, STACK};

/// A whole project is checked when nothing has changed for so long.
const PAUSE: Duration = Duration::from_millis(150);

/// How a session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The editor asked for it.
    Properly,
    /// The editor went away.
    Lost,
}

/// Serves an editor at standard input and output until it goes.
///
/// # Errors
/// The editor does not keep to the protocol.
pub fn serve_stdio() -> Result<Ended, String> {
    let (connection, threads) = Connection::stdio();
    let work = move || serve(&connection);
    let served = thread::Builder::new().name("answer".to_owned()).stack_size(STACK).spawn(work);
    let ended = served.map_err(|error| error.to_string())?.join().map_err(|_| "the server has a defect".to_owned())?;
    let written = threads.join().map_err(|error| error.to_string());
    if ended == Ok(Ended::Properly) { written.and(ended) } else { ended }
}

/// Serves an editor until it goes.
///
/// # Errors
/// The editor does not keep to the protocol.
pub fn serve(connection: &Connection) -> Result<Ended, String> {
    let words = |error: ProtocolError| error.to_string();
    let (id, params) = connection.initialize_start().map_err(words)?;
    let params: InitializeParams = serde_json::from_value(params).map_err(|error| error.to_string())?;
    let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    let encoding = Encoding::chosen(offered);
    let answer = json!({
        "capabilities": capabilities(encoding),
        "serverInfo": {"name": "mispflow", "version": env!("CARGO_PKG_VERSION")},
    });
    connection.initialize_finish(id, answer).map_err(words)?;
    Ok(Server::new(connection, &params, encoding).run())
}

/// What is known of a project, or of a file without one.
#[derive(Default)]
pub(super) struct UnitState {
    facts: Option<Facts>,
    /// What was found, by file.
    pub(super) shown: BTreeMap<PathBuf, Vec<Found>>,
    /// The files that were asked for when all was checked; `None` before.
    pub(super) roots: Option<BTreeSet<PathBuf>>,
    /// The files that import a file.
    pub(super) importers: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// How often it has changed.
    generation: u64,
    /// Of which change there is a whole check.
    checked: Option<u64>,
    is_running: bool,
}

impl UnitState {
    fn is_current(&self) -> bool {
        self.checked == Some(self.generation)
    }
}

/// The server.
pub(super) struct Server<'c> {
    connection: &'c Connection,
    pub(super) encoding: Encoding,
    pub(super) settings: Settings,
    pub(super) client: Client,
    pub(super) documents: Documents,
    pub(super) units: BTreeMap<Unit, UnitState>,
    /// What files are checked with.
    known_units: BTreeMap<PathBuf, Unit>,
    /// What tests said, by file.
    pub(super) tested: BTreeMap<PathBuf, Vec<Found>>,
    /// What the editor was told, by file; `None` where it may have moved it since.
    pub(super) published: BTreeMap<PathBuf, Option<Vec<Found>>>,
    folders: Vec<PathBuf>,
    /// Open files whose findings are not those of their text.
    changed: BTreeSet<PathBuf>,
    last_change: Instant,
    queue: VecDeque<Message>,
    canceled: BTreeSet<RequestId>,
    jobs: Sender<Job>,
    results: Receiver<Done>,
    /// Who waits until all is checked.
    waiting: Vec<RequestId>,
    next_id: i32,
    is_shut_down: bool,
}

/// What the editor can do.
#[derive(Clone, Copy, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each of the protocol")]
pub(super) struct Client {
    pub(super) snippets: bool,
    pub(super) watches_files: bool,
    pub(super) refreshes_lenses: bool,
    pub(super) refreshes_hints: bool,
    pub(super) reads_settings: bool,
    pub(super) marks_tags: bool,
}

impl Client {
    fn of(params: &InitializeParams) -> Self {
        let capabilities = serde_json::to_value(&params.capabilities).unwrap_or_default();
        let has = |path: &str| capabilities.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        Self {
            snippets: has("/textDocument/completion/completionItem/snippetSupport"),
            watches_files: has("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            refreshes_lenses: has("/workspace/codeLens/refreshSupport"),
            refreshes_hints: has("/workspace/inlayHint/refreshSupport"),
            reads_settings: has("/workspace/configuration"),
            marks_tags: capabilities.pointer("/textDocument/publishDiagnostics/tagSupport").is_some(),
        }
    }
}

/// Why a request has no answer.
pub(super) struct Refused {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidParams, message: message.into() }
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

/// What happens next.
enum Next {
    Message(Message),
    Done(Done),
    /// It is time to check whole projects.
    Pause,
    Lost,
}

impl<'c> Server<'c> {
    fn new(connection: &'c Connection, params: &InitializeParams, encoding: Encoding) -> Self {
        let (jobs, results) = worker::start();
        let (settings, problems) = Settings::read(params.initialization_options.as_ref().unwrap_or(&Value::Null));
        let server = Self {
            connection,
            encoding,
            settings,
            client: Client::of(params),
            documents: Documents::default(),
            units: BTreeMap::new(),
            known_units: BTreeMap::new(),
            tested: BTreeMap::new(),
            published: BTreeMap::new(),
            folders: folders(params),
            changed: BTreeSet::new(),
            last_change: Instant::now(),
            queue: VecDeque::new(),
            canceled: BTreeSet::new(),
            jobs,
            results,
            waiting: Vec::new(),
            next_id: 0,
            is_shut_down: false,
        };
        server.tell_problems(&problems);
        server
    }

    fn run(mut self) -> Ended {
        if self.client.watches_files {
            self.ask("client/registerCapability", &registrations());
        }
        for folder in self.folders.clone() {
            if let Some(unit) = Unit::of_folder(&folder) {
                self.units.entry(unit).or_default();
            }
        }
        loop {
            if self.queue.is_empty() {
                self.take_messages();
            }
            if self.queue.is_empty() {
                self.check_changed();
                self.check_units();
                self.answer_waiting();
            }
            match self.next() {
                Next::Message(Message::Request(request)) => self.answer(request),
                Next::Message(Message::Notification(notification)) if notification.method == "exit" => {
                    return if self.is_shut_down { Ended::Properly } else { Ended::Lost };
                }
                Next::Message(Message::Notification(notification)) => self.note(notification),
                Next::Message(Message::Response(response)) => self.take_response(response),
                Next::Done(done) => self.take(done),
                Next::Pause => {}
                Next::Lost => return Ended::Lost,
            }
        }
    }

    /// Takes in all messages that are there, so that a request that was cancelled meanwhile is not answered.
    fn take_messages(&mut self) {
        while let Ok(message) = self.connection.receiver.try_recv() {
            self.enqueue(message);
        }
    }

    fn enqueue(&mut self, message: Message) {
        if let Message::Notification(notification) = &message
            && notification.method == "$/cancelRequest"
        {
            if let Ok(id) = serde_json::from_value(notification.params["id"].clone()) {
                self.canceled.insert(id);
            }
            return;
        }
        self.queue.push_back(message);
    }

    fn next(&mut self) -> Next {
        if let Some(message) = self.queue.pop_front() {
            return Next::Message(message);
        }
        let pause = if self.has_stale_units() {
            crossbeam_channel::after(PAUSE.saturating_sub(self.last_change.elapsed()))
        } else {
            never()
        };
        select! {
            recv(self.connection.receiver) -> message => match message {
                Ok(message) => {
                    self.enqueue(message);
                    self.take_messages();
                    self.queue.pop_front().map_or(Next::Pause, Next::Message)
                }
                Err(_) => Next::Lost,
            },
            recv(self.results) -> done => done.map_or(Next::Pause, Next::Done),
            recv(pause) -> _ => Next::Pause,
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // Who has gone needs no answer; the next look for a message tells.
        let _ = self.connection.sender.send(message.into());
    }

    pub(super) fn tell(&self, method: &str, params: impl serde::Serialize) {
        self.send(Notification::new(method.to_owned(), params));
    }

    /// Asks the editor for something whose answer does not matter.
    pub(super) fn ask(&mut self, method: &str, params: &impl serde::Serialize) {
        self.next_id += 1;
        self.send(Request::new(self.next_id.into(), method.to_owned(), params));
    }

    /// Asks the editor for its settings.
    fn ask_for_settings(&mut self) {
        let params = json!({"items": [{"section": "mispflow"}]});
        self.send(Request::new(SETTINGS.to_owned().into(), "workspace/configuration".to_owned(), params));
    }

    fn take_response(&mut self, response: Response) {
        if response.id == SETTINGS.to_owned().into()
            && let Ok(Value::Array(mut sections)) = response.response_result
            && let Some(section) = sections.pop()
        {
            self.set(&section);
        }
    }

    fn tell_problems(&self, problems: &[String]) {
        for problem in problems {
            self.tell("window/showMessage", json!({"type": 2, "message": format!("mispflow: {problem}")}));
        }
    }

    // ------------------------------------------------------------------------------------ requests

    fn answer(&mut self, request: Request) {
        let id = request.id.clone();
        if self.canceled.remove(&id) {
            let message = "the request was cancelled".to_owned();
            return self.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
        }
        if self.is_shut_down {
            let message = "the server was shut down".to_owned();
            return self.send(Response::new_err(id, ErrorCode::InvalidRequest as i32, message));
        }
        match request.method.as_str() {
            "shutdown" => {
                self.is_shut_down = true;
                return self.send(Response::new_ok(id, Value::Null));
            }
            // When all is checked as it is now. For tests, and for who wants to be sure.
            "mispflow/settled" => return self.waiting.push(id),
            _ => {}
        }
        let method = request.method.clone();
        let answer = catch_unwind(AssertUnwindSafe(|| requests::answer(self, &request.method, request.params)));
        self.send(match answer {
            Ok(Ok(answer)) => Response::new_ok(id, answer),
            Ok(Err(Refused { code, message })) => Response::new_err(id, code as i32, message),
            Err(_) => {
                let message = format!("`{method}` met a defect of mispflow: its standard error says more");
                Response::new_err(id, ErrorCode::InternalError as i32, message)
            }
        });
    }

    // -------------------------------------------------------------------------------- notifications

    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let _ = catch_unwind(AssertUnwindSafe(|| match method.as_str() {
            "initialized" if self.client.reads_settings => self.ask_for_settings(),
            "textDocument/didOpen" => read(params, |params| self.open(params)),
            "textDocument/didChange" => read(params, |params| self.change(params)),
            "textDocument/didClose" => read(params, |params| self.close(&params)),
            "textDocument/didSave" => {
                read(params, |params: DidSaveTextDocumentParams| self.file_changed(params.text_document.uri.as_str()));
            }
            "workspace/didChangeWatchedFiles" => read(params, |params: DidChangeWatchedFilesParams| {
                for change in params.changes {
                    self.file_changed(change.uri.as_str());
                }
            }),
            "workspace/didChangeConfiguration" => read(params, |params: DidChangeConfigurationParams| {
                if self.client.reads_settings { self.ask_for_settings() } else { self.set(&params.settings) }
            }),
            // Other notifications may be ignored.
            _ => {}
        }));
    }

    fn set(&mut self, sent: &Value) {
        let (settings, problems) = Settings::read(sent);
        self.tell_problems(&problems);
        if settings == self.settings {
            return;
        }
        if settings.check != self.settings.check {
            let units: Vec<Unit> = self.units.keys().cloned().collect();
            for unit in &units {
                self.touch(unit, true);
            }
        }
        let (lenses, hints) = (self.settings.code_lens, self.settings.inlay_hints);
        self.settings = settings;
        if self.client.refreshes_lenses && lenses != self.settings.code_lens {
            self.ask("workspace/codeLens/refresh", &Value::Null);
        }
        if self.client.refreshes_hints && hints != self.settings.inlay_hints {
            self.ask("workspace/inlayHint/refresh", &Value::Null);
        }
    }

    fn open(&mut self, params: DidOpenTextDocumentParams) {
        let item = params.text_document;
        let name = item.uri.as_str();
        let Some(path) = path_of(name).or_else(|| self.place_of_new(name, &item.language_id)) else { return };
        let document = Document::new(item.uri.as_str().to_owned(), item.version, item.text);
        let path = self.documents.open(&path, document);
        self.text_changed(&path);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let Some(path) = self.path(params.text_document.uri.as_str()) else { return };
        let encoding = self.encoding;
        let Some(document) = self.documents.get_mut(&path) else { return };
        document.version = params.text_document.version;
        let changes: Vec<_> =
            params.content_changes.into_iter().map(|change| document.change(change, encoding)).collect();
        for change in changes.into_iter().flatten() {
            self.move_findings(&path, &change);
        }
        if let Some(told) = self.published.get_mut(&path) {
            *told = None;
        }
        if self.tested.remove(&path).is_some() {
            self.publish(&path);
        }
        self.text_changed(&path);
    }

    fn close(&mut self, params: &DidCloseTextDocumentParams) {
        let uri = params.text_document.uri.as_str();
        let Some(path) = self.path(uri) else { return };
        if path_of(uri).is_none() {
            // Nobody knows its address any more when all is checked without it.
            for state in self.units.values_mut() {
                state.shown.remove(&path);
            }
            self.tested.remove(&path);
            self.publish(&path);
        }
        let Some(path) = self.documents.close(&path) else { return };
        self.changed.remove(&path);
        self.tested.remove(&path);
        let unit = self.unit_of(&path);
        self.touch_all(&path);
        if unit == Unit::File(path.clone()) {
            self.units.remove(&unit);
            self.publish(&path);
        }
        self.known_units.remove(&path);
    }

    /// Where the file of an address really is, or where one would be that has no place yet.
    pub(super) fn path(&self, uri: &str) -> Option<PathBuf> {
        path_of(uri).map(|path| real(&path)).or_else(|| self.documents.path_of(uri))
    }

    /// A place for a document that was never saved, so that it is checked with the settings of the project, but is not a
    /// file of it.
    fn place_of_new(&self, uri: &str, language: &str) -> Option<PathBuf> {
        let name = uri.rsplit([':', '/']).next().filter(|_| language == LANGUAGE)?;
        let folder = self.folders.first().cloned().or_else(|| std::env::current_dir().ok())?;
        Some(folder.join(".new").join(name).with_extension(LANGUAGE))
    }

    fn text_changed(&mut self, path: &Path) {
        self.touch_all(path);
        self.changed.insert(path.to_owned());
    }

    /// Somebody wrote or removed a file.
    fn file_changed(&mut self, uri: &str) {
        let Some(path) = path_of(uri).map(|path| real(&path)) else { return };
        if Unit::is_project_file(&path) {
            // Where projects begin and end may be another place now.
            let open: Vec<PathBuf> = self.documents.paths().cloned().collect();
            let before = std::mem::take(&mut self.known_units);
            for path in open {
                let unit = self.unit_of(&path);
                if before.get(&path) != Some(&unit) {
                    self.touch(&unit, true);
                }
            }
            let used: BTreeSet<Unit> = self.known_units.values().cloned().collect();
            let gone = |unit: &Unit| !used.contains(unit) && !unit.path().exists();
            let gone: Vec<Unit> = self.units.keys().filter(|unit| gone(unit)).cloned().collect();
            for unit in gone {
                self.forget(&unit);
            }
        }
        let units: Vec<Unit> = self.units.keys().filter(|unit| is_near(unit, &path)).cloned().collect();
        for unit in &units {
            self.touch(unit, is_setting(&path));
        }
    }

    fn forget(&mut self, unit: &Unit) {
        if let Some(state) = self.units.remove(unit) {
            state.shown.keys().for_each(|path| self.publish(path));
        }
    }

    // --------------------------------------------------------------------------------------- units

    /// What a file is checked with.
    pub(super) fn unit_of(&mut self, path: &Path) -> Unit {
        if let Some(unit) = self.known_units.get(path) {
            return unit.clone();
        }
        let unit = Unit::of(path);
        self.known_units.insert(path.to_owned(), unit.clone());
        unit
    }

    /// The text of a file has changed: its unit, and all others that read it, are no longer checked.
    fn touch_all(&mut self, path: &Path) {
        let own = self.unit_of(path);
        let reads = |state: &UnitState| {
            state.importers.contains_key(path) || state.roots.as_ref().is_some_and(|roots| roots.contains(path))
        };
        let others = self.units.iter().filter(|(unit, state)| **unit != own && reads(state));
        let others: Vec<Unit> = others.map(|(unit, _)| unit.clone()).collect();
        others.iter().chain([&own]).for_each(|unit| self.touch(unit, is_setting(path)));
    }

    /// Something of a unit has changed; perhaps its settings.
    fn touch(&mut self, unit: &Unit, has_settings: bool) {
        let state = self.units.entry(unit.clone()).or_default();
        state.generation += 1;
        if has_settings {
            state.facts = None;
        }
        self.last_change = Instant::now();
    }

    /// The settings of a unit, read if they are not known, and the texts.
    pub(super) fn facts(&mut self, unit: &Unit) -> (&Facts, Texts) {
        let texts = self.documents.texts();
        let options = &self.settings.check;
        let state = self.units.entry(unit.clone()).or_default();
        (state.facts.get_or_insert_with(|| Facts::read(unit, &texts, options)), texts)
    }

    fn has_stale_units(&self) -> bool {
        self.units.values().any(|state| !state.is_current() && !state.is_running)
    }

    /// Checks the files at once that have changed, and what they can break in open files.
    fn check_changed(&mut self) {
        let mut by_unit: BTreeMap<Unit, BTreeSet<PathBuf>> = BTreeMap::new();
        for path in std::mem::take(&mut self.changed) {
            by_unit.entry(self.unit_of(&path)).or_default().insert(path);
        }
        for (unit, paths) in by_unit {
            let Some(state) = self.units.get(&unit) else { continue };
            // Before all was checked once, nobody knows which files belong together.
            let Some(roots) = &state.roots else { continue };
            if paths.iter().any(|path| is_setting(path) && !roots.contains(path)) {
                continue;
            }
            let mut reached: Vec<PathBuf> = paths.into_iter().collect();
            let mut next = 0;
            while let Some(path) = reached.get(next) {
                let importers = state.importers.get(path).into_iter().flatten();
                let new: Vec<PathBuf> = importers.filter(|importer| !reached.contains(importer)).cloned().collect();
                reached.extend(new);
                next += 1;
            }
            reached.retain(|path| roots.contains(path) && self.documents.get(path).is_some());
            if reached.is_empty() {
                continue;
            }
            let encoding = self.encoding;
            let (facts, texts) = self.facts(&unit);
            let checked = catch_unwind(AssertUnwindSafe(|| facts.check(&reached, &texts)));
            if let Ok(checked) = checked {
                let found = super::findings::found(&checked, encoding);
                self.show_some(&unit, &reached, found);
            }
        }
    }

    /// Has whole projects checked, when nothing has changed for a moment or somebody waits.
    fn check_units(&mut self) {
        let is_urgent = !self.waiting.is_empty();
        let is_quiet = self.last_change.elapsed() >= PAUSE;
        let open: Vec<PathBuf> = self.documents.paths().cloned().collect();
        let mut of_unit: BTreeMap<Unit, Vec<PathBuf>> = BTreeMap::new();
        for path in open {
            of_unit.entry(self.unit_of(&path)).or_default().push(path);
        }
        let texts = self.documents.texts();
        for (unit, state) in &mut self.units {
            let is_first = state.roots.is_none();
            if state.is_current() || state.is_running || !(is_urgent || is_quiet || is_first) {
                continue;
            }
            let job = Job {
                unit: unit.clone(),
                generation: state.generation,
                open: of_unit.remove(unit).unwrap_or_default(),
                texts: texts.clone(),
                options: self.settings.check.clone(),
                encoding: self.encoding,
            };
            state.is_running = self.jobs.send(job).is_ok();
            if !state.is_running {
                state.checked = Some(state.generation);
            }
        }
    }

    fn take(&mut self, done: Done) {
        let Some(state) = self.units.get_mut(&done.unit) else { return };
        state.is_running = false;
        if state.generation != done.generation {
            // It is checked again; until then the places would be wrong.
            if let (None, Some(whole)) = (&state.roots, done.whole) {
                state.roots = Some(whole.roots.into_iter().collect());
                state.importers = whole.importers;
            }
            return;
        }
        state.checked = Some(done.generation);
        let Some(whole) = done.whole else { return };
        state.roots = Some(whole.roots.into_iter().collect());
        state.importers = whole.importers;
        self.show_all(&done.unit, whole.found);
    }

    fn answer_waiting(&mut self) {
        if !self.waiting.is_empty() && self.units.values().all(UnitState::is_current) {
            for id in std::mem::take(&mut self.waiting) {
                self.send(Response::new_ok(id, Value::Null));
            }
        }
    }
}

/// What the language is called, and the extension of its files.
const LANGUAGE: &str = "mwf";

/// The id of the request for settings.
const SETTINGS: &str = "settings";

/// Reads parameters; what is not as the protocol says is ignored, as there is nobody to tell.
fn read<T: DeserializeOwned>(params: Value, then: impl FnOnce(T)) {
    if let Ok(params) = serde_json::from_value(params) {
        then(params);
    }
}

/// Whether a file may say how others are checked: the project file, catalogues, taxonomies, baselines, lists.
fn is_setting(path: &Path) -> bool {
    path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("mwf"))
}

/// Whether a file may matter to a unit.
fn is_near(unit: &Unit, path: &Path) -> bool {
    unit.path().parent().is_none_or(|folder| path.starts_with(folder)) || is_setting(path)
}

fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let named = params.workspace_folders.iter().flatten().map(|folder| folder.uri.as_str().to_owned());
    let folders: Vec<PathBuf> = named.filter_map(|uri| path_of(&uri)).collect();
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "older editors send no folders")]
    let root = params.root_uri.as_ref();
    root.and_then(|uri| path_of(uri.as_str())).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_lives_on_after_a_panic() {
        let (server, client) = Connection::memory();
        let thread = thread::spawn(move || serve(&server));
        let ask = |id: i32, method: &str, params: Value| {
            client.sender.send(Request::new(id.into(), method.to_owned(), params).into()).unwrap();
            loop {
                match client.receiver.recv().unwrap() {
                    Message::Response(response) if response.id == id.into() => return response.response_result,
                    _ => {}
                }
            }
        };
        ask(1, "initialize", json!({"capabilities": {}})).unwrap();
        client.sender.send(Notification::new("initialized".to_owned(), json!({})).into()).unwrap();
        let error = ask(2, "test/panic", json!({})).unwrap_err();
        assert_eq!(error.code, ErrorCode::InternalError as i32);
        assert!(error.message.starts_with("`test/panic` met a defect of mispflow"), "{}", error.message);
        assert_eq!(ask(3, "mispflow/settled", Value::Null).unwrap(), Value::Null);
        // What was cancelled before anybody looked at it is not answered.
        client.sender.send(Notification::new("$/cancelRequest".to_owned(), json!({"id": 4})).into()).unwrap();
        assert_eq!(
            ask(4, "workspace/symbol", json!({"query": ""})).unwrap_err().code,
            ErrorCode::RequestCanceled as i32
        );
        ask(5, "shutdown", Value::Null).unwrap();
        assert_eq!(
            ask(6, "workspace/symbol", json!({"query": ""})).unwrap_err().code,
            ErrorCode::InvalidRequest as i32
        );
        client.sender.send(Notification::new("exit".to_owned(), Value::Null).into()).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(Ended::Properly));
    }
}
