//! What programs get that hold mispflow inside is what the command line says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mispflow::embed::{
    Input, Options, ProblemKind, Project, Replay, TestSuite, Told, Workflow, diff, evaluate, format, import,
};
use mispflow::simulate::replay::Record;
use serde_json::{Value, json};

use crate::program::{code, folder, mispflow, mispflow_reading, stderr, stdout};

const GUARD: &str = r#"workflow guard on event-publish {
    name: "Guard"
    if event tagged any "tlp:red" {
        stop-execution(message: "red")
    } else {
        @tell webhook(url: "https://soc.example.org", payload: "{{ Event.info }}")
    }
}

test "red stays" of guard {
    given "red.json"
    expect blocked
}
"#;

fn event(info: &str, tag: &str) -> String {
    json!({"Event": {"id": "7", "uuid": "5f6f8d2c-8d4c-4b3a-9d6e-0d4f2a6c1b11", "info": info, "published": false,
        "Attribute": [], "Object": [], "Tag": [{"name": tag}]}})
    .to_string()
}

fn load(path: &Path) -> Project {
    Project::load(&Input::Path(path.to_owned()), &Options::default())
}

fn text(text: &str) -> Project {
    Project::load(&Input::Text { name: "given.mwf".to_owned(), text: text.to_owned() }, &Options::default())
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn records(name: &str, lines: &[String]) -> Vec<Record> {
    let record = |(index, line): (usize, &String)| Record {
        name: name.into(),
        line: index + 1,
        index: Some(index + 1),
        text: Ok(line.clone()),
    };
    lines.iter().enumerate().map(record).collect()
}

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

#[test]
fn findings_are_those_of_check() {
    let project = folder(&[
        ("mispflow.toml", "[project]\ntarget = \"misp-2.5.19\"\n\n[lints]\nunused-constant = \"deny\"\n"),
        ("a.mwf", "let UNUSED = \"x\"\n\nworkflow a on event-publish {\n    webhok(url: \"u\")\n}\n"),
        ("b.mwf", &GUARD.replace("event-publish", "event-after-save")),
    ]);
    let path = project.path().to_str().unwrap();
    let output = mispflow(project.path(), &["check", "--format", "json", path]);
    let expected = &parsed(stdout(&output))["diagnostics"];
    assert!(expected.as_array().unwrap().len() >= 2, "{expected}");
    let loaded = load(project.path());
    assert_eq!(&parsed(&loaded.findings), expected);
    assert!(loaded.has_errors);
    let problem = loaded.build().unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Input);
    assert!(problem.message.contains("did you mean `webhook`?"), "{}", problem.message);
    let text = stderr(&mispflow(project.path(), &["check", path])).to_owned();
    assert!(text.starts_with(loaded.shown.trim_end()), "{text}\n---\n{}", loaded.shown);
}

#[test]
fn a_project_of_a_text() {
    let project = text(GUARD);
    assert!(!project.has_errors, "{}", project.shown);
    let [built] = project.build().unwrap() else { panic!("one workflow") };
    assert_eq!((built.id.as_str(), built.is_blueprint), ("guard", false));
    let again = Project::load(
        &Input::Text { name: "saved".to_owned(), text: built.json.clone() },
        &Options { target: Some("misp-2.5.1".parse().unwrap()), ..Options::default() },
    );
    assert_eq!(again.target, "misp-2.5.1");
    assert_eq!(again.workflow(Some("Guard")).unwrap().trigger, "event-publish");
    let problem = again.workflow(Some("gard")).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Request);
}

#[test]
fn examples_are_built_as_by_build() {
    for example in examples() {
        let out = tempfile::tempdir().unwrap();
        let output = mispflow(&example, &["build", "--quiet", "--output", out.path().to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let project = load(&example);
        let built = project.build().unwrap();
        assert_eq!(built.len(), std::fs::read_dir(out.path()).unwrap().count());
        for built in built {
            let name = format!("{}.{}", built.id, if built.is_blueprint { "blueprint.json" } else { "json" });
            assert_eq!(built.json, std::fs::read_to_string(out.path().join(name)).unwrap());
        }
    }
}

#[test]
fn runs_are_those_of_run() {
    let project = folder(&[("guard.mwf", GUARD)]);
    let mut lines: Vec<String> = (0..50)
        .map(|number| event(&format!("event {number}"), if number % 3 == 0 { "tlp:red" } else { "tlp:green" }))
        .collect();
    lines.insert(7, "{\"Attribute\": []}".to_owned());
    lines.insert(9, "{broken".to_owned());
    let output =
        mispflow_reading(project.path(), &["run", "guard.mwf", "--event", "-", "--format", "json"], &lines.join("\n"));
    let expected: Vec<Value> = stdout(&output).lines().map(parsed).collect();
    assert_eq!(expected.len(), 50);

    let loaded = load(&project.path().join("guard.mwf"));
    let workflow = loaded.workflow(None).unwrap();
    let told = workflow.run_all(&records("-", &lines), &workflow.answers(None).unwrap(), false).unwrap();
    let used: Vec<Value> = told.iter().filter(|told| told.outcome.is_some()).map(|told| parsed(&told.json)).collect();
    assert_eq!(used, expected);
    let unusable: Vec<&Told> = told.iter().filter(|told| told.outcome.is_none()).collect();
    assert_eq!(unusable.len(), 2);
    assert_eq!(parsed(&unusable[0].json)["error"]["code"], "unusable-event");
    assert_eq!(parsed(&unusable[0].json)["source"], json!({"file": "-", "line": 8, "index": 8}));

    // On several threads, in any batches, in order.
    for (threads, size) in [(1, 1), (2, 7), (5, 3)] {
        let mut replay = Replay::new(workflow, workflow.answers(None).unwrap(), false, threads);
        let mut all = Vec::new();
        let mut batches = records("-", &lines).into_iter().map(Arc::new).peekable();
        while batches.peek().is_some() || replay.under_way() > 0 {
            while batches.peek().is_some() && replay.under_way() < replay.wanted() {
                let batch = batches.by_ref().take(size).collect();
                replay.submit(batch);
            }
            all.extend(next(&mut replay));
        }
        assert_eq!(all, told, "{threads} threads, {size} events together");
    }
}

fn next(replay: &mut Replay) -> Vec<Told> {
    let begun = Instant::now();
    loop {
        if let Some(told) = replay.receive(Duration::from_millis(50)).unwrap() {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing comes");
    }
}

fn guard() -> Arc<Workflow> {
    text(GUARD).workflow(None).unwrap().clone()
}

#[test]
fn a_run_is_told_in_full() {
    let guard = guard();
    let ran = guard.run(event("a", "tlp:red").as_bytes(), &guard.answers(None).unwrap(), false).unwrap();
    assert_eq!((ran.told.outcome, ran.told.verdict), (Some("blocked"), Some("cancel")));
    let trace = parsed(&ran.trace);
    let decisions: Vec<&str> =
        trace.as_array().unwrap().iter().map(|node| node["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["start", "then", "failed"]);
    assert!(ran.text.contains("outcome blocked, verdict cancel"), "{}", ran.text);
    assert!(ran.text.contains("given.mwf:4"), "{}", ran.text);
}

#[test]
fn answers_say_what_the_world_says() {
    let guard = guard();
    let answers = guard.answers(Some(r#"{"@tell": {"fails": "timeout"}}"#)).unwrap();
    let ran = guard.run(event("a", "tlp:green").as_bytes(), &answers, false).unwrap();
    assert!(ran.trace.contains("\"decision\":\"failed\""), "{}", ran.trace);
    assert!(ran.text.contains("timeout"), "{}", ran.text);
    let problem = guard.answers(Some(r#"{"@tel": {"fails": "timeout"}}"#)).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Answers);
    assert!(problem.message.contains("did you mean `@tell`?"), "{}", problem.message);
}

#[test]
fn an_event_that_cannot_be_used() {
    let guard = guard();
    let answers = guard.answers(None).unwrap();
    for (event, reason) in [("[]", "not an event"), ("{\"Event\": 1}", "not an object"), ("{", "not valid JSON")] {
        let problem = guard.run(event.as_bytes(), &answers, false).unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Event);
        assert!(problem.message.contains(reason), "{}", problem.message);
        assert_eq!(parsed(&problem.findings)[0]["code"], "unusable-event");
    }
}

#[test]
fn tests_are_those_of_test() {
    let project = folder(&[("guard.mwf", GUARD), ("red.json", &event("a", "tlp:red"))]);
    let input = Input::Path(project.path().to_owned());
    let suite = TestSuite::load(input.clone(), Options::default()).unwrap();
    let [only] = &suite.tests[..] else { panic!("one test") };
    assert_eq!((only.title.as_str(), only.workflow.as_str(), only.line), ("red stays", "guard", 10));
    assert_eq!(suite.run(0).unwrap(), "");
    std::fs::write(project.path().join("red.json"), event("a", "tlp:green")).unwrap();
    let failures = TestSuite::load(input, Options::default()).unwrap().run(0).unwrap();
    let text = mispflow(project.path(), &["test", project.path().to_str().unwrap()]);
    assert!(stderr(&text).contains(failures.trim_end()), "{}\n---\n{failures}", stderr(&text));
    assert!(!failures.is_empty());
}

#[test]
fn text_and_json_and_back() {
    let built = text(GUARD).build().unwrap()[0].json.clone();
    let texts = import(&built, false).unwrap();
    let [(id, imported, _)] = &texts[..] else { panic!("one workflow") };
    assert_eq!(id, "guard");
    assert_eq!(text(imported).build().unwrap()[0].json, built);
    assert_eq!(&format(imported, "x").unwrap(), imported);
    assert_eq!(format("workflow {", "x").unwrap_err().kind, ProblemKind::Input);
    assert_eq!(import("{}", false).unwrap_err().kind, ProblemKind::Input);
}

#[test]
fn what_differs() {
    let (before, after) = (text(GUARD), text(&GUARD.replace("tlp:red", "tlp:amber")));
    assert_eq!(parsed(&diff(&before, &before).unwrap()), json!({"changed": [], "added": [], "removed": []}));
    let found = parsed(&diff(&before, &after).unwrap());
    assert_eq!(found["changed"][0]["name"], "Guard");
    let text = found["changed"][0]["text"].as_str().unwrap();
    assert!(text.contains("tlp:red") && text.contains("tlp:amber"), "{text}");
}

#[test]
fn paths() {
    let event = json!({"Event": {"Attribute": [{"type": "ip-dst", "value": "192.0.2.1"}]}}).to_string();
    let path = "Event._AttributeFlattened.{n}.value";
    assert_eq!(parsed(&evaluate(path, &event, true).unwrap()), json!(["192.0.2.1"]));
    assert_eq!(evaluate(path, &event, false).unwrap(), "[]");
    assert_eq!(evaluate("Event.{n", &event, true).unwrap_err().kind, ProblemKind::Path);
    assert_eq!(evaluate("Event", "{", true).unwrap_err().kind, ProblemKind::Event);
}

#[test]
fn secrets_are_not_told() {
    let name = "MISPFLOW_TEST_EMBED_HOOK";
    let source = format!("workflow w on event-publish {{\n    webhook(url: env(\"{name}\"), payload: \"a\")\n}}\n");
    let project = folder(&[("w.mwf", &source), ("event.json", &event("a", "tlp:red"))]);
    let mut command = assert_cmd::Command::new(std::env::current_exe().unwrap());
    if std::env::var_os(name).is_none() {
        // The environment is the process's, so this test runs itself in a process of its own.
        let output = command
            .args(["--exact", "embed::secrets_are_not_told", "--nocapture"])
            .env(name, "https://user:s3cretpass@soc.example.org")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let loaded = load(&project.path().join("w.mwf"));
    let workflow = loaded.workflow(None).unwrap();
    let ran = workflow.run(event("a", "tlp:red").as_bytes(), &workflow.answers(None).unwrap(), false).unwrap();
    let told = workflow.run_all(&records("-", &[event("a", "tlp:red")]), &workflow.answers(None).unwrap(), false);
    for text in [&ran.told.json, &ran.trace, &ran.text, &loaded.shown, &loaded.findings, &told.unwrap()[0].json] {
        assert!(!text.contains("s3cretpass"), "{text}");
    }
    assert!(ran.told.json.contains("soc.example.org"), "{}", ran.told.json);
}
