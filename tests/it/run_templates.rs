//! Templates that cannot be rendered: `run` says so, and why.

use std::fs;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const EVENT: &str =
    r#"{"Event": {"id": "60", "info": "x", "threat_level_id": "900000000", "Tag": [], "Attribute": []}}"#;

/// Runs a workflow that sends a template; the exit code and what is printed.
fn run(template: &str, arguments: &[&str]) -> (i32, String) {
    run_steps(&format!("webhook(url: \"https://hooks.example.org\", payload: \"{template}\")"), arguments)
}

fn run_steps(steps: &str, arguments: &[&str]) -> (i32, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.mwf"), format!("workflow w on event-publish {{ {steps} }}")).unwrap();
    fs::write(folder.path().join("event.json"), EVENT).unwrap();
    fs::write(folder.path().join("many.ndjson"), format!("{EVENT}\n{EVENT}\n")).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder.path()).args(["run", "a.mwf"]).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), text)
}

/// What grows with the data, and the limit it comes to.
const GROWING: [(&str, &str); 6] = [
    ("{{ 'x' * Event.threat_level_id|int }}", "makes more than 40 MiB"),
    ("{{ 'a'.ljust(Event.threat_level_id|int) }}", "makes more than 40 MiB"),
    ("{{ ('x' * 1000 * Event.id|int * 1000)|length }}", "makes more than 40 MiB"),
    (
        "{% set ns = namespace(s=[]) %}{% for i in range(Event.id|int * 9) %}{% set ns.s = [ns.s] %}{% endfor %}{{ ns.s }}",
        "nested more than 200 deep",
    ),
    (
        "{% set ns = namespace(s='ab') %}{% for i in range(Event.id|int) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "makes more than 40 MiB",
    ),
    (
        "{% for a in range(Event.id|int * 900) %}{% for b in range(Event.id|int * 900) %}{% endfor %}{% endfor %}",
        "takes more steps",
    ),
];

#[test]
fn a_template_that_comes_to_a_limit_is_told() {
    for (template, why) in GROWING {
        let (code, text) = run(template, &["--event", "event.json"]);
        assert_eq!(code, 1, "{template}\n{text}");
        let reason = text.lines().find(|line| line.contains("because")).unwrap_or_default();
        assert!(
            reason.contains("a template was given up and counts as empty") && reason.contains(why),
            "{template}\n{text}"
        );
        let note = text
            .lines()
            .find(|line| line.contains("note: node 2 (`webhook`): a template was given up"))
            .unwrap_or_default();
        assert!(note.contains(why), "{template}\n{text}");
    }
}

#[test]
fn each_form_of_output_tells_it() {
    let (template, _) = GROWING[0];
    let (code, text) = run(template, &["--event", "event.json", "--format", "json"]);
    let result: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(code, 1);
    assert!(result["notes"][0].as_str().unwrap().starts_with("node 2 (`webhook`): a template was given up"), "{text}");
    let (code, text) = run(template, &["--event", "many.ndjson"]);
    assert_eq!(code, 1);
    assert_eq!(text.matches("note: node 2 (`webhook`): a template was given up").count(), 1, "{text}");
}

#[test]
fn a_template_of_a_job_is_told() {
    let (template, _) = GROWING[0];
    let steps =
        format!("concurrent {{ branch {{ webhook(url: \"https://hooks.example.org\", payload: \"{template}\") }} }}");
    for form in ["event.json", "many.ndjson"] {
        let (code, text) = run_steps(&steps, &["--event", form]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("note: node 3 (`webhook`): a template was given up"), "{text}");
    }
}

#[test]
fn a_template_that_fails_in_jinja_too_is_a_reason_and_no_more() {
    for template in
        ["{{ Event.info.foo() }}", "{{ Event.Tag|map('upper')|length }}", "{{ 1 / 0 }}", "{{ Event.info + 1 }}"]
    {
        let (code, text) = run(template, &["--event", "event.json"]);
        assert_eq!(code, 0, "{template}\n{text}");
        assert!(text.contains("because  a template failed and is empty: "), "{template}\n{text}");
        assert!(!text.contains("note: ") && !text.contains("mispflow_"), "{template}\n{text}");
    }
    let (code, text) = run("{{ Event.info }}", &["--event", "event.json"]);
    assert!(code == 0 && !text.contains("because"), "{text}");
}
