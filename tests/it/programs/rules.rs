//! What MISP's save refuses and what breaks at run time, over the JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// The keys of a node and of its `data`, in the order of the editor.
const NODE: [&str; 9] = ["id", "name", "data", "class", "typenode", "inputs", "outputs", "pos_x", "pos_y"];
const DATA: [&str; 9] = [
    "id",
    "name",
    "module_type",
    "indexed_params",
    "saved_filters",
    "multiple_output_connection",
    "module_version",
    "node_uid",
    "previous_module_version",
];

/// The rules that a workflow breaks, in words.
pub fn of_workflow(workflow: &Value, detached: bool) -> Vec<String> {
    let mut broken = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    for key in ["name", "description"] {
        let length = workflow[key].as_str().map_or(usize::MAX, |text| text.chars().count());
        check(length <= 191, format!("the {key} has {length} characters"));
    }
    check(workflow["name"].as_str().is_some_and(|name| !name.trim().is_empty()), "the name is empty".into());
    check(is_uuid(&workflow["uuid"]), "the uuid is none".into());
    let data = workflow["data"].as_object().expect("a graph is an object");
    let nodes: BTreeMap<i64, &Value> = data
        .iter()
        .filter(|(key, _)| *key != "_frames")
        .map(|(key, node)| (key.parse().expect("the key of a node is a number"), node))
        .collect();
    for (key, node) in &nodes {
        check(node["id"].as_i64() == Some(*key), format!("node {key} has another id"));
    }
    let triggers: Vec<&&Value> = nodes.values().filter(|node| node["data"]["module_type"] == "trigger").collect();
    check(triggers.len() == 1, format!("there are {} triggers", triggers.len()));
    if let [trigger] = triggers[..] {
        check(trigger["data"]["id"] == workflow["trigger_id"], "the trigger is not the workflow's".into());
        check(trigger["inputs"] == Value::Object(Map::new()), "the trigger has inputs".into());
        let reached = reached(&nodes, trigger["id"].as_i64().unwrap());
        if !detached {
            check(reached.len() == nodes.len(), format!("only {reached:?} are reached"));
        }
    }
    let frames = data["_frames"].as_object().expect("`_frames` is an object");
    for (key, frame) in frames {
        check(frame["id"] == **key && is_uuid(&frame["id"]), format!("frame {key} has another id"));
        check(frame["text"].as_str().is_some_and(|text| !text.is_empty()), format!("frame {key} has no title"));
        let members = frame["nodes"].as_array().expect("a frame has nodes");
        check(!members.is_empty(), format!("frame {key} is empty"));
        for member in members {
            check(member.as_i64().is_some_and(|id| nodes.contains_key(&id)), format!("frame {key} holds {member}"));
        }
    }
    broken.extend(of_nodes(&nodes));
    broken
}

/// The rules that a blueprint breaks, in words.
pub fn of_blueprint(blueprint: &Value) -> Vec<String> {
    let list = blueprint["data"].as_array().expect("a blueprint's data is a list");
    let nodes: BTreeMap<i64, &Value> = list.iter().map(|node| (node["id"].as_i64().expect("an id"), node)).collect();
    let mut broken = of_nodes(&nodes);
    if nodes.len() != list.len() {
        broken.push("two nodes have one id".to_owned());
    }
    if nodes.values().any(|node| node["data"]["module_type"] == "trigger") {
        broken.push("a blueprint has a trigger".to_owned());
    }
    if !is_uuid(&blueprint["uuid"]) {
        broken.push("the uuid is none".to_owned());
    }
    broken
}

fn is_uuid(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// What holds of the nodes of workflows and blueprints alike.
fn of_nodes(nodes: &BTreeMap<i64, &Value>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut led_to: BTreeSet<(i64, i64, String)> = BTreeSet::new();
    let mut leads: BTreeSet<(i64, i64, String)> = BTreeSet::new();
    for (&id, node) in nodes {
        let mut check = |holds: bool, what: &str| {
            if !holds {
                broken.push(format!("node {id}: {what}"));
            }
        };
        check(keys(node) == NODE, "other keys than the editor's");
        let mut written = keys(&node["data"]);
        if node["data"]["module_type"] == "trigger" {
            // Where the trigger gives the core format, its node must say so.
            written.retain(|key| *key != "misp_core_format");
        }
        check(written == DATA, "other keys in `data` than the editor's");
        check(
            keys(&node["data"]["saved_filters"]) == ["selector", "value", "operator", "path"],
            "the keys of the filter",
        );
        check(node["typenode"] == false, "`typenode`");
        check(id > 0, "its id");
        check(node["name"] == node["data"]["name"], "two names");
        check(node["pos_x"].is_number() && node["pos_y"].is_number(), "no position");
        check(node["data"]["indexed_params"].is_object(), "`indexed_params` is no object");
        check(node["data"]["node_uid"].as_str().is_some_and(|uid| !uid.is_empty()), "no `node_uid`");
        let may_split = node["data"]["multiple_output_connection"] == true;
        check(!may_split || node["data"]["id"] == "concurrent-task", "may not have several connections");
        for (output, connections) in ports(&node["outputs"]) {
            check(output.starts_with("output_"), "the name of an output");
            check(connections.len() <= 1 || may_split, "several connections from one output");
            for connection in connections {
                let Some(target) = other(connection) else {
                    check(false, "a connection without a node");
                    continue;
                };
                check(nodes.contains_key(&target), "a connection to nowhere");
                check(connection["output"] == "input_1", "a connection to no input");
                check(leads.insert((id, target, output.clone())), "a connection twice");
            }
        }
        for (input, connections) in ports(&node["inputs"]) {
            check(input == "input_1", "the name of an input");
            for connection in connections {
                let from = other(connection).unwrap_or(-1);
                let output = connection["input"].as_str().unwrap_or_default().to_owned();
                check(led_to.insert((from, id, output)), "an input's connection twice");
            }
        }
    }
    if leads != led_to {
        broken.push(format!("outputs and inputs do not agree: {leads:?}, {led_to:?}"));
    }
    if has_cycle(nodes) {
        broken.push("there is a cycle".to_owned());
    }
    broken
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn ports(value: &Value) -> Vec<(String, Vec<&Value>)> {
    let ports = value.as_object().expect("ports are an object");
    ports
        .iter()
        .map(|(name, port)| {
            (name.clone(), port["connections"].as_array().expect("a port has connections").iter().collect())
        })
        .collect()
}

/// The node at the other end; its number is a string.
fn other(connection: &Value) -> Option<i64> {
    connection["node"].as_str()?.parse().ok()
}

fn targets(node: &Value) -> Vec<i64> {
    ports(&node["outputs"]).into_iter().flat_map(|(_, connections)| connections).filter_map(other).collect()
}

fn reached(nodes: &BTreeMap<i64, &Value>, from: i64) -> BTreeSet<i64> {
    let mut reached = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for target in nodes.get(&id).map(|node| targets(node)).unwrap_or_default() {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    reached
}

/// Takes away what leads nowhere until nothing is left, or only cycles.
fn has_cycle(nodes: &BTreeMap<i64, &Value>) -> bool {
    let mut left: BTreeMap<i64, Vec<i64>> = nodes.iter().map(|(&id, node)| (id, targets(node))).collect();
    loop {
        let ends: Vec<i64> = left
            .iter()
            .filter(|(_, to)| to.iter().all(|target| !left.contains_key(target)))
            .map(|(&id, _)| id)
            .collect();
        if ends.is_empty() {
            return !left.is_empty();
        }
        for end in ends {
            left.remove(&end);
        }
    }
}
