//! Code actions, code lenses, inlay hints.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Client, abilities, uri};
use crate::program::folder;

struct Open {
    _folder: TempDir,
    client: Client,
    file: PathBuf,
    text: String,
}

fn open(text: &str) -> Open {
    let folder = folder(&[("mispflow.toml", ""), ("a.mwf", text)]);
    let mut client = Client::start(folder.path());
    let file = folder.path().join("a.mwf");
    client.open(&file, text);
    client.settle();
    Open { _folder: folder, client, file, text: text.to_owned() }
}

fn position(text: &str, at: usize) -> Value {
    let line = text[..at].matches('\n').count();
    json!({"line": line, "character": text[..at].rsplit('\n').next().unwrap().len()})
}

impl Open {
    fn actions(&mut self, part: &str, only: Option<&str>) -> Vec<Value> {
        let start = self.text.find(part).expect("the part is there");
        let range = json!({"start": position(&self.text, start), "end": position(&self.text, start + part.len())});
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({"textDocument": {"uri": uri(&self.file)}, "range": range, "context": context});
        self.client.request("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    /// The text after the action with this title.
    fn after(&mut self, part: &str, only: Option<&str>, title: &str) -> String {
        let actions = self.actions(part, only);
        let titles: Vec<&Value> = actions.iter().map(|action| &action["title"]).collect();
        let action = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(title));
        let action = action.unwrap_or_else(|| panic!("{title} in {titles:?}"));
        let edits = &action["edit"]["changes"][uri(&self.file)];
        let starts: Vec<usize> =
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let offset = |place: &Value| {
            let line = starts.get(place["line"].as_u64().unwrap() as usize).copied().unwrap_or(self.text.len());
            line + place["character"].as_u64().unwrap() as usize
        };
        let mut edits: Vec<(usize, usize, String)> = edits
            .as_array()
            .unwrap()
            .iter()
            .map(|edit| {
                (
                    offset(&edit["range"]["start"]),
                    offset(&edit["range"]["end"]),
                    edit["newText"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
        edits.into_iter().fold(self.text.clone(), |mut text, (start, end, new)| {
            text.replace_range(start..end, &new);
            text
        })
    }

    /// The codes that are found in a text in place of this one.
    fn codes_of(&mut self, text: &str) -> Vec<String> {
        self.client.change(&self.file.clone(), &[json!({"text": text})]);
        self.client.codes(&self.file.clone())
    }
}

#[test]
fn fixes_of_findings() {
    let text = "workflow w on event-publish {\n    webhok(url: \"https://x.example\")\n    webhook(url: \"http://x.example\")\n}\n";
    let mut open = open(text);
    let fixed = open.after("webhok", Some("quickfix"), "Replace with `webhook`");
    assert_eq!(fixed, text.replace("webhok(", "webhook("));
    assert_eq!(open.codes_of(&fixed), ["plain-http"]);
    let only_others = open.actions("webhok", Some("refactor"));
    assert!(
        only_others.iter().all(|action| action["kind"].as_str().unwrap().starts_with("refactor")),
        "{only_others:?}"
    );
}

#[test]
fn a_finding_is_allowed_with_a_comment() {
    let text =
        "workflow w on event-publish {\n    if published {\n        webhook(url: \"http://x.example\")\n    }\n}\n";
    let mut open = open(text);
    assert_eq!(open.client.codes(&open.file.clone()), ["plain-http"]);
    let allowed = open.after("http://", None, "Allow `plain-http` here with a comment");
    let comment = "        # mispflow: allow(plain-http) say here why it is right\n        webhook(";
    assert_eq!(allowed, text.replace("        webhook(", comment));
    assert_eq!(open.codes_of(&allowed), [""; 0]);
}

#[test]
fn all_that_can_be_fixed_without_a_doubt() {
    let text = "workflow w on event-publish {\n    if published {\n        stop-execution(message: \"a\u{200b}b\")\n    }\n    if event tagged any [\"tlp:red\", \"tlp:red\"] { push-zmq() }\n}\n";
    let mut open = open(text);
    let wanted = crate::program::mispflow_reading(open.file.parent().unwrap(), &["check", "--fix", "-"], text);
    let wanted = String::from_utf8(wanted.stdout).unwrap();
    let actions = open.actions("published", Some("source.fixAll"));
    if wanted == text {
        assert!(actions.is_empty(), "{actions:?}");
    } else {
        assert_eq!(open.after("published", Some("source.fixAll"), "Fix all"), wanted);
    }
    // Nobody who opens the menu waits for it.
    assert!(open.actions("published", None).iter().all(|action| action["kind"] != "source.fixAll.mispflow"));
}

#[test]
fn steps_become_a_blueprint() {
    let text = "# What it is for.\nworkflow w on event-publish {\n    if published {\n        push-zmq()\n        webhook(\n            url: \"https://x.example\",\n            content_type: json,\n        )\n    }\n}\n";
    let mut open = open(text);
    let part = &text[text.find("push-zmq()").unwrap()..text.find("        )\n").unwrap() + 9];
    let made = open.after(part, Some("refactor.extract"), "Extract a blueprint");
    assert_eq!(
        made,
        "blueprint extracted() {\n    push-zmq()\n    webhook(\n        url: \"https://x.example\",\n        content_type: json,\n    )\n}\n\n# What it is for.\nworkflow w on event-publish {\n    if published {\n        use extracted()\n    }\n}\n"
    );
    assert_eq!(open.codes_of(&made), [""; 0]);
    // Half a step is none.
    let mut open = self::open(text);
    let titles = |actions: Vec<Value>| actions.iter().map(|action| action["title"].to_string()).collect::<String>();
    assert!(!titles(open.actions("zmq()\n        webhook", None)).contains("Extract"));
    // Parameters are handed on; a jump out of the steps cannot be.
    let text = "blueprint b(tags: list, url: string) {\n    if event tagged any tags { push-zmq() }\n    if published { goto @end }\n    push-zmq()\n    @end webhook(url: url)\n}\n";
    let mut open = self::open(text);
    let made = open.after("if event tagged any tags { push-zmq() }", None, "Extract a blueprint");
    assert!(
        made.starts_with("blueprint extracted(tags: list) {\n") && made.contains("use extracted(tags: tags)"),
        "{made}"
    );
    assert!(!titles(open.actions("if published { goto @end }", None)).contains("Extract"));
}

#[test]
fn a_list_becomes_a_constant() {
    let text = "workflow w on event-publish {\n    if event tagged any [\"tlp:red\", \"PAP:RED\"] { push-zmq() }\n}\n";
    let mut open = open(text);
    let made = open.after("[\"tlp:red\"", None, "Make a constant of this list");
    assert_eq!(
        made,
        "let tags-list = [\"tlp:red\", \"PAP:RED\"]\n\nworkflow w on event-publish {\n    if event tagged any tags-list { push-zmq() }\n}\n"
    );
    assert_eq!(open.codes_of(&made), [""; 0]);
}

#[test]
fn a_test_is_written() {
    let text = "workflow w on event-publish {\n    push-zmq()\n}\n";
    let mut open = open(text);
    let made = open.after("w on", None, "Write a test for `w`");
    assert_eq!(
        made,
        "workflow w on event-publish {\n    push-zmq()\n}\n\ntest \"it runs\" of w {\n    given { Event: { info: \"An event\" } }\n    expect success\n}\n"
    );
    assert_eq!(open.codes_of(&made), [""; 0]);
}

const TESTED: &str = "workflow w on event-publish {\n    stop-execution(message: \"no\")\n}\n\ntest \"wrong\" of w {\n    given { Event: { info: \"x\" } }\n    expect success\n}\n\ntest \"right\" of w {\n    given { Event: { info: \"x\" } }\n    expect blocked \"no\"\n}\n";

#[test]
fn tests_and_workflows_are_run_from_where_they_are() {
    let mut open = open(TESTED);
    let file = open.file.clone();
    let lenses = open.client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri(&file)}}));
    let commands: Vec<(&str, &str)> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| (lens["command"]["title"].as_str().unwrap(), lens["command"]["command"].as_str().unwrap()))
        .collect();
    let test = ("run test", "mispflow.runTest");
    assert_eq!(commands, [("run on event…", "mispflow.runOnEvent"), test, test]);
    let run = |open: &mut Open, lens: &Value| {
        let command = &lens["command"];
        let params = json!({"command": command["command"], "arguments": command["arguments"]});
        open.client.request("workspace/executeCommand", params)
    };
    let ran = run(&mut open, &lenses[1]);
    assert_eq!(ran["tests"], json!([{"title": "wrong", "passed": false}]));
    let found = open.client.shown[&uri(&file)].clone();
    assert_eq!(
        (found.len(), &found[0]["code"], &found[0]["range"]["start"]["line"]),
        (1, &json!("test-failed"), &json!(6))
    );
    let ran = run(&mut open, &lenses[2]);
    assert_eq!(ran["message"], "the test passed");
    assert!(open.client.shown[&uri(&file)].is_empty());
    let ran = run(&mut open, &lenses[0]);
    assert!(ran["text"].as_str().unwrap().contains("stop-execution"), "{ran}");
    let found = open.client.shown[&uri(&file)].clone();
    assert!(
        found[0]["message"].as_str().unwrap().starts_with("a run on `the example of the trigger` ended with: blocked"),
        "{found:?}"
    );
    // What was said holds for the text that was run.
    open.client.change(&file, &[json!({"text": TESTED.replace("no", "yes")})]);
    open.client.settle();
    assert!(open.client.shown[&uri(&file)].is_empty());
    let error = open
        .client
        .refused("workspace/executeCommand", json!({"command": "mispflow.runTest", "arguments": [uri(&file), "none"]}));
    assert_eq!(error["message"], "there is no test `none`");
    let error = open.client.refused("workspace/executeCommand", json!({"command": "rm", "arguments": [uri(&file)]}));
    assert_eq!(error["message"], "there is no command `rm`");
}

#[test]
fn defaults_that_are_left_out_are_shown() {
    let text = "workflow w on event-publish {\n    webhook(url: \"https://x.example\")\n}\n";
    let mut open = open(text);
    let file = open.file.clone();
    let params = json!({"textDocument": {"uri": uri(&file)}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}});
    let hints = open.client.request("textDocument/inlayHint", params.clone());
    assert_eq!(hints[0]["position"], position(text, text.find(')').unwrap()));
    let label = hints[0]["label"].as_str().unwrap();
    assert!(label.starts_with(", ") && label.contains("request_method: post") && !label.contains("url"), "{label}");
    let off = json!({"inlayHints": false, "codeLens": false});
    let mut client = Client::with(file.parent().unwrap(), abilities(), off);
    client.open(&file, text);
    assert_eq!(client.request("textDocument/inlayHint", params.clone()), json!([]));
    assert_eq!(client.request("textDocument/codeLens", params), json!([]));
}
