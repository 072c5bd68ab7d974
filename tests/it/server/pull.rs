//! `pull` and `rollback`

use std::fs;

use serde_json::{Value, json};

use super::stand_in::{Served, StandIn};
use super::{GUARD, NOTICE, REVIEW, empty, run};
use crate::program::{add, folder};

/// The graphs that the editor saved, of which those are taken that MISP runs for their own trigger.
fn grown() -> StandIn {
    let mut server = StandIn::new("2.5.19");
    let text = crate::editor_saves::text(std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/editor/saves-2.5.19.ndjson.gz"
    )));
    let triggers: Vec<String> =
        server.triggers.iter().map(|trigger| trigger["id"].as_str().unwrap().to_owned()).collect();
    for trigger in triggers {
        let graph = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|record| {
            let nodes = record["saved"].as_object().into_iter().flatten();
            let mut of_trigger = nodes.filter(|(_, node)| node["data"]["module_type"] == "trigger");
            of_trigger.next().is_some_and(|(_, node)| node["data"]["id"] == *trigger)
                && record["saved"].as_object().is_some_and(|nodes| nodes.len() > 3)
        });
        if let Some(record) = graph {
            server.with_workflow(&trigger, &format!("Grown for {trigger}"), &record["saved"]);
        }
    }
    server
}

#[test]
fn an_empty_folder_becomes_a_project_that_checks() {
    let misp = Served::new(grown());
    let count = misp.server.lock().unwrap().workflows.len();
    assert!(count > 5, "{count}");
    let project = folder(&[]);
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert!(misp.is_untouched());
    for name in ["mispflow.toml", "baseline.json", "catalogue/server.json"] {
        assert!(project.path().join(name).is_file(), "{name}");
    }
    let catalogue = fs::read_to_string(project.path().join("catalogue/server.json")).unwrap();
    assert!(!catalogue.contains('@'), "addresses of users");
    let checked = run(project.path(), &misp, &["check"]);
    assert_eq!((checked.code(), checked.out()), (0, ""), "{}", checked.messages());
    let plan = run(project.path(), &misp, &["plan", "--exit-code"]);
    assert_eq!(plan.code(), 0, "{}", plan.out());
    assert!(plan.out().contains(&format!("{count} unchanged")), "{}", plan.out());
    assert_eq!(plan.messages(), "", "what is in the baseline is not spoken of");
    // A second one changes nothing.
    let again = run(project.path(), &misp, &["pull"]);
    assert_eq!(again.code(), 0, "{}", again.messages());
    assert!(!again.messages().contains("created") && !again.messages().contains("changed  "), "{}", again.messages());
}

#[test]
fn what_was_pushed_is_pulled_elsewhere() {
    let misp = empty();
    let blueprint =
        "blueprint tell() {\n    name: \"Tell\"\n    description: \"[event-publish] tells\"\n    push-zmq()\n}\n";
    let here = folder(&[("guard.mwf", GUARD), ("review.mwf", REVIEW), ("tell.mwf", blueprint)]);
    assert_eq!(run(here.path(), &misp, &["push", "--yes"]).code(), 0);
    let there = folder(&[]);
    let done = run(there.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    for (folder, name) in [(&here, "here"), (&there, "there")] {
        assert_eq!(run(folder.path(), &misp, &["build", "-o", "out"]).code(), 0, "{name}");
    }
    for file in ["guard.json", "review.json", "tell.blueprint.json"] {
        let [one, other] =
            [&here, &there].map(|folder| fs::read_to_string(folder.path().join("out").join(file)).unwrap());
        assert_eq!(one, other, "{file}");
    }
}

/// Changes what a row holds, as a person would.
fn edit(misp: &Served, at: usize, from: &str, to: &str) {
    let mut server = misp.server.lock().unwrap();
    let text = server.workflows[at].data.to_string();
    assert!(text.contains(from), "{text}");
    server.workflows[at].data = serde_json::from_str(&text.replace(from, to)).unwrap();
}

#[test]
fn what_changed_there_changes_here() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    edit(&misp, 0, "\"red\"", "\"by hand\"");
    misp.server.lock().unwrap().with_workflow("user-after-save", "New", &json!({
        "1": {"id": 1, "data": {"id": "user-after-save", "module_type": "trigger", "indexed_params": []}, "inputs": [],
            "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
        "2": {"id": 2, "data": {"id": "push-zmq", "module_type": "action", "indexed_params": {"data_extraction_path": "Event.info"}},
            "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}}, "outputs": {"output_1": {"connections": []}}},
    }));
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let text = fs::read_to_string(project.path().join("guard.mwf")).unwrap();
    assert!(text.contains("workflow guard on event-publish") && text.contains("\"by hand\""), "{text}");
    assert!(project.path().join("new.mwf").is_file());
    assert_eq!(fs::read_to_string(project.path().join("notice.mwf")).unwrap(), NOTICE);
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
}

#[test]
fn what_changed_on_both_sides_is_shown_and_left_alone() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    edit(&misp, 0, "\"red\"", "\"theirs\"");
    let text = GUARD.replace("\"red\"", "\"ours\"");
    add(project.path(), "guard.mwf", &text);
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("it was changed here and on the server"), "{}", done.out());
    assert!(done.out().contains("message: \"theirs\" → \"ours\""), "{}", done.out());
    assert_eq!(fs::read_to_string(project.path().join("guard.mwf")).unwrap(), text);

    let ours = run(project.path(), &misp, &["pull", "--ours"]);
    assert_eq!(ours.code(), 0, "{}\n{}", ours.out(), ours.messages());
    assert_eq!(fs::read_to_string(project.path().join("guard.mwf")).unwrap(), text);
    let plan = run(project.path(), &misp, &["plan"]);
    assert!(plan.code() == 0 && plan.out().contains("~ workflow `guard`"), "{}", plan.out());

    edit(&misp, 0, "\"theirs\"", "\"theirs again\"");
    let theirs = run(project.path(), &misp, &["pull", "--theirs"]);
    assert_eq!(theirs.code(), 0, "{}\n{}", theirs.out(), theirs.messages());
    assert!(fs::read_to_string(project.path().join("guard.mwf")).unwrap().contains("theirs again"));
}

#[test]
fn a_push_can_be_taken_back() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    let before = misp.server.lock().unwrap().workflows[0].data.clone();
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"worse\""));
    run(project.path(), &misp, &["push", "--yes"]);
    let listed = run(project.path(), &misp, &["rollback"]);
    assert_eq!(listed.out().lines().count(), 2, "{}", listed.out());
    assert!(listed.out().lines().next_back().unwrap().ends_with("\"Guard\""), "{}", listed.out());
    assert_eq!(run(project.path(), &misp, &["rollback", "last"]).code(), 2, "nobody said yes");
    let done = run(project.path(), &misp, &["rollback", "last", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert!(done.out().contains("message: \"worse\" → \"red\""), "{}", done.out());
    assert_eq!(misp.server.lock().unwrap().workflows[0].data, before);
    // The text is newer again, and that is not a conflict.
    let plan = run(project.path(), &misp, &["plan"]);
    assert!(plan.code() == 0 && plan.out().contains("~ workflow `guard`"), "{}", plan.out());
}

#[test]
fn a_deleted_workflow_can_be_put_back() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("review.mwf", REVIEW)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    fs::remove_file(project.path().join("guard.mwf")).unwrap();
    fs::remove_file(project.path().join("review.mwf")).unwrap();
    assert_eq!(run(project.path(), &misp, &["push", "--yes", "--prune"]).code(), 0);
    assert!(misp.server.lock().unwrap().workflows.is_empty());
    let done = run(project.path(), &misp, &["rollback", "last", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let server = misp.server.lock().unwrap();
    let names: Vec<_> = server.workflows.iter().map(|row| (row.name.as_str(), row.trigger_id.as_str())).collect();
    assert_eq!(names, [("Guard", "event-publish"), ("Review", "adhoc_review")]);
}

#[test]
fn a_catalogue_of_the_server() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD.replace("tlp:red", "our:own").as_str())]), empty());
    let done = run(project.path(), &misp, &["modules", "sync"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    add(project.path(), "mispflow.toml", "[project]\ncatalogues = [\"catalogue/server.json\"]\n");
    let checked = run(project.path(), &misp, &["check"]);
    assert!(checked.messages().contains("[unknown-tag]"), "{}", checked.messages());
    misp.server.lock().unwrap().tags.push("our:own".to_owned());
    run(project.path(), &misp, &["modules", "sync"]);
    let checked = run(project.path(), &misp, &["check"]);
    assert!(!checked.messages().contains("[unknown-tag]"), "{}", checked.messages());
}
