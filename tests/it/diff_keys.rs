//! Whatever MISP reads in a stored workflow is compared: each key of random workflows is changed and taken out, and the
//! comparison must show it, or the key must be in the list of those that mean nothing.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, compare};
use mispflow::misp::{Filling, Form, read, write};
use mispflow::model::DocumentKind;
use mispflow::project::MemoryFiles;
use mispflow::secrets::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::programs::writer;

/// Keys that may change without a difference, and why. `*` is any one key, and a path also stands for all below it.
const MEANINGLESS: [(&str, &str); 20] = [
    ("data.*.id", "the key of the node counts in MISP"),
    ("data.*.name", "shown in the editor only"),
    ("data.*.class", "how the box looks; the editor makes it anew"),
    ("data.*.typenode", "always `false`"),
    ("data.*.pos_x", "where the box is; compared with the layout"),
    ("data.*.pos_y", "where the box is; compared with the layout"),
    ("data.*.inputs", "a run goes along the outputs; what the inputs say otherwise is noted when the file is read"),
    ("data.*.data.name", "shown in the editor only"),
    ("data.*.data.node_uid", "made anew by the editor on every load"),
    ("data.*.data.previous_module_version", "set by the editor on every load, and read by nothing that runs"),
    ("data.*.data.module_version", "set by the editor on every load; compared with the layout"),
    ("data.*.outputs.output_9", "an output that leads nowhere"),
    ("data.*.outputs.*.connections.*.output", "a name that no input has is noted, and read as `input_1`"),
    ("data._frames", "a frame is there to be looked at; compared with the layout"),
    ("trigger_id", "where it is missing the trigger of the graph tells it"),
    ("data.*.data.saved_filters", "a missing part of a filter is an empty one"),
    ("data.*.data.indexed_params", "no parameters are an empty list of them"),
    ("data.*.outputs", "outputs that lead nowhere may be missing"),
    ("debug_enabled", "missing is `false`"),
    ("data.*.data.multiple_output_connection", "missing is `false`"),
];

/// Those of the list that hold for a removal of something empty only.
const WHERE_EMPTY: [&str; 6] = [
    "trigger_id",
    "data.*.data.saved_filters",
    "data.*.data.indexed_params",
    "data.*.outputs",
    "debug_enabled",
    "data.*.data.multiple_output_connection",
];

fn is_meaningless(path: &[String], is_empty_removal: bool) -> bool {
    MEANINGLESS.iter().any(|(pattern, _)| {
        let keys: Vec<&str> = pattern.split('.').collect();
        let fits = keys.len() <= path.len() && keys.iter().zip(path).all(|(key, given)| *key == "*" || key == given);
        fits && (is_empty_removal || !WHERE_EMPTY.contains(pattern))
    })
}

/// Whether removing this changes nothing for MISP: it says nothing.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(members) => members.values().all(says_nothing),
        _ => false,
    }
}

/// The paths of all keys and entries.
fn paths(value: &Value, at: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => return,
    };
    for (key, value) in members {
        at.push(key);
        all.push(at.clone());
        paths(value, at, all);
        at.pop();
    }
}

fn parent<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Value {
    path[..path.len() - 1].iter().fold(value, |value, key| match value {
        Value::Array(items) => &mut items[key.parse::<usize>().unwrap()],
        value => &mut value[key.as_str()],
    })
}

fn get<'v>(value: &'v Value, path: &[String]) -> &'v Value {
    path.iter().fold(value, |value, key| match value {
        Value::Array(items) => &items[key.parse::<usize>().unwrap()],
        value => &value[key.as_str()],
    })
}

/// The row without what is at a path.
fn removed(row: &Value, path: &[String]) -> Value {
    let mut row = row.clone();
    let key = path.last().unwrap();
    match parent(&mut row, path) {
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        Value::Object(members) => drop(members.shift_remove(key)),
        _ => unreachable!("a path leads through lists and objects"),
    }
    row
}

/// The row with another value at a path; `None` where there is a list or an object.
fn changed(row: &Value, path: &[String]) -> Option<Value> {
    let other = match get(row, path) {
        // Another id of a node, uuid, and kind of module, where one is wanted.
        Value::String(text) if text.parse::<u32>().is_ok() => json!("77"),
        Value::String(text) if text.len() == 36 => json!("00000000-0000-4000-8000-000000000001"),
        Value::String(text) if text == "action" => json!("logic"),
        Value::String(text) => json!(format!("{text}x")),
        Value::Number(number) => json!(number.as_f64().unwrap() + 1.5),
        Value::Bool(value) => json!(!value),
        Value::Null => json!("x"),
        Value::Array(_) | Value::Object(_) => return None,
    };
    let mut row = row.clone();
    let key = path.last().unwrap();
    match parent(&mut row, path) {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = other,
        value => value[key.as_str()] = other,
    }
    Some(row)
}

fn differs(before: &Value, after: &Value, layout: bool) -> bool {
    let [before, after] = [before, after].map(|row| json!({"Workflow": row}).to_string());
    let Ok(before) = read(&before) else { panic!("what was built can be read") };
    // What cannot be read is an error of its own.
    let Ok(after) = read(&after) else { return true };
    let options = DiffOptions { catalogue: Catalogue::built_in(), layout };
    let (Some(before), Some(after)) = (before.documents.first(), after.documents.first()) else { return true };
    !compare(before, after, options).is_empty() && !compare(after, before, options).is_empty()
}

/// The rows of the workflows of a random program.
fn rows(random: &[u8]) -> Vec<Value> {
    let project = writer::project(random);
    let mut files = MemoryFiles::new();
    let sources = Sources::new();
    for (name, text) in &project.files {
        files.insert(*name, text.as_bytes());
    }
    let roots: Vec<_> =
        project.files.iter().map(|(name, text)| sources.add(*name, Some(Path::new(name)), text.as_str())).collect();
    let workspace = Workspace::load(&sources, &files, &roots, Catalogue::built_in());
    let compilation = workspace.compile();
    let workflows = compilation.documents.iter().filter(|compiled| compiled.document.kind == DocumentKind::Workflow);
    let written = workflows
        .map(|compiled| write(&compiled.document, Form::Workflow, Filling::Values(&|_| Some(Secret::new("value")))));
    written.map(|json| serde_json::from_str::<Value>(&json.unwrap()).unwrap()["Workflow"].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_key_counts_or_is_listed(random in prop::collection::vec(any::<u8>(), 0..400), pick in any::<u32>()) {
        for row in rows(&random) {
            prop_assert!(!differs(&row, &row, true));
            let mut all = Vec::new();
            paths(&row, &mut Vec::new(), &mut all);
            // A share of the keys of each row; over the cases all kinds come.
            for path in all.iter().enumerate().filter(|(index, _)| (*index as u32 ^ pick).is_multiple_of(9)).map(|(_, path)| path) {
                let without = removed(&row, path);
                let nothing = says_nothing(get(&row, path)) || path.join(".") == "trigger_id";
                let meaningless = is_meaningless(path, nothing) || nothing && path.len() == 1;
                // Picked values are a set.
                let is_double = {
                    let mut list = row.clone();
                    let value = get(&row, path);
                    matches!(parent(&mut list, path), Value::Array(items) if items.iter().filter(|item| *item == value).count() > 1)
                };
                let shows = differs(&row, &without, false);
                prop_assert!(meaningless || is_double || shows, "removed: {path:?}\n{row:#}");
                if let Some(other) = changed(&row, path) {
                    let meaningless = is_meaningless(path, false);
                    prop_assert!(meaningless || is_double || differs(&row, &other, false), "changed: {path:?}\n{row:#}");
                }
            }
        }
    }
}

/// The list tells the truth: a position and a version count with the layout, and a frame's id never does.
#[test]
fn what_only_the_layout_shows() {
    let row = rows(&[7; 90]).remove(0);
    for (path, counts) in [
        ("data/1/pos_x", true),
        ("data/1/data/module_version", true),
        ("data/1/class", false),
        ("data/1/data/node_uid", false),
        ("data/1/data/previous_module_version", false),
    ] {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        assert_eq!(differs(&row, &changed(&row, &path).unwrap(), true), counts, "{path:?}");
    }
    let mut framed = row.clone();
    framed["data"]["_frames"] = json!({"a": {"id": "a", "text": "Title", "nodes": [1], "class": ""}});
    let mut renamed = row.clone();
    renamed["data"]["_frames"] = json!({"b": {"id": "b", "text": "Title", "nodes": [1], "class": ""}});
    assert!(!differs(&framed, &renamed, true));
    renamed["data"]["_frames"]["b"]["text"] = json!("Another");
    assert!(differs(&framed, &renamed, true) && differs(&row, &framed, true) && !differs(&row, &framed, false));
}

/// A guard whose node calls itself a logic module stops nothing; neither does one under a kind that there is not.
#[test]
fn a_node_of_another_kind_is_a_difference() {
    let guard = |kind: &str| {
        json!({"name": "g", "uuid": "a858212f-18b0-526e-bf64-1d69438fc0f2", "trigger_id": "event-publish", "data": {
            "1": {"id": 1, "name": "Event Publish", "class": "block-type-trigger", "inputs": {}, "pos_x": 0, "pos_y": 0,
                  "data": {"id": "event-publish", "module_type": "trigger", "indexed_params": {}, "module_version": "0.1"},
                  "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
            "2": {"id": 2, "name": "Stop execution", "class": "block-type-default", "pos_x": 440, "pos_y": 0,
                  "data": {"id": "stop-execution", "module_type": kind, "indexed_params": {"message": "no"}, "module_version": "0.2"},
                  "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}}, "outputs": {}}}})
    };
    for other in ["logic", "trigger", "actions", "", "Action"] {
        assert!(differs(&guard("action"), &guard(other), false), "{other}");
    }
    let mut second = guard("action");
    second["data"]["1"]["outputs"]["output_1"]["connections"][0]["output"] = json!("input_2");
    assert!(differs(&guard("action"), &second, false));
    let mut other = guard("action");
    other["uuid"] = json!("b858212f-18b0-526e-bf64-1d69438fc0f2");
    assert!(differs(&guard("action"), &other, false));
    other.as_object_mut().unwrap().remove("uuid");
    assert!(differs(&guard("action"), &other, false));
}
