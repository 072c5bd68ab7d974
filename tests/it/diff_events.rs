//! `diff --event`: what a change would have done.

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Done, folder, mispflow, mispflow_reading};

const BEFORE: &str = r#"workflow guard on event-publish {
    name: "Guard"
    if event tagged any "tlp:red" {
        @stop stop-execution(message: "No")
    }
    @tell webhook(url: "https://soc.example.org", payload: "{{ Event.info }}")
}
"#;

fn after() -> String {
    BEFORE
        .replace(r#"any "tlp:red""#, r#"any ["tlp:red", "tlp:amber"]"#)
        .replace("Event.info }}", "Event.info }} is out")
}

fn event(id: u32, tag: &str) -> String {
    format!(r#"{{"Event": {{"id": "{id}", "info": "Event {id}", "Tag": [{{"name": "{tag}"}}]}}}}"#)
}

fn project(events: &[String]) -> TempDir {
    let text = events.join("\n");
    folder(&[("before.mwf", BEFORE), ("after.mwf", &after()), ("events.ndjson", &text)])
}

fn diff(folder: &TempDir, arguments: &[&str]) -> Done {
    let all: Vec<&str> = ["diff", "before.mwf", "after.mwf"].iter().chain(arguments).copied().collect();
    Done(mispflow(folder.path(), &all))
}

/// What is told of the replay, without the differences of the graphs before it.
fn told(done: &Done) -> &str {
    done.out().find("replayed on").map_or("", |at| &done.out()[at..])
}

#[test]
fn what_is_different_is_told_with_the_steps_and_some_events() {
    let folder = project(&[event(1, "tlp:red"), event(2, "tlp:amber"), event(3, "tlp:green")]);
    let done = diff(&folder, &["--event", "events.ndjson"]);
    assert_eq!((done.code(), done.messages()), (0, ""));
    assert!(done.out().starts_with("~ "), "{}", done.out());
    let expected = "replayed on 3 events: 2 are treated differently\n  \
                    1 is cancelled and was not, by `stop-execution` (3) at after.mwf:4\n      \
                    events.ndjson#2 (event 2)\n  \
                    `webhook` does less on 1 event (before.mwf:6)\n      \
                    events.ndjson#2 (event 2)\n  \
                    `webhook` does something else on 1 event (after.mwf:6)\n      \
                    events.ndjson#3 (event 3)\n";
    assert_eq!(told(&done), expected);
    assert_eq!(diff(&folder, &["--event", "events.ndjson", "--exit-code"]).code(), 1);
    // The other way round, from standard input.
    let back = ["diff", "after.mwf", "before.mwf", "--event", "-"];
    let back = Done(mispflow_reading(folder.path(), &back, &event(7, "tlp:amber")));
    assert!(
        told(&back)
            .contains("1 goes on and was cancelled, by `stop-execution` (3) at after.mwf:4\n      -#1 (event 7)"),
        "{}",
        back.out()
    );
    assert!(told(&back).contains("`webhook` does more on 1 event (before.mwf:6)"), "{}", back.out());
}

#[test]
fn few_examples_are_named_of_many() {
    let events: Vec<String> = (1..=20).map(|id| event(id, "tlp:amber")).collect();
    let done = diff(&project(&events), &["--event", "events.ndjson"]);
    assert!(
        told(&done).starts_with("replayed on 20 events: 20 are treated differently\n  20 are cancelled and were not")
    );
    let examples = "events.ndjson#1 (event 1), events.ndjson#2 (event 2), events.ndjson#3 (event 3), and 17 more\n";
    assert!(told(&done).contains(examples), "{}", done.out());
}

#[test]
fn a_change_that_no_event_meets_is_no_difference_there() {
    let folder = project(&[event(1, "tlp:red")]);
    let done = diff(&folder, &["--event", "events.ndjson"]);
    assert_eq!(told(&done), "replayed on 1 event: no difference\n");
    // The graphs differ all the same.
    assert_eq!(diff(&folder, &["--event", "events.ndjson", "--exit-code"]).code(), 1);
    let same = ["diff", "before.mwf", "before.mwf", "--event", "events.ndjson", "--exit-code"];
    assert_eq!(Done(mispflow(folder.path(), &same)).code(), 0);
}

#[test]
fn json_has_numbers_and_places() {
    let folder = project(&[event(1, "tlp:red"), event(2, "tlp:amber"), "oops".into()]);
    let done = diff(&folder, &["--event", "events.ndjson", "--format", "json"]);
    let told: Value = serde_json::from_str(done.out()).unwrap();
    assert_eq!(told["changed"][0]["name"], "Guard");
    assert_eq!(told["unusable"], 1);
    let replayed = &told["replayed"][0];
    assert_eq!(
        (&replayed["name"], &replayed["events"], &replayed["different"]),
        (&"Guard".into(), &2.into(), &1.into())
    );
    let first = &replayed["changes"][0];
    assert_eq!(first["change"]["what"], "cancelled");
    assert_eq!(first["by"][0]["module"], "stop-execution");
    assert_eq!(first["by"][0]["place"], "after.mwf:4");
    assert_eq!(first["examples"][0], "events.ndjson#2 (event 2)");
    // As with `run`, what cannot be used is an error.
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("`events.ndjson#3`, line 3"), "{}", done.messages());
}

#[test]
fn answers_are_for_the_steps_of_both_sides() {
    let folder = project(&[event(3, "tlp:green")]);
    crate::program::add(folder.path(), "answers.json", r#"{"@tell": {"fails": "timeout"}}"#);
    let done = diff(&folder, &["--event", "events.ndjson", "--answers", "answers.json"]);
    // A request that fails in both versions is no difference.
    assert_eq!(told(&done), "replayed on 1 event: no difference\n");
}

#[test]
fn without_a_workflow_on_both_sides_nothing_is_replayed() {
    let folder = project(&[event(1, "tlp:red")]);
    crate::program::add(folder.path(), "other.mwf", "blueprint other() { push-zmq() }\n");
    let alone = ["diff", "before.mwf", "other.mwf", "--event", "events.ndjson"];
    let done = Done(mispflow(folder.path(), &alone));
    assert_eq!(done.code(), 2);
    assert!(
        done.messages().contains("no workflow is on both sides, so nothing can be replayed"),
        "{}",
        done.messages()
    );
    let none = diff(&folder, &["--event", "missing.ndjson"]);
    assert_eq!(none.code(), 2);
    assert!(none.messages().contains("missing.ndjson"), "{}", none.messages());
}

#[test]
fn workflows_that_are_called_see_the_environment() {
    let text = |url: &str| {
        format!(
            "workflow caller on event-publish {{\n    run-workflow(workflows: [\"again\"], input_data: event_ids)\n}}\n\n\
             workflow again on adhoc(scope: passed_event_ids) {{\n    webhook(url: {url}, payload: \"x\")\n}}\n"
        )
    };
    let [before, after] = ["env(\"HOOK\", \"https://one.example.org\")", "\"https://two.example.org\""].map(text);
    let events = event(1, "tlp:red").replace(r#""id""#, r#""uuid": "5d6d3b30-9db0-44b9-8869-7f56a5e38e14", "id""#);
    let project = "[project]\ntarget = \"misp-2.5.19\"\n";
    let folder = folder(&[
        ("mispflow.toml", project),
        ("before.mwf", &before),
        ("after.mwf", &after),
        ("events.ndjson", &events),
    ]);
    let replayed = |hook: Option<&str>| {
        let mut command = assert_cmd::Command::cargo_bin("mispflow").unwrap();
        command.current_dir(folder.path()).args(["diff", "before.mwf", "after.mwf", "--event", "events.ndjson"]);
        command.env_remove("HOOK").envs(hook.map(|hook| ("HOOK", hook)));
        let done = Done(command.output().unwrap());
        let of_caller = done.out().lines().filter(|line| line.starts_with("\"caller\": replayed"));
        of_caller.map(str::to_owned).collect::<Vec<_>>().join("\n") + done.messages()
    };
    assert_eq!(replayed(None), "\"caller\": replayed on 1 event: 1 is treated differently");
    assert_eq!(replayed(Some("https://two.example.org")), "\"caller\": replayed on 1 event: no difference");
}
