//! What triggers pass, recorded on two releases: the schema knows every key, and workflows run on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mispflow::catalogue::{Catalogue, Signature};
use mispflow::compile::Workspace;
use mispflow::engine::{Outcome, Prepared, RunOptions, Settings};
use mispflow::graph::ModuleType;
use mispflow::hashpath::Path as HashPath;
use mispflow::normalise::normalise;
use mispflow::php::Value;
use mispflow::project::DiskFiles;
use mispflow::schema::{Root, Typer};
use mispflow::semantics::Semantics;
use mispflow::source::Sources;
use serde_json::Value as Json;

/// The trigger of which there is no recording; it is taken to pass what `event-after-save-new` passes.
const NOT_RECORDED: &str = "event-after-save-new-from-pull";

fn recordings() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for release in ["2.5.1", "2.5.19"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trigger-data").join(release);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let trigger = name.split('.').next().unwrap().to_owned();
            found.push((trigger, format!("{release}/{name}"), fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn triggers() -> impl Iterator<Item = &'static Signature> {
    Catalogue::built_in().modules().filter(|module| module.module_type == ModuleType::Trigger)
}

/// All paths in a value, with `{n}` for the entries of lists.
fn paths(value: &Json, path: &str, found: &mut BTreeSet<String>) {
    let (children, dot): (Vec<(&str, &Json)>, _) = match value {
        Json::Object(object) => (object.iter().map(|(key, value)| (key.as_str(), value)).collect(), "."),
        Json::Array(list) => (list.iter().map(|value| ("{n}", value)).collect(), "."),
        _ => return,
    };
    for (key, child) in children {
        let inside = if path.is_empty() { key.to_owned() } else { format!("{path}{dot}{key}") };
        found.insert(inside.clone());
        paths(child, &inside, found);
    }
}

#[test]
fn the_schema_knows_every_recorded_key() {
    let mut seen = BTreeSet::new();
    for (trigger, name, text) in recordings() {
        let signature = Catalogue::built_in().module(&trigger).unwrap();
        let typer = Typer::new(Root::of_trigger(signature));
        let json: Json = serde_json::from_str(&text).unwrap();
        let mut found = BTreeSet::new();
        paths(&json["normalized"], "", &mut found);
        assert!(!found.is_empty(), "{name}");
        for path in found {
            let findings = typer.from_root(&HashPath::compile(&path).unwrap()).findings;
            assert!(findings.is_empty(), "{name}: {path}: {findings:?}");
        }
        seen.insert(trigger);
    }
    for trigger in triggers().filter(|trigger| trigger.id != NOT_RECORDED) {
        assert!(seen.contains(&trigger.id), "no recording of {}", trigger.id);
    }
}

#[test]
fn normalising_what_was_normalised_changes_nothing() {
    for (trigger, name, text) in recordings() {
        if !Catalogue::built_in().module(&trigger).unwrap().gives_core_format {
            continue;
        }
        let json: Json = serde_json::from_str(&text).unwrap();
        let normalized = json["normalized"].to_string();
        let again = normalise(&Value::from_json(&normalized).unwrap()).unwrap().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Json>(&again).unwrap(), json["normalized"], "{name}");
    }
}

#[test]
fn a_workflow_runs_on_what_each_trigger_passed() {
    let recordings = recordings();
    for signature in triggers() {
        let trigger = signature.id.as_str();
        let recorded = if trigger == NOT_RECORDED { "event-after-save-new" } else { trigger };
        let parameters = if trigger == "tag-attached-after-save" { "(scope: any, locality: any)" } else { "" };
        let text = format!("workflow w on {trigger}{parameters} {{\n    push-zmq()\n}}\n");
        let sources = Sources::new();
        let file = sources.add("w.mwf", None, text);
        let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
        let compilation = workspace.compile();
        let document = &compilation.documents[0].document;
        let modules = workspace.modules();
        let settings = Settings::new("w", &modules, Semantics::MISP_2_5_1);
        let prepared = Prepared::of_document(document, &settings).unwrap();
        let mut runs = 0;
        for (_, name, text) in recordings.iter().filter(|(of, ..)| of == recorded) {
            let json: Json = serde_json::from_str(text).unwrap();
            let result = prepared.run(Value::from_json(text).unwrap(), &RunOptions::default());
            assert_eq!(result.outcome, Outcome::Success, "{trigger} {name}: {:?}", result.errors);
            assert_eq!(result.effects.len(), 1, "{trigger} {name}");
            let data: Json = serde_json::from_str(&result.data.to_json().unwrap()).unwrap();
            assert_eq!(data, json["normalized"], "{trigger} {name}");
            runs += 1;
        }
        assert!(runs > 0, "{trigger}");
    }
}
