//! A round of all verbs, on the stand-in of both releases, and on a real server where `MISPFLOW_TEST_MISP_URL` and
//! `MISPFLOW_TEST_MISP_KEY` name one.
//!
//! It makes a blueprint, and an ad-hoc workflow where the release has them, under names of its own, and deletes them
//! again. Nothing else on the server is touched.

use std::fs;
use std::path::Path;

use super::events::event;
use super::run_with;
use super::stand_in::{KEY, Served, StandIn};
use crate::program::{Done, add, folder};

const BLUEPRINT: &str = "blueprint mispflow-round() {\n    name: \"mispflow: a round of tests\"\n    description: \"first\"\n    push-zmq()\n}\n";
const ADHOC: &str = "workflow mispflow-round-adhoc on adhoc(scope: \"passed_event_ids\") {\n    name: \"mispflow: a round of tests, ad-hoc\"\n    push-zmq()\n}\n";

/// All verbs, one after the other.
fn round(url: &str, key: &str, is_old: bool) {
    let variables = [("MISPFLOW_URL", url), ("MISPFLOW_KEY", key)];
    let call = |folder: &Path, arguments: &[&str], codes: &[i32]| -> Done {
        let done = run_with(folder, &variables, arguments);
        assert!(codes.contains(&done.code()), "{arguments:?}: {}\n{}", done.out(), done.messages());
        assert!(!done.out().contains(key) && !done.messages().contains(key));
        done
    };
    let project = folder(&[("round.mwf", BLUEPRINT)]);
    if !is_old {
        add(project.path(), "adhoc.mwf", ADHOC);
    }
    let here = project.path();
    // What is wrong there is not for a test to say.
    call(here, &["doctor"], &[0, 1]);
    call(here, &["plan"], &[0]);
    call(here, &["push", "--yes"], &[0]);
    call(here, &["plan", "--exit-code"], &[0]);
    let again = call(here, &["push", "--yes"], &[0]);
    assert!(again.messages().contains("0 done, 0 failed"), "{}", again.messages());

    add(here, "round.mwf", &BLUEPRINT.replace("first", "second"));
    call(here, &["plan", "--exit-code"], &[1]);
    call(here, &["push", "--yes"], &[0]);
    call(here, &["plan", "--exit-code"], &[0]);
    call(here, &["rollback", "last", "--yes"], &[0]);
    let back = call(here, &["plan"], &[0]);
    assert!(back.out().contains("~ blueprint `mispflow-round`"), "{}", back.out());
    call(here, &["push", "--yes"], &[0]);

    // All of the server, into a folder of its own; it may have rows that stay there.
    let there = folder(&[]);
    call(there.path(), &["pull"], &[0]);
    let plan = call(there.path(), &["plan"], &[0]);
    assert!(!plan.out().contains("~ ") && !plan.out().contains("+ "), "{}", plan.out());
    call(here, &["modules", "sync", "-o", "-"], &[0]);
    call(here, &["path", "Event.info", "--from", "server", "--limit", "2"], &[0, 1]);
    add(here, "guard.mwf", super::GUARD);
    call(here, &["run", "guard.mwf", "--from", "server", "--limit", "2", "--save", "events", "--anonymise"], &[0, 1]);

    for name in ["round.mwf", "adhoc.mwf", "guard.mwf"] {
        let _ = fs::remove_file(here.join(name));
    }
    call(here, &["push", "--yes", "--prune"], &[0]);
    let plan = call(here, &["plan"], &[0]);
    assert!(!plan.out().contains("mispflow-round"), "{}", plan.out());
}

#[test]
fn a_round_on_the_stand_in() {
    for release in ["2.5.1", "2.5.19"] {
        let mut server = StandIn::new(release);
        server.events = vec![event(1, "tlp:red"), event(2, "tlp:green")];
        let misp = Served::new(server);
        round(&misp.url(), KEY, release == "2.5.1");
        let server = misp.server.lock().unwrap();
        assert!(server.workflows.is_empty() && server.blueprints.is_empty(), "{release}: all of it is gone again");
    }
}

#[test]
fn a_round_on_a_real_server() {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(url), Some(key)) = (variable("MISPFLOW_TEST_MISP_URL"), variable("MISPFLOW_TEST_MISP_KEY")) else {
        println!("skipped: `MISPFLOW_TEST_MISP_URL` and `MISPFLOW_TEST_MISP_KEY` name no server");
        return;
    };
    let empty = folder(&[]);
    let variables = [("MISPFLOW_URL", url.as_str()), ("MISPFLOW_KEY", key.as_str())];
    let plan = run_with(empty.path(), &variables, &["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(plan.out()).unwrap_or_else(|_| panic!("{}", plan.messages()));
    let release = plan["server"]["release"].as_str().unwrap().to_owned();
    let numbers: Vec<u32> = release.split('.').map(|number| number.parse().unwrap_or(0)).collect();
    // What is between them brought ad-hoc workflows.
    round(&url, &key, numbers < vec![2, 5, 19]);
}
