//! A row of MISP's tables `workflows` and `workflow_blueprints`.

use uuid::Uuid;

use super::json::Json;
use super::oddity::Notes;
use super::path::{Path, quoted};
use super::value::{flag, text, unique};
use super::{ReadError, graph};
use crate::model::{Document, DocumentKind, Graph, only_trigger};

/// What belongs to one server or is made from the rest, and is not a part of a workflow.
const OF_THE_SERVER: [&str; 7] = ["id", "timestamp", "enabled", "counter", "listening_triggers", "mermaid", "default"];

/// Reads what is under `Workflow` or `WorkflowBlueprint`.
pub(super) fn read(
    json: Json<'_>,
    kind: DocumentKind,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Result<Document<'static>, ReadError> {
    let Json::Object(members) = json else {
        return Err(ReadError::shape(path, format!("{} is here instead of an object", json.kind())));
    };
    let mut document = Document::bare(kind, Graph::default());
    let mut has_data = false;
    for (key, value) in unique(members, path, notes) {
        let here = path.key(&key);
        match key.as_ref() {
            "uuid" => document.uuid = uuid(value, &here, notes),
            "name" => document.name = text(value, &here, notes),
            "description" => document.description = text(value, &here, notes),
            "debug_enabled" => document.debug_enabled = flag(&value, &here, notes),
            "trigger_id" if kind == DocumentKind::Workflow => {
                document.trigger_id = Some(text(value, &here, notes)).filter(|id| !id.is_empty());
            }
            "data" => {
                has_data = true;
                document.graph = data(value, kind, &here, notes)?;
            }
            key if OF_THE_SERVER.contains(&key) => {}
            _ => notes.add(&here, "this key is not known here; it is not kept"),
        }
    }
    if !has_data {
        notes.add(path, "`data` is missing; the graph is read as empty");
    }
    if kind == DocumentKind::Workflow {
        trigger(&mut document, path, notes);
    }
    Ok(document)
}

fn uuid(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Option<Uuid> {
    let text = text(json, path, notes);
    if text.is_empty() {
        return None;
    }
    let uuid = Uuid::parse_str(&text).ok();
    if uuid.is_none() {
        notes.add(path, format!("{} is not a uuid; it is not kept", quoted(&text)));
        notes.invalid_uuid();
    }
    uuid
}

/// The graph, as JSON or as a text that holds JSON.
fn data(json: Json<'_>, kind: DocumentKind, path: &Path<'_>, notes: &mut Notes) -> Result<Graph<'static>, ReadError> {
    match json {
        Json::Text(text) if !text.trim().is_empty() => graph::read(super::parse(&text, path)?, kind, path, notes),
        json => graph::read(json, kind, path, notes),
    }
}

/// The row's trigger against the graph's.
fn trigger(document: &mut Document<'static>, path: &Path<'_>, notes: &mut Notes) {
    let Some(id) = &document.trigger_id else {
        document.trigger_id = only_trigger(&document.graph);
        return;
    };
    if let Some(other) = document.other_trigger() {
        notes.add(
            &path.key("trigger_id"),
            format!(
                "the workflow is stored for the trigger {}, but its graph starts with {}: it listens to nothing",
                quoted(id),
                quoted(other)
            ),
        );
    }
}
