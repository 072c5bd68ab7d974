//! The program itself, with faults on the line.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::super::events::event;
use super::super::stand_in::fault::{FAULTS, Fault};
use super::super::stand_in::{KEY, Request, Served, StandIn};
use super::super::{GUARD, NOTICE, REVIEW, empty, run, run_with};
use crate::program::{Done, add, folder};

/// Calls the program with a patience that suits tests.
fn quickly(folder: &Path, misp: &Served, arguments: &[&str]) -> Done {
    run_with(folder, &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "1s")], arguments)
}

/// Whether each file is whole: texts end with a line, and JSON can be read.
fn assert_files_are_whole(folder: &Path, about: &str) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            if path.extension().is_some_and(|extension| extension == "json") {
                assert!(serde_json::from_str::<Value>(&text).is_ok(), "{about}: `{}`", path.display());
            } else {
                assert!(text.ends_with('\n') || path.ends_with("hash-key"), "{about}: `{}`", path.display());
            }
        }
    }
}

/// The faults that are tried at a call of a program: not all at each, but each at one call or another.
fn faults_at(at: usize) -> [Fault; 2] {
    [FAULTS[at % FAULTS.len()], FAULTS[(at + 6) % FAULTS.len()]]
}

/// Of these faults a program says that its call failed, if it cannot ask again.
fn is_of_the_line(fault: Fault) -> bool {
    !matches!(fault, Fault::Edit | Fault::Save | Fault::Flush)
}

/// A pull changes no server, writes its files whole, and a second one ends it.
#[test]
fn a_pull_with_a_fault_at_any_call_is_repaired_by_a_second_one() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let server = misp.server.lock().unwrap().clone();
    let mut failed = 0;
    'calls: for at in 0.. {
        for fault in faults_at(at) {
            let about = format!("{fault:?} at call {at}");
            *misp.server.lock().unwrap() = server.clone();
            misp.calls.lock().unwrap().clear();
            let here = folder(&[]);
            misp.fail(at, fault);
            let done = quickly(here.path(), &misp, &["pull"]);
            let is_over = misp.is_spared();
            assert!(misp.is_untouched(), "{about}");
            assert!(!done.messages().contains("panicked"), "{about}: {}", done.messages());
            assert_files_are_whole(here.path(), &about);
            failed += usize::from(done.code() != 0);
            if is_over {
                break 'calls;
            }
            let again = run(here.path(), &misp, &["pull"]);
            assert_eq!(again.code(), 0, "{about}: {}\n{}", again.out(), again.messages());
            let plan = run(here.path(), &misp, &["plan", "--exit-code"]);
            assert_eq!(plan.code(), 0, "{about}: {}\n{}", plan.out(), plan.messages());
        }
    }
    assert!(failed > 3, "{failed}");
}

/// A rollback keeps what is there before it writes, and a second one ends it.
#[test]
fn a_rollback_with_a_fault_at_any_call_is_repaired_by_a_second_one() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let before: Vec<Value> = misp.server.lock().unwrap().workflows.iter().map(|row| row.data.clone()).collect();
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"second\""));
    add(project.path(), "notice.mwf", &NOTICE.replace("push-zmq()", "push-zmq(data_extraction_path: Event.id)"));
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let backups = || {
        let mut names: Vec<_> = fs::read_dir(project.path().join(".mispflow/backups/server"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let backup = backups().pop().unwrap();
    let server = misp.server.lock().unwrap().clone();
    let texts = || -> Vec<Value> { misp.server.lock().unwrap().workflows.iter().map(|row| row.data.clone()).collect() };
    let mut failed = 0;
    'calls: for at in 0.. {
        for fault in faults_at(at) {
            let about = format!("{fault:?} at call {at}");
            *misp.server.lock().unwrap() = server.clone();
            misp.fail(at, fault);
            let done = quickly(project.path(), &misp, &["rollback", &backup, "--yes"]);
            let is_over = misp.is_spared();
            assert!(!done.messages().contains("panicked"), "{about}: {}", done.messages());
            failed += usize::from(done.code() != 0);
            if done.code() == 0 && is_of_the_line(fault) {
                assert_eq!(texts(), before, "{about}: it says that all is back");
            }
            let is_kept = done.messages().contains("what is there is kept in");
            assert!(is_kept || texts() != before, "{about}: nothing is written before what is there is kept");
            if is_over {
                break 'calls;
            }
            let again = run(project.path(), &misp, &["rollback", &backup, "--yes"]);
            assert_eq!(again.code(), 0, "{about}: {}\n{}", again.out(), again.messages());
            assert_eq!(texts(), before, "{about}");
        }
    }
    assert!(failed > 5, "{failed}");
    for name in backups() {
        let text = fs::read_to_string(project.path().join(".mispflow/backups/server").join(name)).unwrap();
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "backups are whole");
    }
}

/// A server that takes its time: what was sent may have been done. Each verb ends, and the next push repairs what it left.
#[test]
fn a_slow_answer_at_any_call_of_a_verb_loses_nothing() {
    let mut server = StandIn::new("2.5.19");
    server.events = vec![event(1, "tlp:red"), event(2, "tlp:green")];
    let misp = Served::new(server);
    let files = [("guard.mwf", GUARD), ("red.json", &event(1, "tlp:red").to_string())];
    let start = folder(&files);
    assert_eq!(run(start.path(), &misp, &["push", "--yes", "--enable"]).code(), 0);
    add(start.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"second\""));
    assert_eq!(run(start.path(), &misp, &["push", "--yes"]).code(), 0);
    let server = misp.server.lock().unwrap().clone();
    add(start.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"third\""));
    for arguments in [
        &["plan"][..],
        &["push", "--yes", "--enable"],
        &["pull"],
        &["rollback", "last", "--yes"],
        &["doctor"],
        &["modules", "sync", "-o", "-"],
        &["run", "guard.mwf", "--from", "server"],
        &["test", "--from", "server"],
        &["path", "Event.id", "--from", "server"],
        &["run", "guard.mwf", "--event", "red.json", "--on", "server", "--yes"],
    ] {
        // The first calls of all verbs are alike: every third does.
        for at in (0..).step_by(3) {
            let about = format!("{arguments:?}, slow at call {at}");
            *misp.server.lock().unwrap() = server.clone();
            let here = folder(&[]);
            crate::documentation::console::copy(start.path(), here.path());
            misp.fail(at, Fault::Slow);
            let done = run_with(
                here.path(),
                &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "300ms")],
                arguments,
            );
            if misp.is_spared() {
                break;
            }
            assert!([0, 1, 2].contains(&done.code()), "{about}: {}", done.messages());
            assert!(!done.messages().contains("panicked"), "{about}: {}", done.messages());
            assert_files_are_whole(here.path(), &about);
            assert!(misp.server.lock().unwrap().workflows[0].counter <= 1, "{about}: it runs once");
            if matches!(arguments[0], "push" | "rollback") {
                let second = run(here.path(), &misp, &["push", "--yes", "--enable"]);
                assert_eq!(second.code(), 0, "{about}: {}\n{}", second.out(), second.messages());
                let plan = run(here.path(), &misp, &["plan", "--exit-code"]);
                assert_eq!(plan.code(), 0, "{about}: {}\n{}", plan.out(), plan.messages());
            }
        }
    }
}

/// What each verb says of a server that does not answer, or not in time.
#[test]
fn every_verb_says_what_is_wrong_with_the_line() {
    let mut server = StandIn::new("2.5.19");
    server.events = vec![event(1, "tlp:red")];
    let misp = Served::new(server);
    let project = folder(&[("guard.mwf", GUARD), ("red.json", &event(1, "tlp:red").to_string())]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes", "--enable"]).code(), 0);
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"other\""));
    assert_eq!(run(project.path(), &misp, &["push", "--yes", "--enable"]).code(), 0);
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    // It takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("http://{}", silent.local_addr().unwrap());
    let on = ["run", "guard.mwf", "--event", "red.json", "--on", "server", "--yes"];
    for arguments in [
        &["plan"][..],
        &["push", "--yes"],
        &["pull"],
        &["rollback", "last", "--yes"],
        &["doctor"],
        &["modules", "sync", "-o", "-"],
        &["run", "guard.mwf", "--from", "server"],
        &["path", "Event.id", "--from", "server"],
        &on,
    ] {
        let refused = run_with(
            project.path(),
            &[("MISPFLOW_URL", &closed), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "20ms")],
            arguments,
        );
        assert_eq!(refused.code(), 2, "{arguments:?}");
        assert!(
            refused.messages().contains("refused") || arguments[0] == "rollback",
            "{arguments:?}: {}",
            refused.messages()
        );
        let late = run_with(
            project.path(),
            &[("MISPFLOW_URL", &silent_url), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "50ms")],
            arguments,
        );
        assert_eq!(late.code(), 2, "{arguments:?}");
        assert!(
            late.messages().contains("there was no answer in time") || arguments[0] == "rollback",
            "{arguments:?}: {}",
            late.messages()
        );
        misp.fail(0, Fault::Page);
        let page = quickly(project.path(), &misp, arguments);
        assert_eq!(page.code(), 2, "{arguments:?}: {}", page.messages());
        assert!(page.messages().contains("is a page for people, not JSON"), "{arguments:?}: {}", page.messages());
    }
}

/// Calls the program, and presses Ctrl-C at the first request of which `when` says so.
#[cfg(unix)]
fn interrupted(
    folder: &Path,
    misp: &Served,
    arguments: &[&str],
    mut when: impl FnMut(&Request) -> bool + Send + 'static,
) -> Output {
    let id = Arc::new(Mutex::new(None::<u32>));
    let known = id.clone();
    let mut is_done = false;
    // It waits until the number of the process is known.
    let held = id.lock().unwrap();
    misp.tell(move |request| {
        let id = known.lock().unwrap().unwrap_or_default().to_string();
        if !is_done && when(request) {
            is_done = true;
            assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        }
    });
    let child = Command::new(assert_cmd::cargo::cargo_bin("mispflow"))
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder.join("no-home"))
        .env_remove("XDG_CONFIG_HOME")
        .env("MISPFLOW_URL", misp.url())
        .env("MISPFLOW_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut held = held;
    *held = Some(child.id());
    drop(held);
    let output = child.wait_with_output().unwrap();
    misp.tell(|_| {});
    output
}

/// Ctrl-C ends what has begun, says what was done, and the next push goes on from there.
#[cfg(unix)]
#[test]
fn an_interrupted_push_leaves_everything_in_order() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE), ("review.mwf", REVIEW)]);
    misp.calls.lock().unwrap().clear();
    // The first row is being written.
    let done = Done(interrupted(project.path(), &misp, &["push", "--yes"], |request| request.path.contains("/edit/")));
    assert_eq!(done.code(), 130, "{}", done.messages());
    let edits = misp.calls.lock().unwrap().iter().filter(|call| call.contains("/edit/")).count();
    assert_eq!(edits, 1, "what has begun is done, and nothing else");
    assert!(done.messages().contains("  created  workflow `guard`"), "{}", done.messages());
    assert!(done.messages().contains("1 done, 0 failed; interrupted, and 2 were not begun"), "{}", done.messages());
    let state = fs::read_to_string(project.path().join(".mispflow/server.json")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["known"].as_object().unwrap().keys().collect::<Vec<_>>(), ["workflow/guard"]);
    let again = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(again.code(), 0, "{}\n{}", again.out(), again.messages());
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
}

/// So does that of a rollback.
#[cfg(unix)]
#[test]
fn an_interrupted_rollback_leaves_everything_in_order() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let texts = || -> Vec<Value> { misp.server.lock().unwrap().workflows.iter().map(|row| row.data.clone()).collect() };
    let before = texts();
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"second\""));
    add(project.path(), "notice.mwf", &NOTICE.replace("push-zmq()", "push-zmq(data_extraction_path: Event.id)"));
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let after = texts();
    let backup = fs::read_dir(project.path().join(".mispflow/backups/server")).unwrap();
    let backup = backup.map(|entry| entry.unwrap().file_name().into_string().unwrap()).max().unwrap();
    let arguments = ["rollback", &backup, "--yes"];
    let done = Done(interrupted(project.path(), &misp, &arguments, |request| request.path.contains("/edit/")));
    assert_eq!(done.code(), 130, "{}", done.messages());
    assert!(done.messages().contains("  put back  workflow \"Guard\""), "{}", done.messages());
    assert!(done.messages().contains("interrupted, and 1 were not begun"), "{}", done.messages());
    assert_eq!(texts(), [before[0].clone(), after[1].clone()]);
    // What was put back is known to be from here, and what was not is as it was.
    let plan = run(project.path(), &misp, &["plan"]);
    assert_eq!(plan.code(), 0, "{}", plan.out());
    assert!(plan.out().contains("1 to change, 1 unchanged"), "{}", plan.out());
    let again = run(project.path(), &misp, &arguments);
    assert_eq!(again.code(), 0, "{}\n{}", again.out(), again.messages());
    assert_eq!(texts(), before);
}

/// A pull that is interrupted at any call leaves whole files, and the next one goes on.
#[cfg(unix)]
#[test]
fn an_interrupted_pull_leaves_everything_in_order() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    for at in (0..).step_by(2) {
        let about = format!("at call {at}");
        let here = folder(&[]);
        let mut calls = 0;
        let output = interrupted(here.path(), &misp, &["pull"], move |_| {
            calls += 1;
            calls > at
        });
        let is_over = output.status.success();
        assert_files_are_whole(here.path(), &about);
        let again = run(here.path(), &misp, &["pull"]);
        assert_eq!(again.code(), 0, "{about}: {}\n{}", again.out(), again.messages());
        let plan = run(here.path(), &misp, &["plan", "--exit-code"]);
        assert_eq!(plan.code(), 0, "{about}: {}\n{}", plan.out(), plan.messages());
        if is_over {
            break;
        }
    }
}
