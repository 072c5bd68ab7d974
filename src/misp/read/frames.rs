//! The editor's frames.

use std::borrow::Cow;

use super::json::Json;
use super::oddity::Notes;
use super::path::{Path, quoted};
use super::value::{members, node_id, text, unique};
use crate::model::{Frame, Graph, NodeId};

/// Reads `_frames`.
pub(super) fn read(json: Json<'_>, graph: &Graph<'_>, path: &Path<'_>, notes: &mut Notes) -> Vec<Frame<'static>> {
    match json {
        Json::List(items) if !items.is_empty() => {
            notes.add(path, "the frames are a list; their own ids are taken for their keys");
            let mut frames: Vec<Frame<'static>> = Vec::new();
            for (index, item) in items.into_iter().enumerate() {
                let here = path.index(index);
                let id = match item.get("id") {
                    Some(Json::Text(id)) => id.to_string(),
                    _ => index.to_string(),
                };
                frames.extend(frame(id.into(), item, graph, &here, notes));
            }
            distinct(frames, path, notes)
        }
        json => members(json, path, notes)
            .into_iter()
            .filter_map(|(key, value)| frame(Cow::Owned(key.to_string()), value, graph, &path.key(&key), notes))
            .collect(),
    }
}

/// Frames of a list may share an id, which keys cannot.
fn distinct(mut frames: Vec<Frame<'static>>, path: &Path<'_>, notes: &mut Notes) -> Vec<Frame<'static>> {
    let mut seen = rustc_hash::FxHashSet::default();
    frames.retain(|frame| {
        let new = seen.insert(frame.uuid.clone());
        if !new {
            notes.add(path, format!("several frames have the id {}; only the first is kept", quoted(&frame.uuid)));
        }
        new
    });
    frames
}

fn frame(
    uuid: Cow<'static, str>,
    json: Json<'_>,
    graph: &Graph<'_>,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Option<Frame<'static>> {
    let Json::Object(fields) = json else {
        notes.add(path, format!("a frame is an object, not {}; it is not kept", json.kind()));
        return None;
    };
    let mut frame = Frame { uuid, text: Cow::Borrowed(""), nodes: Vec::new(), class: Cow::Borrowed("") };
    for (key, value) in unique(fields, path, notes) {
        let here = path.key(&key);
        match key.as_ref() {
            "id" => {
                if text(value, &here, notes) != frame.uuid {
                    notes.add(&here, "the frame's key differs and counts; this id is not kept");
                }
            }
            "text" => frame.text = text(value, &here, notes),
            "class" => frame.class = text(value, &here, notes),
            "nodes" => frame.nodes = nodes(value, graph, &here, notes),
            _ => notes.add(&here, "this key is not known in a frame; it is not kept"),
        }
    }
    Some(frame)
}

fn nodes(json: Json<'_>, graph: &Graph<'_>, path: &Path<'_>, notes: &mut Notes) -> Vec<NodeId> {
    let items = match json {
        Json::List(items) => items,
        json => members(json, path, notes).into_iter().map(|(_, item)| item).collect(),
    };
    let mut inside = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let here = path.index(index);
        match node_id(item) {
            None => notes.add(&here, "this is not the id of a node; it is not kept"),
            Some(id) => {
                if matches!(item, Json::Text(_)) {
                    notes.add(&here, "the node's id is a string here; MISP writes a number");
                }
                if graph.index(id).is_none() {
                    notes.add(&here, format!("the frame holds node {id}, which does not exist; it is kept"));
                }
                inside.push(id);
            }
        }
    }
    inside
}
