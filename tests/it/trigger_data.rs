//! What triggers pass, recorded on two releases: the schema knows every key, and workflows run on it.
//!
//! `INSTA_UPDATE=always cargo test trigger_data` writes what is made of the recordings: `src/schema/data/passed.json` and, in
//! a second run, `docs/triggers.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics, Signature};
use mispflow::compile::Workspace;
use mispflow::core_format::normalise;
use mispflow::engine::{Outcome, Prepared, RunOptions, Settings};
use mispflow::hashpath::Path as HashPath;
use mispflow::model::ModuleType;
use mispflow::php::Value;
use mispflow::project::DiskFiles;
use mispflow::schema::{Root, TriggerData, Typer};
use serde_json::Value as Json;

use crate::golden;

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
    for trigger in triggers().filter(|trigger| TriggerData::of(&trigger.id).is_none_or(|data| data.like.is_none())) {
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
        let release = if name.starts_with("2.5.1/") { Semantics::MISP_2_5_1 } else { Semantics::MISP_2_5_19 };
        let again = normalise(&Value::from_json(&normalized).unwrap(), release).unwrap().to_json().unwrap();
        assert_eq!(serde_json::from_str::<Json>(&again).unwrap(), json["normalized"], "{name}");
    }
}

#[test]
fn a_workflow_runs_on_what_each_trigger_passed() {
    let recordings = recordings();
    for signature in triggers() {
        let trigger = signature.id.as_str();
        let recorded = TriggerData::of(trigger).and_then(|data| data.like).unwrap_or(trigger);
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

/// How many objects were recorded at a path, and how many of them have each key.
#[derive(Default)]
struct Seen {
    objects: usize,
    keys: BTreeMap<String, usize>,
}

fn count(value: &Json, path: &str, seen: &mut BTreeMap<String, Seen>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Json::Object(object) => {
            let entry = seen.entry(path.to_owned()).or_default();
            entry.objects += 1;
            for key in object.keys() {
                *entry.keys.entry(key.clone()).or_default() += 1;
            }
            for (key, child) in object.iter().filter(|(key, _)| *key != "_AttributeFlattened") {
                count(child, &below(key), seen);
            }
        }
        Json::Array(list) => {
            for child in list {
                count(child, &below("{n}"), seen);
            }
        }
        _ => {}
    }
}

#[test]
fn the_keys_of_each_trigger_are_those_that_were_recorded() {
    let mut triggers: BTreeMap<String, BTreeMap<String, Seen>> = BTreeMap::new();
    for (trigger, _, text) in recordings() {
        let json: Json = serde_json::from_str(&text).unwrap();
        count(&json["normalized"], "", triggers.entry(trigger).or_default());
    }
    let keys = |seen: &Seen| {
        let keys =
            seen.keys.iter().map(|(key, count)| format!("{key}{}", if *count == seen.objects { "" } else { "?" }));
        keys.collect::<Vec<_>>().join(" ")
    };
    let made: BTreeMap<_, BTreeMap<_, _>> = triggers
        .iter()
        .map(|(trigger, objects)| (trigger, objects.iter().map(|(path, seen)| (path, keys(seen))).collect()))
        .collect();
    golden::check("src/schema/data/passed.json", &(serde_json::to_string_pretty(&made).unwrap() + "\n"));
}

/// All paths in a value with the type of what lies there.
fn types(value: &Json, path: &str, found: &mut BTreeSet<(String, &'static str)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(list) => {
            for child in list {
                types(child, &below("{n}"), found);
            }
            "list"
        }
        Json::Object(object) => {
            for (key, child) in object {
                types(child, &below(key), found);
            }
            "object"
        }
    };
    found.insert((path.to_owned(), kind));
}

#[test]
fn every_example_has_the_shape_of_a_recording() {
    for signature in triggers() {
        let data = TriggerData::of(&signature.id).unwrap();
        let recorded = data.like.unwrap_or(&signature.id);
        let mut known = BTreeSet::new();
        for (_, _, text) in recordings().iter().filter(|(trigger, ..)| trigger == recorded) {
            types(&serde_json::from_str::<Json>(text).unwrap()["normalized"], "", &mut known);
        }
        let example: Json = serde_json::from_str(data.example).unwrap();
        let mut shown = BTreeSet::new();
        types(&example, "", &mut shown);
        let unknown: Vec<_> = shown.difference(&known).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", signature.id);
        if signature.gives_core_format {
            // Later releases add `_allTags` to reports.
            let again =
                normalise(&Value::from_json(data.example).unwrap(), Semantics::MISP_2_5_1).unwrap().to_json().unwrap();
            assert_eq!(serde_json::from_str::<Json>(&again).unwrap(), example, "{}", signature.id);
        }
    }
}

#[test]
fn the_page_about_triggers_is_current() {
    let mut page = String::from(
        "# What triggers give\n\n\
         *For authors of conditions and templates. You need to know what a [hash path](language.md#hash-paths) is.*\n\n\
         The data that a workflow of each trigger gets, as recorded on MISP 2.5.1 and 2.5.19. `mispflow modules TRIGGER` shows the\n\
         same. A `?` after a key means that the key was not in every recorded object of its kind. `Event._AttributeFlattened` holds\n\
         the attributes of the event and those of its objects, so its keys are not repeated. A list that was empty in every\n\
         recording has no keys here. `check` reports a workflow that uses something that its trigger does not give:\n\
         [`not-in-trigger`](checks.md#not-in-trigger) and [`not-always-in-trigger`](checks.md#not-always-in-trigger).\n\n\
         This page is made from the schema and the recordings; a test compares them.\n",
    );
    for signature in triggers() {
        let data = TriggerData::of(&signature.id).unwrap();
        let _ = writeln!(page, "\n## {}\n\n{}.", signature.id, signature.description);
        if let Some(like) = data.like {
            let _ = writeln!(page, "\nIt was not recorded, and is taken to give what [`{like}`](#{like}) gives.");
            continue;
        }
        for note in data.notes() {
            let _ = write!(page, "\n- {note}");
        }
        let _ = writeln!(page, "\n\n| object | holds | keys |\n|---|---|---|");
        for object in data.objects(signature) {
            let mut path = if object.path.is_empty() { "(root)".to_owned() } else { format!("`{}`", object.path) };
            for (kind, keys) in object.keys {
                let keys: Vec<_> =
                    keys.iter().map(|(key, always)| format!("`{key}`{}", if *always { "" } else { "?" })).collect();
                let _ = writeln!(page, "| {path} | {kind} | {} |", keys.join(", "));
                path.clear();
            }
        }
        let _ = write!(page, "\n```json\n{}```\n", data.example);
    }
    golden::check("docs/triggers.md", &page);
}
