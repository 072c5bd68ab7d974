//! `/workflowBlueprints/…`

use serde_json::{Value, json};

use super::graph::is_storable;
use super::workflows::{deleted, page};
use super::{Ask, Response, StandIn, failure, internal, ok, status};
use crate::editor_model;

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Blueprint {
    pub id: String,
    pub uuid: String,
    pub name: String,
    pub description: String,
    pub timestamp: String,
    pub default: bool,
    /// As it is stored: text.
    pub data: String,
}

impl Blueprint {
    /// A row as `given` says.
    pub fn of(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            uuid: text("uuid"),
            name: text("name"),
            description: text("description"),
            timestamp: text("timestamp"),
            default: json["default"] == true,
            data: json["data"].to_string(),
        }
    }

    fn is_readable(&self) -> bool {
        serde_json::from_str::<Value>(&self.data).is_ok()
    }

    fn json(&self) -> Value {
        let data = serde_json::from_str(&self.data).unwrap_or(Value::Null);
        json!({
            "id": self.id, "uuid": self.uuid, "name": self.name, "description": self.description,
            "timestamp": self.timestamp, "default": self.default, "data": editor_model::stored(&data),
        })
    }
}

fn refused(action: &str, errors: &Value) -> Response {
    let words = format!("Could not {action} workflowBlueprint");
    status(
        403,
        &json!({"saved": false, "name": words, "message": words, "url": format!("/workflow_blueprints/{action}"),
            "errors": errors}),
    )
}

impl StandIn {
    fn new_blueprint_ids(&mut self) -> (String, String) {
        if let Some((id, uuid)) = self.next_blueprint.pop_front() {
            self.last_blueprint = id.parse().unwrap();
            return (id, uuid);
        }
        let highest = self.blueprints.iter().filter_map(|row| row.id.parse().ok()).max().unwrap_or(0);
        self.last_blueprint = self.last_blueprint.max(highest) + 1;
        (self.last_blueprint.to_string(), format!("00000000-0000-4000-9000-{:012}", self.last_blueprint))
    }

    pub(super) fn blueprints(&mut self, action: &str, ask: &Ask<'_>) -> Response {
        let first = ask.arguments.first().copied().unwrap_or("");
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        let is_poisoned = self.blueprints.iter().any(|row| !row.is_readable());
        let at = self.blueprints.iter().position(|row| row.id == first);
        match action {
            "add" => self.add_blueprint(ask),
            "import" => self.import_blueprint(ask),
            "index" if is_poisoned => internal(ask.place),
            "index" => ok(&self.blueprints.iter().map(|row| json!({"WorkflowBlueprint": row.json()})).collect()),
            "export" if !is_number || at.is_none() => failure(404, "Invalid workflow blueprint", ask.place),
            "view" | "export" | "edit" | "delete" => {
                if !is_number {
                    return internal(ask.place);
                }
                let Some(at) = at else { return failure(404, "Invalid WorkflowBlueprint.", ask.place) };
                if !self.blueprints[at].is_readable() {
                    return internal(ask.place);
                }
                match action {
                    "view" | "export" => ok(&json!({"WorkflowBlueprint": self.blueprints[at].json()})),
                    "edit" => self.edit_blueprint(at, ask),
                    _ if ask.method == "GET" => page(200),
                    _ => {
                        self.blueprints.remove(at);
                        deleted("WorkflowBlueprint", "/workflow_blueprints/delete", first)
                    }
                }
            }
            _ => failure(404, "Action not found.", ask.place),
        }
    }

    fn import_blueprint(&mut self, ask: &Ask<'_>) -> Response {
        let text = ask.body["WorkflowBlueprint"]["json"].as_str().filter(|text| !text.is_empty());
        let given = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
        let Some(given) = given.filter(|_| ask.is_post()) else { return failure(405, super::NOT_JSON, ask.place) };
        let row = if given["WorkflowBlueprint"].is_object() { given } else { json!({ "WorkflowBlueprint": given }) };
        let _ = self.add_blueprint(&Ask { method: "POST", place: ask.place, arguments: ask.arguments, body: &row });
        internal(ask.place)
    }

    fn add_blueprint(&mut self, ask: &Ask<'_>) -> Response {
        if !ask.is_post() {
            return internal(ask.place);
        }
        let given = if ask.body["WorkflowBlueprint"].is_object() { &ask.body["WorkflowBlueprint"] } else { ask.body };
        let Some(name) = given["name"].as_str() else { return internal(ask.place) };
        if name.is_empty() {
            return refused("add", &json!({"name": ["Name cannot be empty."]}));
        }
        if let Some(uuid) = given["uuid"].as_str() {
            if uuid.len() != 36 {
                return refused("add", &json!({"uuid": ["Please provide a valid RFC 4122 UUID"]}));
            }
            if self.blueprints.iter().any(|row| row.uuid == uuid) {
                return refused("add", &json!({"uuid": ["The UUID provided is not unique"]}));
            }
        }
        if name.chars().count() > 191 || !is_storable(given) {
            return internal(ask.place);
        }
        let data = match &given["data"] {
            Value::String(text) => text.clone(),
            Value::Null => "[]".to_owned(),
            data => data.to_string(),
        };
        let (id, uuid) = self.new_blueprint_ids();
        let time = self.tick().to_string();
        let text = |key: &str| given[key].as_str().map(str::to_owned);
        let row = Blueprint {
            id,
            uuid: text("uuid").unwrap_or(uuid),
            name: name.to_owned(),
            description: text("description").unwrap_or_default(),
            timestamp: text("timestamp").unwrap_or(time),
            default: false,
            data,
        };
        let answer =
            if row.is_readable() { ok(&json!({"WorkflowBlueprint": row.json()})) } else { internal(ask.place) };
        self.blueprints.push(row);
        answer
    }

    fn edit_blueprint(&mut self, at: usize, ask: &Ask<'_>) -> Response {
        if !ask.is_post() {
            return internal(ask.place);
        }
        let given = if ask.body["WorkflowBlueprint"].is_object() { &ask.body["WorkflowBlueprint"] } else { ask.body };
        if given["name"] == "" {
            return refused("edit", &json!({"name": ["Name cannot be empty."]}));
        }
        let is_taken =
            |uuid: &str| self.blueprints.iter().enumerate().any(|(other, row)| other != at && row.uuid == uuid);
        if given["uuid"].as_str().is_some_and(is_taken) {
            return refused("edit", &json!({"uuid": ["The UUID provided is not unique"]}));
        }
        if given["name"].as_str().is_some_and(|name| name.chars().count() > 191) || !is_storable(given) {
            return internal(ask.place);
        }
        let row = &mut self.blueprints[at];
        for (key, field) in [
            ("name", &mut row.name),
            ("description", &mut row.description),
            ("uuid", &mut row.uuid),
            ("timestamp", &mut row.timestamp),
        ] {
            if let Some(text) = given[key].as_str() {
                text.clone_into(field);
            }
        }
        match &given["data"] {
            Value::Null => {}
            Value::String(text) => row.data.clone_from(text),
            data => row.data = data.to_string(),
        }
        let mut json = row.json();
        // What was sent as a text is echoed as it was, and all else anew.
        let is_text = given["data"].is_string();
        json["data"] = if is_text { json!(row.data) } else { json!(json["data"].to_string()) };
        ok(&json!({ "WorkflowBlueprint": json }))
    }
}
