//! What else asks a server: `rollback`, `doctor`, `modules sync`, events, and runs.

use std::sync::Mutex;

use mispflow::catalogue::{Catalogue, Target};
use mispflow::http::SendError;
use mispflow::server::{
    Answer, Backup, Call, FoundEvents, HashKey, Health, Search, Snapshot, Transport, catalogue_of, examine,
    run_on_server,
};
use serde_json::Value;

use super::super::events::event;
use super::super::stand_in::fault::{FAULTS, Fault};
use super::{Disk, Line, PATIENCE, assert_nothing_is_lost, faults_of, push, roll_back};

/// A guard and a review that are on a server and switched on.
fn pushed() -> (Line, Disk) {
    let (line, mut disk) = (Line::new(), Disk::default());
    push(&line, "before", &HashKey::random().unwrap(), &mut disk).unwrap();
    (line, disk)
}

/// Does something with each fault at each of its calls, on a server that is as it was each time. Gives back how often.
fn at_each_call(start: &Line, mut doing: impl FnMut(&Line, Fault, &str)) -> usize {
    let mut tried = 0;
    let mut attempt = |at: usize, fault: Fault| {
        let line = Line::with(start.server.borrow().clone());
        line.set(Some((at, fault, false)));
        doing(&line, fault, &format!("{fault:?} at call {at}"));
        tried += 1;
        line.met.get()
    };
    for at in 0.. {
        let Some(is_question) = attempt(at, Fault::HalfBody) else { break };
        for &fault in faults_of(is_question).iter().filter(|fault| **fault != Fault::HalfBody) {
            attempt(at, fault);
        }
    }
    tried
}

#[test]
fn a_rollback_loses_nothing_and_a_second_one_repairs_it() {
    let key = HashKey::random().unwrap();
    let (start, mut disk) = (Line::new(), Disk::default());
    push(&start, "before", &key, &mut disk).unwrap();
    let rows = Snapshot::fetch(&start.misp()).unwrap().workflows;
    let backup = Backup { rows, absent: Vec::new() }.to_text("there", "now");
    let texts = |line: &Line| -> Vec<(String, Value)> {
        line.server.borrow().workflows.iter().map(|row| (row.trigger_id.clone(), row.data.clone())).collect()
    };
    let before = texts(&start);
    push(&start, "after", &key, &mut disk).unwrap();
    // What is gone altogether is made again, with its graph or by opening the editor.
    start.server.borrow_mut().workflows.truncate(1);
    assert_ne!(texts(&start)[0], before[0]);
    let tried = at_each_call(&start, |line, _, about| {
        let mut disk = disk.clone();
        roll_back(line, &mut disk, &backup);
        assert_nothing_is_lost(line, &disk, about);
        line.set(None);
        assert_eq!(roll_back(line, &mut disk, &backup), Some(0), "{about}");
        assert_nothing_is_lost(line, &disk, about);
        assert_eq!(texts(line), before, "{about}");
    });
    assert!(tried > 40, "{tried}");
}

#[test]
fn a_doctor_changes_nothing_and_says_nothing_that_is_not_so() {
    let (start, _) = pushed();
    let catalogue = |_: &Snapshot| Catalogue::for_target(Target::DEFAULT).clone();
    let bad = |line: &Line| -> Option<Vec<String>> {
        let (_, symptoms) = examine(line.misp(), &catalogue).ok()?;
        Some(symptoms.into_iter().filter(|symptom| symptom.health == Health::Bad).map(|symptom| symptom.what).collect())
    };
    let as_ever = bad(&start).unwrap();
    let rows = start.server.borrow().workflows.clone();
    let tried = at_each_call(&start, |line, fault, about| {
        let said = bad(line);
        let is_touched = line.server.borrow().workflows != rows;
        assert!(!is_touched || matches!(fault, Fault::Edit | Fault::Save | Fault::Flush), "{about}");
        // What passes is asked again; what somebody did in between is so.
        if !matches!(fault, Fault::ErrorBefore | Fault::ErrorAfter | Fault::Page | Fault::Flush) {
            assert_eq!(said.as_ref(), Some(&as_ever), "{about}");
        }
    });
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_catalogue_is_whole_or_there_is_none() {
    let (start, _) = pushed();
    let catalogue = |line: &Line| {
        let snapshot = Snapshot::fetch(&line.misp()).ok()?;
        catalogue_of(&line.misp(), &snapshot, false).ok()
    };
    let whole = catalogue(&start).unwrap();
    at_each_call(&start, |line, fault, about| {
        let found = catalogue(line);
        if fault != Fault::Flush {
            assert!(found.as_ref().is_none_or(|found| *found == whole), "{about}");
        }
        let passes = [Fault::Refused, Fault::CutBefore, Fault::CutAfter, Fault::HalfBody].contains(&fault);
        assert!(!passes || found.is_some(), "{about}");
    });
}

/// A server that several threads may ask.
struct Shared(Mutex<Line>);

impl Transport for Shared {
    fn send(&self, call: &Call) -> Result<Answer, SendError> {
        self.0.lock().unwrap().send(call)
    }
}

#[test]
fn events_come_once_and_in_order_or_the_end_is_told() {
    let mut server = Line::new().server.into_inner();
    server.events = (1..=150).map(|id| event(id, "tlp:red")).collect();
    for fault in FAULTS {
        for stays in [false, true] {
            for at in 0..6 {
                let about = format!("{fault:?} at call {at}, stays {stays}");
                let line = Shared(Mutex::new(Line::with(server.clone())));
                line.0.lock().unwrap().set(Some((at, fault, stays)));
                let Ok(found) = FoundEvents::begin(&line, PATIENCE, "prod", Search::default()) else {
                    assert!(at == 0, "{about}");
                    continue;
                };
                let records: Vec<_> = found.flatten().collect();
                let is_whole = records.iter().all(|record| record.text.is_ok());
                let ids: Vec<String> = records
                    .iter()
                    .filter_map(|record| record.text.as_deref().ok())
                    .map(|text| {
                        serde_json::from_str::<Value>(text).unwrap()["Event"]["id"].as_str().unwrap().to_owned()
                    })
                    .collect();
                let expected: Vec<String> = (1..=ids.len()).map(|id| id.to_string()).collect();
                assert_eq!(ids, expected, "{about}");
                assert!(!is_whole || ids.len() == 150, "{about}: {}", ids.len());
                // One fault is got over, but for a page that is in the way.
                assert!(is_whole || stays || fault == Fault::Page, "{about}");
            }
        }
    }
}

#[test]
fn a_workflow_runs_no_more_than_once() {
    let (start, _) = pushed();
    let tried = at_each_call(&start, |line, fault, about| {
        let snapshot = {
            let fault = line.fault.take();
            let snapshot = Snapshot::fetch(&line.misp()).unwrap();
            line.set(fault);
            snapshot
        };
        let row = &snapshot.workflows[0];
        let done = run_on_server(&line.misp(), row, "{\"Event\": {}}");
        let runs = line.server.borrow().workflows[0].counter;
        assert!(runs <= 1, "{about}: {runs}");
        match done {
            Ok(run) if matches!(run.outcome.as_deref(), Ok("success")) => assert_eq!(runs, 1, "{about}"),
            Ok(_) => {}
            // It is certain that it was not run.
            Err(error) => assert!(runs == 0, "{about}: {error}"),
        }
        assert!(fault != Fault::Refused || runs == 1, "{about}: what was not sent is sent again");
    });
    assert!(tried > 15, "{tried}");
}
