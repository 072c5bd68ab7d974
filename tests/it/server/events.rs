//! Events from a server: `run`, `test` and `path` with `--from`.

use std::fs;

use serde_json::{Value, json};

use super::stand_in::{KEY, Served, StandIn};
use super::{GUARD, run, run_with};
use crate::program::folder;

/// An event with an address and a tag.
pub fn event(id: usize, tag: &str) -> Value {
    json!({"Event": {
        "id": id.to_string(), "uuid": format!("00000000-0000-4000-a000-{id:012}"), "info": format!("Phish against Acme {id}"),
        "date": "2026-11-29", "published": false, "orgc_id": "1", "event_creator_email": "bob@acme.org",
        "Orgc": {"id": "1", "name": "Acme", "uuid": "c7b2ef50-9e34-4a43-9f27-1e3ac1f1a119"},
        "Tag": [{"id": "3", "name": tag, "colour": "#cc0033", "local": 0}],
        "Attribute": [{"id": id.to_string(), "type": "ip-dst", "category": "Network activity", "to_ids": true,
            "value": format!("203.0.113.{}", id % 250), "comment": "seen by Acme", "Tag": []}],
    }})
}

/// A server with so many events, every third of which is red.
fn with_events(count: usize) -> Served {
    let mut server = StandIn::new("2.5.19");
    server.events = (1..=count).map(|id| event(id, if id % 3 == 0 { "tlp:red" } else { "tlp:green" })).collect();
    Served::new(server)
}

/// What was searched for.
fn searches(misp: &Served) -> Vec<Value> {
    let bodies = misp.bodies.lock().unwrap();
    bodies
        .iter()
        .filter(|(call, _)| call.contains("restSearch"))
        .map(|(_, body)| serde_json::from_str(body).unwrap())
        .collect()
}

#[test]
fn a_workflow_runs_on_what_a_search_finds() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(150));
    let done =
        run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--search", r#"{"timestamp": "7d"}"#]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let lines: Vec<&str> = done.out().lines().collect();
    assert_eq!(lines.len(), 150);
    assert!(lines[0].starts_with("server#1 (event 1)  success  proceed"), "{}", lines[0]);
    assert!(lines[149].starts_with("server#150 (event 150)  blocked  cancel"), "{}", lines[149]);
    let messages = done.messages();
    assert!(messages.contains("the search finds 150 events on `server`"), "{messages}");
    assert!(messages.contains("150 events: 100 proceed, 50 cancelled"), "{messages}");
    // Page by page, and with what was asked for.
    let searches = searches(&misp);
    assert_eq!(searches.len(), 3);
    assert!(searches.iter().all(|search| search["timestamp"] == "7d" && search["returnFormat"] == "json"));
    assert_eq!(searches.iter().map(|search| search["page"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_limit_takes_the_first_ones() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(150));
    let done =
        run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--limit", "70", "--format", "json"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let runs: Vec<Value> = done.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(runs.len(), 70);
    assert_eq!((&runs[69]["event"]["id"], &runs[69]["source"]["file"]), (&json!("70"), &json!("server")));
    assert!(done.messages().contains("of which the first 70 are taken"), "{}", done.messages());
    assert_eq!(searches(&misp).len(), 2);
    // One event is told node by node, as one of a file is.
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--search", r#"{"eventid": 3}"#]);
    assert!(done.out().contains("stop-execution  failed") && done.out().contains("verdict cancel"), "{}", done.out());
    for limit in ["0", "-1", "x"] {
        assert_eq!(run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--limit", limit]).code(), 2);
    }
}

#[test]
fn files_and_a_server_together() {
    let misp = with_events(2);
    let project = folder(&[("guard.mwf", GUARD), ("red.json", &event(77, "tlp:red").to_string())]);
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--event", "red.json", "--from", "server"]);
    let lines: Vec<&str> = done.out().lines().collect();
    assert_eq!(lines.len(), 3, "{}", done.out());
    assert!(lines[0].starts_with("red.json") && lines[2].starts_with("server#2"), "{}", done.out());
}

#[test]
fn a_search_that_finds_nothing_or_cannot_be_made() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(0));
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server"]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("[unusable-event]"), "{}", done.messages());
    assert!(done.messages().contains("the search finds no event on `server`"), "{}", done.messages());
    for (search, words) in [
        ("timestamp=7d", "the search is not JSON"),
        ("[]", "not an object"),
        (r#"{"limit": 3}"#, "`--limit N` says how many are wanted"),
        (r#"{"returnFormat": "csv"}"#, "can only be `json` here"),
    ] {
        misp.calls.lock().unwrap().clear();
        for verb in [&["run", "guard.mwf"][..], &["path", "Event.id"]] {
            let arguments = [verb, &["--from", "server", "--search", search]].concat();
            let done = run(project.path(), &misp, &arguments);
            assert_eq!(done.code(), 2, "{search}");
            assert!(done.messages().contains(words), "{search}: {}", done.messages());
        }
        assert_eq!(*misp.calls.lock().unwrap(), Vec::<String>::new());
    }
    let done =
        run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--search", r#"{"timestmap": "7d"}"#]);
    assert!(done.messages().contains("did you mean `timestamp`?"), "{}", done.messages());
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "nowhere"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("there is no server `nowhere`"), "{}", done.messages());
    let wrong = [("MISPFLOW_URL", misp.url()), ("MISPFLOW_KEY", "WRONG".to_owned())];
    let wrong: Vec<(&str, &str)> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = run_with(project.path(), &wrong, &["run", "guard.mwf", "--from", "server"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("the events of `server` cannot be read"), "{}", done.messages());
    assert!(done.messages().contains("MISP does not take the key"), "{}", done.messages());
}

#[test]
fn pages_that_are_too_large_come_in_smaller_ones() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(100));
    misp.server.lock().unwrap().largest_page = 10;
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let names: Vec<&str> = done.out().lines().map(|line| line.split(' ').next().unwrap()).collect();
    let expected: Vec<String> = (1..=100).map(|number| format!("server#{number}")).collect();
    assert_eq!(names, expected, "each once, in order");
    // A server that cannot give even one says so.
    misp.server.lock().unwrap().largest_page = 0;
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("internal error (500)"), "{}", done.messages());
}

#[test]
fn what_was_found_is_saved() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(5));
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--save", "events"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.messages().contains("5 events are saved in `events`"), "{}", done.messages());
    let files: Vec<_> = fs::read_dir(project.path().join("events")).unwrap().collect();
    assert_eq!(files.len(), 5);
    let saved = fs::read_to_string(project.path().join("events/00000000-0000-4000-a000-000000000003.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), event(3, "tlp:red"));
    // They do the same as before.
    let again = run(project.path(), &misp, &["run", "guard.mwf", "--event", "events"]);
    assert!(again.messages().contains("5 events: 4 proceed, 1 cancelled"), "{}", again.messages());
    // Where they cannot be written nothing is said to be saved.
    fs::write(project.path().join("taken"), "").unwrap();
    let done = run(project.path(), &misp, &["run", "guard.mwf", "--from", "server", "--save", "taken"]);
    assert_eq!(done.code(), 2, "{}", done.messages());
    assert!(done.messages().contains("cannot be written"), "{}", done.messages());
}

#[test]
fn a_fixture_for_git_tells_nobody_who_it_was() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(6));
    let arguments = ["run", "guard.mwf", "--from", "server", "--save", "fixtures", "--anonymise"];
    let done = run(project.path(), &misp, &arguments);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.messages().contains("tags and galaxies were kept as they are"), "{}", done.messages());
    let read = || {
        let mut files: Vec<(String, String)> = fs::read_dir(project.path().join("fixtures"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let files = read();
    assert_eq!(files.len(), 6);
    for (name, text) in &files {
        for word in ["Acme", "bob", "203.0.113", "00000000-0000-4000-a000", "c7b2ef50"] {
            assert!(!text.contains(word) && !name.contains(word), "{word}: {name} {text}");
        }
        assert!(text.contains("tlp:") && text.contains("\"ip-dst\""), "{text}");
    }
    // The tags are the same, so the guard does the same; and the same events become the same files.
    let again = run(project.path(), &misp, &["run", "guard.mwf", "--event", "fixtures"]);
    assert!(again.messages().contains("6 events: 4 proceed, 2 cancelled"), "{}", again.messages());
    run(project.path(), &misp, &arguments);
    assert_eq!(read(), files);
    // Elsewhere they become others: the key of the hashes is of this project alone.
    let other = folder(&[("guard.mwf", GUARD)]);
    run(other.path(), &misp, &arguments);
    let names: Vec<_> =
        fs::read_dir(other.path().join("fixtures")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| files.iter().any(|(known, _)| known.ends_with(name.to_str().unwrap()))));
}

#[test]
fn a_path_is_followed_on_each_event() {
    let (project, misp) = (folder(&[]), with_events(3));
    let done = run(project.path(), &misp, &["path", "Event.Tag.{n}.name", "--from", "server"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let lines: Vec<Value> = done.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines.iter().map(|line| &line["found"]).collect::<Vec<_>>(),
        [&json!(["tlp:green"]), &json!(["tlp:green"]), &json!(["tlp:red"])]
    );
    assert_eq!(lines[2]["event"]["id"], "3");
    assert!(done.messages().contains("3 events, and something is found in 3 of them"), "{}", done.messages());
    // In one event as in a file.
    let done = run(
        project.path(),
        &misp,
        &["path", "Event._AttributeFlattened.{n}.value", "--from", "server", "--limit", "1"],
    );
    assert_eq!(serde_json::from_str::<Value>(done.out()).unwrap(), json!(["203.0.113.1"]));
    let done = run(project.path(), &misp, &["path", "Event.Tags.{n}.name", "--from", "server"]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("the hash path finds nothing in 3 events"), "{}", done.messages());
    let done = run(project.path(), &misp, &["path", "Event.Tags.{n}.name", "--from", "server", "--limit", "1"]);
    assert!(done.messages().contains("did you mean `Tag`?"), "{}", done.messages());
    assert_eq!(run(project.path(), &misp, &["path", "Event.id", "event.json", "--from", "server"]).code(), 2);
    assert_eq!(run(project.path(), &misp, &["path", "Event.id"]).code(), 2);
}

#[test]
fn tests_run_on_events_of_a_server() {
    let test = "test \"red stays inside\" of guard {\n    given \"missing.json\"\n    expect blocked\n}\n";
    let (project, misp) = (folder(&[("guard.mwf", &format!("{GUARD}\n{test}"))]), with_events(30));
    let red = run(project.path(), &misp, &["test", "--from", "server", "--search", r#"{"tags": ["tlp:red"]}"#]);
    assert_eq!(red.code(), 0, "{}{}", red.out(), red.messages());
    assert!(red.messages().contains("each test ran on 10 events"), "{}", red.messages());
    assert!(red.out().contains("passed  guard: red stays inside"), "{}", red.out());
    let all = run(project.path(), &misp, &["test", "--from", "server"]);
    assert_eq!(all.code(), 1);
    assert!(all.messages().contains("server#1 (event 1)"), "{}", all.messages());
    assert_eq!(all.messages().matches("error[test-failed]").count(), 20, "{}", all.messages());
    let none = run(project.path(), &misp, &["test", "--from", "server", "--search", r#"{"tags": ["no:such"]}"#]);
    assert_eq!(none.code(), 1);
    assert!(none.messages().contains("the search finds no event"), "{}", none.messages());
    assert_eq!(run(project.path(), &misp, &["test", "--watch", "--from", "server"]).code(), 2);
}

#[test]
fn a_connection_that_ends_in_the_middle_is_told() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), with_events(200));
    misp.server.lock().unwrap().events_until = Some(100);
    let variables =
        [("MISPFLOW_URL", misp.url()), ("MISPFLOW_KEY", KEY.to_owned()), ("MISPFLOW_TIMEOUT", "2s".to_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = run_with(project.path(), &variables, &["run", "guard.mwf", "--from", "server"]);
    assert_eq!(done.code(), 2, "{}", done.messages());
    assert!(done.out().lines().count() >= 64, "what came before counts");
    assert!(done.messages().contains("`server` cannot be read: POST /events/restSearch.json"), "{}", done.messages());
}
