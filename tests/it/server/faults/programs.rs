//! The program itself, with faults on the line.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::super::events::event;
use super::super::stand_in::fault::Fault;
use super::super::stand_in::{KEY, Served, StandIn};
use super::super::{GUARD, NOTICE, REVIEW, empty, run, run_with};
use crate::program::{Done, add, folder};

/// Calls the program with a patience that suits tests.
fn quickly(folder: &Path, misp: &Served, arguments: &[&str]) -> Done {
    run_with(folder, &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", KEY), ("MISPFLOW_TIMEOUT", "1s")], arguments)
}

/// The files of a project, but not what is kept of the server.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<(String, String)> = entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// A pull changes no server, writes its files whole, and a second one ends it. That questions are asked again where an answer
/// is lost is tried where it costs less.
#[test]
fn a_pull_with_a_fault_at_any_call_is_repaired_by_a_second_one() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let server = misp.server.lock().unwrap().clone();
    let mut failed = 0;
    for fault in [Fault::ErrorBefore, Fault::Edit] {
        for at in 0.. {
            let about = format!("{fault:?} at call {at}");
            *misp.server.lock().unwrap() = server.clone();
            misp.calls.lock().unwrap().clear();
            let here = folder(&[]);
            misp.fail(at, fault);
            let done = quickly(here.path(), &misp, &["pull"]);
            let is_over = misp.is_spared();
            assert!(misp.is_untouched(), "{about}");
            assert!(!done.messages().contains("panicked"), "{about}: {}", done.messages());
            if is_over {
                break;
            }
            for (name, text) in files(here.path()) {
                assert!(text.ends_with('\n'), "{about}: `{name}` is whole");
            }
            failed += usize::from(done.code() != 0);
            if done.code() == 0 || failed % 4 != 1 {
                continue;
            }
            let again = quickly(here.path(), &misp, &["pull"]);
            assert_eq!(again.code(), 0, "{about}: {}\n{}", again.out(), again.messages());
            let plan = quickly(here.path(), &misp, &["plan", "--exit-code"]);
            assert_eq!(plan.code(), 0, "{about}: {}\n{}", plan.out(), plan.messages());
        }
    }
    assert!(failed > 10, "{failed}");
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

/// Ctrl-C ends what has begun, says what was done, and the next push goes on from there.
#[cfg(unix)]
#[test]
fn an_interrupted_push_leaves_everything_in_order() {
    let misp = empty();
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE), ("review.mwf", REVIEW)]);
    let command = assert_cmd::cargo::cargo_bin("mispflow");
    let child = Command::new(command)
        .args(["push", "--yes"])
        .current_dir(project.path())
        .env("HOME", project.path().join("no-home"))
        .env_remove("XDG_CONFIG_HOME")
        .env("MISPFLOW_URL", misp.url())
        .env("MISPFLOW_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id().to_string();
    let edits = Arc::new(Mutex::new(0));
    let seen = edits.clone();
    misp.tell(move |request| {
        if request.path.contains("/edit/") {
            *seen.lock().unwrap() += 1;
            // The first row is being written.
            assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        }
    });
    let done = Done(child.wait_with_output().unwrap());
    assert_eq!(done.code(), 130, "{}", done.messages());
    assert_eq!(*edits.lock().unwrap(), 1, "what has begun is done, and nothing else");
    assert!(done.messages().contains("  created  workflow `guard`"), "{}", done.messages());
    assert!(done.messages().contains("1 done, 0 failed; interrupted, and 2 were not begun"), "{}", done.messages());
    misp.tell(|_| {});
    let state = fs::read_to_string(project.path().join(".mispflow/server.json")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["known"].as_object().unwrap().keys().collect::<Vec<_>>(), ["workflow/guard"]);
    let again = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(again.code(), 0, "{}\n{}", again.out(), again.messages());
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
}
