//! What runs do, by small graphs. `docs/misp-semantics.md` says why it has to be so.

mod crashes;
mod database;
mod filters;
mod http;
mod limits;
mod logic;
mod parts;
mod paths;
mod reports;
mod silence;
mod tagging;
mod texts;
mod travelling;

use std::fmt::Write;

use crate::catalogue::{Catalogue, Semantics};
use crate::engine::{Outcome, Prepared, RunOptions, RunResult, Settings};
use crate::misp;
use crate::php::Value;

/// The JSON of a graph: each line is `ID MODULE {parameters} [filter] > OUTPUTS`, in which everything after the module is
/// optional, the filter is `[selector, path, operator, value]`, and outputs are separated by `|` and their targets by
/// commas.
pub(crate) fn graph(text: &str) -> String {
    let mut nodes = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, outputs) = line.split_once(" > ").unwrap_or((line, ""));
        let (id, rest) = line.split_once(' ').expect("an id and a module");
        let (module, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let json = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let mut params = serde_json::json!({});
        let mut filter = serde_json::json!(["", "", "", ""]);
        for part in json {
            match part.expect(line) {
                object @ serde_json::Value::Object(_) => params = object,
                list => filter = list,
            }
        }
        let kind = Catalogue::built_in().module(module).map_or("action", |known| known.module_type.as_str());
        let mut connections = serde_json::Map::new();
        for (index, targets) in outputs.split('|').enumerate() {
            let targets = targets.split(',').map(str::trim).filter(|target| !target.is_empty());
            let targets: Vec<_> =
                targets.map(|target| serde_json::json!({"node": target, "output": "input_1"})).collect();
            connections.insert(format!("output_{}", index + 1), serde_json::json!({ "connections": targets }));
        }
        let saved = serde_json::json!(
            {"selector": filter[0], "path": filter[1], "operator": filter[2], "value": filter[3]}
        );
        let node = serde_json::json!({
            "id": id.parse::<u32>().expect("an id"),
            "name": module,
            "data": {
                "id": module, "name": module, "module_type": kind, "indexed_params": params, "saved_filters": saved,
                "multiple_output_connection": module == "concurrent-task", "module_version": "0.1",
                "misp_core_format": Catalogue::built_in().module(module).is_some_and(|known| known.gives_core_format),
            },
            "class": "block-type-default",
            "typenode": false,
            "inputs": {},
            "outputs": connections,
            "pos_x": 0,
            "pos_y": 0,
        });
        nodes.push((id.to_owned(), node));
    }
    let mut json = String::from("{");
    for (id, node) in nodes {
        let _ = write!(json, "\"{id}\": {node}, ");
    }
    json + "\"_frames\": {}}"
}

fn prepared_with(text: &str, semantics: Semantics, debug: bool) -> Prepared {
    let read = misp::read(&graph(text)).expect("a graph");
    let settings = Settings::new("w", Catalogue::built_in(), semantics);
    let mut document = read.documents.into_iter().next().expect("a document");
    document.debug_enabled = debug;
    Prepared::of_document(&document, &settings).expect("a workflow")
}

pub(crate) fn prepared_for(text: &str, semantics: Semantics) -> Prepared {
    prepared_with(text, semantics, false)
}

fn prepared(text: &str) -> Prepared {
    prepared_for(text, Semantics::MISP_2_5_1)
}

/// What came of a run, in a form to compare: outcome, nodes that were executed, effects.
#[derive(Debug, PartialEq)]
struct Summary {
    outcome: Outcome,
    executed: Vec<u32>,
    failed: Vec<u32>,
    errors: Vec<String>,
    effects: Vec<serde_json::Value>,
    jobs: usize,
}

fn summary(result: &RunResult<'_>) -> Summary {
    Summary {
        outcome: result.outcome,
        executed: result.executed.clone(),
        failed: result.failed.clone(),
        errors: result.errors.clone(),
        effects: result.effects.iter().map(|effect| serde_json::to_value(effect).expect("JSON")).collect(),
        jobs: result.jobs.len(),
    }
}

fn run_with(workflow: &Prepared, event: &str, options: &RunOptions<'_>) -> Summary {
    let data = Value::from_json(event).expect("JSON");
    summary(&workflow.run(data.clone(), options))
}

fn run(text: &str, event: &str) -> Summary {
    run_with(&prepared(text), event, &RunOptions::default())
}

/// What push-zmq sent, in order: the eye of most tests.
fn pushed(text: &str, event: &str) -> Vec<serde_json::Value> {
    sent(&run(text, event))
}

fn sent(summary: &Summary) -> Vec<serde_json::Value> {
    let zmq = summary.effects.iter().filter(|effect| effect["kind"] == "zmq");
    zmq.map(|effect| effect["data"].clone()).collect()
}

/// An event with three attributes, the last of them in an object.
const EVENT: &str = r#"{"Event": {
    "id": "7", "uuid": "5aa2e262-8c78-484b-8d0a-2f490a000007", "info": "Phish", "distribution": "1", "threat_level_id": "2",
    "published": false, "org_id": "1", "orgc_id": "2", "sharing_group_id": "0",
    "Tag": [{"name": "tlp:green", "local": false}],
    "Attribute": [
        {"id": "1", "event_id": "7", "type": "ip-src", "value": "1.1.1.1", "to_ids": true, "comment": "", "distribution": "5",
         "timestamp": "1", "Tag": [{"name": "tlp:red", "local": true}]},
        {"id": "2", "event_id": "7", "type": "domain", "value": "a.example", "to_ids": false, "comment": "c", "distribution": "5",
         "timestamp": "1", "Tag": []}
    ],
    "Object": [{"id": "1", "name": "file", "Attribute": [
        {"id": "3", "event_id": "7", "type": "md5", "value": "00", "to_ids": true, "comment": "", "distribution": "5",
         "timestamp": "1"}
    ]}]
}}"#;
