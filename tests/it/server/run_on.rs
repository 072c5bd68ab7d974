//! `run --on`: the run on a server beside the simulated one.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::events::event;
use super::stand_in::{ScriptedRun, Served, StandIn};
use super::{GUARD, empty, run};
use crate::program::{Done, add, folder};

const DEBUGGED: &str = "workflow guard on event-publish {\n    name: \"Guard\"\n    debug: true\n    if event tagged any \"tlp:red\" { stop-execution(message: \"red\") }\n}\n";

/// A project whose guard is on a server and switched on, with a red event.
fn pushed(text: &str) -> (tempfile::TempDir, Served) {
    let (project, misp) = (folder(&[("guard.mwf", text), ("red.json", &event(7, "tlp:red").to_string())]), empty());
    let done = run(project.path(), &misp, &["push", "--yes", "--enable"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    misp.calls.lock().unwrap().clear();
    (project, misp)
}

/// What happens on the server in the next run.
fn script(misp: &Served, outcome: Option<&str>, lines: &[&str]) {
    let run =
        ScriptedRun { outcome: outcome.map(str::to_owned), log: lines.iter().map(|line| (*line).to_owned()).collect() };
    misp.server.lock().unwrap().runs.push_back(run);
}

fn executed(node: u32, module: &str, status: &str) -> String {
    format!(
        "Executed node `{module}`\nNode `{module}` ({node}) from Workflow `Guard` (1) executed successfully with status: {status}"
    )
}

fn on(project: &Path, misp: &Served, more: &[&str]) -> Done {
    run(project, misp, &[&["run", "guard.mwf", "--event", "red.json", "--on", "server"], more].concat())
}

const BLOCKED: &str =
    "Execution stopped. \nNode `stop-execution` (3) from Workflow `Guard` (1) returned the following error: red";

fn lines_of_a_block() -> Vec<String> {
    vec![
        "Started executing workflow for trigger `event-publish` (1)".to_owned(),
        executed(2, "tag-if", "success"),
        executed(3, "stop-execution", "partial-success"),
        BLOCKED.to_owned(),
        "Finished executing workflow for trigger `event-publish` (1). Outcome: blocked".to_owned(),
    ]
}

#[test]
fn two_runs_that_do_the_same() {
    let (project, misp) = pushed(DEBUGGED);
    let lines = lines_of_a_block();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    // Lines that were there before do not count.
    misp.server.lock().unwrap().write_log("1", &executed(2, "tag-if", "partial-success"));
    misp.server.lock().unwrap().write_log("2", &executed(9, "webhook", "success"));
    script(&misp, Some("blocked"), &lines);
    let done = on(project.path(), &misp, &["--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let (_, there) = done.out().split_once("on `server`: Guard (row 1)").expect("both are told");
    assert!(there.contains("   2  tag-if  success\n"), "{there}");
    assert!(there.contains("   3  stop-execution  failed: red\n"), "{there}");
    assert!(there.contains("outcome blocked, as simulated"), "{there}");
    assert!(!there.contains("only"), "{there}");
    // It got the event as the file has it, once.
    let bodies = misp.bodies.lock().unwrap();
    let runs: Vec<&(String, String)> = bodies.iter().filter(|(call, _)| call.contains("executeWorkflow")).collect();
    assert_eq!(runs.len(), 1);
    let body: Value = serde_json::from_str(&runs[0].1).unwrap();
    let given: Value = serde_json::from_str(body["Workflow"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(given, event(7, "tlp:red"));
}

#[test]
fn what_differs_is_explained() {
    let (project, misp) = pushed(DEBUGGED);
    misp.server.lock().unwrap().modules_on.remove("stop-execution");
    script(
        &misp,
        Some("success"),
        &["Started executing workflow for trigger `event-publish` (1)", &executed(2, "tag-if", "success")],
    );
    let done = on(project.path(), &misp, &["--yes"]);
    assert_eq!(done.code(), 1, "{}", done.messages());
    assert!(done.out().contains("-  3  stop-execution"), "{}", done.out());
    assert!(done.out().contains("outcome success, and blocked in the simulation"), "{}", done.out());

    let failed =
        "Execution stopped. \nNode `tag-if` (2) from Workflow `Guard` (1) returned the following error: no such thing";
    script(&misp, Some("failure"), &[failed]);
    let done = on(project.path(), &misp, &["--yes", "--format", "json"]);
    let told: Value = serde_json::from_str(done.out()).unwrap();
    assert_eq!(told["server"]["is_same"], false);
    assert_eq!(told["simulation"]["outcome"], "blocked");
    assert!(told["server"]["notes"].to_string().contains("node 2 failed on the server only"), "{told}");

    // MISP dies.
    script(&misp, None, &[]);
    let done = on(project.path(), &misp, &["--yes"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("outcome crash, and blocked in the simulation"), "{}", done.out());
    assert!(done.out().contains("where nothing listens at `Plugin.Workflow_debug_url`"), "{}", done.out());
}

#[test]
fn without_debugging_only_failures_are_seen() {
    let (project, misp) = pushed(GUARD);
    script(&misp, Some("blocked"), &[BLOCKED]);
    let done = on(project.path(), &misp, &["--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert!(done.out().contains("MISP's log names only nodes that fail"), "{}", done.out());
}

#[test]
fn nothing_is_run_that_should_not_be() {
    let (project, misp) = pushed(GUARD);
    let is_run = |misp: &Served| misp.calls.lock().unwrap().iter().any(|call| call.contains("executeWorkflow"));
    let refused = |arguments: &[&str], words: &str| {
        let done = on(project.path(), &misp, arguments);
        assert_eq!(done.code(), 2, "{}", done.messages());
        assert!(done.messages().contains(words), "{words}: {}", done.messages());
        assert!(!is_run(&misp), "{words}");
        assert!(misp.is_untouched(), "{words}");
    };
    refused(&[], "nobody can confirm");
    refused(&["--yes", "--event", "red.json"], "`--on` runs one event");
    misp.server.lock().unwrap().triggers_on.clear();
    refused(
        &["--yes"],
        "the trigger `event-publish` is off on `server`, and MISP answers a run with an internal error (500)",
    );
    misp.server.lock().unwrap().triggers_on.insert("event-publish".to_owned());
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"another\""));
    refused(&["--yes"], "has another version of this workflow (row 1)");
    misp.server.lock().unwrap().workflows.clear();
    refused(&["--yes"], "does not have this workflow");
    add(project.path(), "guard.mwf", "workflow sweep on adhoc(scope: \"events\") {\n    push-zmq()\n}\n");
    refused(&["--yes"], "runs on what its own search finds");
}

#[test]
fn an_ad_hoc_workflow_is_run_on_the_event_of_the_server() {
    let text = "workflow review on adhoc(scope: \"passed_event_ids\") {\n    name: \"Review\"\n    push-zmq()\n}\n";
    let (project, misp) = pushed(text);
    script(&misp, Some("success"), &[]);
    let done = on(project.path(), &misp, &["--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let bodies = misp.bodies.lock().unwrap();
    let (_, body) = bodies.iter().find(|(call, _)| call.contains("executeWorkflow")).unwrap();
    assert!(body.contains(r#"{\"eventid\":\"7\"}"#), "{body}");
}

#[test]
fn an_event_of_the_server_and_a_log_that_cannot_be_read() {
    let (project, misp) = pushed(GUARD);
    {
        let mut server: std::sync::MutexGuard<'_, StandIn> = misp.server.lock().unwrap();
        server.events = vec![event(1, "tlp:green"), event(2, "tlp:red")];
        server.away.insert("logs");
    }
    script(&misp, Some("blocked"), &[]);
    let search = r#"{"eventid": 2}"#;
    let done = run(
        project.path(),
        &misp,
        &["run", "guard.mwf", "--from", "server", "--search", search, "--on", "server", "--yes"],
    );
    assert_eq!(done.code(), 1, "what cannot be compared is not the same: {}", done.messages());
    assert!(done.out().contains("outcome blocked, as simulated"), "{}", done.out());
    assert!(done.out().contains("MISP's log cannot be read"), "{}", done.out());
}

/// What real servers wrote into their log, and how their runs ended, beside what is simulated. Taken are recordings of debugged
/// runs in which the world outside of MISP answers as the simulation takes it: every few of them, and one of each module.
#[test]
fn recorded_runs_are_as_simulated() {
    for (release, wanted) in [("2.5.1", 25), ("2.5.19", 35)] {
        let file = format!("{}/tests/server-runs/{release}.ndjson.gz", env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let records: Vec<&Value> = records.iter().filter(|record| is_plain(record)).collect();
        let mut of_module: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, record) in records.iter().enumerate() {
            let nodes = record["request"]["graph"].as_object().into_iter().flatten();
            for module in nodes.filter_map(|(_, node)| node["data"]["id"].as_str()) {
                of_module.entry(module).or_insert(at);
            }
        }
        let every = (records.len() / wanted).max(1);
        let mut tried = 0;
        for (at, record) in records.iter().enumerate() {
            if at % every != 0 && !of_module.values().any(|first| *first == at) {
                continue;
            }
            let done = run_recorded(release, record);
            let name = record["name"].as_str().unwrap();
            assert_eq!(done.code(), 0, "{release}, {name}: {}\n{}", done.out(), done.messages());
            assert!(done.out().contains(", as simulated\n"), "{release}, {name}: {}", done.out());
            tried += 1;
        }
        assert!(tried >= wanted.min(records.len()), "{release}: {tried} of {}", records.len());
    }
}

/// Whether a recorded run tells what its nodes did, and needs nothing of the world but that it answers.
fn is_plain(record: &Value) -> bool {
    let (request, expected) = (&record["request"], &record["expected"]);
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    let of_the_world =
        ["disabled", "off", "service", "callees", "payload", "database", "template_service", "zmq_redis"];
    request["debug"] == true
        && of_the_world.iter().all(|key| is_empty(&request[key]))
        && expected["http"] == 200
        && request["event"].is_object()
        && expected["requests"].as_array().is_none_or(Vec::is_empty)
        && expected["endless"].is_null()
        // What background jobs write comes when they come to it.
        && !request["graph"].to_string().contains("concurrent-task")
}

/// Runs a recorded workflow on a stand-in that writes the recorded log.
fn run_recorded(release: &'static str, record: &Value) -> Done {
    let (request, expected) = (&record["request"], &record["expected"]);
    let trigger = request["trigger"].as_str().unwrap();
    let name = request["workflow_name"].as_str().unwrap();
    let prefix = format!("Workflow({trigger}:");
    let mut lines: Vec<String> = Vec::new();
    for line in expected["log"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()) {
        match line.strip_prefix(&prefix).and_then(|rest| rest.split_once("). ")) {
            Some((_, rest)) => lines.push(rest.to_owned()),
            // A line that goes on.
            None => lines.last_mut().unwrap().extend(["\n", line]),
        }
    }
    let own = expected["log"][0].as_str().unwrap();
    let id = own.strip_prefix(&prefix).and_then(|rest| rest.split_once(')')).map_or("1", |(id, _)| id).to_owned();
    let uuid = "00000000-0000-4000-8000-000000000001";
    let mut server = StandIn::new(release);
    server.next.push_back((id.clone(), uuid.to_owned()));
    server.with_workflow(trigger, name, &request["graph"]);
    server.workflows[0].debug = true;
    server.triggers_on.insert(trigger.to_owned());
    server.runs.push_back(ScriptedRun { outcome: expected["outcome"].as_str().map(str::to_owned), log: lines });
    let workflow = json!({"Workflow": {"id": id, "uuid": uuid, "name": name, "description": "", "trigger_id": trigger,
        "debug_enabled": true, "data": server.workflows[0].data}});
    // What that server was called.
    let answers = json!({"server": {"base_url": "http://127.0.0.1:8089"}});
    let project = folder(&[
        ("w.json", &workflow.to_string()),
        ("event.json", &request["event"].to_string()),
        ("answers.json", &answers.to_string()),
    ]);
    let target = format!("misp-{release}");
    let misp = Served::new(server);
    run(
        project.path(),
        &misp,
        &[
            &["run", "w.json", "--event", "event.json", "--answers", "answers.json"][..],
            &["--on", "server", "--yes", "-q", "--target", &target],
        ]
        .concat(),
    )
}
