//! What MISP stores of a graph that is posted, and what its editor makes of a graph when a person opens it and saves it.
//!
//! A model of the editor, held against recordings of the real one in `editor_saves.rs`. Of the library it knows the
//! catalogue alone, so that both cannot share a mistake. `node_uid` is `UID` in what it saves, ids of frames are `FRAME0` and so on.
// Each test that has this module uses a part of it.

use std::collections::BTreeMap;

use mispflow::catalogue::Catalogue;
use serde_json::{Map, Value, json};

/// A server as its editor sees it.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Modules and triggers by id, as `moduleIndex` gives them.
    pub modules: BTreeMap<String, Value>,
    /// What pickers fetch, by address.
    pub lists: BTreeMap<String, Vec<Value>>,
}

impl Server {
    /// Reads `{"modules": […], "triggers": […], "lists": {…}}`.
    pub fn new(json: &Value) -> Self {
        let entries = ["modules", "triggers"].iter().flat_map(|key| json[*key].as_array().into_iter().flatten());
        let modules = entries.map(|module| (module["id"].as_str().unwrap().to_owned(), module.clone())).collect();
        let lists = json["lists"].as_object().into_iter().flatten();
        let lists = lists.map(|(url, list)| (url.clone(), list.as_array().cloned().unwrap_or_default())).collect();
        Self { modules, lists }
    }

    /// A server that has the modules of a catalogue, and whatever a graph picks where only a server knows the options.
    pub fn with_all(catalogue: &Catalogue, graph: &Value) -> Self {
        let parts = ["selector", "value", "operator", "path"];
        let filters: Vec<Value> = parts.iter().map(|part| json!({"text": part, "value": ""})).collect();
        // Each ad-hoc workflow has a trigger id of its own, by which its server lists it.
        let mut own =
            graph.as_object().into_iter().flat_map(Map::values).filter_map(|node| node["data"]["id"].as_str());
        let adhoc = own.find(|id| id.starts_with("adhoc_")).unwrap_or("adhoc-trigger");
        let modules = catalogue.modules().map(|signature| {
            let listed = if signature.id == "adhoc-trigger" { adhoc } else { signature.id.as_str() };
            let params = signature.parameters.iter().map(|parameter| {
                let mut options: Vec<Value> = parameter.options.keys().map(|option| json!(option)).collect();
                // What a picker without options takes is the person's own, in any order.
                let takes_new = parameter.multiple && options.is_empty();
                if !takes_new && (parameter.open || options.is_empty()) {
                    let nodes = graph.as_object().into_iter().flat_map(Map::values);
                    let nodes = nodes.filter(|node| node["data"]["id"] == *listed);
                    let values = nodes.flat_map(|node| match &node["data"]["indexed_params"][&parameter.id] {
                        Value::Array(values) => values.clone(),
                        value => vec![value.clone()],
                    });
                    for value in values.filter(Value::is_string) {
                        if !options.contains(&value) {
                            options.push(value);
                        }
                    }
                }
                let mut json =
                    json!({"id": parameter.id, "type": parameter.kind.as_str(), "multiple": parameter.multiple});
                json["picker_create_new"] = json!(takes_new);
                if parameter.open && !parameter.multiple {
                    // Where a server has options the first of them takes the place of nothing: here it has none.
                    json["type"] = json!("select");
                }
                json["options"] = options.into();
                if let Some(default) = &parameter.default {
                    json["default"] = default.clone();
                }
                json
            });
            let module = json!({
                "id": listed, "name": signature.name, "module_type": signature.module_type,
                "version": signature.version, "multiple_output_connection": signature.multiple_output_connection,
                "html_template": signature.shape.as_str(), "expect_misp_core_format": signature.expects_core_format,
                "saved_filters": filters, "params": params.collect::<Vec<_>>(),
            });
            (listed.to_owned(), module)
        });
        Self { modules: modules.collect(), lists: BTreeMap::new() }
    }

    /// The same server with some of its modules switched off.
    pub fn without(&self, off: &[&str]) -> Self {
        let mut server = self.clone();
        for id in off {
            if let Some(module) = server.modules.get_mut(*id) {
                module["disabled"] = json!(true);
            }
        }
        server
    }
}

/// What MISP stores of a posted graph and gives back, but for the labels on connections.
pub fn stored(posted: &Value) -> Value {
    match posted {
        Value::Object(members) => {
            let is_list = members.keys().enumerate().all(|(index, key)| *key == index.to_string());
            if is_list {
                members.values().map(stored).collect()
            } else {
                members.iter().map(|(key, value)| (key.clone(), stored(value))).collect::<Map<_, _>>().into()
            }
        }
        Value::Array(items) => items.iter().map(stored).collect(),
        Value::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap();
            if value.abs() < 1e15 && value.fract() == 0.0 { json!(value as i64) } else { posted.clone() }
        }
        other => other.clone(),
    }
}

/// What the editor saves for a graph that it loads, and the error at which its loading stops.
pub fn save(graph: &Value, server: &Server) -> (Value, Option<&'static str>) {
    Editor { server, drawn: true, nodes: Map::new(), next: 1 }.save(graph)
}

/// The graph with the marks that [`save`] sets, to compare with what it gives.
pub fn without_marks(graph: &Value) -> Value {
    let mut graph = graph.clone();
    let nodes = graph.as_object_mut().expect("a graph that was saved is an object");
    let frames = nodes.shift_remove("_frames");
    for node in nodes.values_mut() {
        if let Some(uid) = node["data"].get_mut("node_uid") {
            *uid = json!("UID");
        }
    }
    let frames = frames.iter().flat_map(|frames| frames.as_object().into_iter().flatten()).enumerate();
    let frames: Map<String, Value> = frames
        .map(|(index, (_, frame))| {
            let (id, mut frame) = (format!("FRAME{index}"), frame.clone());
            frame["id"] = json!(id);
            (id, frame)
        })
        .collect();
    nodes.insert("_frames".to_owned(), frames.into());
    graph
}

struct Editor<'s> {
    server: &'s Server,
    /// Whether pickers are read back from the page.
    drawn: bool,
    nodes: Map<String, Value>,
    next: i64,
}

impl Editor<'_> {
    fn save(mut self, graph: &Value) -> (Value, Option<&'static str>) {
        let loaded: Vec<(String, &Value)> = items(graph).into_iter().filter(|(key, _)| key != "_frames").collect();
        let mut error = None;
        for (_, node) in &loaded {
            let data = &node["data"];
            match self.server.modules.get(data["id"].as_str().unwrap_or_default()) {
                None => self.unknown(node),
                Some(_) if data.get("indexed_params").is_some_and(Value::is_null) => {
                    if self.drawn {
                        return Self { drawn: false, nodes: Map::new(), next: 1, ..self }.save(graph);
                    }
                    error = Some("Cannot convert undefined or null to object");
                    break;
                }
                Some(module) => self.node(node, module),
            }
        }
        if error.is_none() {
            error = self.connect(&loaded);
        }
        let mut frames = Map::new();
        if error.is_none() {
            error = self.frames(graph, &mut frames);
        }
        let by_id = self.nodes.into_iter().map(|(_, node)| (plain(&node["id"]), node)).collect::<Map<_, _>>();
        let mut saved: Map<String, Value> =
            items(&by_id.into()).into_iter().map(|(key, node)| (key, node.clone())).collect();
        saved.insert("_frames".to_owned(), frames.into());
        (saved.into(), error)
    }

    /// A node whose module the server lacks.
    fn unknown(&mut self, node: &Value) {
        let data = node["data"].as_object().expect("data");
        let mut kept: Map<String, Value> =
            data.iter().filter(|(key, _)| is_kept(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        if let Some(params) = data.get("params") {
            let params = params.as_array().into_iter().flatten();
            let params = params.filter(|parameter| !truthy(parameter.get("is_invalid")));
            let values = params.filter_map(|parameter| {
                let value = parameter.get("value").or_else(|| parameter.get("default"))?;
                Some((plain(&parameter["id"]), value.clone()))
            });
            kept.insert("indexed_params".to_owned(), values.collect::<Map<_, _>>().into());
        }
        let id = json!(self.next);
        self.put(id, node, node.get("name").cloned(), kept, "");
    }

    fn node(&mut self, node: &Value, module: &Value) {
        let mut data = node["data"].as_object().expect("data").clone();
        let empty = json!({});
        data.insert("node_uid".to_owned(), json!("UID"));
        let params = data.entry("indexed_params").or_insert_with(|| empty.clone()).clone();
        let filters = data.entry("saved_filters").or_insert_with(|| empty.clone()).clone();
        let or =
            |value: Option<&Value>, other: Value| value.filter(|value| truthy(Some(value))).cloned().unwrap_or(other);
        let name = or(data.get("name"), module["name"].clone());
        let previous = or(data.get("module_version"), json!("?"));
        for (key, value) in [
            ("module_type", module["module_type"].clone()),
            ("id", module["id"].clone()),
            ("name", name.clone()),
            ("multiple_output_connection", module["multiple_output_connection"].clone()),
            ("previous_module_version", previous),
            ("module_version", module["version"].clone()),
        ] {
            data.insert(key.to_owned(), value);
        }
        let given: BTreeMap<String, &Value> = items(&params).into_iter().collect();
        let mut indexed = Map::new();
        for parameter in module["params"].as_array().into_iter().flatten() {
            let id = plain(&parameter["id"]);
            let given = given.get(&id).map(|value| (*value).clone());
            let value = if parameter["type"] == "picker" && self.drawn {
                Some(self.picked(parameter, given.as_ref()))
            } else {
                given
            };
            indexed.extend(value.or_else(|| parameter.get("default").cloned()).map(|value| (id, value)));
        }
        data.insert("indexed_params".to_owned(), indexed.into());
        let given: BTreeMap<String, &Value> = items(&filters).into_iter().collect();
        let of_module = module["saved_filters"].as_array().into_iter().flatten();
        let filters = of_module.map(|filter| {
            let text = plain(&filter["text"]);
            let value = given.get(&text).filter(|value| truthy(Some(value))).map(|value| (*value).clone());
            (text, value.unwrap_or_else(|| filter["value"].clone()))
        });
        let filters: Map<String, Value> = filters.collect();
        data.insert("saved_filters".to_owned(), filters.into());
        let data = data.into_iter().filter(|(key, _)| is_kept(key)).collect();
        let class = class(module);
        self.put(node["id"].clone(), node, Some(name), data, &class);
    }

    fn put(&mut self, id: Value, node: &Value, name: Option<Value>, data: Map<String, Value>, class: &str) {
        let ports = |side: &str, prefix: &str| {
            let count = items(&node[side]).len();
            let ports = (1..=count).map(|number| (format!("{prefix}_{number}"), json!({"connections": []})));
            Value::from(ports.collect::<Map<_, _>>())
        };
        let key = plain(&id);
        self.next = key.parse::<i64>().unwrap_or_default() + 1;
        let members = [
            ("id", Some(id)),
            ("name", name),
            ("data", Some(data.into())),
            ("class", Some(json!(class))),
            ("typenode", Some(json!(false))),
            ("inputs", Some(ports("inputs", "input"))),
            ("outputs", Some(ports("outputs", "output"))),
            ("pos_x", node.get("pos_x").cloned()),
            ("pos_y", node.get("pos_y").cloned()),
        ];
        let members = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
        self.nodes.insert(key, members.collect::<Map<_, _>>().into());
    }

    /// What a picker holds once it is drawn.
    fn picked(&self, parameter: &Value, given: Option<&Value>) -> Value {
        let several = truthy(parameter.get("multiple"));
        if let Some(url) = parameter["picker_options"]["select_options_url"].as_str() {
            let none = json!([]);
            let options = self.server.lists.get(url).map_or(&[][..], Vec::as_slice);
            return chosen(options, several, Some(given.unwrap_or(&none)));
        }
        let mut options: Vec<Value> = match &parameter["options"] {
            Value::Array(options) => {
                options.iter().map(|option| option.get("value").unwrap_or(option).clone()).collect()
            }
            options => items(options).into_iter().map(|(key, _)| json!(key)).collect(),
        };
        let takes_new = truthy(parameter.get("picker_create_new"));
        if takes_new {
            match given {
                Some(Value::Array(new)) => options.extend(new.iter().cloned()),
                new => options.extend(new.filter(|new| truthy(Some(new))).cloned()),
            }
            options.retain(Value::is_string);
        }
        chosen(&options, several || takes_new, given.or_else(|| parameter.get("default")))
    }

    /// Makes the connections anew, from the inputs alone.
    fn connect(&mut self, loaded: &[(String, &Value)]) -> Option<&'static str> {
        let mut error = None;
        for (_, node) in loaded {
            if error.is_some() {
                break;
            }
            let target = plain(&node["id"]);
            for (input, port) in items(&node["inputs"]) {
                for connection in port["connections"].as_array().into_iter().flatten() {
                    let source = plain(&connection["node"]);
                    let output = connection["input"].as_str().unwrap_or_default();
                    if !self.nodes.contains_key(&source) || !self.nodes.contains_key(&target) {
                        continue;
                    }
                    let Some(there) = self.nodes[&source]["outputs"].get_mut(output) else {
                        error = Some("Cannot read properties of undefined (reading 'connections')");
                        break;
                    };
                    let there = there["connections"].as_array_mut().expect("a list");
                    let new = json!({"node": target, "output": input});
                    if there.contains(&new) {
                        continue;
                    }
                    there.push(new);
                    let here = self.nodes[&target]["inputs"][&input]["connections"].as_array_mut().expect("a list");
                    here.push(json!({"node": source, "input": output}));
                }
            }
        }
        error
    }

    fn frames(&self, graph: &Value, frames: &mut Map<String, Value>) -> Option<&'static str> {
        for (index, (_, frame)) in items(graph.get("_frames").unwrap_or(&Value::Null)).into_iter().enumerate() {
            let mut inside: Vec<Value> = Vec::new();
            for node in frame["nodes"].as_array().into_iter().flatten() {
                if !inside.contains(node) {
                    inside.push(node.clone());
                }
            }
            if inside.is_empty() {
                continue;
            }
            if inside.iter().any(|node| !self.nodes.contains_key(&plain(node))) {
                return Some("Cannot read properties of null (reading 'getBoundingClientRect')");
            }
            let id = format!("FRAME{index}");
            let members = [
                ("id", Some(json!(id))),
                ("text", frame.get("text").cloned()),
                ("nodes", Some(inside.into())),
                ("class", frame.get("class").cloned()),
            ];
            let members = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
            frames.insert(id, members.collect::<Map<_, _>>().into());
        }
        None
    }
}

fn class(module: &Value) -> String {
    let mut class = format!("block-type-{}", module["html_template"].as_str().unwrap_or("default"));
    if module["module_type"] == "logic" {
        class.push_str(" block-type-logic");
    }
    if truthy(module.get("expect_misp_core_format")) {
        class.push_str(" expect-misp-core-format");
    }
    if truthy(module.get("disabled")) {
        class.push_str(" disabled");
    }
    class
}

fn is_kept(key: &str) -> bool {
    !key.starts_with('_') && !["module_data", "params"].contains(&key)
}

/// The options that are chosen: those in the value where several can be.
fn chosen(options: &[Value], several: bool, value: Option<&Value>) -> Value {
    let is_chosen = |option: &&Value| match value {
        Some(Value::Array(items)) if several => items.contains(option),
        _ => loosely(option, value),
    };
    let mut chosen = options.iter().filter(is_chosen);
    if several {
        return chosen.cloned().collect();
    }
    chosen.next_back().or(options.first()).cloned().unwrap_or(Value::Null)
}

/// Whether JavaScript takes an option, which is a text, for a value.
fn loosely(option: &Value, value: Option<&Value>) -> bool {
    let Some(option) = option.as_str() else { return false };
    let number = || {
        let trimmed = option.trim();
        if trimmed.is_empty() { Some(0.0) } else { trimmed.parse::<f64>().ok() }
    };
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(value)) => number() == Some(f64::from(u8::from(*value))),
        Some(Value::Number(value)) => number() == value.as_f64(),
        Some(Value::String(value)) => option == value,
        Some(other) => option == plain(other),
    }
}

/// A value as JavaScript makes a text of it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let texts = items.iter().map(|item| if item.is_null() { String::new() } else { plain(item) });
            texts.collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(value) if number.is_f64() && value.fract() == 0.0 => format!("{value:.0}"),
            _ => number.to_string(),
        },
        Value::Bool(value) => value.to_string(),
    }
}

/// Whether JavaScript takes a value for true.
fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// The members of an object, or the entries of a list, in the order in which JavaScript goes through them.
fn items(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Value::Object(members) => {
            let number =
                |key: &str| key.parse::<u32>().ok().filter(|number| *number < u32::MAX && number.to_string() == key);
            let mut first: Vec<(u32, &String, &Value)> =
                members.iter().filter_map(|(key, value)| Some((number(key)?, key, value))).collect();
            first.sort_by_key(|(number, _, _)| *number);
            let others = members.iter().filter(|(key, _)| number(key).is_none());
            first
                .into_iter()
                .map(|(_, key, value)| (key, value))
                .chain(others)
                .map(|(key, value)| (key.clone(), value))
                .collect()
        }
        _ => Vec::new(),
    }
}
