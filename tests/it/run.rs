//! `mispflow run` from outside.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Done, add};

const RED: &str = r#"{"Event": {"info": "Red", "Tag": [{"name": "tlp:red"}], "Attribute": []}}"#;
const GREEN: &str = r#"{"Event": {"info": "Green", "Tag": [], "Attribute": []}}"#;
const ADDRESS: &str = r#"{"Event": {"info": "Address", "Tag": [], "Attribute": [{"id": "1", "type": "ip-dst", "value": "198.51.100.7"}]}}"#;

/// The folder of a test, with the workflow and the archive in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        for name in ["guard.mwf", "archive.ndjson"] {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay").join(name);
            fs::copy(from, folder.0.path().join(name)).unwrap();
        }
        folder.with("red.json", RED).with("green.json", GREEN).with("address.json", ADDRESS)
    }

    fn with(self, name: &str, content: &str) -> Self {
        add(self.0.path(), name, content);
        self
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(self.0.path()).env_remove("GUARD_HOOK").env_remove("NO_COLOR");
        Done(command.arg("run").args(arguments).write_stdin(input).output().unwrap())
    }

    fn run(&self, arguments: &[&str]) -> Done {
        self.run_with_input(arguments, "")
    }
}

/// What is asked of the results of `run`.
impl Done {
    /// The results, if all went well.
    fn results(&self) -> Vec<Value> {
        self.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn good(self) -> Self {
        assert_eq!((self.code(), self.messages()), (0, ""));
        self
    }
}

#[test]
fn a_run_is_told_node_by_node() {
    let done = Folder::new().run(&["guard.mwf", "--event", "red.json"]).good();
    assert_eq!(
        done.out(),
        r#"   1  event-publish   starts    guard.mwf:3
   2  tag-if          then      guard.mwf:7
      saw      Event.Tag.{n}.name = ["tlp:red"]
      because  `in_or` ["tlp:red"] is true
   3  stop-execution  failed    guard.mwf:8
      because  It is TLP:RED
outcome blocked, verdict cancel
  Node `stop-execution` (3) from Workflow `Guard` (1) returned the following error: It is TLP:RED
"#
    );
}

#[test]
fn jobs_are_told_behind_the_run() {
    let done = Folder::new().run(&["guard.mwf", "--event", "green.json"]).good();
    let (run, jobs) = done.out().split_once("\njob that starts at node").unwrap();
    assert!(run.ends_with("outcome success, verdict proceed\n"), "{run}");
    assert!(!run.contains("webhook"), "{run}");
    assert!(jobs.contains("url: \"https://hooks.example.org/soc\""), "{jobs}");
    assert!(jobs.contains("zmq  data: "), "{jobs}");
    assert!(!jobs.contains("verdict"), "{jobs}");
}

#[test]
fn colours_on_request_only() {
    let folder = Folder::new();
    let with = folder.run(&["guard.mwf", "--event", "red.json", "--color", "always"]).good();
    assert!(with.out().contains("\u{1b}["));
    let without = folder.run(&["guard.mwf", "--event", "red.json"]).good();
    assert!(!without.out().contains('\u{1b}'));
}

#[test]
fn as_json_a_run_is_one_object() {
    let folder = Folder::new();
    let error = "Node `stop-execution` (3) from Workflow `Guard` (1) returned the following error: It is TLP:RED";
    let expected = json!({
        "source": {"file": "red.json", "line": 1, "index": 1}, "event": {"id": null, "uuid": null, "info": "Red"},
        "workflow": "guard", "trigger": "event-publish", "outcome": "blocked", "verdict": "cancel",
        "executed": [3], "failed": [3], "skipped": [], "errors": [error], "effects": [], "jobs": [],
    });
    let done = folder.run(&["guard.mwf", "--event", "red.json", "--format", "json", "-q"]).good();
    assert_eq!(done.results(), [expected]);

    let done = folder.run(&["guard.mwf", "--event", "green.json", "--format", "json", "-q"]).good();
    let result = &done.results()[0];
    assert_eq!(result["jobs"][0]["result"]["workflow"], "guard");
    let request = &result["jobs"][0]["result"]["effects"][0];
    assert_eq!((&request["module"], &request["kind"]), (&json!("webhook"), &json!("http_request")));
    assert_eq!(request["body"], r#"{"text":"Green"}"#);
    assert_eq!(result["jobs"][1]["result"]["effects"][0]["kind"], "zmq");
}

#[test]
fn the_environment_counts_and_secrets_do_not_show() {
    let folder = Folder::new().with(
        "secret.mwf",
        "workflow s on event-publish { telegram-send-alert(bot_token: secret(\"BOT\"), chat_id: \"1\", message_body_template: env(\"WORDS\", \"x\")) }",
    );
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder.0.path()).env("BOT", "s3cr3t").env("WORDS", "from outside");
    let output = command.args(["run", "secret.mwf", "--event", "green.json"]).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("from outside") && out.contains("${BOT}") && !out.contains("s3cr3t"), "{out}");
}

/// One bad line costs nothing but itself, and results keep the order of the events.
#[test]
fn a_stream_with_a_bad_line() {
    let folder = Folder::new();
    let archive = fs::read_to_string(folder.0.path().join("archive.ndjson")).unwrap();
    for (event, name, input) in [("-", "-", archive.as_str()), ("archive.ndjson", "archive.ndjson", "")] {
        let done = folder.run_with_input(&["guard.mwf", "--event", event, "--format", "json"], input);
        assert_eq!(done.code(), 1);
        let outcomes: Vec<_> = done.results().iter().map(|result| result["outcome"].clone()).collect();
        assert_eq!(outcomes, ["success", "blocked", "success", "blocked"]);
        let message = format!("`{name}#3`, line 3, column 32: this is not valid JSON: EOF while parsing a string");
        assert!(done.messages().contains(&message), "{}", done.messages());
        let summary =
            "5 events: 2 proceed, 2 cancelled, 1 unusable\n  2 cancelled by `stop-execution` (3) at guard.mwf:8\n";
        assert!(done.messages().ends_with(summary), "{}", done.messages());
    }
    let done = folder.run(&["guard.mwf", "--event", "archive.ndjson"]);
    let lines: Vec<&str> = done.out().lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "archive.ndjson#1  success  proceed");
    assert!(lines[3].starts_with("archive.ndjson#5  blocked  cancel  Node `stop-execution`"), "{}", lines[3]);
}

#[test]
fn thousands_of_events_keep_their_order() {
    let mut input = String::new();
    for number in 0..5_000 {
        let tag = if number % 7 == 0 { r#"{"name": "tlp:red"}"# } else { "" };
        writeln!(input, r#"{{"Event": {{"info": "{number}", "Tag": [{tag}], "Attribute": []}}}}"#).unwrap();
    }
    let done = Folder::new().run_with_input(&["guard.mwf", "--event", "-", "--format", "json", "-q"], &input).good();
    let results = done.results();
    assert_eq!(results.len(), 5_000);
    for (number, result) in results.iter().enumerate() {
        if number % 7 == 0 {
            assert_eq!(result["outcome"], "blocked");
        } else {
            let text = &result["jobs"][0]["result"]["effects"][0]["body"];
            assert_eq!(text, &format!("{{\"text\":\"{number}\"}}"));
        }
    }
}

#[test]
fn folders_lists_and_search_results_hold_several_events() {
    let folder = Folder::new()
        .with("events/a.json", RED)
        .with("events/deeper/b.json", GREEN)
        .with("events/notes.txt", "no event")
        .with("list.json", &format!("[{RED},\n{GREEN}]"))
        .with("search.json", &format!("{{\"response\": [{GREEN}, {GREEN}, {RED}]}}"));
    for (events, expected) in [
        (&["events"][..], &["blocked", "success"][..]),
        (&["list.json"], &["blocked", "success"]),
        (&["search.json", "red.json"], &["success", "success", "blocked", "blocked"]),
    ] {
        let mut arguments = vec!["guard.mwf", "--format", "json", "-q"];
        arguments.extend(events.iter().flat_map(|event| ["--event", event]));
        let done = folder.run(&arguments).good();
        let outcomes: Vec<_> = done.results().iter().map(|result| result["outcome"].clone()).collect();
        assert_eq!(outcomes, expected, "{events:?}");
    }
}

#[test]
fn answers_decide_what_services_say() {
    let answers = |tell: &str| {
        format!(
            r#"{{"attach-enrichment": {{"returns": {{"by_service": {{"mmdb_lookup": {{"by_value": {{"198.51.100.7": {{"country": "LU"}}}}}}}}}}}}, "@tell": {tell}}}"#
        )
    };
    // While `debug` is on, MISP's jobs die after their first step.
    let guard = include_str!("../replay/guard.mwf").replace("    debug: true\n", "");
    let folder = Folder::new()
        .with("quiet.mwf", &guard)
        .with("fails.json", &answers(r#"{"fails": "timeout"}"#))
        .with("busy.json", &answers(r#"{"returns": {"status": 503, "body": "busy"}}"#));
    let run = |answers: &str| {
        let arguments = ["quiet.mwf", "--event", "address.json", "--format", "json", "-q", "--answers", answers];
        folder.run(&arguments).good().results().remove(0)
    };
    let result = run("fails.json");
    assert_eq!(result["effects"][1]["kind"], "add_tags");
    let errors = &result["jobs"][0]["result"]["errors"];
    assert!(errors[0].as_str().unwrap().ends_with("returned the following error: timeout"), "{errors}");
    let errors = &run("busy.json")["jobs"][0]["result"]["errors"];
    assert!(errors[0].as_str().unwrap().ends_with("Body returned: busy"), "{errors}");

    let without = folder.run(&["quiet.mwf", "--event", "address.json", "--format", "json", "-q"]).good();
    assert_eq!(without.results()[0]["effects"].as_array().unwrap().len(), 1);
}

#[test]
fn answers_that_cannot_be() {
    let folder = Folder::new().with("answers.json", r#"{"webhok": {"fails": "x"}}"#).with("broken.json", "{");
    for (file, words) in [
        ("answers.json", "did you mean `webhook`?"),
        ("broken.json", "it is not JSON"),
        ("missing.json", "it does not exist"),
    ] {
        let done = folder.run(&["guard.mwf", "--event", "red.json", "--answers", file]);
        assert_eq!((done.code(), done.out()), (if file == "missing.json" { 2 } else { 1 }, ""));
        assert!(done.messages().contains(words), "{}", done.messages());
    }
}

#[test]
fn the_log_is_that_of_misp() {
    let folder = Folder::new();
    let without_times = |text: &str| {
        let line = |line: &str| match line.strip_prefix('[') {
            Some(rest) => {
                let (time, rest) = rest.split_once("] ").unwrap();
                assert_eq!(time.len(), "2024-01-31 23:59:59".len());
                rest.to_owned()
            }
            None => line.to_owned(),
        };
        text.lines().map(line).collect::<Vec<_>>()
    };
    let done = folder.run(&["guard.mwf", "--event", "red.json", "--log", "--format", "json"]);
    assert_eq!((done.code(), done.results().len()), (0, 1));
    let log = without_times(done.messages());
    assert_eq!(log[0], "Workflow(event-publish:1). Started executing workflow for trigger `event-publish` (1)");
    assert!(log.contains(&"Workflow(event-publish:1). Execution stopped. ".to_owned()), "{log:?}");

    let done = folder.run(&["guard.mwf", "--event", "red.json", "--log"]).good();
    let (_, log) = done.out().split_once("It is TLP:RED\n[").unwrap();
    assert!(log.contains("Finished executing workflow for trigger `event-publish` (1). Outcome: blocked"), "{log}");
}

#[test]
fn json_of_misp_runs_too() {
    let folder = Folder::new();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let built = command.current_dir(folder.0.path()).args(["build", "guard.mwf", "-o", "out"]).output().unwrap();
    assert!(built.status.success());
    let path = folder.0.path().join("out/guard.json");
    let mut workflow: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let done = folder.run(&["out/guard.json", "--event", "red.json", "--format", "json", "-q"]).good();
    assert_eq!((&done.results()[0]["workflow"], &done.results()[0]["outcome"]), (&json!("Guard"), &json!("blocked")));

    // A loop, which a save would refuse.
    workflow["Workflow"]["data"]["2"]["outputs"]["output_2"]["connections"] =
        json!([{"node": "2", "output": "input_1"}]);
    fs::write(&path, workflow.to_string()).unwrap();
    let done = folder.run(&["out/guard.json", "--event", "green.json", "--format", "json", "-q"]).good();
    assert_eq!(done.results()[0]["outcome"], "success");

    fs::write(&path, json!([workflow, workflow]).to_string()).unwrap();
    let done = folder.run(&["out/guard.json", "--event", "green.json"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("several workflows"), "{}", done.messages());
}

#[test]
fn one_of_several_workflows_is_chosen() {
    let folder = Folder::new().with(
        "two.mwf",
        "workflow a on event-publish { push-zmq() }\nworkflow b on event-after-save-new { push-zmq() }",
    );
    let done = folder.run(&["two.mwf", "--event", "red.json"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("a, b\nchoose one: `--workflow ID`"), "{}", done.messages());
    let done = folder.run(&["two.mwf", "--event", "red.json", "--workflow", "b", "--format", "json", "-q"]).good();
    assert_eq!(done.results()[0]["trigger"], "event-after-save-new");
    let done = folder.run(&["two.mwf", "--event", "red.json", "--workflow", "c"]);
    assert!((done.code(), done.messages().contains("no workflow `c`")) == (2, true), "{}", done.messages());
}

/// Triggers without MISP's core format get whatever there is.
#[test]
fn data_that_is_no_event() {
    let folder = Folder::new().with(
        "log.mwf",
        "workflow log on log-after-save { if \"login\" in Log.action { push-zmq(data_extraction_path: Log.title) } }",
    );
    let input = "{\"Log\": {\"action\": \"login\", \"title\": \"x\"}}\n{\"Log\": {\"action\": \"edit\"}}\n";
    let done = folder.run_with_input(&["log.mwf", "--event", "-", "--format", "json", "-q"], input).good();
    let effects: Vec<_> = done.results().iter().map(|result| result["effects"].as_array().unwrap().len()).collect();
    assert_eq!(effects, [1, 0]);
}

#[test]
fn what_cannot_run_says_why() {
    let folder = Folder::new()
        .with("wrong.mwf", "workflow w on event-publish { webhok() }")
        .with("blueprint.mwf", "blueprint b() { push-zmq() }")
        .with("empty/notes.txt", "");
    for (arguments, code, words) in [
        (&["wrong.mwf", "--event", "red.json"][..], 1, "no module named `webhok`"),
        (&["blueprint.mwf", "--event", "red.json"], 1, "there is no workflow in `blueprint.mwf`"),
        (&["missing.mwf", "--event", "red.json"], 2, "it does not exist"),
        (&["red.json", "--event", "red.json"], 1, "`red.json` cannot be used"),
        (&["guard.mwf", "--event", "missing.json"], 2, "`missing.json` cannot be read: it does not exist"),
        (&["guard.mwf", "--event", "empty"], 1, "there is no event to run on"),
        (&["guard.mwf", "--event", "-"], 1, "there is no event to run on"),
        (&["guard.mwf"], 2, "--event"),
        (&["-", "--event", "-"], 2, "cannot both come from standard input"),
    ] {
        let done = folder.run(arguments);
        assert_eq!((done.code(), done.out()), (code, ""), "{arguments:?}");
        assert!(done.messages().contains(words), "{arguments:?}: {}", done.messages());
    }
}

#[test]
fn a_file_that_is_missing_does_not_stop_the_others() {
    let done = Folder::new().run(&["guard.mwf", "--event", "nowhere.json", "--event", "green.json"]);
    assert_eq!(done.code(), 2);
    assert_eq!(done.out(), "green.json#1  success  proceed\n");
    assert!(done.messages().contains("2 events: 1 proceed, 0 cancelled, 1 unusable"), "{}", done.messages());
}

#[test]
fn the_workflow_may_come_from_standard_input() {
    let folder = Folder::new();
    let text = fs::read_to_string(folder.0.path().join("guard.mwf")).unwrap();
    let done = folder.run_with_input(&["-", "--event", "red.json", "--format", "json", "-q"], &text).good();
    assert_eq!(done.results()[0]["outcome"], "blocked");
}

/// Any JSON text, list or answer to a search, over any lines; each result says where it comes from.
#[test]
fn every_form_of_an_archive_gives_the_same_results() {
    let event = |id: u32, tag: &str| json!({"Event": {"id": id.to_string(), "uuid": format!("u{id}"), "info": "x", "Tag": [{"name": tag}], "Attribute": []}});
    let events = [event(10, "tlp:red"), event(11, "tlp:green"), event(12, "tlp:red")];
    let lines = events.iter().map(Value::to_string).collect::<Vec<_>>();
    let flush = |value: &Value| {
        serde_json::to_string_pretty(value).unwrap().lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
    };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let list = Value::from(events.to_vec());
    let response = json!({"response": events});
    for text in [
        lines.join("\n"),
        lines.join("\n\n"),
        lines.concat(),
        list.to_string(),
        pretty(&list),
        flush(&list),
        response.to_string(),
        pretty(&response),
        flush(&response),
        format!("{{\"response\":[\n{}\n]}}", lines.join(",\n")),
        events.iter().map(pretty).collect::<Vec<_>>().join("\n"),
        events.iter().map(flush).collect::<Vec<_>>().join("\n"),
    ] {
        let folder = Folder::new().with("s.json", &text);
        let done = folder.run(&["guard.mwf", "--event", "s.json"]);
        assert_eq!(done.code(), 0, "{text}\n{}", done.messages());
        let places: Vec<_> = done.out().lines().map(|line| line.split("  ").take(2).collect::<Vec<_>>()).collect();
        assert_eq!(
            places,
            [
                ["s.json#1 (event 10)", "blocked"],
                ["s.json#2 (event 11)", "success"],
                ["s.json#3 (event 12)", "blocked"]
            ],
            "{text}"
        );
        let done = folder.run(&["guard.mwf", "--event", "s.json", "--format", "json", "-q"]).good();
        for (number, result) in done.results().iter().enumerate() {
            assert_eq!((&result["source"]["file"], &result["source"]["index"]), (&json!("s.json"), &json!(number + 1)));
            assert_eq!(
                result["event"],
                json!({"id": (number + 10).to_string(), "uuid": format!("u{}", number + 10), "info": "x"})
            );
        }
    }
}

#[test]
fn what_is_not_an_event_is_unusable() {
    for (text, words, count) in [
        ("{\"foo\": 1}", "it has no key `Event`", 1),
        ("[1, 2]", "this is a single value, not an event", 2),
        ("{\"Workflow\": {\"name\": \"x\"}}", "this is a workflow", 1),
        ("{\"type\": \"ip-dst\", \"value\": \"198.51.100.7\"}", "this is an attribute without its event", 1),
        ("{\"Attribute\": {\"type\": \"ip-dst\"}}", "this is an attribute without its event", 1),
        ("{\"Event\": \"x\"}", "what `Event` holds is not an object", 1),
        ("{}", "this is an empty object", 1),
        ("[]", "this list is empty", 1),
    ] {
        let folder = Folder::new().with("x.json", &format!("{text}\n{GREEN}\n"));
        let done = folder.run(&["guard.mwf", "--event", "x.json"]);
        assert_eq!((done.code(), done.out().lines().count()), (1, 1), "{text}");
        assert!(done.messages().contains("unusable-event") && done.messages().contains(words), "{}", done.messages());
        assert!(done.messages().contains(&format!("1 proceed, 0 cancelled, {count} unusable")), "{}", done.messages());
    }
}

#[test]
fn other_forms_of_files_are_named() {
    let folder = Folder::new();
    let wide: Vec<u8> = GREEN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, words) in [
        (&wide[..], "it is UTF-16"),
        (b"\x1f\x8b\x08\0\0\0", "compressed with gzip"),
        (b"\x28\xb5\x2f\xfd\0\0", "compressed with zstd"),
    ] {
        fs::write(folder.0.path().join("x.json"), bytes).unwrap();
        let done = folder.run(&["guard.mwf", "--event", "x.json"]);
        assert_eq!((done.code(), done.out()), (1, ""));
        assert!(done.messages().contains(words), "{}", done.messages());
    }
}

#[test]
fn countless_broken_entries_are_counted() {
    let folder = Folder::new().with("x.json", &format!("[{}{GREEN}]", "1,".repeat(20_000)));
    let done = folder.run(&["guard.mwf", "--event", "x.json"]);
    assert_eq!((done.code(), done.out().lines().count()), (1, 1));
    assert!(done.messages().contains("1 proceed, 0 cancelled, 20000 unusable"));
    assert!(done.messages().contains("further entries that cannot be used are counted, but not shown"));
    assert!(done.messages().len() < 1_000_000, "{}", done.messages().len());
}

#[test]
fn a_number_that_is_too_large_is_refused_in_words() {
    let folder = Folder::new();
    for number in ["1e400", "-1e400", "123e4567"] {
        let lines = format!("{{\"Event\": {{\"info\": \"x\", \"n\": {number}}}}}\n{GREEN}\n");
        let done = folder.run_with_input(&["guard.mwf", "--event", "-"], &lines);
        assert_eq!(done.code(), 1, "{}", done.messages());
        assert!(done.messages().contains("a number is too large for a float"), "{}", done.messages());
        assert!(done.out().starts_with("-#2  "), "{}", done.out());
    }
}
