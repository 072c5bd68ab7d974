//! What `check` writes for programs.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use mispflow::diagnostics::Code;
use serde_json::Value;
use tempfile::TempDir;

fn check(folder: &Path, format: &str, paths: &[&str]) -> String {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder).args(["check", "--format", format]).args(paths).output().unwrap();
    assert_eq!(output.stderr, b"", "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every case of the golden files: nearly every code, with places in text, settings and JSON.
#[test]
fn sarif_follows_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let schema = fs::read_to_string(root.join("sarif/sarif-schema-2.1.0.json")).unwrap();
    // As published this is not a regular expression; the errata have it so.
    let schema = schema.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let cases = fs::read_dir(root.join("findings")).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        cases.filter(|path| path.is_dir() || path.extension().is_some_and(|end| end != "txt")).collect();
    cases.sort();
    assert!(cases.len() > 100);
    // Each on its own: together they would be errors about one another. Every fourth is enough.
    for case in cases.iter().step_by(4).map(|path| path.strip_prefix(root.join("findings")).unwrap()) {
        let log = check(&root.join("findings"), "sarif", &[case.to_str().unwrap()]);
        let log: Value = serde_json::from_str(&log).unwrap();
        if let Some(error) = schema.iter_errors(&log).next() {
            panic!("{}: {error} at {}", case.display(), error.instance_path());
        }
    }
}

#[test]
fn rules_explain_themselves_and_fixes_are_there() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.mwf"), "workflow w on event-publish {\n    webhok(url: \"https://x\")\n}\n")
        .unwrap();
    let log: Value = serde_json::from_str(&check(folder.path(), "sarif", &["a.mwf"])).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "unknown-module");
    let explanation = Code::UnknownModule.explanation();
    assert!(rule["help"]["text"].as_str().unwrap().starts_with(explanation.what));
    let replaced = &run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "webhook");
    assert_eq!(replaced["deletedRegion"]["startColumn"], 5);
    fs::write(folder.path().join("a.mwf"), "workflow w on event-publish {\n    push-zmq()\n}\n").unwrap();
    let all_is_well: Value = serde_json::from_str(&check(folder.path(), "sarif", &["a.mwf"])).unwrap();
    assert_eq!(all_is_well["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn github_gets_a_line_a_finding() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.mwf"), "workflow w on event-publish {\n    webhok(url: \"https://x\")\n}\n")
        .unwrap();
    let lines = check(folder.path(), "github", &["a.mwf"]);
    assert_eq!(lines.lines().count(), 1);
    assert!(
        lines.starts_with(
            "::error file=a.mwf,line=2,col=5,endColumn=11,title=unknown-module::there is no module named `webhok`%0A"
        ),
        "{lines}"
    );
}

/// A file in canonical form with which all hooks are content.
const HOOKED: &str = r#"workflow w on event-publish {
    push-zmq()
}

test "t" of w {
    given { Event: { info: "x", published: false, Tag: [], Attribute: [] } }
    expect success
}
"#;

/// The hooks run commands that exist, on the whole project: what changes in one file may be wrong in another.
#[test]
fn hooks_are_commands() {
    let hooks = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: mispflow ")).collect();
    // Each is installed by pip or by cargo.
    assert_eq!(entries.len(), 6);
    assert_eq!(hooks.matches("language: python").count(), 3);
    assert_eq!(hooks.matches("language: rust").count(), 3);
    assert_eq!(hooks.matches("pass_filenames: false").count(), entries.len());
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.mwf"), HOOKED).unwrap();
    for entry in entries {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let status = command.current_dir(folder.path()).args(entry.split(' ')).arg("a.mwf").output().unwrap().status;
        assert!(status.success(), "{entry}");
    }
}
