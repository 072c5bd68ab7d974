//! Pushes.

use mispflow::server::{Action, HashKey};
use proptest::prelude::*;
use serde_json::Value;

use super::super::stand_in::fault::{FAULTS, Fault};
use super::{Disk, Line, actions, assert_nothing_is_lost, faults_of, push, roll_back};

/// Pushes from `start` with each fault at each call, and then once more without: nothing is lost, and that repairs it.
fn at_each_call(start: &Line, disk_before: &Disk, key: &HashKey) -> usize {
    let begin = || (Line::with(start.server.borrow().clone()), disk_before.clone());
    let (line, mut disk) = begin();
    line.set(None);
    push(&line, "after", key, &mut disk).unwrap();
    let questions = line.questions.take();
    let mut tried = 0;
    for (at, is_question) in questions.into_iter().enumerate() {
        for &fault in faults_of(is_question) {
            // One that stays: the server is gone in the middle of it.
            for stays in if fault == Fault::ErrorBefore { &[false, true][..] } else { &[false] } {
                let (line, mut disk) = begin();
                line.set(Some((at, fault, *stays)));
                let about = format!("{fault:?} at call {at}, stays {stays}");
                let ended = push(&line, "after", key, &mut disk);
                assert_nothing_is_lost(&line, &disk, &about);
                if ended.is_some_and(|ended| ended.failed == 0) && !line.is_unseen.get() {
                    for (id, action) in actions(&line, "after", key, &mut disk) {
                        let is_edited = !line.edits.borrow().is_empty();
                        assert!(
                            action == Action::Same || is_edited,
                            "{about}: `{id}` was noted as done and is {action:?}"
                        );
                    }
                    if line.edits.borrow().is_empty() && fault != Fault::Flush {
                        tried += 1;
                        continue;
                    }
                }
                // Without faults the next one ends it; what somebody edited is a conflict, and stays as he left it.
                line.set(None);
                let second = push(&line, "after", key, &mut disk).unwrap();
                let edited: Vec<Value> = line.edits.borrow().values().cloned().collect();
                for (id, action) in actions(&line, "after", key, &mut disk) {
                    assert!(
                        action == Action::Same || !edited.is_empty() && matches!(action, Action::Conflict(_)),
                        "{about}: `{id}` is {action:?} after a second push: {second:?} {:?}",
                        disk.failures
                    );
                }
                assert_nothing_is_lost(&line, &disk, &about);
                tried += 1;
            }
        }
    }
    tried
}

#[test]
fn a_fault_at_any_call_of_the_first_push_loses_nothing_and_a_second_one_repairs_it() {
    let tried = at_each_call(&Line::new(), &Disk::default(), &HashKey::random().unwrap());
    assert!(tried > 150, "{tried}");
}

#[test]
fn a_fault_at_any_call_of_a_later_push_loses_nothing_and_a_second_one_repairs_it() {
    let key = HashKey::random().unwrap();
    let (start, mut disk) = (Line::new(), Disk::default());
    push(&start, "before", &key, &mut disk).unwrap();
    let tried = at_each_call(&start, &disk, &key);
    assert!(tried > 80, "{tried}");
}

#[derive(Clone, Debug)]
enum Step {
    /// A push of this version, with a fault at some call.
    Push(u8, Option<(usize, usize, bool)>),
    /// A person edits a workflow.
    Edit,
    Flush,
    /// The last backup is put back.
    Rollback,
    /// What is known of the server is lost.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let fault = proptest::option::of((0usize..40, 0usize..FAULTS.len(), any::<bool>()));
    prop_oneof![
        4 => (0u8..4, fault).prop_map(|(version, fault)| Step::Push(version, fault)),
        1 => Just(Step::Edit),
        1 => Just(Step::Flush),
        1 => Just(Step::Rollback),
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
                    push(&line, &format!("v{version}"), &key, &mut disk);
                }
                Step::Edit => line.edit(false),
                Step::Flush => line.server.borrow_mut().flush_redis(),
                Step::Rollback => {
                    line.set(None);
                    if let Some(backup) = disk.backups.last().cloned() {
                        roll_back(&line, &mut disk, &backup);
                    }
                }
                Step::Forget => disk.state = None,
            }
            assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
        }
        line.set(None);
        push(&line, &format!("v{version}"), &key, &mut disk).unwrap();
        for (id, action) in actions(&line, &format!("v{version}"), &key, &mut disk) {
            // What was put back, and what is not known any more, is a conflict too.
            let may_conflict = steps.iter().any(|step| matches!(step, Step::Edit | Step::Forget | Step::Rollback))
                || !line.edits.borrow().is_empty();
            let is_settled = action == Action::Same || may_conflict && matches!(action, Action::Conflict(_));
            prop_assert!(is_settled, "`{}` is {:?}", id, action);
        }
        assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
    }
}
