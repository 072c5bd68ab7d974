//! What `run` is told of the server: in the file of answers, and in the project file.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const EVENT: &str = r#"{"Event": {"id": "7", "info": "x", "Tag": [{"name": "tlp:red"}], "Attribute": [{"id": "1", "type": "ip-dst", "value": "198.51.100.7"}]}}"#;

/// A folder with a workflow, an event and perhaps a project file.
struct Folder(TempDir);

impl Folder {
    fn new(workflow: &str) -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.with("w.mwf", workflow).with("event.json", EVENT)
    }

    fn with(self, name: &str, content: &str) -> Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self
    }

    /// The exit code, the output and the messages of `run`.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        command.current_dir(self.0.path()).args(["run", "w.mwf", "--event", "event.json"]).args(arguments);
        let done = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
    }

    /// The run as JSON, where the file of answers says this of the server.
    fn told(&self, server: &Value) -> Value {
        fs::write(self.0.path().join("answers.json"), json!({ "server": server }).to_string()).unwrap();
        let (code, out, messages) = self.run(&["--answers", "answers.json", "--format", "json", "-q"]);
        assert_eq!((code, messages.as_str()), (0, ""), "{server}");
        serde_json::from_str(&out).unwrap()
    }
}

fn ended(run: &Value) -> (&str, &str) {
    (run["outcome"].as_str().unwrap(), run["verdict"].as_str().unwrap())
}

#[test]
fn off() {
    let folder = Folder::new("workflow w on event-publish {\n    push-zmq()\n}\n");
    assert_eq!(folder.told(&json!({}))["failed"], json!([]));
    assert_eq!(folder.told(&json!({"off": ["push-zmq"]}))["failed"], json!([2]));
    assert_eq!(folder.told(&json!({"off": ["webhook"]}))["failed"], json!([]));
    let run = folder.told(&json!({"off": ["event-publish"]}));
    assert_eq!(run["executed"], json!([]));
    assert!(run["errors"][0].as_str().unwrap().contains("switched off"), "{run}");
}

#[test]
fn unknown_tags() {
    let folder =
        Folder::new("workflow w on event-publish {\n    tag_operation(action: remove, tags: [\"my:tag\"])\n}\n");
    assert_eq!(folder.told(&json!({}))["failed"], json!([2]));
    assert_eq!(folder.told(&json!({"unknown_tags": ["my:tag"]}))["failed"], json!([]));
    assert_eq!(folder.told(&json!({"unknown_tags": ["another"]}))["failed"], json!([2]));
}

#[test]
fn enrichment_modules() {
    let folder = Folder::new("workflow w on event-publish {\n    attach-enrichment(modules: [\"dns\"])\n}\n");
    assert_eq!(ended(&folder.told(&json!({}))), ("success", "proceed"));
    assert_eq!(ended(&folder.told(&json!({"enrichment_modules": ["dns"]}))), ("success", "proceed"));
    assert_eq!(ended(&folder.told(&json!({"enrichment_modules": ["mmdb_lookup"]}))), ("crash", "cancel"));
}

#[test]
fn own_warninglists() {
    let folder = Folder::new("workflow w on event-publish {\n    add_to_warninglist(warninglist: \"28\")\n}\n");
    assert_eq!(ended(&folder.told(&json!({}))), ("success", "proceed"));
    assert_eq!(ended(&folder.told(&json!({"own_warninglists": ["28"]}))), ("success", "proceed"));
    assert_eq!(ended(&folder.told(&json!({"own_warninglists": []}))), ("crash", "cancel"));
}

#[test]
fn nobody_listens() {
    let folder = Folder::new("workflow w on event-publish {\n    debug: true\n    push-zmq()\n}\n");
    for server in [
        json!({"debug_listener": false}),
        json!({"debug_url": ""}),
        json!({"Plugin.Workflow_debug_url": ""}),
        json!({"debug_listener": false, "Plugin.Workflow_debug_url": "http://127.0.0.1:27051"}),
    ] {
        let run = folder.told(&server);
        assert_eq!(ended(&run), ("crash", "cancel"), "{server}");
        assert!(run["notes"][0].as_str().unwrap().contains("`Publishing.`"), "{run}");
    }
    for server in [
        json!({}),
        json!({"debug_listener": true, "Plugin.Workflow_debug_url": ""}),
        json!({"Plugin.Workflow_debug_url": "http://127.0.0.1:27051"}),
    ] {
        let run = folder.told(&server);
        assert_eq!(ended(&run), ("success", "proceed"), "{server}");
        assert!(run.get("notes").is_none(), "{run}");
    }
}

#[test]
fn a_debugged_branch_dies_after_its_first_step() {
    let branch = "workflow w on event-publish {\n    debug: true\n    concurrent {\n        branch {\n            push-zmq()\n            push-zmq()\n        }\n    }\n}\n";
    for (text, job) in [(branch.to_owned(), "crash"), (branch.replace("    debug: true\n", ""), "success")] {
        let run = Folder::new(&text).told(&json!({}));
        assert_eq!(ended(&run), ("success", "proceed"));
        assert_eq!(run["jobs"][0]["result"]["outcome"], job, "{text}");
    }
}

#[test]
fn a_query_is_stopped() {
    let folder = Folder::new("workflow w on event-publish {\n    attach-enrichment(modules: [\"dns\"])\n}\n");
    for (server, outcome) in [
        (json!({"stopped_queries": true}), "crash"),
        (json!({"stopped_queries": ["dns"]}), "crash"),
        (json!({"stopped_queries": ["mmdb_lookup"]}), "success"),
        (json!({"stopped_queries": false}), "success"),
    ] {
        assert_eq!(folder.told(&server)["outcome"], outcome, "{server}");
    }
    let (_, out, _) = folder.with("a.json", r#"{"server": {"stopped_queries": true}}"#).run(&["--answers", "a.json"]);
    assert!(out.contains("because  a workflow for `enrichment-before-query` stops the query of `dns`"), "{out}");
    assert!(out.contains("note: the event stays unpublished"), "{out}");
}

#[test]
fn no_template_service() {
    let folder = Folder::new(
        "workflow w on event-publish {\n    if event tagged any \"tlp:red\" {\n        stop-execution(message: \"no\")\n    }\n}\n",
    );
    assert_eq!(ended(&folder.told(&json!({"template_service": true}))), ("blocked", "cancel"));
    assert_eq!(ended(&folder.told(&json!({"template_service": false}))), ("blocked", "cancel"));
    let first = ["--answers", "answers.json", "--format", "json", "-q", "--target", "misp-2.5.1"];
    let run: Value = serde_json::from_str(&folder.run(&first).1).unwrap();
    assert_eq!(ended(&run), ("crash", "cancel"));
}

#[test]
fn the_other_names_of_settings() {
    let folder = Folder::new("workflow w on event-publish {\n    webhook(url: \"https://soc.example.org/\")\n}\n");
    for name in ["arbitrary_urls", "Security.rest_client_enable_arbitrary_urls"] {
        assert_eq!(folder.told(&json!({name: false}))["failed"], json!([2]), "{name}");
        assert_eq!(folder.told(&json!({name: true}))["failed"], json!([]), "{name}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new("workflow w on event-publish {\n    push-zmq()\n}\n");
    for (server, said) in [
        (r#"{"template_servce": true}"#, "did you mean `template_service`?"),
        (r#"{"off": "push-zmq"}"#, "`off` is a list of strings"),
        (r#"{"debug_listener": 0}"#, "`debug_listener` is true or false"),
        (r#"{"stopped_queries": "dns"}"#, "`stopped_queries` is true, false or a list of strings"),
    ] {
        let folder = Folder::new("workflow w on event-publish {\n    push-zmq()\n}\n")
            .with("a.json", &format!(r#"{{"server": {server}}}"#));
        let (code, out, messages) = folder.run(&["--answers", "a.json"]);
        assert_eq!((code, out.as_str()), (1, ""), "{server}");
        assert!(messages.contains("error[unusable-answer]") && messages.contains(said), "{messages}");
    }
    let (code, _, messages) = folder.run(&["--server", "prod"]);
    assert_eq!(code, 2, "{messages}");
    assert!(messages.contains("there is no server `prod`"), "{messages}");
}

const SERVERS: &str = r#"
[server.prod]
url = "https://misp.example.org"
key-env = "MISP_KEY"

[server.prod.settings]
"Plugin.Workflow_debug_url" = ""
off = ["push-zmq"]
"#;

const ANOTHER: &str = r#"
[server.test]
url = "https://misp-test.example.org"
key-env = "MISP_KEY"

[server.test.settings]
Plugin.Workflow_debug_url = "http://127.0.0.1:27051"
"#;

#[test]
fn the_project_file_says_it_too() {
    let text = "workflow w on event-publish {\n    debug: true\n    push-zmq()\n}\n";
    let outcome = |folder: &Folder, arguments: &[&str]| {
        let arguments = [&["--format", "json", "-q"], arguments].concat();
        let (code, out, messages) = folder.run(&arguments);
        assert_eq!((code, messages.as_str()), (0, ""));
        let run: Value = serde_json::from_str(&out).unwrap();
        (run["outcome"].as_str().unwrap().to_owned(), run["failed"].clone())
    };
    // The only server is the one that is meant.
    let one = Folder::new(text).with("mispflow.toml", SERVERS);
    assert_eq!(outcome(&one, &[]), ("crash".into(), json!([])));
    // Of several one must be named.
    let two = Folder::new(text).with("mispflow.toml", &format!("{SERVERS}{ANOTHER}"));
    assert_eq!(outcome(&two, &[]), ("success".into(), json!([])));
    assert_eq!(outcome(&two, &["--server", "prod"]), ("crash".into(), json!([])));
    assert_eq!(outcome(&two, &["--server", "test"]), ("success".into(), json!([])));
    // The answers count more, one by one.
    let answered = two.with("a.json", r#"{"server": {"debug_listener": true}}"#);
    let arguments = ["--server", "prod", "--answers", "a.json"];
    assert_eq!(outcome(&answered, &arguments), ("success".into(), json!([2])));
}

#[test]
fn large_data_needs_no_setting() {
    let large = json!({"Event": {"id": "7", "info": "x".repeat(140_000)}}).to_string();
    for (trigger, outcome) in [("event-after-save-new", "failure"), ("event-publish", "success")] {
        let text = format!("workflow w on {trigger} {{\n    push-zmq()\n}}\n");
        let folder = Folder::new(&text).with("event.json", &large);
        let run = folder.told(&json!({}));
        assert_eq!(ended(&run), (outcome, "proceed"), "{trigger}");
        let (_, out, _) = folder.run(&[]);
        assert_eq!(out.contains("never starts"), outcome == "failure", "{out}");
    }
}
