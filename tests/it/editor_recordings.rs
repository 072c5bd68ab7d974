//! `import` and `diff` over recordings of MISP's editor: each graph as it was posted, as MISP stored it, and as the
//! editor saved it. Whatever import writes says what the graph says, and the comparison names exactly what the editor
//! lost or changed: no more, no less.
//!
//! `MISPFLOW_EDITOR_SAVES=FILE` (`.gz` or not) tries other recordings.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, ParameterKind};
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, Difference, compare};
use mispflow::import::{ImportOptions, import};
use mispflow::misp::read;
use mispflow::model::Document;
use mispflow::project::MemoryFiles;
use serde_json::{Value, json};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editor");

/// The recordings that MISP did not refuse.
fn recordings() -> Vec<Value> {
    let files = match std::env::var("MISPFLOW_EDITOR_SAVES") {
        Ok(file) => vec![file],
        Err(_) => ["2.5.1", "2.5.19"].map(|release| format!("{DATA}/saves-{release}.ndjson.gz")).to_vec(),
    };
    let records = files.iter().flat_map(|file| {
        let bytes = std::fs::read(Path::new(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut text = String::new();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("gzip");
        } else {
            text = String::from_utf8(bytes).expect("UTF-8");
        }
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>()
    });
    records.filter(|record| record.get("refused").is_none()).collect()
}

/// The forms of a recording that are there.
fn forms(record: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    ["posted", "stored", "saved"].into_iter().map(|form| (form, &record[form])).filter(|(_, graph)| !graph.is_null())
}

/// The graph, and what was unusual in it.
fn document(graph: &Value) -> (Document<'static>, Vec<String>) {
    let read = read(&graph.to_string()).unwrap_or_else(|error| panic!("{error}: {graph}"));
    let oddities = read.oddities.iter().map(|oddity| oddity.message.clone()).collect();
    (read.documents.into_iter().next().expect("a graph is a document"), oddities)
}

/// What differs though nothing that was said explains it. Text cannot say everything that a graph can; what it cannot
/// say is told.
fn unexplained(mut difference: Difference, reasons: &[&str]) -> Difference {
    let count = |words: &str| reasons.iter().filter(|reason| reason.contains(words)).count();
    if difference.removed_edges.len() == count(" is cut") {
        difference.removed_edges.clear();
    }
    if difference.frames.len() <= count("the frame ") {
        difference.frames.clear();
    }
    for node in &mut difference.changed {
        node.changes.retain(|change| match change.what.as_str() {
            "module_type" => count(" and not ") == 0,
            "multiple_output_connection" => count("multiple_output_connection") == 0,
            // A node that is nowhere is put somewhere.
            "position" => change.before.is_some(),
            _ => true,
        });
    }
    difference.changed.retain(|node| !node.changes.is_empty());
    difference
}

fn difference(before: &Document<'_>, after: &Document<'_>, layout: bool) -> Difference {
    compare(before, after, DiffOptions { catalogue: Catalogue::built_in(), layout })
}

#[test]
fn what_import_writes_is_the_same_graph() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for record in recordings() {
        for (form, graph) in forms(&record) {
            count += 1;
            let (document, reasons) = document(graph);
            // Without the layout the text says the same of all three forms: one of them is enough.
            for keep_layout in if form == "saved" { vec![false, true] } else { vec![true] } {
                let imported = import(&document, Catalogue::built_in(), ImportOptions { keep_layout });
                let sources = Sources::new();
                let file = sources.add("imported.mwf", None, imported.text.clone());
                let files = MemoryFiles::default();
                let workspace = Workspace::load(&sources, &files, &[file], Catalogue::built_in());
                let compilation = workspace.compile();
                let name = format!("{} {form} {keep_layout}", record["name"]);
                let Some(again) = compilation.documents.first() else {
                    let errors = compilation.diagnostics.iter().filter(|finding| finding.is_error());
                    let errors: Vec<_> = errors.map(|finding| (finding.code, &finding.message)).collect();
                    wrong.push(format!("{name}: does not compile: {errors:?}\n{}", imported.text));
                    continue;
                };
                let again = &again.document;
                let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
                let notes: Vec<&str> = imported.notes.iter().map(|note| note.message.as_str()).collect();
                let left = unexplained(difference(&document, again, keep_layout), &[reasons, notes].concat());
                if !left.is_empty() {
                    wrong.push(format!("{name}: {left:?}"));
                }
            }
        }
    }
    assert!(count > 0 && wrong.is_empty(), "{} of {count}\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
}

/// What a graph says to MISP, statement by statement, read from the JSON alone.
#[derive(Debug, Default)]
struct Statements {
    /// By id of the node: its module, and what it says by name.
    nodes: BTreeMap<u64, BTreeMap<String, String>>,
    /// From, output, to, input.
    edges: Vec<(u64, u64, u64, u64)>,
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// `[]` for an empty object, the list for an object with the keys of one, 4 for 4.0, and keys in order.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => json!(float as i64),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) if members.keys().enumerate().all(|(index, key)| *key == index.to_string()) => {
            members.values().map(plain).collect()
        }
        Value::Object(members) => {
            let sorted: BTreeMap<&String, Value> = members.iter().map(|(key, value)| (key, plain(value))).collect();
            json!(sorted)
        }
        other => other.clone(),
    }
}

/// Picked values are a set.
fn set(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
    items.sort_unstable();
    items.dedup();
    json!(items)
}

/// The members of an object, or of a list, which is an object for PHP.
fn members(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(members) => members.clone().into_iter().collect(),
        Value::Array(items) => items.iter().enumerate().map(|(key, item)| (key.to_string(), item.clone())).collect(),
        _ => Vec::new(),
    }
}

fn statements(graph: &Value) -> Statements {
    let mut statements = Statements::default();
    let nodes = graph.as_object().into_iter().flatten().filter(|(key, _)| *key != "_frames");
    for (key, node) in nodes.filter(|(_, node)| node.is_object()) {
        // MISP goes by the key, whatever the node says of itself.
        let Ok(id) = key.parse() else { continue };
        let data = &node["data"];
        let module = data["id"].as_str().unwrap_or_default();
        let signature = Catalogue::built_in().module(module);
        let mut says = BTreeMap::from([("module".to_owned(), module.to_owned())]);
        for (name, value) in members(&data["indexed_params"]) {
            let parameter = signature.and_then(|signature| signature.parameter(&name));
            let is_set = parameter.is_some_and(|known| known.kind == ParameterKind::Picker && known.multiple);
            let value = plain(&value);
            says.insert(name, if is_set { set(&value) } else { value }.to_string());
        }
        for part in ["selector", "value", "operator", "path"] {
            let value = &data["saved_filters"][part];
            if !(value.is_null() || *value == "") {
                says.insert(format!("filter {part}"), value.to_string());
            }
        }
        let kind = data["module_type"].as_str().unwrap_or_default();
        if kind != signature.map_or("", |signature| signature.module_type.as_str()) {
            says.insert("module_type".to_owned(), kind.to_owned());
        }
        if data["misp_core_format"] == true {
            says.insert("misp_core_format".to_owned(), "true".to_owned());
        }
        let several = data["multiple_output_connection"] == true;
        if several != signature.is_some_and(|signature| signature.multiple_output_connection) {
            says.insert("multiple_output_connection".to_owned(), several.to_string());
        }
        statements.nodes.insert(id, says);
        for (output, connections) in node["outputs"].as_object().into_iter().flatten() {
            let output = output.trim_start_matches("output_").parse().unwrap_or(0);
            for link in connections["connections"].as_array().into_iter().flatten() {
                let input = link["output"].as_str().unwrap_or_default().trim_start_matches("input_").parse();
                if let Some(to) = number(&link["node"]) {
                    statements.edges.push((id, output, to, input.unwrap_or(1)));
                }
            }
        }
    }
    statements
}

/// What one graph says otherwise than another.
fn expected(before: &Value, after: &Value) -> Vec<String> {
    let (before, after) = (statements(before), statements(after));
    let mut lines = Vec::new();
    for (id, says) in &before.nodes {
        let now = after.nodes.get_key_value(id).or_else(|| {
            // Where MISP lacks the module the editor gives the node another id.
            lines.push(format!("- {id}"));
            let mut new = after.nodes.iter().filter(|(id, _)| !before.nodes.contains_key(*id));
            new.find(|(_, now)| now["module"] == says["module"])
        });
        let Some((id, now)) = now else { continue };
        let names = says.keys().chain(now.keys().filter(|name| !says.contains_key(*name)));
        lines.extend(names.filter(|name| says.get(*name) != now.get(*name)).map(|name| format!("{id} {name}")));
    }
    lines.extend(after.nodes.keys().filter(|id| !before.nodes.contains_key(id)).map(|id| format!("+ {id}")));
    let mut added = after.edges.clone();
    for edge in &before.edges {
        match added.iter().position(|other| other == edge) {
            Some(same) => drop(added.remove(same)),
            None => lines.push(format!("- {edge:?}")),
        }
    }
    lines.extend(added.iter().map(|edge| format!("+ {edge:?}")));
    lines.sort_unstable();
    lines
}

/// The same of what the comparison found, by the ids of the second graph.
fn found(difference: &Difference) -> Vec<String> {
    let mut lines: Vec<String> = difference.removed.iter().map(|node| format!("- {}", node.id)).collect();
    lines.extend(difference.added.iter().map(|node| format!("+ {}", node.id)));
    for node in &difference.changed {
        // A node of an unknown module gets another id and is the same node: the layout says so.
        if node.before != node.after {
            lines.extend([format!("- {}", node.before), format!("+ {}", node.after)]);
        }
        let layout = ["id", "position", "version"];
        let changes = node.changes.iter().filter(|change| !layout.contains(&change.what.as_str()));
        let changes = changes.filter(|change| !change.what.starts_with("order of output"));
        lines.extend(changes.map(|change| format!("{} {}", node.after, change.what)));
    }
    for (sign, edges) in [('-', &difference.removed_edges), ('+', &difference.added_edges)] {
        let edge = |edge: &mispflow::diff::Edge| {
            (u64::from(edge.from), edge.output as u64, u64::from(edge.to), u64::from(edge.input))
        };
        lines.extend(edges.iter().map(|one| format!("{sign} {:?}", edge(one))));
    }
    lines.sort_unstable();
    lines
}

#[test]
fn the_comparison_names_what_the_editor_changes() {
    let mut wrong = Vec::new();
    let (mut pairs, mut changed) = (0, 0);
    for record in recordings() {
        // Here the editor renumbers nodes that are the same: by their ids they cannot be compared.
        if record["name"] == "hand-keys-not-ids" {
            continue;
        }
        let forms: Vec<_> = forms(&record).collect();
        for pair in forms.windows(2) {
            let [(from, before), (to, after)] = pair else { unreachable!("windows of two") };
            pairs += 1;
            let expected = expected(before, after);
            let found = found(&difference(&document(before).0, &document(after).0, true));
            changed += usize::from(!expected.is_empty());
            if expected != found {
                wrong.push(format!("{} {from} to {to}\nexpected {expected:?}\nfound    {found:?}", record["name"]));
            }
        }
    }
    assert!(changed * 4 > pairs, "{changed} of {pairs} differ at all: a test that tests little");
    assert!(wrong.is_empty(), "{} of {pairs}\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
}
