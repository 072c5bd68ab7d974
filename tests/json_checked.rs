//! MISP's own JSON where a workflow is read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

fn mispflow(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder).args(arguments).write_stdin(input).output().unwrap()
}

fn messages(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A project's own output, as one object and as the body of a request.
fn built(form: &str) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let text = "workflow guard on event-publish {\n    push-zmq()\n    reload-full-event()\n}\n";
    fs::write(folder.path().join("guard.mwf"), text).unwrap();
    let output = mispflow(folder.path(), &["build", "guard.mwf", "-o", "-", "--as", form], "");
    assert!(output.status.success(), "{}", messages(&output));
    (folder, String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_was_built_is_canonical() {
    let (folder, json) = built("workflow");
    fs::write(folder.path().join("saved.json"), &json).unwrap();
    let output = mispflow(folder.path(), &["check", "saved.json"], "");
    assert_eq!((output.status.code(), messages(&output)), (Some(0), ""));
    let output = mispflow(folder.path(), &["build", "saved.json", "-o", "out", "-q"], "");
    assert!(output.status.success(), "{}", messages(&output));
    assert_eq!(fs::read_to_string(folder.path().join("out/saved.json")).unwrap(), json);
    // However it is laid out.
    let compact = serde_json::from_str::<Value>(&json).unwrap().to_string();
    let output = mispflow(folder.path(), &["build", "-", "-o", "-"], &compact);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), json);
}

#[test]
fn a_finding_points_into_the_json() {
    for (form, path) in [("data", "2"), ("request", "Workflow.data.2")] {
        let (folder, json) = built(form);
        let broken = json.replace("push-zmq", "push-zmk");
        fs::write(folder.path().join("saved.json"), &broken).unwrap();
        let output = mispflow(folder.path(), &["check", "--format", "json", "saved.json"], "");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = found["diagnostics"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["code"] == "unknown-module").unwrap();
        assert_eq!(finding["severity"], "warning");
        assert_eq!(finding["file"], "saved.json");
        assert_eq!(finding["fix"], Value::Null);
        let note = format!("in the JSON this is `{path}`, node 2 (`push-zmk`)");
        assert!(finding["notes"].as_array().unwrap().contains(&note.into()), "{finding}");
        let line = usize::try_from(finding["span"]["start"]["line"].as_u64().unwrap()).unwrap();
        let at = usize::try_from(finding["span"]["start"]["column"].as_u64().unwrap()).unwrap();
        let line = broken.lines().nth(line - 1).unwrap();
        assert!(line[at - 1..].starts_with('{'), "{line}");
        if form == "request" {
            // The graph is a text there: the place is inside of it.
            assert!(line[..at - 1].ends_with("\\\"2\\\":"), "{}", &line[..at - 1]);
        }
    }
}

#[test]
fn two_of_one_name_are_not_written() {
    let (folder, json) = built("workflow");
    for name in ["a", "b"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("x.json"), &json).unwrap();
    }
    let output = mispflow(folder.path(), &["build", "a/x.json", "b/x.json", "-o", "out"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(messages(&output).contains("x.json"), "{}", messages(&output));
    assert!(!folder.path().join("out").exists());
    // A file with several has them numbered.
    fs::write(folder.path().join("all.json"), format!("[{json}, {json}]")).unwrap();
    let output = mispflow(folder.path(), &["build", "all.json", "-o", "out", "-q"], "");
    assert!(output.status.success(), "{}", messages(&output));
    assert!(folder.path().join("out/all-1.json").exists() && folder.path().join("out/all-2.json").exists());
}

/// What MISP's editor saved has every module once, with its defaults. Nothing is wrong with it but that modules lack what
/// they cannot do without, as text says too.
#[test]
fn the_editor_raises_no_alarm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor");
    let output = mispflow(&folder, &["check", "--format", "json", "saved-all-modules.json"], "");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut counts = BTreeMap::new();
    for finding in found["diagnostics"].as_array().unwrap() {
        *counts.entry(finding["code"].as_str().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("detached-nodes", 1), ("missing-parameter", 26)]));
}
