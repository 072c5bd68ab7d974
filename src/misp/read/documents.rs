//! Tells what a JSON value is: a row of MISP, a graph, or a list of such.

use super::json::{Json, Member};
use super::oddity::Notes;
use super::path::Path;
use super::value::id_of_key;
use super::{ReadError, graph, row};
use crate::model::{Document, DocumentKind, ModuleType};

/// Adds all documents in `json`.
pub(super) fn collect(
    json: Json<'_>,
    path: &Path<'_>,
    documents: &mut Vec<Document<'static>>,
    notes: &mut Notes,
) -> Result<(), ReadError> {
    match json {
        Json::List(items) if items.first().is_some_and(is_node) => {
            documents.push(node_list(Json::List(items), path, notes)?);
            notes.document(path);
        }
        Json::List(items) => {
            for (index, item) in items.into_iter().enumerate() {
                collect(item, &path.index(index), documents, notes)?;
            }
        }
        Json::Object(members) if members.iter().any(|(key, _)| is_wrapper(key)) => {
            wrapped(members, path, documents, notes)?;
        }
        json if is_bare_row(&json) => {
            let blueprint = json.get("trigger_id").is_none() && matches!(json.get("data"), Some(Json::List(_)));
            let kind = if blueprint { DocumentKind::Blueprint } else { DocumentKind::Workflow };
            notes.add(path, format!("`{}` is missing around this; it is read as one", wrapper(kind)));
            documents.push(row::read(json, kind, path, notes)?);
            notes.document(path);
        }
        Json::Object(members) if members.iter().any(|(key, _)| key == "_frames" || id_of_key(key).is_some()) => {
            let graph = graph::read(Json::Object(members), DocumentKind::Workflow, path, notes)?;
            documents.push(Document::bare(DocumentKind::Workflow, graph));
            notes.document(path);
        }
        json => {
            let message = format!("{} is neither a workflow nor a blueprint nor a graph of MISP", json.kind());
            return Err(ReadError::shape(path, message));
        }
    }
    Ok(())
}

/// The key around a row of MISP.
fn wrapper(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Workflow => "Workflow",
        DocumentKind::Blueprint => "WorkflowBlueprint",
    }
}

fn is_wrapper(key: &str) -> bool {
    matches!(key, "Workflow" | "WorkflowBlueprint" | "response")
}

fn wrapped(
    members: Vec<Member<'_>>,
    path: &Path<'_>,
    documents: &mut Vec<Document<'static>>,
    notes: &mut Notes,
) -> Result<(), ReadError> {
    for (key, value) in super::value::unique(members, path, notes) {
        let here = path.key(&key);
        let kind = if key == "Workflow" { DocumentKind::Workflow } else { DocumentKind::Blueprint };
        match key.as_ref() {
            "Workflow" | "WorkflowBlueprint" => {
                documents.push(row::read(value, kind, &here, notes)?);
                notes.document(&here);
            }
            // Some of MISP's answers wrap what was asked for.
            "response" => collect(value, &here, documents, notes)?,
            _ => notes.add(&here, "this key is unknown next to a workflow or blueprint; it is not kept"),
        }
    }
    Ok(())
}

/// A node, told by what only nodes have.
fn is_node(json: &Json<'_>) -> bool {
    json.get("data").is_some()
        && ["class", "typenode", "inputs", "outputs", "pos_x"].iter().any(|key| json.get(key).is_some())
}

/// A row that lost the key around it.
fn is_bare_row(json: &Json<'_>) -> bool {
    !is_node(json)
        && json.get("data").is_some()
        && ["uuid", "name", "trigger_id"].iter().any(|key| json.get(key).is_some())
}

/// A list of nodes without a row around it: what blueprints hold.
fn node_list(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Result<Document<'static>, ReadError> {
    let graph = graph::read(json, DocumentKind::Workflow, path, notes)?;
    let has_trigger = graph.nodes.iter().any(|node| node.module_type == ModuleType::Trigger);
    let kind = if has_trigger { DocumentKind::Workflow } else { DocumentKind::Blueprint };
    Ok(Document::bare(kind, graph))
}
