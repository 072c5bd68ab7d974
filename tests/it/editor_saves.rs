//! The tests' model of MISP's editor against recordings of the real one, and what `import` and `diff` make of these.
//!
//! Each line of a recording is a graph as it was posted, as MISP stored it, and as its editor saved it.
//! `MISPFLOW_EDITOR_SAVES=FILE` (`.gz` or not) tries others of the same kind; the modules of the server they were made on
//! are then read from `MISPFLOW_EDITOR_MODULES`, or are those of 2.5.1, or of 2.5.19 where the name of the file says so.

use std::io::Read;
use std::path::Path;

use crate::editor_model::{self, Server};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editor");

/// The text of a file, packed or not.
pub fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("gzip");
    } else {
        text = String::from_utf8(bytes).expect("UTF-8");
    }
    text
}

fn server(path: &str) -> Server {
    Server::new(&serde_json::from_str(&text(Path::new(path))).expect("JSON"))
}

/// A file with recordings, and the server they were made on.
fn recordings() -> Vec<(String, Server)> {
    let modules = |release: &str| format!("{DATA}/modules-{release}.json.gz");
    if let Ok(file) = std::env::var("MISPFLOW_EDITOR_SAVES") {
        let release = if file.contains("2.5.19") { "2.5.19" } else { "2.5.1" };
        let modules = std::env::var("MISPFLOW_EDITOR_MODULES").unwrap_or_else(|_| modules(release));
        return vec![(file, server(&modules))];
    }
    ["2.5.1", "2.5.19"].map(|release| (format!("{DATA}/saves-{release}.ndjson.gz"), server(&modules(release)))).to_vec()
}

fn without_labels(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let others = members.iter().filter(|(key, _)| *key != "labels");
            others.map(|(key, value)| (key.clone(), without_labels(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_labels).collect(),
        other => other.clone(),
    }
}

/// What the model says otherwise than the recording.
fn disagreements(record: &Value, server: &Server) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    // As text, so that the order of the keys counts.
    let same = |ours: &Value, theirs: &Value| format!("{ours}") == format!("{theirs}");
    if !same(&without_labels(&editor_model::stored(&record["posted"])), &without_labels(&record["stored"])) {
        wrong.push("stored");
    }
    let off: Vec<&str> = record["modules_off"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !record["saved"].is_null() {
        let (saved, error) = editor_model::save(&record["stored"], &server.without(&off));
        if !same(&editor_model::without_marks(&saved), &editor_model::without_marks(&record["saved"])) {
            wrong.push("saved");
        }
        if error != record["editor_error"].as_str() {
            wrong.push("editor_error");
        }
    }
    wrong
}

#[test]
fn the_model_of_the_editor_agrees_with_every_save() {
    let (mut agree, mut all) = (0, 0);
    let mut wrong = Vec::new();
    for (file, server) in recordings() {
        for line in text(Path::new(&file)).lines() {
            let record: Value = serde_json::from_str(line).expect("JSON");
            // MISP did not take these graphs.
            if record.get("refused").is_some() {
                continue;
            }
            all += 1;
            let disagreements = disagreements(&record, &server);
            if disagreements.is_empty() {
                agree += 1;
            } else {
                wrong.push(format!("{}: {}", record["name"], disagreements.join(", ")));
            }
        }
    }
    println!("editor-saves: {agree} of {all} agree");
    assert!(all > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}
