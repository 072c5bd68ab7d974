//! From `initialize` to `exit`, open texts, and what others write.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, abilities, uri};
use crate::program::{folder, mispflow, shown};

const GUARD: &str = "workflow guard on event-publish {\n    if event tagged any restricted {\n        stop-execution(message: \"no\")\n    }\n}\n";
const POLICY: &str = "let restricted = [\"tlp:red\"]\n";

#[test]
fn a_session_has_a_beginning_and_an_end() {
    let folder = folder(&[("mispflow.toml", ""), ("a.mwf", "workflow a on event-publish { push-zmq() }\n")]);
    let mut client = Client::start(folder.path());
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    assert_eq!(client.refused("no/suchRequest", json!({}))["code"], -32601);
    client.settle();
    assert_eq!(client.end(), Some(0));
    let mut utf8 = abilities();
    utf8["general"]["positionEncodings"] = json!(["utf-16", "utf-8"]);
    let client = Client::with(folder.path(), utf8, Value::Null);
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    assert_eq!(client.vanish(), Some(1));
    let help = mispflow(folder.path(), &["lsp", "--help"]);
    assert!(shown(&help).1.contains("never changes a file"));
}

#[test]
fn a_project_is_checked_before_a_file_is_open() {
    let folder = folder(&[("mispflow.toml", "[project]\nsorce = \"x\"\n"), ("guard.mwf", GUARD)]);
    let mut client = Client::start(folder.path());
    assert_eq!(client.codes(&folder.path().join("guard.mwf")), ["unknown-name"]);
    let found = client.findings(&folder.path().join("mispflow.toml"));
    assert_eq!(found[0]["code"], "invalid-project");
    assert_eq!(found[0]["severity"], 1);
    assert_eq!(found[0]["source"], "mispflow");
    assert_eq!(found[0]["range"], json!({"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 5}}));
}

#[test]
fn unsaved_text_counts_and_the_disk_stays_as_it_is() {
    let folder = folder(&[
        ("mispflow.toml", ""),
        ("guard.mwf", &format!("import \"policy.mwf\"\n\n{GUARD}")),
        ("policy.mwf", "let other = []\n"),
    ]);
    let (guard, policy) = (folder.path().join("guard.mwf"), folder.path().join("policy.mwf"));
    let mut client = Client::start(folder.path());
    assert_eq!(client.codes(&guard), ["unknown-name"]);
    client.open(&policy, "let other = []\n");
    client.change(
        &policy,
        &[json!({
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 14}},
            "text": POLICY,
        })],
    );
    assert_eq!(client.codes(&guard), [""; 0]);
    assert_eq!(fs::read_to_string(&policy).unwrap(), "let other = []\n");
    // A file that is not there yet.
    let new = folder.path().join("new.mwf");
    client.open(&new, "workflow twice on event-publish {\n    push-zmq()\n}\n");
    assert_eq!(client.codes(&new), ["duplicate-trigger"]);
    assert!(!new.exists());
    client.close(&new);
    assert_eq!(client.codes(&new), [""; 0]);
    // Closed without being saved, the disk counts again.
    client.close(&policy);
    assert_eq!(client.codes(&guard), ["unknown-name"]);
}

#[test]
fn a_finding_says_what_check_says() {
    let text = "let used = [\"tlp:red\"]\nlet idle = 1\n\nworkflow a on event-publish {\n    if event tagged any used { push-zmq() }\n}\nworkflow a on event-before-save {\n    push-zmq()\n}\n";
    let folder = folder(&[("mispflow.toml", ""), ("a.mwf", text)]);
    let file = folder.path().join("a.mwf");
    let mut client = Client::start(folder.path());
    let found = client.findings(&file);
    let twice = found.iter().find(|found| found["code"] == "duplicate-name").unwrap();
    assert!(twice["message"].as_str().unwrap().starts_with("the workflow `a` is defined twice\ndefined again here\n"));
    assert_eq!(twice["relatedInformation"][0]["message"], "first defined here");
    assert_eq!(twice["relatedInformation"][0]["location"]["uri"], uri(&file));
    client.open(&file, &text.replace("workflow a on event-before-save", "workflow b on event-before-save"));
    let found = client.findings(&file);
    let idle = found.iter().find(|found| found["code"] == "unused-constant").unwrap();
    assert_eq!((&idle["tags"], &idle["severity"]), (&json!([1]), &json!(2)));
    let mut plain = abilities();
    plain["textDocument"]["publishDiagnostics"] = json!({});
    let mut client = Client::with(folder.path(), plain, Value::Null);
    client.open(&file, "let idle = 1\nworkflow a on event-publish { push-zmq() }\n");
    assert!(client.findings(&file)[0].get("tags").is_none());
}

#[test]
fn a_file_without_a_project_is_checked_alone() {
    let folder = folder(&[("guard.mwf", GUARD), ("event.json", "{\"Event\": {}}"), ("other.mwf", GUARD)]);
    let mut client = Client::start(folder.path());
    client.open(&folder.path().join("guard.mwf"), GUARD);
    client.open(&folder.path().join("event.json"), "{\"Event\": {}");
    assert_eq!(client.codes(&folder.path().join("guard.mwf")), ["unknown-name"]);
    assert_eq!(client.codes(&folder.path().join("event.json")), [""; 0]);
    assert_eq!(client.shown.len(), 1);
    client.close(&folder.path().join("guard.mwf"));
    assert_eq!(client.codes(&folder.path().join("guard.mwf")), [""; 0]);
}

#[test]
fn what_others_write_is_noticed() {
    let folder = folder(&[("mispflow.toml", ""), ("guard.mwf", &format!("import \"policy.mwf\"\n\n{GUARD}"))]);
    let guard = folder.path().join("guard.mwf");
    let mut client = Client::start(folder.path());
    assert_eq!(client.codes(&guard), ["missing-import"]);
    let watched = client.others.iter().find(|message| message["method"] == "client/registerCapability").unwrap();
    assert!(watched.to_string().contains("**/*.mwf"));
    let changed = |client: &mut Client, name: &str| {
        let uri = uri(&folder.path().join(name));
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 1}]}));
    };
    fs::write(folder.path().join("policy.mwf"), POLICY).unwrap();
    changed(&mut client, "policy.mwf");
    assert_eq!(client.codes(&guard), [""; 0]);
    fs::write(folder.path().join("mispflow.toml"), "[project]\ntarget = \"misp-2.5.99\"\n").unwrap();
    changed(&mut client, "mispflow.toml");
    let project = folder.path().join("mispflow.toml");
    assert_eq!(client.codes(&project), ["unverified-target"]);
    fs::remove_file(folder.path().join("policy.mwf")).unwrap();
    changed(&mut client, "policy.mwf");
    assert_eq!(client.codes(&guard), ["missing-import"]);
}

#[test]
fn settings_are_those_of_the_flags() {
    let text = "let idle = 1\nworkflow a on event-publish { push-zmq() }\n";
    let folder = folder(&[("mispflow.toml", ""), ("a.mwf", text)]);
    let file = folder.path().join("a.mwf");
    let deny = json!({"levels": {"unused-constant": "deny"}, "target": "nonsense"});
    let mut client = Client::with(folder.path(), abilities(), deny);
    assert_eq!(client.findings(&file)[0]["severity"], 1);
    let said = client.others.iter().find(|message| message["method"] == "window/showMessage").unwrap();
    assert_eq!(said["params"]["message"], "mispflow: `mispflow.target` cannot be \"nonsense\"");
    let allow = json!({"settings": {"mispflow": {"levels": {"unused-constant": "allow"}}}});
    client.notify("workspace/didChangeConfiguration", allow);
    assert_eq!(client.codes(&file), [""; 0]);
}

#[test]
fn a_cancelled_request_is_not_answered_and_a_wrong_one_harms_nobody() {
    let folder = folder(&[("mispflow.toml", ""), ("guard.mwf", GUARD)]);
    let mut client = Client::start(folder.path());
    // Both messages are there when the first is looked at, or the first was answered before: either is right.
    let id = client.begin("textDocument/hover", json!({"textDocument": 1}));
    client.notify("$/cancelRequest", json!({"id": id}));
    let code = client.answer(id)["error"]["code"].as_i64().unwrap();
    assert!([-32800, -32601, -32602].contains(&code), "{code}");
    client.notify("textDocument/didChange", json!({"nonsense": true}));
    client.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": "file:///nowhere.mwf", "version": 1}, "contentChanges": [{"text": "x"}]}),
    );
    client.notify(
        "textDocument/didOpen",
        json!({"textDocument": {"uri": "untitled:Untitled-1", "languageId": "mwf", "version": 1, "text": "x"}}),
    );
    assert_eq!(client.codes(&folder.path().join("guard.mwf")), ["unknown-name"]);
}

#[test]
fn a_document_that_was_never_saved_has_findings() {
    let folder = folder(&[("mispflow.toml", "[lints]\nplain-http = \"deny\"\n")]);
    let mut client = Client::start(folder.path());
    let text = "workflow w on event-publish {\n    webhook(url: \"http://x.example\")\n}\n";
    let document = json!({"uri": "untitled:Untitled-1", "languageId": "mwf", "version": 1, "text": text});
    client.notify("textDocument/didOpen", json!({"textDocument": document}));
    client.settle();
    let found = &client.shown["untitled:Untitled-1"];
    assert_eq!((found.len(), &found[0]["code"], &found[0]["severity"]), (1, &json!("plain-http"), &json!(1)));
    let place = json!({"textDocument": {"uri": "untitled:Untitled-1"}, "position": {"line": 1, "character": 6}});
    let said = client.request("textDocument/hover", place);
    assert!(said["contents"]["value"].as_str().unwrap().contains("**webhook**"));
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": "untitled:Untitled-1"}}));
    client.settle();
    assert!(client.shown["untitled:Untitled-1"].is_empty());
}
