//! A graph: nodes and frames.

use super::ids::{self, NodePlace};
use super::json::Json;
use super::node::{self, Draft};
use super::oddity::Notes;
use super::path::Path;
use super::value::{node_id, unique};
use super::{ReadError, frames, wiring};
use crate::model::{DocumentKind, Graph, ModuleType};

/// Reads the graph of a document of this kind. In a workflow a node's id is its key; a blueprint
/// has a list of nodes, so there the node itself tells.
pub(super) fn read(
    json: Json<'_>,
    kind: DocumentKind,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Result<Graph<'static>, ReadError> {
    let mut raw_frames = None;
    let mut drafts = Vec::new();
    let mut add = |place: NodePlace, json: Json<'_>, notes: &mut Notes| -> Result<(), ReadError> {
        let here = path.step(place.step());
        let keyed = kind == DocumentKind::Workflow;
        drafts.extend(node::read(json, &place, keyed, &here, notes)?);
        Ok(())
    };
    match json {
        Json::List(items) => {
            for (index, item) in items.into_iter().enumerate() {
                add(NodePlace::Index(index), item, notes)?;
            }
        }
        Json::Object(members) => {
            for (key, value) in unique(members, path, notes) {
                if key == "_frames" {
                    raw_frames = Some(value);
                } else {
                    add(NodePlace::Key(key.into_owned()), value, notes)?;
                }
            }
        }
        json if json.is_nothing() => {}
        json => {
            let message = format!("a graph is an object or a list of nodes, not {}", json.kind());
            return Err(ReadError::shape(path, message));
        }
    }

    ids::assign(&mut drafts, path, notes);
    if kind == DocumentKind::Blueprint {
        note_triggers(&drafts, path, notes);
    }
    wiring::compare(&mut drafts, path, notes);
    notes.graph(path, drafts.iter().map(|draft| (draft.node.id, path.step(draft.place.step()).to_string())).collect());
    let mut graph = Graph { nodes: drafts.into_iter().map(|draft| draft.node).collect(), frames: Vec::new() };
    if let Some(frames) = raw_frames {
        graph.frames = frames::read(frames, &graph, &path.key("_frames"), notes);
    }
    Ok(graph)
}

fn note_triggers(drafts: &[Draft], path: &Path<'_>, notes: &mut Notes) {
    for draft in drafts.iter().filter(|draft| draft.node.module_type == ModuleType::Trigger) {
        notes.add(
            &path.step(draft.place.step()),
            "a trigger in a blueprint: MISP leaves it out when the blueprint is placed; it is kept",
        );
    }
}

/// The id that a node itself tells.
pub(super) fn own_id(json: &Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Option<crate::model::NodeId> {
    let id = node_id(json);
    match (id, json) {
        (None, _) => notes.add(path, "this is not the id of a node"),
        (Some(_), Json::Text(_)) => notes.add(path, "the node's id is a string here; MISP writes a number"),
        _ => {}
    }
    id
}
