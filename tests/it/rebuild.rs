//! MISP's editor as witness for the whole pipeline: `tests/editor/saved-all-modules-RELEASE.json` is what it
//! saved for a canvas with one untouched node of every module. A call without parameters, compiled
//! and written, must give the same node.

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Signature};
use mispflow::compile::Workspace;
use mispflow::misp::{Filling, Form, write};
use mispflow::model::ModuleType;
use mispflow::project::MemoryFiles;
use serde_json::{Map, Value, json};

/// What the editor of each release saved, and how many nodes that are.
const SAVED: [(&str, &str, usize); 2] = [
    ("misp-2.5.1", include_str!("../editor/saved-all-modules-2.5.1.json"), 47),
    ("misp-2.5.19", include_str!("../editor/saved-all-modules-2.5.19.json"), 53),
];

fn saved() -> impl Iterator<Item = (&'static Catalogue, Map<String, Value>, usize)> {
    SAVED.into_iter().map(|(release, text, count)| {
        (Catalogue::for_target(release.parse().unwrap()), serde_json::from_str(text).unwrap(), count)
    })
}

/// A catalogue, in which no parameter must be given: the canvas held untouched nodes, and
/// some of these do not work, which is the reason why the compiler refuses them.
fn undemanding(release: &Catalogue) -> Catalogue {
    let undemanding = release.modules().cloned().map(|mut signature| {
        for parameter in &mut signature.parameters {
            parameter.required = None;
        }
        // What replaces a built-in module keeps what is known of it, unless it is a custom one.
        signature.provenance = mispflow::catalogue::Provenance::Custom;
        signature
    });
    let mut catalogue = release.clone();
    catalogue.extend(undemanding.collect::<Vec<Signature>>());
    catalogue
}

/// The text whose compiled form holds a node of `signature`, and the id of that node.
fn text_for(signature: &Signature) -> (String, &'static str) {
    let id = &signature.id;
    match signature.module_type {
        ModuleType::Trigger => (format!("workflow w on {id} {{ push-zmq() }}"), "1"),
        _ if signature.is_condition() => (format!("workflow w on event-publish {{ if {id}() {{ }} }}"), "2"),
        _ => (format!("workflow w on event-publish {{ {id}() }}"), "2"),
    }
}

fn compiled(text: &str, catalogue: &Catalogue) -> Value {
    let sources = Sources::new();
    let files = MemoryFiles::new();
    let root = sources.add("w.mwf", None, text);
    let workspace = Workspace::load(&sources, &files, &[root], catalogue);
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{text}: {:#?}", compilation.diagnostics);
    let json = write(&compilation.documents[0].document, Form::Data, Filling::Values(&|_| None)).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// A node without what differs from canvas to canvas: its number, its place, the editor's random mark,
/// and what it is connected to.
fn comparable(node: &Value) -> Value {
    let mut node = node.clone();
    let object = node.as_object_mut().unwrap();
    for key in ["id", "pos_x", "pos_y"] {
        assert!(object.shift_remove(key).is_some_and(|value| value.is_number()), "`{key}` is a number");
    }
    let data = object["data"].as_object_mut().unwrap();
    assert!(data.shift_remove("node_uid").is_some_and(|uid| uid.is_string()));
    // The editor sets it to the version of the node that it loads.
    data["previous_module_version"] = data["module_version"].clone();
    if data["module_type"] == "trigger" {
        // The node on the canvas was made by hand: it lacks the flag and has another name.
        data.shift_remove("misp_core_format");
        data["name"] = Value::Null;
        object["name"] = Value::Null;
    }
    for side in ["inputs", "outputs"] {
        for (_, port) in object[side].as_object_mut().unwrap() {
            port["connections"] = json!([]);
        }
    }
    node
}

#[test]
fn a_call_without_parameters_gives_the_node_that_the_editor_saves() {
    for (release, saved, wanted) in saved() {
        let catalogue = undemanding(release);
        let mut count = 0;
        for (key, saved) in &saved {
            if key == "_frames" {
                continue;
            }
            let module = saved["data"]["id"].as_str().unwrap();
            let (text, id) = text_for(catalogue.module(module).unwrap());
            let graph = compiled(&text, &catalogue);
            let ours = &graph[id];
            assert_eq!(ours["id"].to_string(), id, "a node's id is its key");
            // As text, so that the order of the keys counts.
            let [ours, saved] = [ours, saved].map(|node| serde_json::to_string_pretty(&comparable(node)).unwrap());
            assert_eq!(ours, saved, "{module}");
            count += 1;
        }
        assert_eq!(count, wanted);
    }
}

#[test]
fn the_graph_has_the_frames_that_the_editor_writes() {
    let graph = compiled("workflow w on event-publish { push-zmq() }", Catalogue::built_in());
    assert_eq!(graph["_frames"], json!({}));
    for (_, saved, _) in saved() {
        assert!(saved.get("_frames").and_then(Value::as_object).is_none_or(Map::is_empty));
    }
}

/// The parameters that must be given are empty on an untouched node.
#[test]
fn what_the_compiler_demands_is_what_the_editor_leaves_empty() {
    let nodes = saved().flat_map(|(release, saved, _)| saved.into_iter().map(move |(key, node)| (release, key, node)));
    for (release, _, node) in nodes.filter(|(_, key, _)| *key != "_frames") {
        let signature = release.module(node["data"]["id"].as_str().unwrap()).unwrap();
        let params = &node["data"]["indexed_params"];
        let is_empty = |id: &str| match &params[id] {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        let demanded =
            signature.parameters.iter().any(|parameter| parameter.required.is_some() && is_empty(&parameter.id));
        let (text, _) = text_for(signature);
        let sources = Sources::new();
        let files = MemoryFiles::new();
        let root = sources.add("w.mwf", None, text);
        let has_errors = Workspace::load(&sources, &files, &[root], release).compile().has_errors();
        assert_eq!(has_errors, demanded, "{}", signature.id);
    }
}
