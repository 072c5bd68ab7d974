//! A workflow or blueprint as a server has it.

use serde_json::{Value as Json, json};

use crate::misp;
use crate::model::{Document, DocumentKind, ModuleType};

/// A row of a server.
#[derive(Clone, Debug)]
pub struct Row {
    /// Workflow or blueprint.
    pub kind: DocumentKind,
    /// Its number on the server.
    pub id: String,
    /// All that the server says of it, without the wrapper.
    pub json: Json,
    /// What it means, or why it cannot be read.
    pub document: Result<Document<'static>, String>,
}

/// What of a row its author makes. The rest counts runs, tells times, and comes from elsewhere.
const OF_THE_AUTHOR: [&str; 6] = ["uuid", "name", "description", "trigger_id", "debug_enabled", "data"];

/// The key around a row.
pub(super) fn wrapper(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Workflow => "Workflow",
        DocumentKind::Blueprint => "WorkflowBlueprint",
    }
}

impl Row {
    /// Reads a row with its wrapper, or without; `None` if it has no id.
    pub fn new(kind: DocumentKind, json: Json) -> Option<Self> {
        let json = match json {
            Json::Object(mut members) if members.contains_key(wrapper(kind)) => members.remove(wrapper(kind))?,
            json => json,
        };
        let id = match &json["id"] {
            Json::String(id) if !id.is_empty() => id.clone(),
            Json::Number(id) => id.to_string(),
            _ => return None,
        };
        let document = match misp::read(&json!({ wrapper(kind): json }).to_string()) {
            Ok(mut read) if read.documents.len() == 1 => Ok(read.documents.remove(0)),
            Ok(_) => Err("it holds no graph".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        Some(Self { kind, id, json, document })
    }

    /// A text of the row; empty if it is none.
    pub fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or_default()
    }

    /// Its name, or a word for a name that is empty.
    pub fn title(&self) -> &str {
        match self.text("name") {
            "" => "(without a name)",
            name => name,
        }
    }

    /// The trigger that it is stored for.
    pub fn trigger(&self) -> &str {
        self.text("trigger_id")
    }

    /// Whether it ships with MISP.
    pub fn is_default(&self) -> bool {
        matches!(&self.json["default"], Json::Bool(true)) || matches!(self.json["default"].as_str(), Some("1"))
    }

    /// All that its author made, to the byte: two rows with the same were not edited in between.
    pub fn exact(&self) -> String {
        OF_THE_AUTHOR.map(|key| self.json[key].to_string()).join("\n")
    }

    /// Whether it holds the same as another, whatever its number and uuid are.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        ["name", "description", "debug_enabled", "data"].iter().all(|key| self.json[*key] == other.json[*key])
    }

    /// Whether nobody has put anything into it: MISP makes such a row when it opens the editor for a trigger.
    pub fn is_blank(&self) -> bool {
        let Ok(document) = &self.document else { return false };
        let nodes = &document.graph.nodes;
        let is_trigger = nodes.iter().all(|node| {
            node.module_type == ModuleType::Trigger && node.params.is_empty() && node.outputs.iter().all(Vec::is_empty)
        });
        is_trigger && nodes.len() <= 1 && document.graph.frames.is_empty()
    }
}
