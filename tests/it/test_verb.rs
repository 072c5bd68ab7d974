//! `mispflow test` from outside.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Done, add};

/// The folder of a test, with the workflow `guard` in it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/guard.mwf");
        fs::copy(from, folder.0.path().join("guard.mwf")).unwrap();
        folder
            .with("events/red.json", r#"{"Event": {"info": "Red", "Tag": [{"name": "tlp:red"}], "Attribute": []}}"#)
            .with("events/green.json", r#"{"Event": {"info": "Green", "Tag": [], "Attribute": []}}"#)
    }

    fn with(self, name: &str, content: &str) -> Self {
        add(self.0.path(), name, content);
        self
    }

    /// A file of tests of `guard`.
    fn with_tests(self, tests: &str) -> Self {
        self.with("tests.mwf", &format!("import \"guard.mwf\"\n\n{tests}"))
    }

    fn test(&self, arguments: &[&str]) -> Done {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(self.0.path()).env("GUARD_HOOK", "https://elsewhere").env_remove("NO_COLOR");
        Done(command.arg("test").args(arguments).output().unwrap())
    }
}

/// Everything that a test can say, in tests that pass.
const PASSING: &str = r#"
let red = "events/red.json"

test "a file" of guard {
    given red
    expect blocked "TLP:RED"
    expect blocked
    expect ran [stop-execution, event-publish]
    expect not ran [webhook, @tell, push-zmq]
}

test "an object, and several events" of guard {
    given { Event: { info: "x", Tag: [], Attribute: [] } }, "events/green.json"
    given { Event: { info: "y" } }
    expect success
    expect ran [concurrent-task, @tell, push-zmq]
    expect effect push-zmq { kind: "zmq" }
}

test "jobs count, and the environment does not" of guard {
    given "events/green.json"
    expect effect @tell {
        method: "POST",
        url: "https://hooks.example.org/soc",
        headers: { "Content-Type": "application/json" },
        body: { text: "Green" },
    }
}

test "a job that fails" of guard {
    given "events/green.json"
    when @tell fails "timeout"
    expect success
    expect ran [webhook]
}

test "no answer" of guard {
    given "events/green.json"
    when webhook returns { error: "no route" }
    expect success
}

test "enrichment" of guard {
    given { Event: { Tag: [{ name: "tlp:clear" }], Attribute: [{ id: "1", type: "ip-dst", value: "198.51.100.7" }] } }
    when @look returns { by_value: { "198.51.100.7": { country: "LU" } } }
    expect success
    expect effect tag_operation { tags: ["country:lu"], locality: "local" }
    expect effect @look { modules: ["mmdb_lookup"], attributes: [1] }
}

test "enrichment of something else" of guard {
    given { Event: { Attribute: [{ id: "1", type: "ip-dst", value: "198.51.100.8" }] } }
    when attach-enrichment returns { by_value: { "198.51.100.7": { country: "LU" } } }
    expect not ran [tag_operation]
}
"#;

#[test]
fn everything_that_a_test_can_say() {
    let done = Folder::new().with_tests(PASSING).test(&[]);
    assert_eq!((done.code(), done.messages()), (0, "7 tests passed\n"), "{}", done.out());
    assert_eq!(done.out().lines().count(), 7);
    assert!(done.out().starts_with("passed  guard: a file\npassed  guard: an object"), "{}", done.out());
}

/// Each of these is wrong about the workflow.
const FAILING: &str = r#"
test "another outcome" of guard {
    given "events/green.json"
    expect blocked "TLP:RED"
}

test "another reason" of guard {
    given "events/red.json"
    expect blocked "PAP:RED"
}

test "a failure that does not block" of guard {
    given { Event: { Attribute: [{ id: "1", value: "x" }] } }
    when @look fails "timeout"
    expect failure
}

test "what ran" of guard {
    given "events/red.json", "events/green.json"
    expect ran [webhook]
    expect not ran [stop-execution]
}

test "another effect" of guard {
    given "events/green.json"
    expect effect webhook { method: "GET", body: { text: "Green", channel: "soc" } }
    expect effect tag_operation { tags: ["x"] }
    expect effect stop-execution { kind: "x" }
}
"#;

#[test]
fn failures_point_at_the_text() {
    let done = Folder::new().with_tests(FAILING).test(&["tests.mwf"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().lines().all(|line| line.starts_with("FAILED  guard: ")), "{}", done.out());
    insta::assert_snapshot!(done.messages());
}

#[test]
fn a_filter_chooses_by_title_or_workflow() {
    let folder = Folder::new().with_tests(PASSING);
    for (text, count) in [("enrichment", 2), ("guard", 7), ("a file", 1)] {
        let done = folder.test(&["--filter", text]);
        assert_eq!((done.code(), done.out().lines().count()), (0, count), "{text}");
    }
    let done = folder.test(&["--filter", "nothing"]);
    assert_eq!((done.code(), done.out()), (1, ""));
    assert!(done.messages().contains("none of the 7 tests has `nothing`"), "{}", done.messages());
}

#[test]
fn coverage_points_at_what_no_test_reaches() {
    let folder = Folder::new().with_tests("test \"red\" of guard { given \"events/red.json\" expect blocked }\n");
    let done = folder.test(&["--coverage"]);
    assert_eq!(done.code(), 0);
    // Of two conditions after each other and one inside the second; the red event takes one branch of the first.
    assert_eq!(done.out(), "passed  guard: red\ncoverage: 3 of 10 steps, 1 of 6 branches\n");
    assert!(done.messages().contains("note[not-covered]: in no test this `tag-if` does not hold"));
    assert!(done.messages().contains("no test reaches this `count-if`\n   ┌─ guard.mwf:10:8"), "{}", done.messages());

    let done = Folder::new().with_tests(PASSING).test(&["--coverage"]);
    assert!(done.out().ends_with("coverage: 10 of 10 steps, 6 of 6 branches\n"), "{}", done.out());
    assert!(!done.messages().contains("not-covered"), "{}", done.messages());
}

#[test]
fn results_as_json() {
    let folder = Folder::new()
        .with_tests(&format!("{FAILING}\ntest \"good\" of guard {{ given \"events/red.json\" expect blocked }}\n"));
    let done = folder.test(&["--format", "json", "--coverage"]);
    assert_eq!((done.code(), done.messages()), (1, ""));
    let result: Value = serde_json::from_str(done.out()).unwrap();
    assert_eq!(result["summary"], json!({"passed": 1, "failed": 5}));
    let first = &result["tests"][0];
    assert_eq!(first["title"], "another outcome");
    assert_eq!((&first["file"], &first["line"], &first["passed"]), (&json!("tests.mwf"), &json!(4), &json!(false)));
    assert_eq!(first["failures"][0]["code"], "test-failed");
    assert_eq!(first["failures"][0]["span"]["start"], json!({"line": 6, "column": 5}));
    assert_eq!(result["tests"][5]["failures"], json!([]));
    assert_eq!(result["coverage"]["branches"]["total"], 6);
    assert_eq!(result["coverage"]["missing"][0]["code"], "not-covered");
}

#[test]
fn results_as_junit() {
    let tests = r#"
test "good" of guard { given "events/red.json" expect blocked }
test "bad <&> \"quoted\"" of guard { given "events/red.json" expect success }
"#;
    let done = Folder::new().with_tests(tests).test(&["--format", "junit"]);
    assert_eq!((done.code(), done.messages()), (1, ""));
    for part in [
        r#"<testsuites name="mispflow" tests="2" skipped="0" failures="1" errors="0">"#,
        r#"<testsuite name="tests.mwf" tests="2" skipped="0" errors="0" failures="1">"#,
        r#"<testcase name="good" classname="guard""#,
        r#"name="bad &lt;&amp;&gt; &quot;quoted&quot;""#,
        r#"<failure message="the run ends as `blocked`, not as `success`" type="test-failed">"#,
        "tests.mwf:5:",
    ] {
        assert!(done.out().contains(part), "{part} is not in\n{}", done.out());
    }
}

#[test]
fn what_is_no_test() {
    for (tests, code, words) in [
        ("", "no-tests", "there are no tests"),
        ("test \"t\" of guard { given \"events/rde.json\" expect success }", "unreadable-file", "does not exist"),
        ("test \"t\" of guard { given \"broken.json\" expect success }", "unusable-event", "this is not valid JSON"),
        ("test \"t\" of guard { expect success }", "incomplete-test", "gives no event"),
        ("test \"t\" of guard { given \"events/red.json\" }", "incomplete-test", "expects nothing"),
        ("test \"t\" of guard { given 3 expect success }", "wrong-type", "a number is not an event"),
        (
            "test \"t\" of guard { given { Event: { info: Red } } expect success }",
            "unknown-name",
            "a string needs quotes",
        ),
        (
            "test \"t\" of guard { given \"events/red.json\" when push-zmq returns { a: 1 } expect success }",
            "unusable-answer",
            "`push-zmq` gets no reply: the only answer it can have is `true`",
        ),
        (
            "test \"t\" of guard { given \"events/red.json\" when stop-execution returns true expect success }",
            "unusable-answer",
            "`stop-execution` does not use an answer",
        ),
        (
            "test \"t\" of guard { given \"events/red.json\" when webhook returns { status: 7 } expect success }",
            "unusable-answer",
            "the status is not a number from 100 to 599",
        ),
    ] {
        let done = Folder::new().with("broken.json", "{").with_tests(tests).test(&["tests.mwf"]);
        assert_eq!((done.code(), done.out()), (1, ""), "{tests}");
        assert!(done.messages().contains(&format!("error[{code}]")), "{tests}: {}", done.messages());
        assert!(done.messages().contains(words), "{tests}: {}", done.messages());
    }
}

/// While there is an error no test is run, but warnings are not in the way.
#[test]
fn errors_of_the_workflow_come_first() {
    let test = "test \"t\" of w { given { Event: { info: \"x\" } } expect success }";
    let folder = Folder::new().with("w.mwf", &format!("workflow w on event-publish {{ webhok() }}\n{test}"));
    let done = folder.test(&["w.mwf"]);
    assert_eq!((done.code(), done.out()), (1, ""));
    assert!(done.messages().contains("error[unknown-module]"), "{}", done.messages());
    let done = folder.test(&["w.mwf", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(done.out()).unwrap()["summary"]["errors"], 1);

    let kept = format!("workflow w on event-publish {{ push-zmq(\"gone\": \"x\") }}\n{test}");
    let done = Folder::new().with("w.mwf", &kept).test(&["w.mwf"]);
    assert_eq!((done.code(), done.messages()), (0, "1 test passed\n"));
}

/// Modules that a file declares take part, and tests decide what the server's own logic decides.
#[test]
fn declared_modules_run_too() {
    let text = r#"
module is-night : logic { name: "Is it night?" outputs: 2 }
module wake : action { name: "Wake somebody" param who: text() }

workflow w on event-publish {
    if is-night() { wake(who: "the watch") } else { push-zmq() }
}

test "by night" of w {
    given { Event: { info: "x" } }
    expect effect wake { kind: "custom", parameters: { who: "the watch" } }
}

test "by day" of w {
    given { Event: { info: "x" } }
    when is-night returns false
    expect ran [push-zmq]
    expect not ran [wake]
}
"#;
    let done = Folder::new().with("w.mwf", text).test(&["w.mwf"]);
    assert_eq!((done.code(), done.messages()), (0, "2 tests passed\n"), "{}", done.out());
}

/// A label stands for the first node of its step, also where that is more than a call.
#[test]
fn labels_of_all_steps() {
    let text = r#"
blueprint tag(name: string) { if published { push-zmq() } tag_operation(tags: [name]) }

workflow w on event-after-save-new {
    @question if event tagged any "a" and event tagged any "b" { @inner push-zmq() }
    @piece use tag(name: "x")
    @filtered filter A: Event._AttributeFlattened.{n} where type == "url" { @last push-zmq() }
}

test "t" of w {
    given { Event: { info: "x", published: false, Tag: [], Attribute: [] } }
    expect ran [@question, @piece, @filtered, @last]
    expect not ran [@inner]
    expect effect @last { kind: "zmq" }
}
"#;
    let done = Folder::new().with("w.mwf", text).test(&["w.mwf"]);
    assert_eq!((done.code(), done.out()), (0, "passed  w: t\n"), "{}", done.messages());
}

/// The tests of the examples and of a new project pass.
#[test]
fn examples_and_the_starter_pass() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for example in fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let output = Command::cargo_bin("mispflow").unwrap().args(["test", "-q"]).arg(&example).output().unwrap();
        let done = Done(output);
        assert_eq!((done.code(), done.messages()), (0, ""), "{}", example.display());
        assert!(done.out().lines().count() >= 2, "{}", example.display());
    }
    let folder = TempDir::new().unwrap();
    let mispflow = |verb: &str| {
        Done(Command::cargo_bin("mispflow").unwrap().current_dir(folder.path()).args([verb, "-q"]).output().unwrap())
    };
    assert_eq!(mispflow("init").code(), 0);
    let done = mispflow("test");
    assert_eq!((done.code(), done.out()), (0, "passed  publish-guard: a red event stays inside\n"));
}

#[test]
fn what_must_not_happen_and_what_is_logged() {
    let folder = Folder::new().with_tests(
        "test \"red\" of guard {\n    given \"events/red.json\"\n    expect no effect webhook\n    expect not effect webhook { url: \"https://x\" }\n    expect log \"TLP:RED\"\n    expect no log \"Authentication\"\n    expect no effect send-mail\n    expect not ran [enrich-event]\n}\n\
         test \"green\" of guard {\n    given \"events/green.json\"\n    expect effect webhook {}\n    expect effect webhook\n    expect no effect webhook { method: \"DELETE\" }\n}\n",
    );
    let done = folder.test(&[]);
    assert_eq!((done.code(), done.out()), (0, "passed  guard: red\npassed  guard: green\n"), "{}", done.messages());

    let folder = Folder::new().with_tests(
        "test \"red\" of guard {\n    given \"events/red.json\"\n    expect effect webhook\n    expect log \"no such line\"\n    expect no log \"TLP:RED\"\n}\n\
         test \"green\" of guard {\n    given \"events/green.json\"\n    expect no effect webhook\n    expect no effect webhook { method: \"POST\" }\n}\n",
    );
    let done = folder.test(&[]);
    assert_eq!(done.code(), 1);
    for message in [
        "`webhook` has no effect: it did not run",
        "no line of the log holds this",
        "a line of the log holds this",
        "`webhook` has an effect\n",
        "`webhook` has an effect with all of this",
        "the event is `events/red.json` (Red)",
        "the event is `events/green.json` (Green)",
    ] {
        assert!(done.messages().contains(message), "{message}: {}", done.messages());
    }
    // One spelling is left.
    let format = Command::cargo_bin("mispflow")
        .unwrap()
        .current_dir(folder.0.path())
        .args(["fmt", "-q", "-"])
        .write_stdin(
            "test \"t\" of w { given \"a.json\" expect not effect webhook expect not  log \"x\" expect effect a {} }",
        )
        .output()
        .unwrap();
    assert_eq!(
        std::str::from_utf8(&format.stdout).unwrap(),
        "test \"t\" of w {\n    given \"a.json\"\n    expect no effect webhook\n    expect no log \"x\"\n    expect effect a {}\n}\n"
    );
}

#[test]
fn what_touches_nothing_is_not_an_effect() {
    let workflow = "workflow w on event-publish {\n    attribute_ids_flag_operation(action: remove)\n        \
        for Event._AttributeFlattened.{n} where \"ip-src\" in type\n    attach-enrichment(modules: [\"mmdb_lookup\"])\n        \
        for Event._AttributeFlattened.{n} where \"ip-src\" in type\n}\n\n";
    let given = |kind: &str| {
        format!(
            "    given {{ Event: {{ id: \"1\", Attribute: [{{ id: \"2\", type: \"{kind}\", value: \"192.0.2.1\" }}] }} }}\n"
        )
    };
    let passing = format!(
        "{workflow}test \"none\" of w {{\n{}    expect no effect attribute_ids_flag_operation\n    expect no effect attach-enrichment {{}}\n    \
         expect effect attribute_ids_flag_operation {{ attributes: [] }}\n}}\n\
         test \"one\" of w {{\n{}    expect effect attribute_ids_flag_operation\n    expect effect attach-enrichment {{}}\n}}\n",
        given("domain"),
        given("ip-src"),
    );
    let folder = Folder::new().with("w.mwf", &passing);
    let done = folder.test(&["w.mwf"]);
    assert_eq!((done.code(), done.out()), (0, "passed  w: none\npassed  w: one\n"), "{}", done.messages());

    let failing = format!(
        "{workflow}test \"none\" of w {{\n{}    expect effect attribute_ids_flag_operation {{}}\n}}\n\
         test \"one\" of w {{\n{}    expect no effect attach-enrichment\n}}\n",
        given("domain"),
        given("ip-src"),
    );
    let folder = Folder::new().with("w.mwf", &failing);
    let done = folder.test(&["w.mwf"]);
    assert_eq!(done.code(), 1);
    for message in ["`attribute_ids_flag_operation` ran and has no effect", "`attach-enrichment` has an effect"] {
        assert!(done.messages().contains(message), "{message}: {}", done.messages());
    }
}

#[test]
fn patterns_give_several_events() {
    let tests = "test \"all\" of guard {\n    given \"events/*.json\"\n    expect success\n}\n";
    let folder =
        Folder::new().with("events/white.json", r#"{"Event": {"info": "White", "Tag": []}}"#).with_tests(tests);
    let done = folder.test(&[]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("the event is `events/red.json` (Red)"), "{}", done.messages());
    assert_eq!(done.messages().matches("the event is").count(), 1, "{}", done.messages());
    let folder = folder.with_tests(&tests.replace("events/*.json", "**/gr?en.json"));
    assert_eq!(folder.test(&[]).code(), 0);
    let folder = folder.with_tests(&tests.replace("events/*.json", "events/*.ndjson"));
    let done = folder.test(&[]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("no event comes of `events/*.ndjson`: no file matches"), "{}", done.messages());
    // What a pattern finds lies in the project, as every file that a text names.
    let folder = folder.with_tests(&tests.replace("events/*.json", "../*/*.json"));
    assert!(folder.test(&[]).messages().contains("error[unusable-event]"));
}

#[test]
fn coverage_can_be_required() {
    let folder =
        Folder::new().with_tests("test \"red\" of guard {\n    given \"events/red.json\"\n    expect blocked\n}\n");
    assert_eq!(folder.test(&["--coverage", "--threshold", "1"]).code(), 0);
    let done = folder.test(&["--coverage", "--threshold", "100"]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("% of the steps, and 100 % are wanted"), "{}", done.messages());
    assert!(done.messages().contains("% of the branches, and 100 % are wanted"), "{}", done.messages());
    assert_eq!(folder.test(&["--threshold", "5"]).code(), 2);
    assert_eq!(folder.test(&["--coverage", "--threshold", "101"]).code(), 2);
}
