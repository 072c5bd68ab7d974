//! What is done on a real server too, where `MISPFLOW_TEST_MISP_URL` and `MISPFLOW_TEST_MISP_KEY` name one: a round of all
//! verbs, what two people do to each other, and the examples. The stand-in of both releases stands for it otherwise.
//!
//! Blueprints and an ad-hoc workflow, where the release has them, are made under names of their own, and so are the examples'
//! workflows for triggers that have none; all of them are deleted again. Triggers and modules that are switched on stay on.

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
    call(here, &["test", "--from", "server", "--limit", "2"], &[0, 1]);
    call(here, &["rollback"], &[0]);

    for name in ["round.mwf", "adhoc.mwf", "guard.mwf"] {
        let _ = fs::remove_file(here.join(name));
    }
    call(here, &["push", "--yes", "--prune"], &[0]);
    let plan = call(here, &["plan"], &[0]);
    assert!(!plan.out().contains("mispflow-round"), "{}", plan.out());
}

/// Two people and one blueprint: who comes second sees what the first one did, and loses nothing.
fn two_people(url: &str, key: &str) {
    let variables = [("MISPFLOW_URL", url), ("MISPFLOW_KEY", key)];
    let call = |folder: &Path, arguments: &[&str], code: i32| -> Done {
        let done = run_with(folder, &variables, arguments);
        assert_eq!(done.code(), code, "{arguments:?}: {}\n{}", done.out(), done.messages());
        done
    };
    let text = |words: &str| BLUEPRINT.replace("mispflow-round", "mispflow-two").replace("first", words);
    let (one, other) = (folder(&[("two.mwf", &text("of one"))]), folder(&[("two.mwf", &text("of the other"))]));
    let (one, other) = (one.path(), other.path());
    call(one, &["push", "--yes"], 0);
    // It was never pulled or pushed from there.
    let told = call(other, &["push", "--yes"], 1);
    assert!(told.out().contains("description: \"of one\" → \"of the other\""), "{}", told.out());
    call(other, &["pull"], 1);
    call(other, &["pull", "--ours"], 0);
    call(other, &["push", "--yes"], 0);
    // Now the first one has something old.
    call(one, &["plan"], 1);
    call(one, &["pull"], 0);
    assert!(fs::read_to_string(one.join("two.mwf")).unwrap().contains("of the other"));
    call(one, &["plan", "--exit-code"], 0);
    // Both change it.
    add(one, "two.mwf", &text("of one again"));
    add(other, "two.mwf", &text("of the other again"));
    call(other, &["push", "--yes"], 0);
    let told = call(one, &["push", "--yes"], 1);
    assert!(told.out().contains("conflict: it was edited on the server"), "{}", told.out());
    call(one, &["push", "--yes", "--force"], 0);
    let back = call(one, &["rollback", "last", "--yes"], 0);
    assert!(back.out().contains("description: \"of one again\" → \"of the other again\""), "{}", back.out());
    call(other, &["plan", "--exit-code"], 0);
    add(one, "two.mwf", &text("of the other again"));
    call(one, &["plan", "--exit-code"], 0);
    fs::remove_file(one.join("two.mwf")).unwrap();
    call(one, &["push", "--yes", "--prune"], 0);
}

/// Each example whose triggers are free: a push leaves no difference, and so does a pull of all into another folder. Gives back
/// how many there were.
fn examples(url: &str, key: &str, target: &str) -> usize {
    let mut variables = super::pull::secrets_of_examples();
    variables.extend([("MISPFLOW_URL", url), ("MISPFLOW_KEY", key)]);
    let call =
        |folder: &Path, arguments: &[&str]| run_with(folder, &variables, &[arguments, &["--target", target]].concat());
    let mut tried = 0;
    let examples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"));
    for example in fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let here = folder(&[]);
        crate::documentation::console::copy(&example, here.path());
        let plan = call(here.path(), &["plan", "--format", "json"]);
        let Ok(plan) = serde_json::from_str::<serde_json::Value>(plan.out()) else { continue };
        let items = plan["items"].as_array().unwrap();
        let is_free = items.iter().all(|item| ["create", "server-only"].contains(&item["action"].as_str().unwrap()));
        if !is_free {
            continue;
        }
        tried += 1;
        let about = example.display();
        let pushed = call(here.path(), &["push", "--yes"]);
        assert_eq!(pushed.code(), 0, "{about}: {}\n{}", pushed.out(), pushed.messages());
        let plan = call(here.path(), &["plan", "--exit-code"]);
        assert_eq!(plan.code(), 0, "{about}: {}", plan.out());
        let there = folder(&[]);
        let pulled = call(there.path(), &["pull"]);
        assert_eq!(pulled.code(), 0, "{about}: {}\n{}", pulled.out(), pulled.messages());
        let plan = call(there.path(), &["plan", "--exit-code"]);
        assert_eq!(plan.code(), 0, "{about}: {}", plan.out());
        let empty = folder(&[]);
        crate::documentation::console::copy(&here.path().join(".mispflow"), &empty.path().join(".mispflow"));
        let pruned = call(empty.path(), &["push", "--yes", "--prune"]);
        assert_eq!(pruned.code(), 0, "{about}: {}\n{}", pruned.out(), pruned.messages());
    }
    tried
}

#[test]
fn a_round_on_the_stand_in() {
    for release in ["2.5.1", "2.5.19"] {
        let mut server = StandIn::new(release);
        server.events = vec![event(1, "tlp:red"), event(2, "tlp:green")];
        let misp = Served::new(server);
        round(&misp.url(), KEY, release == "2.5.1");
        two_people(&misp.url(), KEY);
        let server = misp.server.lock().unwrap();
        assert!(server.workflows.is_empty() && server.blueprints.is_empty(), "{release}: all of it is gone again");
    }
}

/// On the older release: those of the newer one are tried where a pull is.
#[test]
fn the_examples_on_the_stand_in() {
    let misp = Served::new(StandIn::new("2.5.1"));
    let tried = examples(&misp.url(), KEY, "misp-2.5.1");
    assert!(tried > 20, "{tried}");
    let server = misp.server.lock().unwrap();
    assert!(server.workflows.is_empty() && server.blueprints.is_empty(), "all of it is gone again");
}

#[test]
fn all_of_it_on_a_real_server() {
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
    two_people(&url, &key);
    println!("{} examples were pushed to MISP {release}", examples(&url, &key, &format!("misp-{release}")));
}
