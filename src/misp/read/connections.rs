//! A node's outputs and inputs.

use super::json::Json;
use super::oddity::Notes;
use super::path::{Path, quoted};
use super::value::{members, node_id, unique};
use crate::model::{Connection, NodeId};

/// A connection as an input lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct InputConnection {
    /// The input, from 1.
    pub(super) input: u8,
    /// Its place in the input's list, from 0.
    pub(super) index: usize,
    /// The node it comes from.
    pub(super) source: NodeId,
    /// The output there, from 1.
    pub(super) output: u8,
}

/// The two kinds of port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Port {
    Input,
    Output,
}

impl Port {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    /// The kind at the other end of a connection.
    fn other(self) -> Self {
        match self {
            Self::Input => Self::Output,
            Self::Output => Self::Input,
        }
    }

    /// The number in a name like `output_1`.
    fn number(self, name: &str) -> Option<u8> {
        let digits = name.strip_prefix(self.name())?.strip_prefix('_')?;
        let canonical = digits.starts_with(|first: char| ('1'..='9').contains(&first));
        digits.parse().ok().filter(|_| canonical)
    }
}

/// One end of a connection in a port's list.
struct End {
    index: usize,
    node: NodeId,
    port: u8,
}

/// Reads `outputs`.
pub(super) fn outputs(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Vec<Vec<Connection>> {
    let mut outputs = Vec::new();
    for (number, ends) in ports(json, Port::Output, path, notes) {
        let number = usize::from(number);
        if outputs.len() < number {
            outputs.resize_with(number, Vec::new);
        }
        outputs[number - 1] = ends.into_iter().map(|end| Connection { node: end.node, input: end.port }).collect();
    }
    outputs
}

/// Reads `inputs`: how many there are, and their connections.
pub(super) fn inputs(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> (u8, Vec<InputConnection>) {
    let mut count = 0;
    let mut connections = Vec::new();
    for (input, ends) in ports(json, Port::Input, path, notes) {
        count = count.max(input);
        connections.extend(ends.into_iter().map(|end| InputConnection {
            input,
            index: end.index,
            source: end.node,
            output: end.port,
        }));
    }
    (count, connections)
}

/// The ports by number, in the order of the text.
fn ports(json: Json<'_>, port: Port, path: &Path<'_>, notes: &mut Notes) -> Vec<(u8, Vec<End>)> {
    let name = port.name();
    let mut ports = Vec::new();
    for (key, value) in members(json, path, notes) {
        let here = path.key(&key);
        match port.number(&key) {
            Some(number) => ports.push((number, ends(value, port, &here, notes))),
            None => notes.add(&here, format!("{name}s are called `{name}_1` and so on; this one is not kept")),
        }
    }
    if !ports.is_sorted_by(|(a, _), (b, _)| a < b) {
        notes.add(path, format!("the {name}s are not in order; they are sorted by number"));
    }
    let highest = ports.iter().map(|(number, _)| usize::from(*number)).max().unwrap_or(0);
    if highest > ports.len() {
        notes.add(path, format!("{name}s below `{name}_{highest}` are missing; they are read as not connected"));
    }
    ports
}

fn ends(json: Json<'_>, port: Port, path: &Path<'_>, notes: &mut Notes) -> Vec<End> {
    let mut ends = Vec::new();
    for (key, value) in members(json, path, notes) {
        let here = path.key(&key);
        if key != "connections" {
            notes.add(&here, format!("this key is not known in an {}; it is not kept", port.name()));
            continue;
        }
        match value {
            Json::List(items) => {
                let items = items.into_iter().enumerate();
                ends.extend(items.filter_map(|(index, item)| end(item, index, port, &here.index(index), notes)));
            }
            // A PHP list with gaps.
            Json::Object(members) => {
                let items = unique(members, &here, notes).into_iter().enumerate();
                ends.extend(items.filter_map(|(index, (key, item))| end(item, index, port, &here.key(&key), notes)));
            }
            Json::Null => {}
            value => notes.add(&here, format!("a list is expected here, not {}; it is not kept", value.kind())),
        }
    }
    ends
}

fn end(json: Json<'_>, index: usize, port: Port, path: &Path<'_>, notes: &mut Notes) -> Option<End> {
    let there = port.other();
    let (mut node, mut number) = (None, None);
    let Json::Object(fields) = json else {
        notes.add(path, format!("a connection is an object, not {}; it is not kept", json.kind()));
        return None;
    };
    for (key, value) in unique(fields, path, notes) {
        let here = path.key(&key);
        if key == "node" {
            node = node_id(&value);
            if node.is_some() && matches!(value, Json::Number(_)) {
                notes.add(&here, "the node's id is a number here; MISP writes a string");
            }
        } else if key == port.name() {
            number = Some(match &value {
                Json::Text(name) => there.number(name).ok_or_else(|| quoted(name)),
                value => Err(value.kind().to_owned()),
            });
        } else if key == "labels" {
            notes.add(&here, "MISP creates the labels of connections again; they are not kept");
        } else {
            notes.add(&here, "this key is not known in a connection; it is not kept");
        }
    }
    let Some(node) = node else {
        notes.add(path, "the connection names no node; it is not kept");
        return None;
    };
    let port = match number {
        Some(Ok(number)) => number,
        Some(Err(what)) => {
            notes.add(&path.key(port.name()), format!("{what} is not an {0}; `{0}_1` is taken", there.name()));
            1
        }
        None => {
            notes.add(path, format!("`{}` is missing; `{}_1` is taken", port.name(), there.name()));
            1
        }
    };
    Some(End { index, node, port })
}
