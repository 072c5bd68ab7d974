//! Pushes.

use mispflow::catalogue::{Catalogue, Target};
use mispflow::server::{Action, HashKey, Snapshot, catalogue_of, examine, run_on_server};
use proptest::prelude::*;

use super::super::stand_in::fault::{FAULTS, Fault};
use super::{Disk, Line, actions, assert_nothing_is_lost, faults_of, on, push, roll_back};

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
                let is_edited = !line.edits.borrow().is_empty() || line.is_unseen.get();
                for (id, action) in actions(&line, "after", key, &mut disk) {
                    assert!(
                        action == Action::Same || is_edited && matches!(action, Action::Conflict(_)),
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

/// A fault at some call: which call, which fault, and whether it stays.
type Somewhere = Option<(usize, usize, bool)>;

#[derive(Clone, Debug)]
enum Step {
    /// A push of this version.
    Push(u8, Somewhere),
    /// What the server has is taken as known, as `pull` does; with `--ours` conflicts too.
    Pull(bool, Somewhere),
    /// The last backup is put back.
    Rollback(Somewhere),
    /// Everything that only asks: `doctor`, `modules sync`, events.
    Look(Somewhere),
    /// The first workflow is run there.
    Run(Somewhere),
    /// A person edits a workflow.
    Edit,
    /// A person opens all workflows and saves them.
    Save,
    Flush,
    /// What is known of the server is lost.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    let fault = || proptest::option::of((0usize..40, 0usize..FAULTS.len(), any::<bool>()));
    prop_oneof![
        4 => (0u8..4, fault()).prop_map(|(version, fault)| Step::Push(version, fault)),
        2 => (any::<bool>(), fault()).prop_map(|(ours, fault)| Step::Pull(ours, fault)),
        2 => fault().prop_map(Step::Rollback),
        1 => fault().prop_map(Step::Look),
        1 => fault().prop_map(Step::Run),
        1 => Just(Step::Edit),
        1 => Just(Step::Save),
        1 => Just(Step::Flush),
        1 => Just(Step::Forget),
    ]
}

/// Lets something go wrong in the next calls. What people do happens once.
fn set(line: &Line, fault: Somewhere) {
    let is_once = |fault| matches!(fault, Fault::Edit | Fault::Save | Fault::Flush);
    line.set(fault.map(|(at, fault, stays)| (at, FAULTS[fault], stays && !is_once(FAULTS[fault]))));
}

/// Looks at everything. The rows stay as they are, but for what people do meanwhile.
fn look(line: &Line) {
    let rows = line.server.borrow().workflows.clone();
    let catalogue = |_: &Snapshot| Catalogue::for_target(Target::DEFAULT).clone();
    let _ = examine(line.misp(), &catalogue);
    if let Ok(snapshot) = Snapshot::fetch(&line.misp()) {
        let _ = catalogue_of(&line.misp(), &snapshot, false);
    }
    let people =
        line.fault.get().is_some_and(|(_, fault, _)| matches!(fault, Fault::Edit | Fault::Save | Fault::Flush));
    assert!(people || line.server.borrow().workflows == rows, "a question changes nothing");
}

/// Runs the first workflow. Its row stays as it is, but for how often it ran.
fn run(line: &Line) {
    let Ok(snapshot) = Snapshot::fetch(&line.misp()) else { return };
    let Some(row) = snapshot.workflows.first() else { return };
    let before = line.server.borrow().workflows[0].counter;
    let _ = run_on_server(&line.misp(), row, "{\"Event\": {}}");
    assert!(line.server.borrow().workflows[0].counter <= before + 1, "it runs once");
}

/// Takes what the server has as known.
fn pull(line: &Line, texts: &str, key: &HashKey, disk: &mut Disk, ours: bool) {
    on(line, texts, key, disk, &mut |planning, _, locals, disk| {
        let mut state = planning.state.clone();
        for item in &planning.plan(locals).items {
            if item.action == Action::Same || ours && matches!(item.action, Action::Conflict(_)) {
                planning.note(item, &mut state);
            }
        }
        disk.state = Some(state);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

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
                    set(&line, *fault);
                    push(&line, &format!("v{version}"), &key, &mut disk);
                }
                Step::Pull(ours, fault) => {
                    set(&line, *fault);
                    pull(&line, &format!("v{version}"), &key, &mut disk, *ours);
                }
                Step::Rollback(fault) => {
                    set(&line, *fault);
                    if let Some(backup) = disk.backups.last().cloned() {
                        roll_back(&line, &mut disk, &backup);
                    }
                }
                Step::Look(fault) => {
                    set(&line, *fault);
                    look(&line);
                }
                Step::Run(fault) => {
                    set(&line, *fault);
                    run(&line);
                }
                Step::Edit => line.edit(None),
                Step::Save => line.server.borrow_mut().save_all_in_editor(),
                Step::Flush => line.server.borrow_mut().flush_redis(),
                Step::Forget => disk.state = None,
            }
            assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
        }
        line.set(None);
        push(&line, &format!("v{version}"), &key, &mut disk).unwrap();
        for (id, action) in actions(&line, &format!("v{version}"), &key, &mut disk) {
            // What was put back, and what is not known any more, is a conflict too.
            let may_conflict = steps.iter().any(|step| matches!(step, Step::Edit | Step::Forget | Step::Rollback(_)))
                || !line.edits.borrow().is_empty()
                || line.is_unseen.get();
            let is_settled = action == Action::Same || may_conflict && matches!(action, Action::Conflict(_));
            prop_assert!(is_settled, "`{}` is {:?}", id, action);
        }
        assert_nothing_is_lost(&line, &disk, &format!("{steps:?}"));
    }
}
