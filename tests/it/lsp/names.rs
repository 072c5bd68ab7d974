//! Definition, references and rename, over files and imports.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::{Client, uri};
use crate::program::folder;

const POLICY: &str = "let restricted = [\"tlp:red\"]\nlet all = restricted + [\"PAP:RED\"]\n\nblueprint tell(url: string, tags: list = []) {\n    if event tagged any tags {\n        webhook(url: url)\n    }\n}\n";
const GUARD: &str = "import \"policy.mwf\"\n\nworkflow guard on event-publish {\n    if event tagged any restricted {\n        goto @stop\n    }\n    use tell(url: \"https://x.example\", tags: restricted)\n    @stop stop-execution(message: \"no\")\n}\n\ntest \"it stops\" of guard {\n    given { Event: { info: \"x\" } }\n    expect ran [@stop]\n}\n";
const CALLS: &str = "workflow look on adhoc(scope: passed_event_ids) {\n    push-zmq()\n}\n\nworkflow calls on event-after-save-new {\n    run-workflow(workflows: [\"look\"], input_data: event_ids)\n}\n";

struct Project {
    folder: TempDir,
    client: Client,
}

impl Project {
    fn new() -> Self {
        let folder = folder(&[
            ("mispflow.toml", "[project]\ntarget = \"misp-2.5.19\"\n"),
            ("policy.mwf", POLICY),
            ("guard.mwf", GUARD),
            ("calls.mwf", CALLS),
        ]);
        let mut client = Client::start(folder.path());
        client.open(&folder.path().join("guard.mwf"), GUARD);
        client.open(&folder.path().join("calls.mwf"), CALLS);
        client.settle();
        Self { folder, client }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The parameters of a request about the `nth` time that a word is in a file.
    fn place(&self, name: &str, text: &str, word: &str, nth: usize) -> Value {
        let at = text.match_indices(word).nth(nth).expect("the word is there").0;
        let line = text[..at].matches('\n').count();
        let character = text[..at].rsplit('\n').next().unwrap().len();
        json!({"textDocument": {"uri": uri(&self.file(name))}, "position": {"line": line, "character": character + 1}})
    }

    /// Renames, and gives back the files that changed.
    fn rename(&mut self, mut params: Value, new: &str) -> Vec<(String, String)> {
        params["newName"] = json!(new);
        let edit = self.client.request("textDocument/rename", params);
        let mut changed = Vec::new();
        for (name, text) in [("policy.mwf", POLICY), ("guard.mwf", GUARD), ("calls.mwf", CALLS)] {
            if let Some(edits) = edit["changes"].get(uri(&self.file(name))) {
                changed.push((name.to_owned(), edited(text, edits)));
            }
        }
        changed
    }
}

/// The text with edits of the protocol; it is plain ASCII.
fn edited(text: &str, edits: &Value) -> String {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |place: &Value| {
        starts[place["line"].as_u64().unwrap() as usize] + place["character"].as_u64().unwrap() as usize
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    edits.into_iter().fold(text.to_owned(), |mut text, (start, end, new)| {
        text.replace_range(start..end, new);
        text
    })
}

#[test]
fn names_lead_to_where_they_are_defined() {
    let mut project = Project::new();
    for (name, text, word, nth, file, line) in [
        ("guard.mwf", GUARD, "restricted", 0, "policy.mwf", 0),
        ("guard.mwf", GUARD, "tell", 0, "policy.mwf", 3),
        ("guard.mwf", GUARD, "url", 0, "policy.mwf", 3),
        ("guard.mwf", GUARD, "stop", 0, "guard.mwf", 7),
        ("guard.mwf", GUARD, "guard", 1, "guard.mwf", 2),
        ("guard.mwf", GUARD, "stop]", 0, "guard.mwf", 7),
        ("guard.mwf", GUARD, "policy", 0, "policy.mwf", 0),
        ("calls.mwf", CALLS, "look", 1, "calls.mwf", 0),
    ] {
        let found = project.client.request("textDocument/definition", project.place(name, text, word, nth));
        assert_eq!(found["uri"], uri(&project.file(file)), "{word}");
        assert_eq!(found["range"]["start"]["line"], line, "{word}");
    }
    let nothing = project.place("guard.mwf", GUARD, "stop-execution", 0);
    assert_eq!(project.client.request("textDocument/definition", nothing), Value::Null);
}

#[test]
fn who_uses_a_name() {
    let mut project = Project::new();
    let mut params = project.place("guard.mwf", GUARD, "restricted", 0);
    params["context"] = json!({"includeDeclaration": true});
    let found = project.client.request("textDocument/references", params.clone());
    assert_eq!(found.as_array().unwrap().len(), 4);
    params["context"] = json!({"includeDeclaration": false});
    let found = project.client.request("textDocument/references", params.clone());
    assert_eq!(found.as_array().unwrap().len(), 3);
    let found = project.client.request("textDocument/documentHighlight", params);
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[test]
fn a_name_changes_everywhere() {
    let mut project = Project::new();
    let params = project.place("guard.mwf", GUARD, "restricted", 0);
    let prepared = project.client.request("textDocument/prepareRename", params.clone());
    assert_eq!(prepared["placeholder"], "restricted");
    assert_eq!(
        project.rename(params, "kept-inside"),
        [
            ("policy.mwf".to_owned(), POLICY.replace("restricted", "kept-inside")),
            ("guard.mwf".to_owned(), GUARD.replace("restricted", "kept-inside")),
        ]
    );
    let params = project.place("guard.mwf", GUARD, "tell", 0);
    let expected = [
        ("policy.mwf".to_owned(), POLICY.replace("tell", "notify")),
        ("guard.mwf".to_owned(), GUARD.replace("tell", "notify")),
    ];
    assert_eq!(project.rename(params, "notify"), expected);
    let params = project.place("guard.mwf", GUARD, "tags:", 0);
    let expected = [
        ("policy.mwf".to_owned(), POLICY.replace("tags: list", "marks: list").replace("any tags", "any marks")),
        ("guard.mwf".to_owned(), GUARD.replace("tags: restricted", "marks: restricted")),
    ];
    assert_eq!(project.rename(params, "marks"), expected);
    let params = project.place("guard.mwf", GUARD, "@stop", 1);
    assert_eq!(project.rename(params, "@refuse"), [("guard.mwf".to_owned(), GUARD.replace("@stop", "@refuse"))]);
    let params = project.place("guard.mwf", GUARD, "guard", 0);
    assert_eq!(project.rename(params, "keeper"), [("guard.mwf".to_owned(), GUARD.replace("guard", "keeper"))]);
    let params = project.place("calls.mwf", CALLS, "look", 0);
    assert_eq!(project.rename(params, "watch"), [("calls.mwf".to_owned(), CALLS.replace("look", "watch"))]);
}

#[test]
fn a_name_that_would_mean_something_else_is_refused() {
    let mut project = Project::new();
    let constant = project.place("guard.mwf", GUARD, "restricted", 0);
    for (params, new, says) in [
        (constant.clone(), "all", "`all` means something else where this constant is used: choose another name"),
        (
            constant.clone(),
            "two words",
            "`two words` cannot be a name: it begins with a letter or `_` and continues with letters, digits, `_` and `-`",
        ),
        (
            constant,
            "",
            "`` cannot be a name: it begins with a letter or `_` and continues with letters, digits, `_` and `-`",
        ),
        (project.place("guard.mwf", GUARD, "stop-execution", 0), "x", "there is no name here that can be renamed"),
        (project.place("policy.mwf", POLICY, "restricted", 0), "x", "is not open"),
    ] {
        let mut params = params;
        params["newName"] = json!(new);
        let error = project.client.refused("textDocument/rename", params);
        assert!(error["message"].as_str().unwrap().ends_with(says), "{error}");
    }
}
