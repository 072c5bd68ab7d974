//! What people who run MISP met: inputs of these kinds, from outside.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with files, in which commands run.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        Self(folder)
    }

    /// The exit code, the output and the messages of a command.
    fn does(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let done = command.current_dir(self.0.path()).args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    }

    fn run(&self) -> Value {
        let (code, out, messages) = self.does(&["run", "w.mwf", "--event", "event.json", "--format", "json", "-q"]);
        assert_eq!(code, 0, "{messages}");
        serde_json::from_str(&out).unwrap()
    }
}

const EVENT: &str = r#"{"Event": {"id": "7", "info": "A \"quoted\" title", "Tag": [{"name": "tlp:red"}],
    "Attribute": [{"id": "1", "type": "ip-dst", "value": "198.51.100.7", "to_ids": true}]}}"#;

/// A workflow with one step.
fn step(trigger: &str, step: &str) -> String {
    format!("workflow w on {trigger} {{\n    {step}\n}}\n")
}

#[test]
fn rendered_parameters_are_what_is_told() {
    let custom = r"module open-ticket : action {
    param summary: textarea(jinja: true)
    param queue: text
}

";
    for (declared, call, expected) in [
        (
            "",
            "matrix(matrix_homeserver: \"https://m.example\", bot_access_token: secret(\"T\"), room_id: \"!r:m.example\", message_template: \"New: {{ Event.id }}\")",
            ("message_template", "New: 7"),
        ),
        (
            "",
            "slack(slack_bot_token: secret(\"T\"), channel_id: \"C1\", message_template: \"{% for tag in Event.Tag %}[{{ tag.name }}]{% endfor %}\")",
            ("message_template", "[tlp:red]"),
        ),
        (
            "",
            "mattermost(mattermost_hostname: \"m.example\", bot_access_token: secret(\"T\"), channel_id: \"c\", message_template: \"{{ Event.info | upper }}\")",
            ("message_template", "A \"QUOTED\" TITLE"),
        ),
        (
            custom,
            "open-ticket(summary: \"{{ Event.Attribute[0].value }}\", queue: \"{{ Event.id }}\")",
            ("summary", "198.51.100.7"),
        ),
        (custom, "open-ticket(summary: \"s\", queue: \"{{ Event.id }}\")", ("queue", "{{ Event.id }}")),
    ] {
        let text = format!("{declared}{}", step("event-publish", call));
        let run = Folder::new(&[("w.mwf", &text), ("event.json", EVENT)]).run();
        let parameters = &run["effects"][0]["parameters"];
        assert_eq!(parameters[expected.0], expected.1, "{call}: {run}");
    }
}

#[test]
fn what_is_switched_off_is_said_and_run_so() {
    let module = |id: &str, kind: &str, blocking: bool| {
        json!({"id": id, "name": id, "version": "0.1", "module_type": kind, "description": "d", "inputs": 1, "outputs": 1,
            "blocking": blocking, "disabled": true, "params": [], "is_misp_module": false, "is_custom": true})
    };
    for (off, text, said, failed, outcome) in [
        (
            module("tell-desk", "action", false),
            step("event-publish", "tell-desk()"),
            "the module `tell-desk`",
            json!([2]),
            "success",
        ),
        (
            module("stop-desk", "action", true),
            step("event-publish", "stop-desk()"),
            "the module `stop-desk`",
            json!([2]),
            "failure",
        ),
        (
            module("ask-desk", "logic", false),
            "workflow w on event-publish {\n    if ask-desk() {\n        stop-execution(message: \"m\")\n    }\n}\n"
                .to_owned(),
            "the module `ask-desk`",
            json!([]),
            "success",
        ),
    ] {
        let mut off = off;
        if off["module_type"] == "logic" {
            off["outputs"] = json!(2);
        }
        let folder = Folder::new(&[
            ("mispflow.toml", "[project]\ncatalogues = [\"modules.json\"]\n"),
            ("modules.json", &json!([off]).to_string()),
            ("w.mwf", &text),
            ("event.json", EVENT),
        ]);
        let (code, _, messages) = folder.does(&["check"]);
        assert!(code == 0 && messages.contains("[disabled-module]") && messages.contains(said), "{messages}");
        let run = folder.run();
        assert_eq!((&run["failed"], &run["outcome"]), (&failed, &json!(outcome)), "{text}");
    }
}

#[test]
fn every_failed_step_says_why() {
    for (trigger, steps, because) in [
        (
            "event-publish",
            "filter A: Event._AttributeFlattened.{n} where type == \"url\" {\n        attribute_ids_flag_operation(action: remove)\n    }",
            "the filter A lets nothing through",
        ),
        (
            "event-publish",
            "filter B: Event._AttributeFlattened.{n} where type == \"url\" {\n        tag_operation(scope: attribute, tags: [\"seen\"])\n    }",
            "the filter B lets nothing through",
        ),
        (
            "event-publish",
            "Module_attribute_comment_operation(comment: \"c\") for Event._AttributeFlattened.{n} where type == \"url\"",
            "the module filter matches nothing",
        ),
        ("event-publish", "tag_operation(action: remove, tags: [\"tlp:white\"])", "tlp:white"),
        ("event-publish", "assign_country(scope: event, hash_path: Event.info)", "there is no tag to add"),
    ] {
        let folder = Folder::new(&[("w.mwf", &step(trigger, steps)), ("event.json", EVENT)]);
        // Later releases die of `assign_country`.
        let (_, out, _) = folder.does(&["run", "w.mwf", "--event", "event.json", "--target", "misp-2.5.1"]);
        let failed = out.split_once(" failed ").unwrap_or_else(|| panic!("{out}")).1;
        let reason = failed.lines().find(|line| line.trim_start().starts_with("because")).unwrap_or_default();
        assert!(reason.contains(because), "{because}: {out}");
        // What has nothing to edit does not edit.
        assert!(!failed.contains("edit attributes"), "{out}");
    }
}

#[test]
fn what_a_step_changes_is_shown_whole() {
    let comment = "A long comment. ".repeat(20);
    for (call, change) in [
        (
            "attribute_ids_flag_operation(action: remove)".to_owned(),
            "edit attributes  to_ids: false, attributes: 1 (198.51.100.7)".to_owned(),
        ),
        (
            format!("Module_attribute_comment_operation(comment: \"{comment}\")"),
            format!("edit attributes  comment: {comment:?}, attributes: 1 (198.51.100.7)"),
        ),
        ("tag_operation(tags: [\"our:checked\"])".to_owned(), "our:checked".to_owned()),
    ] {
        let folder = Folder::new(&[("w.mwf", &step("event-publish", &call)), ("event.json", EVENT)]);
        let (_, out, _) = folder.does(&["run", "w.mwf", "--event", "event.json"]);
        assert!(out.contains(&change), "{change}: {out}");
    }
}

#[test]
fn a_half_filter_hides_no_other() {
    let filter = |parts: [&str; 4]| {
        let [selector, path, operator, value] = parts;
        format!(
            "attribute_ids_flag_operation(action: remove, filters: {{ selector: {selector:?}, path: {path:?}, operator: {operator:?}, value: {value:?} }})"
        )
    };
    let selector = "Event._AttributeFlattened.{n}";
    for (parts, missing) in [
        (["", "type", "in", "md5"], "`selector` is empty"),
        ([selector, "", "equals", "md5"], "`path` is empty"),
        ([selector, "type", "", "md5"], "`operator` is empty"),
        ([selector, "type", "not_in", ""], "`value` is empty"),
        (["", "", "", "md5"], "`selector` and `operator` and `path` are empty"),
    ] {
        let text = format!(
            "workflow w on event-publish {{\n    {}\n    reload-full-event()\n    {}\n}}\n",
            filter(parts),
            filter([selector, "to_ids", "", ""])
        );
        let (code, _, messages) = Folder::new(&[("w.mwf", &text)]).does(&["check", "w.mwf"]);
        assert_eq!((code, messages.matches("[half-filled-filter]").count()), (0, 2), "{messages}");
        assert!(messages.contains(missing), "{missing}: {messages}");
    }
    // Whether something is empty can be asked.
    let text = step("event-publish", &filter([selector, "comment", "equals", ""]));
    let (_, _, messages) = Folder::new(&[("w.mwf", &text)]).does(&["check", "w.mwf"]);
    assert!(!messages.contains("half-filled"), "{messages}");
}

#[test]
fn a_fix_of_a_filter_in_quotes_changes_the_key_alone() {
    for (path, fixed) in [("Tag.{n}.Name", "Tag.{n}.name"), ("typ", "type"), ("Comment", "comment")] {
        let text = step(
            "event-publish",
            &format!(
                "attribute_ids_flag_operation(action: remove, filters: {{ selector: \"Event._AttributeFlattened.{{n}}\", path: \"{path}\", operator: \"in\", value: \"md5\" }})"
            ),
        );
        let folder = Folder::new(&[("w.mwf", &text)]);
        folder.does(&["check", "w.mwf", "--fix", "--unsafe"]);
        let after = fs::read_to_string(folder.0.path().join("w.mwf")).unwrap();
        assert_eq!(after, text.replace(path, fixed), "{path}");
    }
}

#[test]
fn what_a_save_in_the_editor_does_is_said() {
    let (_, _, messages) =
        Folder::new(&[("w.mwf", &step("event-publish", "no-such-step()"))]).does(&["check", "w.mwf"]);
    assert!(messages.contains("may lose its connections"), "{messages}");
    let (_, _, messages) = Folder::new(&[("w.mwf", &step("no-such-trigger", "push-zmq()"))]).does(&["check", "w.mwf"]);
    assert!(messages.contains("MISP's editor cannot open"), "{messages}");
    let callers = "workflow w on event-publish {\n    run-workflow(workflows: [\"adhoc-trigger :: Gone\"], input_data: nothing)\n}\n\nworkflow other on adhoc-trigger(scope: events) {\n    name: \"Other\"\n    push-zmq()\n}\n";
    let (_, _, messages) = Folder::new(&[("w.mwf", callers)]).does(&["check", "w.mwf", "--target", "misp-2.5-latest"]);
    assert!(messages.contains("[unknown-callee]") && messages.contains("is dropped from the list"), "{messages}");
}
