//! What is left when something goes wrong at any call of a push.

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
    State, Told, Transport, Verb,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::stand_in::{KEY, Request, StandIn};
use super::{GUARD, NOTICE, REVIEW};

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// The server cannot be reached.
    Refused,
    /// The connection ends before the server has acted.
    CutBefore,
    /// The connection ends after it has acted.
    CutAfter,
    /// Half of the answer comes.
    HalfBody,
    /// It acts, and answers 500.
    ErrorAfter,
    /// It answers 500 and does nothing.
    ErrorBefore,
    /// Something before it answers with a page.
    Page,
    /// A person edits a workflow in the editor just before.
    Edit,
    /// Redis is flushed just before.
    Flush,
}

const FAULTS: [Fault; 9] = [
    Fault::Refused,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::HalfBody,
    Fault::ErrorAfter,
    Fault::ErrorBefore,
    Fault::Page,
    Fault::Edit,
    Fault::Flush,
];

/// A server in this process, with faults.
struct Line {
    server: RefCell<StandIn>,
    calls: Cell<usize>,
    /// At which call, what, and whether it stays so.
    fault: Cell<Option<(usize, Fault, bool)>>,
    /// What people made of workflows, as they left it, by id.
    edits: RefCell<BTreeMap<String, Value>>,
    /// Whether an edit came between the look and the write, where nobody can see it.
    is_unseen: Cell<bool>,
    counter: Cell<usize>,
}

impl Line {
    /// A server with what the workflows here need, and no more: it is asked thousands of times.
    fn new() -> Self {
        let mut server = StandIn::new("2.5.19");
        let is_needed = |entry: &Value| {
            let id = entry["id"].as_str().unwrap();
            ["tag-if", "stop-execution", "push-zmq", "event-publish", "event-after-save"].contains(&id)
        };
        server.modules.retain(is_needed);
        server.triggers.retain(is_needed);
        Self {
            server: RefCell::new(server),
            calls: Cell::new(0),
            fault: Cell::new(None),
            edits: RefCell::default(),
            is_unseen: Cell::new(false),
            counter: Cell::new(0),
        }
    }

    fn set(&self, fault: Option<(usize, Fault, bool)>) {
        self.calls.set(0);
        self.fault.set(fault);
    }

    /// A person changes a parameter of the last workflow that has one.
    fn edit(&self, is_write: bool) {
        let mut server = self.server.borrow_mut();
        let row = server.workflows.iter_mut().rev().find(|row| row.data.get("2").is_some());
        let Some(row) = row else { return };
        self.counter.set(self.counter.get() + 1);
        row.data["2"]["data"]["indexed_params"]["by_hand"] = json!(format!("edit {}", self.counter.get()));
        row.timestamp = format!("{}", 1_800_000_000 + self.counter.get());
        self.edits.borrow_mut().insert(row.id.clone(), row.data.clone());
        if is_write {
            self.is_unseen.set(true);
        }
    }
}

impl Transport for Line {
    fn send(&self, call: &Call) -> Result<Answer, SendError> {
        let number = self.calls.get();
        self.calls.set(number + 1);
        let fault = self.fault.get().filter(|(at, _, stays)| *at == number || *stays && *at < number);
        let fault = fault.map(|(_, fault, _)| fault);
        let lost = |is_unsent| Err(SendError { words: "cut".to_owned(), is_unsent });
        match fault {
            Some(Fault::Refused) => return lost(true),
            Some(Fault::CutBefore) => return lost(false),
            Some(Fault::ErrorBefore) => return Ok(answer(500, "{\"name\": \"An Internal Error Has Occurred.\"}")),
            Some(Fault::Page) => return Ok(answer(200, "<html>maintenance</html>")),
            Some(Fault::Edit) => self.edit(call.verb == Verb::Post || call.path.contains("/editor/")),
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
            Some(Fault::CutAfter) => lost(false),
            Some(Fault::HalfBody) => Ok(answer(response.status, &response.body[..response.body.len() / 2])),
            Some(Fault::ErrorAfter) => Ok(answer(500, "{\"name\": \"An Internal Error Has Occurred.\"}")),
            _ => Ok(Answer { status: response.status, ..answer(response.status, &response.body) }),
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
#[derive(Default)]
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
fn push(line: &Line, texts: &[String], key: &HashKey, disk: &mut Disk) -> Option<Ended> {
    on(line, texts, key, disk, &mut |planning, misp, locals, disk| {
        let options = PushOptions { enable: true, ..PushOptions::default() };
        let plan = planning.plan(locals);
        let mut state = planning.state.clone();
        Push { misp, locals, options }.run(planning, &plan, &mut state, disk)
    })
}

/// What a plan says of each: its action.
fn actions(line: &Line, texts: &[String], key: &HashKey, disk: &mut Disk) -> Vec<(String, Action)> {
    line.set(None);
    on(line, texts, key, disk, &mut |planning, _, locals, _| {
        let plan = planning.plan(locals);
        let of_project = plan.items.iter().filter(|item| item.action != Action::ServerOnly);
        of_project.map(|item| (item.id.clone().unwrap_or_default(), item.action)).collect()
    })
    .unwrap()
}

type Doing<'d, T> = dyn FnMut(&Planning<'_>, Misp<'_>, &[Local<'_, '_>], &mut Disk) -> T + 'd;

fn on<T>(line: &Line, texts: &[String], key: &HashKey, disk: &mut Disk, doing: &mut Doing<'_, T>) -> Option<T> {
    let sources = Sources::new();
    let roots: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| sources.add(format!("{at}.mwf"), Some(Path::new(&format!("{at}.mwf"))), text))
        .collect();
    let files = MemoryFiles::new();
    let catalogue = Catalogue::for_target(Target::DEFAULT);
    let workspace = Workspace::load(&sources, &files, &roots, catalogue);
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    let locals: Vec<Local<'_, '_>> = compilation
        .documents
        .iter()
        .map(|compiled| Local { id: compiled.id.text, document: &compiled.document })
        .collect();
    let misp = Misp::new(line, Patience { tries: 3, pause: Duration::ZERO });
    let snapshot = Snapshot::fetch(&misp).ok()?;
    let state = disk.state.clone().unwrap_or_else(|| State::new("there"));
    let nothing = |_: &str| None::<Secret>;
    let planning = Planning { snapshot: &snapshot, catalogue, environment: &nothing, state: &state, key, tags: None };
    Some(doing(&planning, misp, &locals, disk))
}

/// What people left is on the server or in a backup.
fn assert_nothing_is_lost(line: &Line, disk: &Disk, about: &str) {
    if line.is_unseen.get() {
        // MISP locks nothing: an edit between the look and the write cannot be seen.
        return;
    }
    for (id, data) in line.edits.borrow().iter() {
        let server = line.server.borrow();
        let is_there = server.workflows.iter().any(|row| row.id == *id && row.data == *data);
        let mark = data["2"]["data"]["indexed_params"]["by_hand"].as_str().unwrap();
        let is_kept = disk.backups.iter().any(|backup| backup.contains(&format!("\"{mark}\"")));
        assert!(is_there || is_kept, "{about}: what somebody made of row {id} is gone");
    }
}

fn texts(first: &str) -> Vec<String> {
    vec![GUARD.replace("\"red\"", &format!("\"{first}\"")), NOTICE.to_owned(), REVIEW.to_owned()]
}

#[test]
fn a_fault_at_any_call_loses_nothing_and_a_second_push_repairs_it() {
    let key = HashKey::random().unwrap();
    let mut tried = 0;
    for is_first in [true, false] {
        for fault in FAULTS {
            for stays in [false, true] {
                if stays && !(is_first && matches!(fault, Fault::CutBefore | Fault::ErrorBefore)) {
                    continue;
                }
                for at in 0.. {
                    let line = Line::new();
                    let mut disk = Disk::default();
                    if !is_first {
                        push(&line, &texts("before"), &key, &mut disk).unwrap();
                    }
                    line.set(Some((at, fault, stays)));
                    let about = format!("first {is_first}, {fault:?} at call {at}, stays {stays}");
                    let ended = push(&line, &texts("after"), &key, &mut disk);
                    let is_over = line.calls.get() <= at;
                    assert_nothing_is_lost(&line, &disk, &about);
                    if ended.is_some_and(|ended| ended.failed == 0) && !line.is_unseen.get() {
                        for (id, action) in actions(&line, &texts("after"), &key, &mut disk) {
                            let is_edited = !line.edits.borrow().is_empty();
                            assert!(
                                action == Action::Same || is_edited,
                                "{about}: `{id}` was noted as done and is {action:?}"
                            );
                        }
                    }
                    // Without faults the next one ends it; what somebody edited is a conflict, and stays as he left it.
                    line.set(None);
                    let second = push(&line, &texts("after"), &key, &mut disk).unwrap();
                    let edited: Vec<Value> = line.edits.borrow().values().cloned().collect();
                    for (id, action) in actions(&line, &texts("after"), &key, &mut disk) {
                        assert!(
                            action == Action::Same || !edited.is_empty() && matches!(action, Action::Conflict(_)),
                            "{about}: `{id}` is {action:?} after a second push: {:?} {:?}",
                            second,
                            disk.failures
                        );
                    }
                    assert_nothing_is_lost(&line, &disk, &about);
                    tried += 1;
                    if is_over {
                        break;
                    }
                }
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

#[derive(Clone, Debug)]
enum Step {
    /// A push of this version, with a fault at some call.
    Push(u8, Option<(usize, usize, bool)>),
    /// A person edits a workflow.
    Edit,
    Flush,
    /// What is known of the server is lost.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let fault = proptest::option::of((0usize..40, 0usize..FAULTS.len(), any::<bool>()));
    prop_oneof![
        4 => (0u8..4, fault).prop_map(|(version, fault)| Step::Push(version, fault)),
        1 => Just(Step::Edit),
        1 => Just(Step::Flush),
        1 => Just(Step::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_in_any_sequence(steps in proptest::collection::vec(step(), 1..7)) {
        let key = HashKey::random().unwrap();
        let line = Line::new();
        let mut disk = Disk::default();
        let mut version = 0;
        for step in &steps {
            match step {
                Step::Push(wanted, fault) => {
                    version = *wanted;
                    let fault = fault.map(|(at, fault, stays)| (at, FAULTS[fault], stays));
                    let stays = fault.is_some_and(|(_, fault, _)| !matches!(fault, Fault::Edit | Fault::Flush));
                    line.set(fault.map(|(at, fault, wanted)| (at, fault, wanted && stays)));
                    push(&line, &texts(&format!("v{version}")), &key, &mut disk);
                }
                Step::Edit => line.edit(false),
                Step::Flush => line.server.borrow_mut().flush_redis(),
                Step::Forget => disk.state = None,
            }
            assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
        }
        line.set(None);
        push(&line, &texts(&format!("v{version}")), &key, &mut disk).unwrap();
        for (id, action) in actions(&line, &texts(&format!("v{version}")), &key, &mut disk) {
            prop_assert!(matches!(action, Action::Same | Action::Conflict(_)), "`{}` is {:?}", id, action);
        }
        assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
    }
}
