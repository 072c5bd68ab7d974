//! MISP's own JSON where a workflow is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{mispflow_reading as mispflow, stderr as messages};

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
    assert_eq!(output.status.code(), Some(1));
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
    let output = mispflow(&folder, &["check", "--format", "json", "saved-all-modules-2.5.1.json"], "");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut counts = BTreeMap::new();
    for finding in found["diagnostics"].as_array().unwrap() {
        *counts.entry(finding["code"].as_str().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("detached-nodes", 1), ("missing-parameter", 25)]));
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings").join(name)
}

/// What `check` calls wrong, MISP saves and runs: the verbs that read it all the same still do.
#[test]
fn json_with_wrong_types_is_run_compared_and_imported() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("event.json"), r#"{"Event": {"id": "1", "info": "x", "Tag": [{"name": "tlp:red"}]}}"#)
        .unwrap();
    for name in ["object-compared-in-json.json", "wrong-type-in-json.json", "missing-parameter-in-json.json"] {
        let file = case(name);
        let file = file.to_str().unwrap();
        let verb = |arguments: &[&str]| mispflow(folder.path(), arguments, "").status.code();
        assert_eq!(verb(&["check", file]), Some(1), "{name}");
        assert_eq!(verb(&["build", file, "-o", "out"]), Some(1), "{name}");
        assert!(!folder.path().join("out").exists(), "{name}");
        assert_eq!(verb(&["run", file, "--event", "event.json"]), Some(0), "{name}");
        assert_eq!(verb(&["diff", file, file]), Some(0), "{name}");
        assert_eq!(verb(&["import", file]), Some(0), "{name}");
    }
}

/// Where text would not compile, JSON is warned of: the catalogue may just not know the server.
#[test]
fn what_a_server_may_have_is_no_error_unless_a_level_says_so() {
    for code in ["unknown-module", "unknown-parameter", "unknown-option"] {
        let file = case(&format!("{code}-in-json.json"));
        let file = file.to_str().unwrap();
        let folder = TempDir::new().unwrap();
        assert_eq!(mispflow(folder.path(), &["check", file], "").status.code(), Some(0), "{code}");
        assert_eq!(mispflow(folder.path(), &["check", "--deny", code, file], "").status.code(), Some(1), "{code}");
    }
}

/// Of a node with a mistake only the mistake is told, of all others the traps too.
#[test]
fn lints_hold_beside_mistakes() {
    let folder = TempDir::new().unwrap();
    let steps = "    webhook(url: \"http://soc.example.org\")\n    stop-execution(message: \"a\")\n";
    let text = format!("workflow w on event-publish {{\n{steps}}}\n");
    fs::write(folder.path().join("w.mwf"), text).unwrap();
    let built = mispflow(folder.path(), &["build", "w.mwf", "-o", "-", "-q"], "");
    let json = String::from_utf8(built.stdout).unwrap();
    for (from, to, expected) in [
        ("\"message\": \"a\"", "\"message\": true", vec!["wrong-type", "plain-http"]),
        ("\"url\": \"http://soc.example.org\"", "\"url\": [\"http://soc.example.org\"]", vec!["wrong-type"]),
    ] {
        assert!(json.contains(from), "{json}");
        let output = mispflow(folder.path(), &["check", "--format", "json", "-"], &json.replace(from, to));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let codes = found["diagnostics"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap());
        let codes: BTreeSet<_> = codes.collect();
        assert_eq!(codes, expected.into_iter().collect(), "{to}");
    }
}

/// The place is the value's, also where the graph is a text with escaped quotes.
#[test]
fn a_finding_about_a_value_points_at_it() {
    for name in ["object-compared-in-json", "object-compared-in-json-of-a-request"] {
        let file = case(&format!("{name}.json"));
        let json = fs::read_to_string(&file).unwrap();
        let output = mispflow(Path::new("."), &["check", "--format", "json", file.to_str().unwrap()], "");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let finding = &found["diagnostics"][0];
        let number = |end: &str, what: &str| usize::try_from(finding["span"][end][what].as_u64().unwrap()).unwrap() - 1;
        let line = json.lines().nth(number("start", "line")).unwrap();
        assert_eq!(&line[number("start", "column")..number("end", "column")], "Tag", "{name}");
        assert!(line[..number("start", "column")].ends_with("Event."), "{name}");
    }
}
