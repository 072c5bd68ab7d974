//! `import` as a person would have written it, and as it is with `--exact`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{mispflow, shown};

/// A workflow of one step.
fn saved(module: &str, kind: &str, parameters: &Value) -> Value {
    let outputs = if kind == "logic" {
        json!({"output_1": {"connections": []}, "output_2": {"connections": []}})
    } else {
        json!({"output_1": {"connections": []}})
    };
    json!({"Workflow": {"name": "Né à Zürich", "trigger_id": "event-publish", "data": {
        "1": {"id": 1, "name": "Event Publish", "class": "block-type-trigger", "pos_x": 0, "pos_y": 0, "inputs": {},
            "data": {"id": "event-publish", "module_type": "trigger", "module_version": "0.1", "name": "Event Publish", "misp_core_format": true},
            "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
        "2": {"id": 2, "name": "Step", "class": "block-type-default", "pos_x": 300, "pos_y": 0,
            "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}}, "outputs": outputs,
            "data": {"id": module, "module_type": kind, "module_version": "0.2", "name": "Step", "indexed_params": parameters}}
    }}})
}

/// What `import` makes of it, without and with `--exact`.
fn imported(module: &str, kind: &str, parameters: &Value) -> (String, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("workflow.json"), saved(module, kind, parameters).to_string()).unwrap();
    let text = |arguments: &[&str]| {
        let output = mispflow(folder.path(), &[&["import", "workflow.json"], arguments].concat());
        assert_eq!(shown(&output).0, 0, "{output:?}");
        shown(&output).1.to_owned()
    };
    (text(&[]), text(&["--exact"]))
}

#[test]
fn what_the_editor_would_fill_in_is_not_written() {
    for (module, kind, parameters, written, exact) in [
        (
            "tag_operation",
            "action",
            json!({"tags": ["tlp:clear"]}),
            "tag_operation(tags: [\"tlp:clear\"])",
            "\"scope\": absent",
        ),
        (
            "tag_operation",
            "action",
            json!({"tags": "tlp:clear", "scope": "event", "action": "add", "locality": "local"}),
            "tag_operation(tags: [\"tlp:clear\"])",
            "\"tags\": \"tlp:clear\"",
        ),
        (
            "tag_operation",
            "action",
            json!({"tags": ["tlp:clear"], "scope": null, "action": "add", "locality": "local"}),
            "tag_operation(tags: [\"tlp:clear\"])",
            "\"scope\": null",
        ),
        (
            "push-zmq",
            "action",
            json!({"data_extraction_path": "Event.info", "old": "x"}),
            "push-zmq(data_extraction_path: Event.info)",
            "\"old\": \"x\"",
        ),
        (
            "attach-enrichment",
            "action",
            json!({"modules": "dns"}),
            "attach-enrichment(modules: [\"dns\"])",
            "\"modules\": \"dns\"",
        ),
        (
            "tag-if",
            "logic",
            json!({"scope": "event", "condition": "in_or", "tags": ["tlp:red"]}),
            "if event tagged any [\"tlp:red\"] {}",
            "\"clusters\": absent",
        ),
        (
            "tag-if",
            "logic",
            json!({"scope": "event", "condition": "in_or", "tags": ["tlp:red"], "clusters": ""}),
            "if event tagged any [\"tlp:red\"] {}",
            "\"clusters\": \"\"",
        ),
    ] {
        let (text, kept) = imported(module, kind, &parameters);
        assert!(text.contains(written), "{parameters}: {text}");
        assert!(!text.contains("absent"), "{text}");
        assert!(kept.contains(exact), "{kept}");
    }
}

#[test]
fn what_a_run_tells_apart_stays() {
    // The default of a module is not rendered, and what a node carries is: without the template service the run differs.
    let (text, exact) = imported("stop-execution", "action", &json!({}));
    assert!(text.contains("\"message\": absent") && exact.contains("\"message\": absent"), "{text}");
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("x.json"), saved("stop-execution", "action", &json!({})).to_string()).unwrap();
    let output = mispflow(folder.path(), &["import", "x.json"]);
    assert!(shown(&output).2.contains("x.json, node 2: `message` is kept as it is"), "{output:?}");
    // An empty text is left so by the editor too.
    let folder = TempDir::new().unwrap();
    let empty = saved("stop-execution", "action", &json!({"message": ""}));
    fs::write(folder.path().join("x.json"), empty.to_string()).unwrap();
    let output = mispflow(folder.path(), &["import", "x.json"]);
    assert!(shown(&output).1.contains("stop-execution(message: \"\")"), "{output:?}");
    assert!(!shown(&output).2.contains("is kept as it is"), "{output:?}");
    // Empty is not what the default is.
    let (text, _) = imported(
        "tag_operation",
        "action",
        &json!({"tags": ["tlp:clear"], "scope": "attribute", "action": "", "locality": ""}),
    );
    assert!(text.contains("scope: attribute"), "{text}");
    // A module that only the server knows may read everything.
    let (text, _) = imported("ours", "action", &json!({"a": "", "b": null}));
    assert!(text.contains('a') && text.contains('b'), "{text}");
}

#[test]
fn what_was_left_out_is_told() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("x.json"),
        saved("tag_operation", "action", &json!({"tags": ["tlp:clear"]})).to_string(),
    )
    .unwrap();
    let output = mispflow(folder.path(), &["import", "x.json"]);
    assert!(shown(&output).2.contains("x.json: 4 parameters are left to their defaults"), "{output:?}");
    assert!(!shown(&mispflow(folder.path(), &["import", "--exact", "x.json"])).2.contains("defaults"));
}

#[test]
fn ids_come_from_the_file_or_the_title() {
    let one = saved("push-zmq", "action", &json!({"data_extraction_path": ""}));
    let folder = TempDir::new().unwrap();
    let list = json!([one, one, saved("webhook", "action", &json!({}))]);
    for (name, content) in [("in/ip-watch.json", &one), ("in/workflow_17.json", &one), ("index.json", &list)] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }
    let output = mispflow(folder.path(), &["import", "-q", "in", "-o", "out"]);
    assert_eq!(shown(&output).0, 0, "{output:?}");
    let names = |folder: &Path| {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&folder.path().join("out")), ["ip-watch.mwf", "ne-a-zurich.mwf"]);
    let text = fs::read_to_string(folder.path().join("out/ip-watch.mwf")).unwrap();
    assert!(text.contains("workflow ip-watch on event-publish {") && text.contains("name: \"Né à Zürich\""), "{text}");
    // A list gives a file for each.
    assert_eq!(shown(&mispflow(folder.path(), &["import", "-q", "index.json", "-o", "each"])).0, 0);
    assert_eq!(names(&folder.path().join("each")), ["ne-a-zurich-2.mwf", "ne-a-zurich-3.mwf", "ne-a-zurich.mwf"]);
    let help = mispflow(folder.path(), &["import", "-h"]);
    assert!(shown(&help).1.contains("Files with MISP's JSON, and folders of them"), "{help:?}");
}
