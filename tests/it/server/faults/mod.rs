//! What is left when something goes wrong at any call of any command.

mod others;
mod programs;
mod pushes;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Target};
use mispflow::compile::Workspace;
use mispflow::http::SendError;
use mispflow::project::MemoryFiles;
use mispflow::secrets::Secret;
use mispflow::server::{
    Action, Answer, Backup, Call, Ended, HashKey, Host, Local, Misp, Patience, Planning, Push, PushOptions, Snapshot,
    State, Told, Transport, put_back, restores,
};
use serde_json::Value;

use super::stand_in::fault::{FAULTS, Fault};
use super::stand_in::{KEY, Request, StandIn};
use super::{GUARD, REVIEW};

/// A server in this process, with faults.
struct Line {
    server: RefCell<StandIn>,
    calls: Cell<usize>,
    /// At which call, what, and whether it stays so.
    fault: Cell<Option<(usize, Fault, bool)>>,
    /// What people wrote into workflows last, by id.
    edits: RefCell<BTreeMap<String, String>>,
    /// Whether an edit came between the look and the write, where nobody can see it.
    is_unseen: Cell<bool>,
    counter: Cell<usize>,
    /// Of each call whether it was a question.
    questions: RefCell<Vec<bool>>,
    /// Whether the fault has come, and then whether it met a question.
    met: Cell<Option<bool>>,
}

impl Line {
    /// A server with what the workflows here need, and no more: it is asked thousands of times.
    fn new() -> Self {
        Self::with(SERVER.with(StandIn::clone))
    }

    fn with(server: StandIn) -> Self {
        Self {
            server: RefCell::new(server),
            calls: Cell::new(0),
            fault: Cell::new(None),
            edits: RefCell::default(),
            is_unseen: Cell::new(false),
            counter: Cell::new(0),
            questions: RefCell::default(),
            met: Cell::new(None),
        }
    }

    fn set(&self, fault: Option<(usize, Fault, bool)>) {
        self.calls.set(0);
        self.questions.borrow_mut().clear();
        self.fault.set(fault);
    }

    /// A person changes a parameter of the last workflow that has one, before a call that may be about to overwrite it.
    fn edit(&self, before: Option<&Call>) {
        self.counter.set(self.counter.get() + 1);
        let mark = format!("Event.Tag.{{n}}[name=edit_{}].name", self.counter.get());
        let Some(id) = self.server.borrow_mut().edit_by_hand(&mark) else { return };
        let overwrites = ["edit", "delete"].map(|action| format!("/workflows/{action}/{id}.json"));
        if before.is_some_and(|call| overwrites.contains(&call.path)) {
            // MISP locks nothing: an edit between the look and the write cannot be seen.
            self.is_unseen.set(true);
            self.edits.borrow_mut().remove(&id);
        } else {
            self.edits.borrow_mut().insert(id, mark);
        }
    }

    fn misp(&self) -> Misp<'_> {
        Misp::new(self, PATIENCE)
    }
}

const PATIENCE: Patience = Patience { tries: 3, pause: Duration::ZERO };

thread_local! {
    static SERVER: StandIn = {
        let mut server = StandIn::new("2.5.19");
        let is_needed = |entry: &Value| {
            let id = entry["id"].as_str().unwrap();
            ["tag-if", "stop-execution", "push-zmq", "event-publish", "event-after-save"].contains(&id)
        };
        server.modules.retain(is_needed);
        server.triggers.retain(is_needed);
        server
    };
}

impl Transport for Line {
    fn send(&self, call: &Call) -> Result<Answer, SendError> {
        let number = self.calls.get();
        self.calls.set(number + 1);
        let is_question = call.is_question && !call.path.contains("/editor/");
        self.questions.borrow_mut().push(is_question);
        let fault = self.fault.get().filter(|(at, _, stays)| *at == number || *stays && *at < number);
        let fault = fault.map(|(_, fault, _)| fault);
        if fault.is_some() {
            self.met.set(Some(is_question));
        }
        let lost = |is_unsent| Err(SendError { words: "cut".to_owned(), is_unsent });
        match fault {
            Some(Fault::Refused) => return lost(true),
            Some(Fault::CutBefore) => return lost(false),
            Some(Fault::ErrorBefore) => return Ok(answer(500, "{\"name\": \"An Internal Error Has Occurred.\"}")),
            Some(Fault::Page) => return Ok(answer(200, "<html>maintenance</html>")),
            Some(Fault::Edit) => self.edit(Some(call)),
            Some(Fault::Save) => self.server.borrow_mut().save_all_in_editor(),
            Some(Fault::Flush) => self.server.borrow_mut().flush_redis(),
            _ => {}
        }
        let response = self.server.borrow_mut().answer(&Request {
            method: call.verb.as_str().to_owned(),
            path: call.path.clone(),
            key: Some(KEY.to_owned()),
            accept: Some("application/json".to_owned()),
            content_type: call.body.as_ref().map(|_| "application/json".to_owned()),
            body: call.body.clone().unwrap_or_default(),
        });
        match fault {
            Some(Fault::CutAfter | Fault::Slow) => lost(false),
            Some(Fault::HalfBody) => Ok(answer(response.status, &response.body[..response.body.len() / 2])),
            Some(Fault::ErrorAfter) => Ok(answer(500, "{\"name\": \"An Internal Error Has Occurred.\"}")),
            _ => Ok(Answer {
                status: response.status,
                result_count: response.result_count.map(|count| count as u64),
                ..answer(response.status, &response.body)
            }),
        }
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        content_type: "application/json".to_owned(),
        location: None,
        result_count: None,
        body: body.to_owned(),
        is_cut: false,
    }
}

/// Whoever pushes: the state and the backups that lie on his disk.
#[derive(Clone, Default)]
struct Disk {
    state: Option<State>,
    backups: Vec<String>,
    failures: Vec<String>,
}

impl Host for Disk {
    fn back_up(&mut self, backup: &Backup) -> Result<(), String> {
        self.backups.push(backup.to_text("there", "now"));
        Ok(())
    }

    fn save(&mut self, state: &State) -> Result<(), String> {
        self.state = Some(state.clone());
        Ok(())
    }

    fn hear(&mut self, told: &Told<'_>) {
        if let Err(error) = &told.result {
            self.failures.push(error.to_string());
        }
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

/// Pushes texts with what lies on a disk; `None` if the server could not be looked at.
fn push(line: &Line, texts: &str, key: &HashKey, disk: &mut Disk) -> Option<Ended> {
    on(line, texts, key, disk, &mut |planning, misp, locals, disk| {
        let options = PushOptions { enable: true, ..PushOptions::default() };
        let plan = planning.plan(locals);
        let mut state = planning.state.clone();
        Push { misp, locals, options }.run(planning, &plan, &mut state, disk)
    })
}

/// The faults of a call. Questions change nothing, so that it makes no difference whether the server has acted; and where an
/// answer is lost they are asked again, whichever way it was lost.
fn faults_of(is_question: bool) -> &'static [Fault] {
    if is_question { &[Fault::HalfBody, Fault::ErrorBefore, Fault::Edit, Fault::Save, Fault::Flush] } else { &FAULTS }
}

/// Puts a backup back, as `rollback` does: what is there is kept before. Gives back how many rows failed; `None` if the
/// server could not be looked at.
fn roll_back(line: &Line, disk: &mut Disk, backup: &str) -> Option<usize> {
    let backup = Backup::read(backup, "there").unwrap();
    let restores = restores(&line.misp(), &backup.rows, Catalogue::for_target(Target::DEFAULT)).ok()?;
    let todo: Vec<_> = restores.iter().filter(|restore| restore.is_needed()).collect();
    let now = Backup { rows: todo.iter().filter_map(|restore| restore.now.clone()).collect(), absent: Vec::new() };
    disk.backups.push(now.to_text("there", "now"));
    Some(todo.into_iter().filter(|restore| put_back(&line.misp(), restore).is_err()).count())
}

/// What a plan says of each: its action.
fn actions(line: &Line, texts: &str, key: &HashKey, disk: &mut Disk) -> Vec<(String, Action)> {
    line.set(None);
    on(line, texts, key, disk, &mut |planning, _, locals, _| {
        let plan = planning.plan(locals);
        let of_project = plan.items.iter().filter(|item| item.action != Action::ServerOnly);
        of_project.map(|item| (item.id.clone().unwrap_or_default(), item.action)).collect()
    })
    .unwrap()
}

type Doing<'d, T> = dyn FnMut(&Planning<'_>, Misp<'_>, &[Local<'_, '_>], &mut Disk) -> T + 'd;

fn on<T>(line: &Line, texts: &str, key: &HashKey, disk: &mut Disk, doing: &mut Doing<'_, T>) -> Option<T> {
    let snapshot = Snapshot::fetch(&line.misp()).ok()?;
    let state = disk.state.clone().unwrap_or_else(|| State::new("there"));
    let nothing = |_: &str| None::<Secret>;
    let planning = Planning {
        snapshot: &snapshot,
        catalogue: Catalogue::for_target(Target::DEFAULT),
        environment: &nothing,
        state: &state,
        key,
        tags: None,
    };
    Some(doing(&planning, line.misp(), compiled(texts), disk))
}

/// The workflows of a version of the project. Each is compiled once, and kept for as long as the tests run.
fn compiled(version: &str) -> &'static [Local<'static, 'static>] {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, &'static [Local<'static, 'static>]>> = RefCell::default();
    }
    if let Some(known) = KNOWN.with_borrow(|known| known.get(version).copied()) {
        return known;
    }
    let sources: &'static Sources = Box::leak(Box::new(Sources::new()));
    // One for an ordinary trigger and an ad-hoc one: a third would only be asked for more.
    let texts = [GUARD.replace("\"red\"", &format!("\"{version}\"")), REVIEW.to_owned()];
    let roots: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| sources.add(format!("{at}.mwf"), Some(Path::new(&format!("{at}.mwf"))), text.as_str()))
        .collect();
    let files: &'static MemoryFiles = Box::leak(Box::new(MemoryFiles::new()));
    let workspace: &'static Workspace<'static> =
        Box::leak(Box::new(Workspace::load(sources, files, &roots, Catalogue::for_target(Target::DEFAULT))));
    let compilation = Box::leak(Box::new(workspace.compile()));
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    let locals: Vec<Local<'static, 'static>> = compilation
        .documents
        .iter()
        .map(|compiled| Local { id: compiled.id.text, document: &compiled.document })
        .collect();
    let locals: &'static [Local<'static, 'static>] = Box::leak(locals.into_boxed_slice());
    KNOWN.with_borrow_mut(|known| known.insert(version.to_owned(), locals));
    locals
}

/// What people left is on the server or in a backup.
fn assert_nothing_is_lost(line: &Line, disk: &Disk, about: &str) {
    for (id, mark) in line.edits.borrow().iter() {
        let server = line.server.borrow();
        let mark = format!("\"{mark}\"");
        let is_there = server.workflows.iter().any(|row| row.id == *id && row.data.to_string().contains(&mark));
        let is_kept = disk.backups.iter().any(|backup| backup.contains(&mark));
        assert!(is_there || is_kept, "{about}: what somebody made of row {id} is gone");
    }
}
