//! Every example is free of findings, compiles to exactly the JSON in `tests/snapshots`, and that
//! JSON follows the rules of MISP's save.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::project::DiskFiles;
use serde_json::Value;
use tempfile::TempDir;

use crate::editor_model;

/// The folders under `examples/`, sorted.
fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Runs a verb in the folder of an example; it must end well and say nothing but what it did.
fn run(example: &Path, arguments: &[&str]) {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(example).env("MATRIX_TOKEN", "the-token-of-the-bot");
    command.env_remove("CHAT_WEBHOOK").env_remove("PUBLISH_WEBHOOK");
    command.env("TEAMS_WEBHOOK", "https://example.webhook.office.com/x").env("HEC_TOKEN", "the-token-of-the-collector");
    let output = command.args(arguments).output().unwrap();
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{}: {messages}", name(example));
    assert_eq!((messages.as_str(), output.stdout.as_slice()), ("", &b""[..]), "{}", name(example));
}

/// What `build` writes for an example, by file name.
fn build(example: &Path) -> BTreeMap<String, String> {
    let folder = TempDir::new().unwrap();
    run(example, &["build", "--quiet", "--output", folder.path().to_str().unwrap()]);
    let files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (name(&path).to_owned(), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn examples_have_no_findings() {
    for example in examples() {
        run(&example, &["check"]);
    }
}

#[test]
fn examples_are_in_canonical_form() {
    for example in examples() {
        run(&example, &["fmt", "--check", "--quiet"]);
    }
}

#[test]
fn examples_compile_to_what_is_known() {
    let products: Vec<_> = examples().iter().map(|example| (name(example).to_owned(), build(example))).collect();
    let names: Vec<_> = products
        .iter()
        .flat_map(|(example, files)| files.keys().map(move |file| format!("{example}/{file}")))
        .collect();
    insta::assert_snapshot!("names", names.join("\n"));
    for (example, files) in products {
        for (file, json) in files {
            let title = format!("{example}__{}", file.trim_end_matches(".json"));
            insta::assert_snapshot!(title, json);
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for example in examples() {
        assert_eq!(build(&example), build(&example), "{}", name(&example));
    }
}

#[test]
fn mispflow_accepts_what_is_on_disk() {
    for example in examples() {
        let folder = TempDir::new().unwrap();
        let output = folder.path().to_str().unwrap();
        run(&example, &["build", "--quiet", "--output", output]);
        run(&example, &["build", "--quiet", "--check", "--output", output]);
    }
}

/// The node ids that each output of a node leads to.
fn targets(node: &Value) -> Vec<Vec<u64>> {
    let outputs = node["outputs"].as_object().unwrap();
    let ids = |output: &Value| {
        let links = output["connections"].as_array().unwrap().iter();
        links.map(|link| link["node"].as_str().unwrap().parse().unwrap()).collect()
    };
    outputs.values().map(ids).collect()
}

fn is_acyclic(links: &BTreeMap<u64, BTreeSet<u64>>) -> bool {
    let mut open: BTreeSet<u64> = links.keys().copied().collect();
    // Nodes without a way to an open one cannot be part of a loop.
    while let Some(end) = open.iter().copied().find(|id| links[id].is_disjoint(&open)) {
        open.remove(&end);
    }
    open.is_empty()
}

/// A person who opens an example in MISP's editor and saves it changes nothing.
#[test]
fn the_editor_saves_every_workflow_unchanged() {
    for example in examples() {
        // A server that has the modules which the files declare.
        let sources = Sources::new();
        let mut files = Vec::new();
        for folder in [example.clone(), example.join("workflows")] {
            let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
            let texts = entries.filter(|path| path.extension().is_some_and(|extension| extension == "mwf"));
            files.extend(texts.map(|path| {
                sources.add(path.to_str().unwrap(), Some(path.as_path()), fs::read_to_string(&path).unwrap())
            }));
        }
        let catalogue = Workspace::load(&sources, &DiskFiles, &files, Catalogue::built_in()).modules().into_owned();
        for (file, json) in build(&example) {
            let document: Value = serde_json::from_str(&json).unwrap();
            let Some(graph) = document.pointer("/Workflow/data") else { continue };
            let (saved, error) = editor_model::save(graph, &editor_model::Server::with_all(&catalogue, graph));
            assert_eq!(error, None, "{}: {file}", name(&example));
            // As text, so that the order of the keys counts.
            let [saved, graph] = [&saved, graph].map(|graph| format!("{:#}", editor_model::without_marks(graph)));
            assert_eq!(saved, graph, "{}: {file}", name(&example));
        }
    }
}

/// See `docs/misp-semantics.md`, "The saved graph" and "What a save refuses".
#[test]
fn misp_would_accept_every_workflow() {
    let mut workflows = 0;
    for example in examples() {
        for (file, json) in build(&example) {
            let document: Value = serde_json::from_str(&json).unwrap();
            let Some(workflow) = document.get("Workflow") else { continue };
            workflows += 1;
            let data = workflow["data"].as_object().unwrap();
            let nodes: BTreeMap<u64, &Value> = data
                .iter()
                .filter(|(key, _)| *key != "_frames")
                .map(|(key, node)| {
                    assert_eq!(Some(key.parse().unwrap()), node["id"].as_u64(), "{file}");
                    (key.parse().unwrap(), node)
                })
                .collect();

            let of_type =
                |wanted: &'static str| nodes.values().filter(move |node| node["data"]["module_type"] == wanted);
            let triggers: Vec<_> = of_type("trigger").collect();
            assert_eq!(triggers.len(), 1, "{file}");
            assert_eq!(triggers[0]["data"]["id"], workflow["trigger_id"], "{file}");

            let mut links = BTreeMap::new();
            let mut from = BTreeMap::<u64, Vec<String>>::new();
            for (&id, node) in &nodes {
                for (index, output) in targets(node).iter().enumerate() {
                    let several = node["data"]["multiple_output_connection"] == true;
                    assert!(output.len() <= 1 || several, "{file}: node {id} has several connections on an output");
                    for target in output {
                        from.entry(*target).or_default().push(format!("{id}/output_{}", index + 1));
                    }
                }
                links.insert(id, targets(node).concat().into_iter().collect::<BTreeSet<u64>>());
            }
            assert!(links.values().flatten().all(|target| nodes.contains_key(target)), "{file}: leads to nowhere");
            assert!(is_acyclic(&links), "{file}: has a loop");

            for (id, node) in &nodes {
                let inputs = node["inputs"].as_object().unwrap().values();
                let mut arriving: Vec<String> = inputs
                    .flat_map(|input| input["connections"].as_array().unwrap())
                    .map(|link| format!("{}/{}", link["node"].as_str().unwrap(), link["input"].as_str().unwrap()))
                    .collect();
                let mut expected = from.remove(id).unwrap_or_default();
                arriving.sort();
                expected.sort();
                assert_eq!(arriving, expected, "{file}: the two ends of the connections to node {id} differ");
                let is_trigger = node["data"]["module_type"] == "trigger";
                assert!(is_trigger || !arriving.is_empty(), "{file}: nothing leads to node {id}");
            }
            for field in ["name", "description"] {
                let length = workflow[field].as_str().unwrap().chars().count();
                assert!((1..=191).contains(&length), "{file}: {field}");
            }
        }
    }
    assert!(workflows >= examples().len());
}
