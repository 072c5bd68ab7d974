//! What is read where a folder is named, and what standard input stands for.

use std::fs;

use crate::program::{folder, mispflow_reading as mispflow, shown};

const TEXT: &str = "workflow guard on event-publish {\n    push-zmq()\n}\n";
const EVENT: &str = r#"{"Event": {"id": "1", "info": "x", "Tag": []}}"#;

/// What MISP gives for a workflow with one step.
fn saved(name: &str, module: &str) -> String {
    let graph = format!(
        r#"{{"1": {{"id": 1, "name": "Event Publish", "data": {{"id": "event-publish", "module_type": "trigger", "module_version": "0.1"}}, "class": "block-type-trigger", "inputs": {{}}, "outputs": {{"output_1": {{"connections": [{{"node": "2", "output": "input_1"}}]}}}}, "pos_x": 0, "pos_y": 0}}, "2": {{"id": 2, "name": "Step", "data": {{"id": "{module}", "module_type": "action", "module_version": "0.1"}}, "class": "block-type-default", "inputs": {{"input_1": {{"connections": [{{"node": "1", "input": "output_1"}}]}}}}, "outputs": {{"output_1": {{"connections": []}}}}, "pos_x": 300, "pos_y": 0}}}}"#
    );
    format!(r#"{{"Workflow": {{"name": "{name}", "trigger_id": "event-publish", "data": {graph}}}}}"#)
}

#[test]
fn workflows_in_json_are_checked_and_the_rest_is_passed_over() {
    let (one, list) =
        (saved("One", "push-zmk"), format!("[{}, {}]", saved("Two", "webhok"), saved("Three", "push-zmq")));
    let cut = &one[..one.len() - 4];
    let files = folder(&[
        ("exported/deep/one.json", &one),
        ("exported/list.JSON", &list),
        ("exported/cut.json", cut),
        ("exported/event.json", EVENT),
        ("exported/answers.json", r#"{"webhook": {"fails": "busy"}}"#),
        ("exported/notes.txt", "x"),
    ]);
    let output = mispflow(files.path(), &["check", "--format", "concise", "exported"], "");
    let (code, found, messages) = shown(&output);
    assert_eq!(code, 1);
    assert!(found.contains("exported/deep/one.json:") && found.contains("`push-zmk`"), "{found}");
    assert!(found.contains("exported/list.JSON:") && found.contains("`webhok`"), "{found}");
    assert!(found.contains("exported/cut.json:") && found.contains("error[invalid-misp-json]"), "{found}");
    assert_eq!(messages, "passed over: `exported/answers.json`, `exported/event.json` hold no workflow or blueprint\n");
}

#[test]
fn other_verbs_read_them_too() {
    let files = folder(&[
        ("exported/one.json", &saved("One", "push-zmq")),
        ("exported/two.json", &saved("Two", "webhook")),
        ("other/one.json", &saved("One", "webhook")),
        ("other/two.json", &saved("Two", "webhook")),
    ]);
    let output = mispflow(files.path(), &["build", "-q", "--allow", "warnings", "other/one.json", "-o", "built"], "");
    assert_eq!(shown(&output).0, 1, "a webhook needs an address: {output:?}");
    assert_eq!(shown(&mispflow(files.path(), &["build", "-q", "exported/one.json", "-o", "built"], "")).0, 0);
    let output = mispflow(files.path(), &["import", "exported", "-o", "texts"], "");
    assert_eq!(shown(&output).0, 0, "{output:?}");
    let mut names: Vec<_> =
        fs::read_dir(files.path().join("texts")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["one.mwf", "two.mwf"]);
    let output = mispflow(files.path(), &["diff", "exported", "other"], "");
    let (code, difference, messages) = shown(&output);
    assert_eq!((code, messages), (0, ""));
    assert!(difference.contains("push-zmq") && difference.contains("webhook"), "{difference}");
    // A folder of JSON alone has nothing to format, and nobody should believe that it was.
    for arguments in [&["fmt", "exported"][..], &["fmt", "--check", "exported"], &["fmt", "exported/one.json"]] {
        let output = mispflow(files.path(), arguments, "");
        let (code, _, messages) = shown(&output);
        assert_eq!(code, 2);
        assert!(messages.contains("`exported/one.json`") && messages.contains("MISP's JSON"), "{messages}");
    }
    assert_eq!(shown(&mispflow(files.path(), &["test", "exported"], "")).0, 1);
}

#[test]
fn what_was_built_of_a_text_is_not_a_second_workflow() {
    let files = folder(&[("guard.mwf", TEXT), ("events/red.json", EVENT)]);
    for _ in 0..2 {
        let output = mispflow(files.path(), &["build", "-q", "-o", "out"], "");
        assert_eq!(shown(&output), (0, "", ""));
    }
    assert_eq!(shown(&mispflow(files.path(), &["check"], "")), (0, "", ""));
    // By itself it is one.
    let broken = fs::read_to_string(files.path().join("out/guard.json")).unwrap().replace("push-zmq", "push-zmk");
    fs::write(files.path().join("out/guard.json"), broken).unwrap();
    let output = mispflow(files.path(), &["check", "out"], "");
    assert!(shown(&output).2.contains("`push-zmk`"), "{output:?}");
}

#[test]
fn a_folder_without_workflows_says_what_it_has() {
    let files = folder(&[("events/a.json", EVENT), ("events/b.json", "[]"), ("empty/x.txt", "")]);
    let output = mispflow(files.path(), &["check", "events"], "");
    assert_eq!(
        shown(&output),
        (
            0,
            "",
            "there is nothing to check: no `.mwf` file\npassed over: `events/a.json`, `events/b.json` hold no workflow or blueprint\n"
        )
    );
    let output = mispflow(files.path(), &["import", "empty"], "");
    assert_eq!(shown(&output).0, 2);
    assert!(shown(&output).2.contains("no `.json` file with a workflow"), "{output:?}");
    // Events beside text are what they should be.
    fs::write(files.path().join("events/a.mwf"), TEXT).unwrap();
    assert_eq!(shown(&mispflow(files.path(), &["check", "events"], "")), (0, "", ""));
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_named() {
    let files = folder(&[("flows/guard.mwf", TEXT), ("more/other.mwf", TEXT)]);
    std::os::unix::fs::symlink("../more", files.path().join("flows/more")).unwrap();
    let output = mispflow(files.path(), &["check", "flows"], "");
    assert_eq!(shown(&output), (0, "", "`flows/more` is a link to a folder and was not followed\n"));
    assert_eq!(shown(&mispflow(files.path(), &["check", "-q", "flows"], "")), (0, "", ""));
}

#[test]
fn standard_input_can_be_the_text_of_a_file() {
    let files = folder(&[
        ("team/mispflow.toml", "[lints]\nwarnings = \"deny\"\n"),
        ("team/flows/guard.mwf", TEXT),
        ("team/flows/lists.mwf", "let trusted = [\"tlp:green\"]\n"),
    ]);
    let text = "import \"lists.mwf\"\nworkflow guard on event-publish {\n    push-zmq(\"odd\": trusted)\n}\n";
    let guard = "team/flows/guard.mwf";
    let output = mispflow(files.path(), &["check", "--format", "concise", "--stdin-filename", guard, "-"], text);
    let (code, found, _) = shown(&output);
    assert_eq!(code, 1);
    assert!(found.starts_with("team/flows/guard.mwf:3:14: error[kept-parameter]"), "{found}");
    // `-` need not be said, and the file itself stays as it is.
    let unformatted = "workflow guard on event-publish { push-zmq() }\n";
    let output = mispflow(files.path(), &["fmt", "-q", "--stdin-filename", guard], unformatted);
    assert_eq!(shown(&output), (0, TEXT, ""));
    let output = mispflow(
        files.path(),
        &["check", "--fix", "-q", "--stdin-filename", guard],
        "workflow a on event-publish {\n    webhook(url = \"https://x.example.org\")\n}\n",
    );
    assert_eq!(
        (shown(&output).0, shown(&output).1),
        (0, "workflow a on event-publish {\n    webhook(url: \"https://x.example.org\")\n}\n")
    );
    assert_eq!(fs::read_to_string(files.path().join(guard)).unwrap(), TEXT);
    // Its ending says what it is.
    let output = mispflow(files.path(), &["check", "--stdin-filename", "x.json", "-"], "workflow");
    assert!(shown(&output).2.contains("x.json:1:1"), "{output:?}");
}

#[test]
fn lines_may_end_as_on_windows() {
    let windows = TEXT.replace('\n', "\r\n");
    let files = folder(&[("a.mwf", &windows)]);
    assert_eq!(shown(&mispflow(files.path(), &["fmt", "--check", "-q"], "")), (0, "", ""));
    assert_eq!(shown(&mispflow(files.path(), &["fmt", "-q"], "")).0, 0);
    assert_eq!(fs::read_to_string(files.path().join("a.mwf")).unwrap(), windows);
    // What has to be rewritten anyhow, or has both, gets the ends of the canonical form.
    for other in [windows.replace("    push", "  push"), TEXT.replacen('\n', "\r\n", 1)] {
        fs::write(files.path().join("a.mwf"), &other).unwrap();
        assert_eq!(shown(&mispflow(files.path(), &["fmt", "--check", "-q"], "")).0, 1);
        assert_eq!(shown(&mispflow(files.path(), &["fmt", "-q"], "")).0, 0);
        assert_eq!(fs::read_to_string(files.path().join("a.mwf")).unwrap(), TEXT);
    }
}
