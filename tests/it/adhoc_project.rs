//! A project with ad-hoc workflows in files of their own, one of which runs another.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Done, folder, mispflow};

const FILES: [(&str, &str); 5] = [
    ("mispflow.toml", "[project]\nsource = \"workflows\"\ntarget = \"misp-2.5.19\"\n"),
    (
        "workflows/review.mwf",
        r#"workflow review on adhoc(scope: passed_event_ids) {
    name: "Review again"
    if event tagged any "tlp:white" {
        webhook(url: "https://soc.example.org/review", content_type: json)
    }
}
"#,
    ),
    (
        "workflows/sweep.mwf",
        r#"workflow sweep on adhoc(scope: events, filters: { tags: ["tlp:white"] }) {
    run-workflow(workflows: ["review"], input_data: event_ids)
}

test "what is white is reviewed" of sweep {
    given "events/white.json"
    expect success
    expect effect run-workflow { workflow: "adhoc_review :: Review again" }
}
"#,
    ),
    (
        "workflows/intake.mwf",
        r#"workflow intake on event-after-save-new {
    run-workflow(workflows: ["review"], input_data: event_ids)
}
"#,
    ),
    (
        "workflows/events/white.json",
        r#"{"Event": {"id": "7", "uuid": "5f0c1f5e-3a52-4c59-9d0e-5f2b8c6a1e01", "info": "White",
            "Orgc": {"name": "CIRCL"}, "Tag": [{"name": "tlp:white"}], "Attribute": []}}"#,
    ),
];

fn done(folder: &Path, arguments: &[&str]) -> Done {
    Done(mispflow(folder, arguments))
}

fn built(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The module of the trigger's node, and the workflows that a step runs.
fn trigger_and_called(workflow: &Value) -> (String, Vec<String>) {
    let nodes: Vec<&Value> = workflow["Workflow"]["data"].as_object().unwrap().values().collect();
    let of = |kind: &str| nodes.iter().find(|node| node["data"]["module_type"] == kind);
    let trigger = of("trigger").unwrap()["data"]["id"].as_str().unwrap().to_owned();
    let called = nodes.iter().find(|node| node["data"]["id"] == "run-workflow");
    let called = called.map(|node| node["data"]["indexed_params"]["workflows"].as_array().unwrap().iter());
    (trigger, called.into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect())
}

#[test]
fn it_is_checked_tested_built_and_imported_back_equal() {
    let files = folder(&FILES);
    let project = files.path();
    let checked = done(project, &["check", "--deny", "warnings"]);
    assert_eq!((checked.code(), checked.out(), checked.messages()), (0, "", ""));
    let tested = done(project, &["test"]);
    assert_eq!((tested.code(), tested.out()), (0, "passed  sweep: what is white is reviewed\n"));
    assert_eq!(done(project, &["build"]).code(), 0);
    let called = |id: &str| vec![format!("adhoc_{id} :: Review again")];
    for (name, trigger, runs) in [
        ("review", "adhoc_review", vec![]),
        ("sweep", "adhoc_sweep", called("review")),
        ("intake", "event-after-save-new", called("review")),
    ] {
        let workflow = built(project, &format!("build/{name}.json"));
        assert_eq!(workflow["Workflow"]["trigger_id"], trigger);
        assert_eq!(trigger_and_called(&workflow), (trigger.to_owned(), runs), "{name}");
    }
    let imported = done(project, &["import", "build", "-o", "back"]);
    assert_eq!(imported.code(), 0, "{}", imported.messages());
    for name in ["review", "sweep", "intake"] {
        let text = fs::read_to_string(project.join(format!("back/{name}.mwf"))).unwrap();
        let starts = if name == "intake" { "on event-after-save-new" } else { "on adhoc(" };
        assert!(text.starts_with(&format!("workflow {name} {starts}")), "{text}");
        let diff = done(project, &["diff", &format!("build/{name}.json"), &format!("back/{name}.mwf")]);
        assert_eq!((diff.code(), diff.out()), (0, ""), "{}", diff.messages());
    }
    assert_eq!(done(project, &["check", "--deny", "warnings", "back"]).messages(), "");
}

#[test]
fn a_file_by_itself_knows_the_workflows_of_the_project() {
    let files = folder(&FILES);
    let project = files.path();
    assert_eq!(done(project, &["build"]).code(), 0);
    assert_eq!(done(project, &["build", "workflows/intake.mwf", "-o", "alone"]).code(), 0);
    let read = |name: &str| fs::read_to_string(project.join(name)).unwrap();
    assert_eq!(read("alone/intake.json"), read("build/intake.json"));
    assert_eq!(fs::read_dir(project.join("alone")).unwrap().count(), 1, "only what was asked for is written");
    // From the folder of the file it is the same.
    let run = done(&project.join("workflows"), &["run", "intake.mwf", "--event", "events/white.json"]);
    assert_eq!(run.code(), 0);
    assert!(run.out().contains("https://soc.example.org/review"), "what the callee does is shown: {}", run.out());
    let tested = done(project, &["test", "workflows/sweep.mwf"]);
    assert_eq!(tested.out(), "passed  sweep: what is white is reviewed\n");
}

#[test]
fn a_neighbour_with_mistakes_is_no_callee_and_not_reported() {
    let files = folder(&FILES);
    let project = files.path();
    fs::write(project.join("workflows/review.mwf"), "workflow review on adhoc(scope: nowhere) {\n}\n").unwrap();
    fs::write(project.join("workflows/broken.mwf"), "workflow on adhoc {{{\n").unwrap();
    let checked = done(project, &["check", "workflows/intake.mwf"]);
    assert_eq!(checked.code(), 0);
    assert!(
        checked.messages().contains("there is no ad-hoc workflow `review` in these files"),
        "{}",
        checked.messages()
    );
    assert!(
        !checked.messages().contains("nowhere") && !checked.messages().contains("broken.mwf"),
        "{}",
        checked.messages()
    );
}

#[test]
fn names_that_no_workflow_has() {
    for (called, expected) in [
        ("revew", "did you mean `review`?"),
        ("enrich", "name a workflow of the project by its id"),
        ("intake", "listens to a trigger of its own"),
        ("adhoc_3 :: review", "write `review` alone"),
        ("adhoc_review :: Review agan", "did you mean `Review again`?"),
    ] {
        let files = folder(&FILES);
        let text = FILES[2].1.replace("[\"review\"]", &format!("[\"{called}\"]"));
        fs::write(files.path().join("workflows/sweep.mwf"), text).unwrap();
        let checked = done(files.path(), &["check"]);
        let messages = checked.messages();
        assert!(messages.contains("warning[unknown-callee]") && messages.contains(expected), "{called}: {messages}");
    }
}

#[test]
fn numbers_that_the_server_gave() {
    let files = folder(&FILES);
    let project = files.path();
    let output = done(project, &["build", "--adhoc-id", "review=3", "--adhoc-id", "sweep=adhoc_12"]);
    assert_eq!(output.code(), 0, "{}", output.messages());
    let called = vec!["adhoc_3 :: Review again".to_owned()];
    assert_eq!(trigger_and_called(&built(project, "build/review.json")), ("adhoc_3".to_owned(), vec![]));
    assert_eq!(trigger_and_called(&built(project, "build/sweep.json")), ("adhoc_12".to_owned(), called.clone()));
    assert_eq!(trigger_and_called(&built(project, "build/intake.json")).1, called);
    assert_eq!(built(project, "build/sweep.json")["Workflow"]["trigger_id"], "adhoc_12");
    for (arguments, expected) in [
        (&["--adhoc-id", "nobody=3"][..], "there is no workflow `nobody`"),
        (&["--adhoc-id", "intake=3"], "`intake` listens to `event-after-save-new`"),
        (&["--adhoc-id", "review=3", "--adhoc-id", "sweep=3"], "cannot both be `adhoc_3`"),
        (&["--adhoc-id", "review=x"], "`x` is not the number of an ad-hoc workflow"),
        (&["--adhoc-id", "3"], "as in `sweep=3`"),
    ] {
        let output = done(project, &[&["build"], arguments].concat());
        assert_ne!(output.code(), 0);
        assert!(output.messages().contains(expected), "{arguments:?}: {}", output.messages());
    }
}
