//! Completion, hover and signature help, in texts that are being typed.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Client, uri};
use crate::program::folder;

/// A project with a file that is open, and a place in it.
struct Typing {
    _folder: TempDir,
    client: Client,
    file: std::path::PathBuf,
}

const POLICY: &str = "let restricted = [\"tlp:red\", \"PAP:RED\"]\n\nblueprint tell(url: string, quiet: boolean = false) {\n    webhook(url: url)\n}\n\nmodule open-ticket : action {\n    description: \"Opens a ticket\"\n    param queue: select(options: { triage: \"Triage\", incident: \"Incident\" }) = \"triage\"\n    param summary: text(jinja: true, required: \"there is nothing to open\")\n}\n";

impl Typing {
    fn new() -> Self {
        let folder = folder(&[
            ("mispflow.toml", "[project]\ntarget = \"misp-2.5.19\"\n"),
            ("policy.mwf", POLICY),
            ("team/other.mwf", "let x = 1\n"),
            ("events/red.json", "{}"),
            ("a.mwf", ""),
        ]);
        let mut client = Client::start(folder.path());
        let file = folder.path().join("a.mwf");
        client.open(&file, "");
        Self { _folder: folder, client, file }
    }

    /// Types a text with the place at `|`; asks about the place.
    fn at(&mut self, text: &str, method: &str) -> Value {
        let at = text.find('|').expect("a place");
        let before = &text[..at];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let text = text.replacen('|', "", 1);
        self.client.change(&self.file.clone(), &[json!({"text": text})]);
        let params =
            json!({"textDocument": {"uri": uri(&self.file)}, "position": {"line": line, "character": character}});
        self.client.request(method, params)
    }

    fn items(&mut self, text: &str) -> Vec<Value> {
        let list = self.at(text, "textDocument/completion");
        list["items"].as_array().unwrap().clone()
    }

    /// The labels that are offered at the place.
    fn labels(&mut self, text: &str) -> Vec<String> {
        self.items(text).iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    fn offers(&mut self, text: &str, expected: &[&str]) {
        let labels = self.labels(text);
        for expected in expected {
            assert!(labels.iter().any(|label| label == expected), "`{expected}` is not offered at {text}\n{labels:?}");
        }
    }

    fn hover(&mut self, text: &str) -> String {
        let answer = self.at(text, "textDocument/hover");
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }
}

fn steps(text: &str) -> String {
    format!("import \"policy.mwf\"\n\nworkflow w on event-publish {{\n{text}")
}

#[test]
fn every_place_has_its_offers() {
    let mut typing = Typing::new();
    for (text, expected) in [
        ("|", &["workflow", "blueprint", "import", "let", "test", "module"][..]),
        ("workflow w |", &["on"]),
        ("workflow w on |", &["event-publish", "tag-attached-after-save", "adhoc"]),
        ("workflow w on tag-attached-after-save(|", &["scope", "tag"]),
        ("import \"|", &["policy.mwf", "team/other.mwf"]),
        ("import \"policy.mwf\"\ntest \"t\" of |\nworkflow w on event-publish {\n push-zmq()\n}\n", &["w"]),
        (
            "workflow w on event-publish {\n @here push-zmq()\n}\ntest \"t\" of w {\n expect ran [|",
            &["@here", "push-zmq"],
        ),
        ("test \"t\" of w {\n given \"events/|", &["events/red.json"]),
        ("test \"t\" of w {\n expect |", &["success", "blocked", "ran ["]),
        ("module m : action {\n param p: |", &["select", "hashpath"]),
        ("# mispflow: allow(plain-|", &["plain-http", "plain-secret"]),
    ] {
        typing.offers(text, expected);
    }
    for (text, expected) in [
        (
            "|",
            &["if", "filter", "concurrent", "use", "goto", "name", "debug", "push-zmq", "webhook", "open-ticket"][..],
        ),
        ("if published {\n}\n|", &["else", "else if"]),
        ("tag_operation(scope: event)\n |", &["for"]),
        ("use |", &["tell"]),
        ("use tell(|", &["url", "quiet"]),
        ("use tell(quiet: |", &["true", "false"]),
        ("webhook(|", &["url", "request_method", "payload"]),
        ("webhook(request_method: |", &["post", "get"]),
        ("webhook(url: env(\"A\"), payload: env(\"|", &["A"]),
        ("open-ticket(queue: |", &["triage", "incident"]),
        ("goto |\n@there push-zmq()\n", &["@there"]),
        ("if |", &["event tagged any", "count", "published", "Event", "threat-level-if"]),
        ("if event |", &["tagged any", "not tagged all"]),
        ("if event tagged any |", &["tlp:red", "PAP:RED", "restricted"]),
        ("if event tagged any [\"tlp:|", &["tlp:red", "tlp:amber+strict"]),
        ("if Event.|", &["info", "Attribute", "Tag", "Orgc"]),
        ("if any Event.Attribute.|", &["{n}"]),
        ("if any Event.Attribute.{n}.|", &["type", "value", "to_ids"]),
        ("if Event.threat_level_id == |", &["1", "4"]),
        ("if any Event.Attribute.{n}.type in [\"ip-|", &["ip-src", "ip-dst"]),
        ("filter Event._AttributeFlattened.{n} where |", &["type", "value", "Tag"]),
        ("filter Event._AttributeFlattened.{n} where Tag.{n}.|", &["name"]),
        ("filter Event._AttributeFlattened.{n} where type == |", &["ip-src"]),
        ("filter Event._AttributeFlattened.{n} where to_ids == |", &["true", "false"]),
        ("tag_operation(scope: attribute) for Event._AttributeFlattened.{n} where \"x\" in Tag.{n}.|", &["name"]),
        ("push-zmq(data_extraction_path: Event.|", &["info", "Attribute"]),
        ("webhook(payload: \"{{ |", &["Event", "range"]),
        ("webhook(payload: \"{{ Event.|", &["info", "Orgc"]),
        ("webhook(payload: \"{{ Event.info | |", &["tojson", "upper"]),
        ("webhook(payload: {text: \"{{ Event.Or|", &["Orgc"]),
        ("webhook(payload: \"\"\"\n {% for t in Event.Tag %}{{ t.|", &["name"]),
    ] {
        let text = if expected.contains(&"tojson") {
            // The first `|` belongs to the template.
            steps(&text.replacen("info |", "info \u{1}", 1))
                .replace('|', "\u{2}")
                .replace('\u{1}', "|")
                .replace('\u{2}', "")
        } else {
            steps(text)
        };
        if expected.contains(&"tojson") {
            let at = text.len();
            let line = text.matches('\n').count();
            typing.client.change(&typing.file.clone(), &[json!({"text": text})]);
            let character = text[..at].rsplit('\n').next().unwrap().len();
            let params =
                json!({"textDocument": {"uri": uri(&typing.file)}, "position": {"line": line, "character": character}});
            let list = typing.client.request("textDocument/completion", params);
            let labels = list["items"].to_string();
            assert!(expected.iter().all(|name| labels.contains(&format!("\"label\":\"{name}\""))), "{labels}");
        } else {
            typing.offers(&text, expected);
        }
    }
}

#[test]
fn data_is_that_of_the_trigger() {
    let mut typing = Typing::new();
    let of = |trigger: &str| format!("workflow w on {trigger} {{\n    if any |");
    typing.offers(&of("user-after-save"), &["email"]);
    typing.offers(&of("event-publish"), &["Event"]);
    assert!(!typing.labels(&of("user-after-save")).contains(&"Event".to_owned()));
}

#[test]
fn what_is_typed_is_replaced() {
    let mut typing = Typing::new();
    // In the middle of a path: one segment alone.
    let items = typing.items(&steps("if any Event.Ta|.{n}.name { push-zmq() }\n}\n"));
    let tag = items.iter().find(|item| item["label"] == "Tag").unwrap();
    assert_eq!(
        tag["textEdit"]["range"],
        json!({"start": {"line": 3, "character": 13}, "end": {"line": 3, "character": 15}})
    );
    // In a string: what is between the quotes.
    let items = typing.items(&steps("if event tagged any \"tlp:|x\" { push-zmq() }\n}\n"));
    let red = items.iter().find(|item| item["label"] == "tlp:red").unwrap();
    assert_eq!(red["textEdit"]["newText"], "tlp:red");
    assert_eq!(
        red["textEdit"]["range"],
        json!({"start": {"line": 3, "character": 21}, "end": {"line": 3, "character": 26}})
    );
    // Without quotes the value brings its own.
    let items = typing.items(&steps("if event tagged any |"));
    let red = items.iter().find(|item| item["label"] == "tlp:red").unwrap();
    assert_eq!(red["textEdit"]["newText"], "\"tlp:red\"");
    // A module comes with what it requires.
    let items = typing.items(&steps("open|"));
    let ticket = items.iter().find(|item| item["label"] == "open-ticket").unwrap();
    assert_eq!(ticket["insertTextFormat"], 2);
    assert!(ticket["textEdit"]["newText"].as_str().unwrap().contains("summary: \"$"), "{ticket}");
    assert_eq!(ticket["documentation"]["value"], "Opens a ticket");
    // Parameters that are there are not offered again.
    let labels = typing.labels(&steps("webhook(url: \"https://x.example\", |)"));
    assert!(!labels.contains(&"url".to_owned()) && labels.contains(&"payload".to_owned()));
}

#[test]
fn offers_that_are_taken_make_valid_text() {
    let mut typing = Typing::new();
    for (before, label, after) in [
        ("workflow w on |", "event-publish", " {\n    push-zmq()\n}\n"),
        ("workflow w on event-publish {\n    if event tagged any |", "tlp:red", " { push-zmq() }\n}\n"),
        ("workflow w on event-publish {\n    if Event.threat_level_id == |", "1", " { push-zmq() }\n}\n"),
        (
            "workflow w on event-publish {\n    if any Event.Attribute.{n}.|",
            "type",
            " in [\"ip-src\"] { push-zmq() }\n}\n",
        ),
        ("workflow w on event-publish {\n    webhook(url: \"https://x.example\", content_type: |", "json", ")\n}\n"),
    ] {
        let items = typing.items(&format!("{before}{after}"));
        let item = items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label}: {before}"));
        let new = item["textEdit"]["newText"].as_str().unwrap();
        let text = format!("{}{new}{after}", &before[..before.len() - 1]);
        typing.client.change(&typing.file.clone(), &[json!({"text": text})]);
        let found = typing.client.findings(&typing.file.clone());
        let errors: Vec<&Value> = found.iter().filter(|found| found["severity"] == 1).collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
    }
}

#[test]
fn pointing_at_something_tells_what_it_is() {
    let mut typing = Typing::new();
    for (text, expected) in [
        ("web|hook(url: \"https://x.example\")", &["**webhook**", "**Traps**", "blocking:", "`url`"][..]),
        ("webhook(ur|l: \"https://x.example\")", &["**url** of `webhook`"]),
        ("webhook(url: \"https://x.example\", request_method: po|st)", &["An option of `request_method`"]),
        ("if event tagged any \"tlp:r|ed\" { push-zmq() }", &["taxonomy `tlp`", "`tlp:green`"]),
        ("if event tagged any rest|ricted { push-zmq() }", &["let restricted = [\"tlp:red\", \"PAP:RED\"]"]),
        ("if Event.threat_|level_id == \"1\" { push-zmq() }", &["`Event.threat_level_id`", "For example"]),
        (
            "if any Event.Att|ribute.{n}.type in [\"ip-src\"] { push-zmq() }",
            &["`Event.Attribute`", "list of attributes"],
        ),
        (
            "filter Event._AttributeFlattened.{n} where ty|pe == \"ip-src\" { push-zmq() }",
            &["in each item of `Event._AttributeFlattened.{n}`"],
        ),
        ("use te|ll(url: \"https://x.example\")", &["blueprint tell(url: string, quiet: boolean = …)"]),
        (
            "# mispflow: allow(plain-|http) it is a test\nwebhook(url: \"http://x.example\")",
            &["**plain-http** (warning)"],
        ),
        ("webhook(url: env(\"A|\"))", &["The variable `A` of the environment"]),
    ] {
        let said = typing.hover(&steps(&format!("    {text}\n}}\n")));
        for expected in expected {
            assert!(said.contains(expected), "`{expected}` at {text}\n{said}");
        }
    }
    // What a finding means.
    typing.at(&steps("    webhok|()\n}\n"), "textDocument/hover");
    typing.client.settle();
    let said = typing.hover(&steps("    webhok|()\n}\n"));
    assert!(said.contains("**unknown-module** (error)"), "{said}");
    assert_eq!(typing.hover("  |\n"), "");
}

#[test]
fn a_call_says_what_it_takes() {
    let mut typing = Typing::new();
    let help = typing.at(&steps("webhook(url: \"https://x\", request_method: |"), "textDocument/signatureHelp");
    let signature = &help["signatures"][0];
    let label = signature["label"].as_str().unwrap();
    assert!(label.starts_with("webhook(url: text, "), "{label}");
    let active = help["activeParameter"].as_u64().unwrap() as usize;
    let place = &signature["parameters"][active]["label"];
    let part = &label[place[0].as_u64().unwrap() as usize..place[1].as_u64().unwrap() as usize];
    assert_eq!(part, "request_method: select");
    let help = typing.at(&steps("use tell(|"), "textDocument/signatureHelp");
    assert_eq!(help["signatures"][0]["label"], "tell(url: string, quiet: boolean = …)");
    assert_eq!(typing.at(&steps("push-zmq() |"), "textDocument/signatureHelp"), Value::Null);
}
