//! What MISP refuses to save, and what it remembers of a graph.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Whether the database takes a text: it knows no characters beyond U+FFFF.
pub fn is_storable(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().all(|c| u32::from(c) <= 0xFFFF),
        Value::Array(items) => items.iter().all(is_storable),
        Value::Object(members) => {
            members.iter().all(|(key, value)| is_storable(&key.as_str().into()) && is_storable(value))
        }
        _ => true,
    }
}

/// The nodes of a graph, keyed or in a list.
pub fn nodes(graph: &Value) -> Vec<&Value> {
    match graph {
        Value::Array(nodes) => nodes.iter().collect(),
        Value::Object(members) => members.iter().filter(|(key, _)| *key != "_frames").map(|(_, node)| node).collect(),
        _ => Vec::new(),
    }
}

/// The module of the trigger node; `None` if there is not exactly one.
pub fn trigger(graph: &Value) -> Option<&str> {
    let mut triggers = nodes(graph).into_iter().filter(|node| node["data"]["module_type"] == "trigger");
    let trigger = triggers.next()?;
    if triggers.next().is_some() { None } else { trigger["data"]["id"].as_str() }
}

fn id(node: &Value) -> String {
    match &node["id"] {
        Value::String(id) => id.clone(),
        id => id.to_string(),
    }
}

/// Node, output and target of each connection.
fn connections(graph: &Value) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for node in nodes(graph) {
        for (output, value) in node["outputs"].as_object().into_iter().flatten() {
            for connection in value["connections"].as_array().into_iter().flatten() {
                let target = match &connection["node"] {
                    Value::String(target) => target.clone(),
                    target => target.to_string(),
                };
                found.push((id(node), output.clone(), target));
            }
        }
    }
    found
}

/// Why a graph is not saved.
pub fn refusal(graph: &Value) -> Option<&'static str> {
    let connections = connections(graph);
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, _, to) in &connections {
        next.entry(from).or_default().push(to);
    }
    // Whether a walk comes back: each node is left for good once all that it leads to is known to end.
    let mut state: BTreeMap<&str, bool> = BTreeMap::new();
    for start in next.keys().copied().collect::<Vec<_>>() {
        let mut stack = vec![(start, 0)];
        while let Some((node, at)) = stack.pop() {
            if at == 0 {
                match state.get(node) {
                    Some(true) => return Some("Cannot save a workflow containing a cycle"),
                    Some(false) => continue,
                    None => {}
                }
                state.insert(node, true);
            }
            match next.get(node).and_then(|targets| targets.get(at)) {
                Some(target) => {
                    stack.push((node, at + 1));
                    if state.get(target) == Some(&true) {
                        return Some("Cannot save a workflow containing a cycle");
                    }
                    stack.push((target, 0));
                }
                None => {
                    state.insert(node, false);
                }
            }
        }
    }
    let is_trigger = |node: &&Value| node["data"]["module_type"] == "trigger";
    if nodes(graph).into_iter().filter(is_trigger).count() != 1 {
        return Some("Cannot save a workflow containing no or more than one trigger");
    }
    for node in nodes(graph) {
        if node["data"]["multiple_output_connection"] == true {
            continue;
        }
        let mut outputs = node["outputs"].as_object().into_iter().flatten();
        if outputs.any(|(_, output)| output["connections"].as_array().is_some_and(|list| list.len() > 1)) {
            return Some("Cannot save a workflow having more than one connection per output");
        }
    }
    None
}

/// Whether a node after a filter is fed by one that the trigger does not reach: MISP 2.5.1 dies when it draws labels.
pub fn breaks_view(graph: &Value) -> bool {
    let connections = connections(graph);
    let module = |node: &str| {
        let found = nodes(graph).into_iter().find(|other| id(other) == node);
        found.and_then(|node| node["data"]["id"].as_str()).unwrap_or_default().to_owned()
    };
    let walk = |starts: Vec<String>, stops: &dyn Fn(&str) -> bool| {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut waiting = starts;
        while let Some(node) = waiting.pop() {
            if !seen.insert(node.clone()) || stops(&node) {
                continue;
            }
            waiting.extend(connections.iter().filter(|(from, ..)| *from == node).map(|(.., to)| to.clone()));
        }
        seen
    };
    let is_trigger = |node: &&Value| node["data"]["module_type"] == "trigger";
    let reached = walk(nodes(graph).into_iter().filter(is_trigger).map(id).collect(), &|_| false);
    let filters = reached.iter().filter(|node| module(node) == "generic-filter-data");
    let after = filters.flat_map(|filter| connections.iter().filter(move |(from, ..)| from == filter));
    let behind = walk(after.map(|(.., to)| to.clone()).collect(), &|node| module(node) == "generic-filter-reset");
    nodes(graph).into_iter().filter(|node| behind.contains(&id(node))).any(|node| {
        let inputs = node["inputs"].as_object().into_iter().flatten();
        let mut sources = inputs.flat_map(|(_, input)| input["connections"].as_array().into_iter().flatten());
        sources.any(|source| {
            let from = source["node"].as_str().map_or_else(|| source["node"].to_string(), str::to_owned);
            !reached.contains(&from)
        })
    })
}
