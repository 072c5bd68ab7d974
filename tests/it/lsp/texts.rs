//! Requests that need one text: formatting, symbols, folding, selection, tokens, links.

use std::fs;

use serde_json::{Value, json};

use super::client::{Client, uri};
use crate::program::{folder, mispflow};

const TEXT: &str = "# One.\n# Two.\nimport \"a.mwf\"\nimport \"b.mwf\"\n\nlet tags = [\n    \"tlp:red\",\n]\n\nworkflow guard on event-publish {\n    if event tagged any tags {\n        @stop stop-execution(message: \"no\")\n    }\n    webhook(url: \"https://hooks.example.org/x\")\n}\n\ntest \"it stops\" of guard {\n    given \"events/red.json\"\n    expect blocked\n}\n";

fn about(name: &std::path::Path) -> Value {
    json!({"textDocument": {"uri": uri(name)}})
}

#[test]
fn a_text_is_formatted_as_fmt_does_it() {
    for ends in ["\n", "\r\n"] {
        let text =
            "let a=[ \"x\" ]\nworkflow w on event-publish {\n  push-zmq( )\n   # é\u{1f6a8}\n      push-zmq()\n}\n"
                .replace('\n', ends);
        let folder = folder(&[("a.mwf", &text)]);
        let file = folder.path().join("a.mwf");
        let mut client = Client::start(folder.path());
        client.open(&file, &text);
        let mut params = about(&file);
        params["options"] = json!({"tabSize": 2, "insertSpaces": true});
        let edits = client.request("textDocument/formatting", params.clone());
        let edits: Vec<Value> = edits.as_array().unwrap().iter().rev().cloned().collect();
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        for edit in &edits {
            let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
            assert_eq!((&start["character"], &end["character"]), (&json!(0), &json!(0)), "whole lines");
            let lines_of = start["line"].as_u64().unwrap() as usize..end["line"].as_u64().unwrap() as usize;
            let new = edit["newText"].as_str().unwrap().split_inclusive('\n').map(str::to_owned);
            lines.splice(lines_of, new);
        }
        assert!(edits.len() > 1, "what stays is not sent");
        assert_eq!(mispflow(folder.path(), &["fmt", "a.mwf"]).status.code(), Some(0));
        let expected = fs::read_to_string(&file).unwrap().replace("\r\n", "\n").replace('\n', ends);
        assert_eq!(lines.concat(), expected);
        client.change(&file, &[json!({"text": "workflow w on {"})]);
        assert_eq!(client.request("textDocument/formatting", params), Value::Null);
    }
}

#[test]
fn what_a_text_holds() {
    let folder = folder(&[("mispflow.toml", ""), ("guard.mwf", TEXT)]);
    let file = folder.path().join("guard.mwf");
    let mut client = Client::start(folder.path());
    client.open(&file, TEXT);
    let symbols = client.request("textDocument/documentSymbol", about(&file));
    let names: Vec<&str> = symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["tags", "guard", "it stops"]);
    assert_eq!(symbols[1]["detail"], "on event-publish");
    assert_eq!(symbols[1]["children"][0]["name"], "@stop");
    let folds = client.request("textDocument/foldingRange", about(&file));
    let ranges: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    for expected in [(0, 1), (2, 3), (5, 6), (9, 13), (10, 11), (16, 18)] {
        assert!(ranges.contains(&expected), "{expected:?} in {ranges:?}");
    }
    let found = client.request("textDocument/documentLink", about(&file));
    let targets: Vec<&str> = found.as_array().unwrap().iter().map(|link| link["target"].as_str().unwrap()).collect();
    let in_folder = |name: &str| uri(&folder.path().canonicalize().unwrap().join(name));
    assert_eq!(
        targets,
        [&in_folder("a.mwf"), &in_folder("b.mwf"), "https://hooks.example.org/x", &in_folder("events/red.json")]
    );
    assert_eq!(found[0]["range"]["start"], json!({"line": 2, "character": 8}));
    let mut params = about(&file);
    params["positions"] = json!([{"line": 11, "character": 40}]);
    let mut selection = client.request("textDocument/selectionRange", params)[0].clone();
    let mut starts = Vec::new();
    while !selection.is_null() {
        let start = &selection["range"]["start"];
        starts.push((start["line"].as_u64().unwrap(), start["character"].as_u64().unwrap()));
        selection = selection["parent"].clone();
    }
    // What is between the quotes, the string, the argument, the call, the step, …, the file.
    assert_eq!(starts[..5], [(11, 39), (11, 38), (11, 29), (11, 14), (11, 8)]);
    assert_eq!(starts.last(), Some(&(0, 0)));
    let tokens = client.request("textDocument/semanticTokens/full", about(&file));
    assert_eq!(tokens["data"].as_array().unwrap().len() % 5, 0);
    let types = &client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let first = &tokens["data"].as_array().unwrap()[..5];
    assert_eq!(types[first[3].as_u64().unwrap() as usize], "comment");
    let found = client.request("workspace/symbol", json!({"query": "GRD"}));
    assert_eq!(found[0]["name"], "guard");
    assert_eq!(found[0]["location"]["uri"], uri(&file));
}
