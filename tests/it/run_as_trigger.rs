//! `run` on a view of an event, under triggers that do not pass all of it.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// An event as the REST API gives it.
fn view() -> Value {
    json!({"Event": {
        "id": "7", "info": "x", "Orgc": {"id": "1", "name": "Example CERT"}, "Tag": [{"name": "tlp:red"}],
        "Attribute": [{"id": "1", "type": "ip-dst", "value": "198.51.100.7", "Tag": [{"name": "seen"}]}],
    }})
}

/// The exit code, the output and the messages of `run` on an event.
fn run(workflow: &str, event: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("w.mwf"), workflow).unwrap();
    fs::write(folder.path().join("event.json"), event).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder.path()).args(["run", "w.mwf", "--event", "event.json"]).args(arguments);
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

/// The run as JSON.
fn told(workflow: &str, event: &Value, arguments: &[&str]) -> Value {
    let arguments = [&["--format", "json", "-q"], arguments].concat();
    let (code, out, messages) = run(workflow, &event.to_string(), &arguments);
    assert_eq!((code, messages.as_str()), (0, ""), "{workflow}");
    serde_json::from_str(&out).unwrap()
}

/// A workflow that does something where its condition holds.
fn asking(trigger: &str, condition: &str) -> String {
    format!("workflow w on {trigger} {{\n    if {condition} {{\n        push-zmq()\n    }}\n}}\n")
}

fn notes(run: &Value) -> Vec<&str> {
    run["notes"].as_array().into_iter().flatten().map(|note| note.as_str().unwrap()).collect()
}

#[test]
fn what_the_trigger_would_not_have_had_is_said_and_can_be_left_out() {
    for (trigger, condition, path) in [
        ("event-after-save", "\"ip-dst\" in Event.Attribute.{n}.type", "`Event.Attribute`"),
        ("event-before-save", "event tagged any \"tlp:red\"", "`Event.Tag`, `Event.Attribute.Tag`"),
        ("object-after-save", "any Event.info", "`Event`"),
        ("attribute-after-save", "any Event.Orgc.name", "`Event.Orgc`"),
        ("event-report-after-save", "any Event.Attribute.{n}.type", "`Event.Attribute`"),
    ] {
        let workflow = asking(trigger, condition);
        let whole = told(&workflow, &view(), &[]);
        assert_eq!(whole["executed"], json!([3]), "{trigger}");
        let said = format!("`{trigger}` never passes {path}, which this run was given: ");
        assert!(notes(&whole).len() == 1 && notes(&whole)[0].starts_with(&said), "{whole}");
        let passed = told(&workflow, &view(), &["--as-trigger"]);
        assert_eq!(passed["executed"], json!([]), "{trigger}");
        let said = format!("left out, as `{trigger}` never passes it: {path}; ");
        assert!(notes(&passed).len() == 1 && notes(&passed)[0].starts_with(&said), "{passed}");
    }
}

#[test]
fn a_trigger_that_passes_all_of_it_says_nothing() {
    for trigger in ["event-publish", "event-after-save-new", "event-after-save-new-from-pull"] {
        let workflow = asking(trigger, "event tagged any \"tlp:red\"");
        for arguments in [&[][..], &["--as-trigger"]] {
            let run = told(&workflow, &view(), arguments);
            assert_eq!((run["executed"].clone(), notes(&run).len()), (json!([3]), 0), "{trigger}");
        }
    }
}

#[test]
fn what_was_left_out_is_still_in_the_database() {
    let text = "workflow w on event-after-save {\n    reload-full-event()\n    if \"ip-dst\" in Event.Attribute.{n}.type {\n        push-zmq()\n    }\n}\n";
    assert_eq!(told(text, &view(), &["--as-trigger"])["executed"], json!([2, 4]));
}

#[test]
fn a_recording_is_taken_as_it_is() {
    let workflow = asking("event-after-save", "any Event.Attribute.{n}.type");
    let passed =
        json!({"original": {"Event": {"id": "7"}}, "normalized": {"Event": {"id": "7", "_AttributeFlattened": []}}});
    let run = told(&workflow, &passed, &["--as-trigger"]);
    assert_eq!((run["executed"].clone(), notes(&run).len()), (json!([]), 0));
}

#[test]
fn accounts_are_flat() {
    let workflow = asking("user-after-save", "any email");
    let view = json!({"User": {"email": "analyst@example.org"}, "Role": {"id": "3"}, "email": "analyst@example.org"});
    let run = told(&workflow, &view, &[]);
    assert!(notes(&run)[0].starts_with("`user-after-save` never passes `User`, `Role`"), "{run}");
}

#[test]
fn tags_of_events_are_told_with_zmq_or_kafka_only() {
    let trigger =
        |parameters: &str| format!("workflow w on tag-attached-after-save({parameters}) {{\n    push-zmq()\n}}\n");
    let tagged = |tag: Value| {
        let mut event = view();
        event["Tag"] = tag;
        event
    };
    for (parameters, event, noted) in [
        ("scope: event, locality: any", view(), true),
        ("scope: any, locality: any", view(), false),
        ("scope: any, locality: any", tagged(json!({"name": "tlp:red", "local": false})), true),
        ("scope: any, locality: any", tagged(json!({"name": "tlp:red", "attribute_id": "1"})), false),
        ("scope: attribute, locality: any", tagged(json!({"name": "tlp:red", "local": false})), false),
    ] {
        let run = told(&trigger(parameters), &event, &[]);
        let said = notes(&run).iter().any(|note| note.contains("ZeroMQ"));
        assert_eq!(said, noted, "{parameters} {event}: {run}");
    }
    // A tag of an attribute comes without `local`.
    let of_attribute = tagged(json!({"name": "tlp:red", "attribute_id": "1"}));
    for (locality, starts) in [("local", false), ("global", true), ("any", true)] {
        let run = told(&trigger(&format!("scope: attribute, locality: {locality}")), &of_attribute, &[]);
        assert_eq!(run["executed"] == json!([2]), starts, "{locality}: {run}");
    }
}

#[test]
fn a_note_is_told_once_for_many_events() {
    let workflow = asking("event-after-save", "any Event.Attribute.{n}.type");
    let events = format!("{}\n{}\n{}\n", view(), view(), view());
    let (code, out, messages) = run(&workflow, &events, &[]);
    assert_eq!((code, out.lines().count()), (0, 3));
    assert_eq!(messages.matches("note: `event-after-save` never passes `Event.Attribute`").count(), 1, "{messages}");
    let (_, out, messages) = run(&workflow, &view().to_string(), &[]);
    assert!(out.contains("\n  note: `event-after-save` never passes"), "{out}");
    assert_eq!(messages, "");
}

#[test]
fn sharing_groups_are_said_to_be_compared() {
    let event = |distribution: &str, group: &str| {
        json!({"Event": {"id": "8", "distribution": distribution, "sharing_group_id": group,
            "Attribute": [{"id": "1", "type": "domain", "value": "a.example", "distribution": "5", "sharing_group_id": "0"}]}})
    };
    for (condition, groups, distribution, group, decision, saw, because) in [
        (
            "equals",
            r#"["1"]"#,
            "3",
            "0",
            "then",
            "[]",
            "whether no sharing group is outside [1], which is true; there is none",
        ),
        ("equals", r#"["1"]"#, "4", "1", "then", r#"["1"]"#, "whether no sharing group is outside [1], which is true"),
        ("equals", r#"["1"]"#, "4", "2", "else", r#"["2"]"#, "whether no sharing group is outside [1], which is false"),
        (
            "not_equals",
            r#"["1", "2"]"#,
            "0",
            "0",
            "then",
            "[]",
            "whether every sharing group is outside [1, 2], which is true",
        ),
        ("equals", "[]", "3", "0", "else", "[]", "whether there is a sharing group, which is false"),
        ("not_equals", "[]", "4", "1", "else", r#"["1"]"#, "whether there is no sharing group, which is false"),
    ] {
        let text = format!(
            "workflow w on event-publish {{\n    if distribution-if(scope: event, condition: {condition}, distribution: 4, sharing_group_id: {groups}) {{\n        push-zmq()\n    }}\n}}\n"
        );
        // Later releases compare sharing groups only where the event is shared with one.
        let (code, out, _) = run(&text, &event(distribution, group).to_string(), &["--target", "misp-2.5.1"]);
        assert_eq!(code, 0);
        assert!(out.contains(&format!("distribution-if  {decision}")), "{out}");
        assert!(out.contains(&format!("the sharing groups = {saw}")), "{out}");
        assert!(out.contains("because") && out.contains(because), "{because}: {out}");
        assert!(!out.contains("the distribution = "), "{out}");
    }
}
