//! Guarantees: each example that guards something has one that holds, and does not hold any more once the guard is broken.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value as Json;
use tempfile::TempDir;

/// What of a file is replaced by what.
type Break = (&'static str, &'static str);

/// A guard: its folder, its file, and ways to break it that pass every other check.
const GUARDS: [(&str, &str, &[Break]); 11] = [
    (
        "publish-guard",
        "publish-guard.mwf",
        &[
            // Attributes are forgotten, or the event.
            (" or attribute tagged any \"tlp:red\" {", " {"),
            ("event tagged any \"tlp:red\" or attribute", "attribute"),
            // Both must be red.
            ("\" or attribute tagged any \"tlp:red\" {", "\" and attribute tagged any \"tlp:red\" {"),
            // A tag more, all of which must be there.
            ("if event tagged any \"tlp:red\"", "if event tagged all [\"tlp:red\", \"tlp:amber\"]"),
            // The wrong case.
            ("if event tagged any \"tlp:red\"", "if event tagged any \"TLP:RED\""),
            // Inherited tags need an attribute that inherits them.
            ("if event tagged any \"tlp:red\" or attribute", "if event_attribute"),
            // The opposite.
            ("if event tagged any", "if event not tagged any"),
            // Only one place of the list.
            ("if event tagged any \"tlp:red\"", "if Event.Tag.0.name == \"tlp:red\""),
            // A question before it lets some pass.
            ("    if event tagged any", "    if published {\n        push-zmq()\n    } else if event tagged any"),
            // Nobody waits for what a concurrent task says.
            (
                "        stop-execution(message: \"Not published: it holds something TLP:RED\")",
                "        concurrent {\n            branch {\n                stop-execution(message: \"Not published: it holds something TLP:RED\")\n            }\n        }",
            ),
        ],
    ),
    (
        "amber-distribution",
        "amber-distribution.mwf",
        &[("\"tlp:amber\", \"tlp:amber+strict\"] and", "\"tlp:amber\"] and"), ("in [\"2\", \"3\"] {", "in [\"3\"] {")],
    ),
    (
        "complete-events",
        "complete-events.mwf",
        &[("if Event.threat_level_id == \"4\" {", "if Event.threat_level_id == \"3\" {"), ("== 0 {", "== 1 {")],
    ),
    (
        "enrichment-guard",
        "enrichment-guard.mwf",
        &[
            (" or attribute tagged any \"PAP:RED\" {", " {"),
            ("any \"PAP:RED\" or attribute", "any \"pap:red\" or attribute"),
        ],
    ),
    ("own-events", "own-events.mwf", &[("Event.Orgc.name not in own {", "Event.Org.name not in own {")]),
    (
        "third-parties",
        "third-parties.mwf",
        &[
            (" or attribute tagged any \"PAP:RED\")\n    {", ")\n    {"),
            ("any \"PAP:RED\" or attribute", "any \"PAP:AMBER\" or attribute"),
        ],
    ),
    (
        "telegram-notice",
        "telegram-notice.mwf",
        &[("not event tagged any restricted {", "event tagged any restricted {")],
    ),
    ("enrich-and-keep", "enrich-and-keep.mwf", &[(" and not attribute tagged any restricted {", " {")]),
    ("pulled-inside", "pulled-inside.mwf", &[("    if event tagged any [\"tlp:red\", ", "    if event tagged any [")]),
    ("spark", "red-stays.mwf", &[(" or attribute tagged any \"tlp:red\" {", " {")]),
    (
        "community",
        "workflows/blueprints.mwf",
        &[(" or attribute tagged any tags {", " {"), ("event tagged any tags", "event tagged all tags")],
    ),
];

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What the tests of a folder say that are about every event.
fn answers(folder: &Path) -> Vec<Json> {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder).args(["test", "--format", "json"]).output().unwrap();
    let told: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let tests = told["tests"].as_array().unwrap_or_else(|| panic!("{told}"));
    tests.iter().filter(|test| !test["every_event"].is_null()).cloned().collect()
}

#[test]
fn examples_that_guard_something_are_guaranteed_to() {
    for (name, file, breaks) in GUARDS {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        let whole = answers(&example);
        assert!(!whole.is_empty(), "{name} has no guarantee");
        for test in &whole {
            assert_eq!(test["every_event"]["answer"], "holds", "{name}: {test}");
        }
        let text = fs::read_to_string(example.join(file)).unwrap();
        for (from, to) in breaks {
            assert!(text.contains(from), "{name} has no {from}");
            let folder = TempDir::new().unwrap();
            copy(&example, folder.path());
            fs::write(folder.path().join(file), text.replacen(from, to, 1)).unwrap();
            let broken = answers(folder.path());
            let failed = broken.iter().find(|test| test["every_event"]["answer"] == "fails");
            let failed = failed.unwrap_or_else(|| panic!("{name}, {from} → {to}: {broken:?}"));
            assert!(failed["every_event"]["event"].is_object(), "{name}: {failed}");
            assert_eq!(failed["passed"], false);
        }
    }
}

#[test]
fn an_event_that_breaks_a_guarantee_is_kept() {
    let folder = TempDir::new().unwrap();
    let guard = r#"
workflow guard on event-publish {
    if event tagged any "tlp:red" {
        stop-execution(message: "No")
    }
}

test "nothing red: ever" of guard {
    given any event where attribute tagged any "tlp:red"
    expect blocked
}
"#;
    fs::write(folder.path().join("guard.mwf"), guard).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(folder.path()).args(arguments).output().unwrap()
    };
    assert_eq!(run(&["test", "guard.mwf", "--save", "kept"]).status.code(), Some(1));
    let kept = folder.path().join("kept/guard-nothing-red-ever.json");
    let event: Json = serde_json::from_slice(&fs::read(&kept).unwrap()).unwrap();
    assert_eq!(event["Event"]["Attribute"][0]["Tag"][0]["name"], "tlp:red");
    // It is an event like any other.
    let single =
        guard.replace("any event where attribute tagged any \"tlp:red\"", "\"kept/guard-nothing-red-ever.json\"");
    fs::write(folder.path().join("guard.mwf"), single).unwrap();
    let output = run(&["test", "guard.mwf"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the run ends as `success`, not as `blocked`"));
}

#[test]
fn the_answers_have_words_and_exit_codes() {
    let folder = TempDir::new().unwrap();
    let write = |body: &str, test: &str| {
        let text = format!("workflow w on event-publish {{\n{body}\n}}\n\ntest \"t\" of w {{\n{test}\n}}\n");
        fs::write(folder.path().join("w.mwf"), text).unwrap();
    };
    let run = |format: &str| {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let output = command.current_dir(folder.path()).args(["test", "w.mwf", "--format", format]).output().unwrap();
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    write("stop-execution(message: \"No\")", "given any event\nexpect blocked \"No\"");
    let (code, text) = run("text");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("passed  w: t (for every event)"), "{text}");

    write(
        "attach-enrichment(modules: [\"mmdb_lookup\"])\nif \"evil\" in Event.Attribute.{n}.enrichment {\nstop-execution(message: \"No\")\n}",
        "given any event\nwhen attach-enrichment returns \"good\"\nexpect success",
    );
    let (code, text) = run("text");
    assert_eq!(code, Some(1), "{text}");
    for part in [
        "NOT DECIDED  w: t",
        "error[test-not-decided]",
        "`attach-enrichment` (2)",
        "0 of 1 test failed, 1 is not decided",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (code, text) = run("json");
    assert_eq!(code, Some(1));
    assert!(text.contains(r#""every_event":{"answer":"not_decided"}"#), "{text}");
    let (code, text) = run("junit");
    assert_eq!(code, Some(1));
    assert!(text.contains("failures=\"1\"") && text.contains("test-not-decided"), "{text}");

    write(
        "push-zmq()",
        "given any event where Event.threat_level_id == \"1\" and Event.threat_level_id == \"2\"\nexpect success",
    );
    let (code, text) = run("text");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("error[no-such-event]"), "{text}");
}

#[test]
fn a_pin_in_the_condition_of_a_test_is_refused() {
    let folder = TempDir::new().unwrap();
    let text = "workflow w on event-publish {\n    push-zmq()\n}\n\ntest \"t\" of w {\n    given any event where @[id: 4] published\n    expect success\n}\n";
    fs::write(folder.path().join("w.mwf"), text).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder.path()).args(["check", "w.mwf"]).output().unwrap();
    let told = String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap();
    assert!(told.contains("error[invalid-pin]") && told.contains("not a node of the workflow"), "{told}");
}

#[test]
fn meanings_are_compared() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, body: &str| {
        let text = format!("workflow w on event-publish {{\n    name: \"W\"\n{body}\n}}\n");
        fs::write(folder.path().join(name), text).unwrap();
    };
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let output = command.current_dir(folder.path()).arg("diff").args(arguments).output().unwrap();
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let stop = "{ stop-execution(message: \"No\") }";
    write("a.mwf", &format!("if event tagged any [\"x\", \"y\"] {stop}"));
    write("b.mwf", &format!("if event tagged any \"y\" {stop} else if event tagged any \"x\" {stop}"));
    write("c.mwf", &format!("if event tagged all [\"x\", \"y\"] {stop}"));
    let (code, text) = run(&["a.mwf", "b.mwf", "--meaning", "--exit-code"]);
    assert_eq!((code, text.as_str()), (Some(0), "\"W\": the same for every event\n"));
    let (code, text) = run(&["a.mwf", "c.mwf", "--meaning", "--exit-code"]);
    assert_eq!(code, Some(1), "{text}");
    for part in ["different for this event", "outcome blocked", "outcome success", "before, for", "after, for"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    write("t.mwf", "tag_operation(scope: event, tags: [\"x\"], locality: local)");
    let (code, text) = run(&["t.mwf", "--meaning", "--exit-code", "--target", "misp-2.5.1", "--target", "misp-2.5.19"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("outcome crash") && text.contains("outcome success"), "{text}");
    assert!(text.contains("{\n  \"Event\": {\n    \"info\": \"An event\"\n  }\n}"), "{text}");
    let (code, text) = run(&["t.mwf", "--meaning"]);
    assert_eq!(code, Some(2), "{text}");
    let (_, text) = run(&["a.mwf", "c.mwf", "--meaning", "--format", "json"]);
    let told: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(told["meaning"][0]["answer"], "different", "{told}");
    assert_eq!(told["meaning"][0]["after"]["run"]["outcome"], "success", "{told}");
}

#[test]
fn tests_are_generated_that_take_every_branch() {
    let folder = TempDir::new().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/complete-events/complete-events.mwf");
    let text = fs::read_to_string(example).unwrap();
    let (workflow, _) = text.split_once("\n\ntest ").unwrap();
    fs::write(folder.path().join("guard.mwf"), format!("{workflow}\n")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let output = command.current_dir(folder.path()).args(arguments).output().unwrap();
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = run(&["test", "guard.mwf", "--generate", "tests"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("4 events and 4 tests"), "{text}");
    let (code, text) =
        run(&["test", "guard.mwf", "tests/complete-events-tests.mwf", "--coverage", "--threshold", "100"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(&["fmt", "--check", "tests"]);
    assert_eq!(code, Some(0), "{text}");
    // What is there is not written over.
    let (code, text) = run(&["test", "guard.mwf", "--generate", "tests"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("exists already"), "{text}");
}

#[test]
fn a_step_that_succeeds_leaves_nothing_to_chance() {
    let folder = TempDir::new().unwrap();
    let run = |said: &str| {
        let text = format!(
            "workflow w on event-after-save-new {{\nsend-mail(recipients: [\"All admins\"], mail_template_subject: \"s\", mail_template_body: \"b\")\n\
             push-zmq()\n}}\n\ntest \"t\" of w {{\ngiven any event\n{said}\nexpect ran [push-zmq]\n}}\n"
        );
        fs::write(folder.path().join("w.mwf"), text).unwrap();
        let mut command = Command::cargo_bin("mispflow").unwrap();
        let output = command.current_dir(folder.path()).args(["test", "w.mwf"]).output().unwrap();
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = run("");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("it happens when `send-mail` (2) fails"), "{text}");
    let (code, text) = run("when send-mail returns true");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("passed  w: t (for every event)"), "{text}");
}
