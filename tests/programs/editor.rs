//! What MISP's editor changes when it loads and saves a graph.

use mispflow::catalogue::{Catalogue, Parameter, ParameterKind};
use serde_json::{Map, Value, json};

/// The nodes that the editor would save otherwise than they were loaded, in words.
pub fn changes(graph: &Value) -> Vec<String> {
    let nodes: Vec<&Value> = match graph {
        Value::Array(nodes) => nodes.iter().collect(),
        Value::Object(nodes) => nodes.iter().filter(|(key, _)| *key != "_frames").map(|(_, node)| node).collect(),
        _ => panic!("a graph is an object or a list"),
    };
    let mut changes = Vec::new();
    for node in nodes {
        let data = &node["data"];
        let module = data["id"].as_str().expect("a module");
        let signature = Catalogue::built_in().module(module).expect("a known module");
        let before = data["indexed_params"].as_object().expect("parameters");
        let after = saved_params(&signature.parameters, before);
        // As text, so that the order of the keys counts.
        let (before, after) = (data["indexed_params"].to_string(), Value::Object(after).to_string());
        if after != before {
            changes.push(format!("{module}: {before} becomes {after}"));
        }
        let outputs: Vec<String> = (1..=signature.outputs).map(|number| format!("output_{number}")).collect();
        let written: Vec<&String> = node["outputs"].as_object().expect("outputs").keys().collect();
        if written != outputs.iter().collect::<Vec<_>>() {
            changes.push(format!("{module}: its outputs are {written:?}"));
        }
        if data["module_version"] != *signature.version {
            changes.push(format!("{module}: its version is {}", data["module_version"]));
        }
        if !signature.supports_filters
            && data["saved_filters"].as_object().is_some_and(|all| all.values().any(|one| one != ""))
        {
            changes.push(format!("{module}: it has a filter and takes none"));
        }
    }
    changes
}

/// The parameters as the editor saves them: those of the module only, in its order; the default where
/// one is empty; a list where several values can be picked.
fn saved_params(parameters: &[Parameter], before: &Map<String, Value>) -> Map<String, Value> {
    let mut after = Map::new();
    for parameter in parameters {
        let loaded = before.get(&parameter.id).filter(|value| !is_empty(value));
        let value = match loaded {
            Some(value) => Some(value.clone()),
            None => default(parameter).or_else(|| before.get(&parameter.id).cloned()),
        };
        let value = match (parameter.kind, value) {
            (ParameterKind::Picker, value) if parameter.multiple => Some(match value {
                Some(Value::Array(items)) => Value::Array(items),
                Some(Value::Null) | None => json!([]),
                Some(one) => json!([one]),
            }),
            (ParameterKind::Picker, None) => Some(Value::Null),
            (_, value) => value,
        };
        if let Some(value) = value {
            after.insert(parameter.id.clone(), value);
        }
    }
    after
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The default, of which a picker takes what is text and offered.
fn default(parameter: &Parameter) -> Option<Value> {
    let default = parameter.default.clone()?;
    if parameter.kind != ParameterKind::Picker {
        return Some(default);
    }
    let values = match default {
        Value::Array(values) => values,
        one => vec![one],
    };
    let offered =
        |value: &Value| value.as_str().is_some_and(|text| parameter.open || parameter.options.contains_key(text));
    let mut values = values.into_iter().filter(offered);
    if parameter.multiple { Some(values.collect()) } else { values.next() }
}
