//! `/workflows/…`

use serde_json::{Map, Value, json};

use super::graph::{self, is_storable, refusal};
use super::{Ask, Response, ScriptedRun, StandIn, failure, internal, ok, status};
use crate::editor_model;

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Workflow {
    pub id: String,
    pub uuid: String,
    pub name: String,
    pub description: String,
    pub timestamp: String,
    pub counter: u64,
    pub trigger_id: String,
    pub debug: bool,
    pub data: Value,
    /// The trigger under which Redis lists it; `None` if under none.
    pub listens: Option<String>,
}

/// The most characters of a name.
const MAX_NAME: usize = 191;

/// What a debug flag becomes in the database.
fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.as_str(), "" | "0"),
        _ => false,
    }
}

/// Whether a row is listed among the ad-hoc ones.
fn is_adhoc(trigger: &str) -> bool {
    trigger.starts_with("adhoc")
}

/// Whether the switch of a trigger lies in Redis, as those of ad-hoc workflows do.
fn has_adhoc_switch(trigger: &str) -> bool {
    trigger.starts_with("adhoc_")
}

impl Workflow {
    /// A row as `given` says.
    pub fn of(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            uuid: text("uuid"),
            name: text("name"),
            description: text("description"),
            timestamp: text("timestamp"),
            counter: text("counter").parse().unwrap_or(0),
            trigger_id: text("trigger_id"),
            debug: truth(&json["debug_enabled"]),
            listens: graph::trigger(&json["data"]).map(str::to_owned).or_else(|| Some(text("trigger_id"))),
            data: json["data"].clone(),
        }
    }

    /// Whether its graph in the database is not JSON. That of a row without one stands for it.
    fn is_broken(&self) -> bool {
        self.data.is_null()
    }
}

/// The trigger node that MISP makes itself.
fn blank(configuration: &Value) -> Value {
    json!({"1": {
        "class": "block-type-trigger", "data": configuration, "id": 1, "inputs": [],
        "outputs": {"output_1": {"connections": []}}, "pos_x": 0, "pos_y": 0, "typenode": false,
    }})
}

/// The trigger of an ad-hoc workflow, as MISP lists it.
fn adhoc_trigger(id: &str) -> Value {
    let parts = ["selector", "value", "operator", "path"].map(|part| json!({"text": part, "value": ""}));
    json!({
        "id": id, "icon": "hand-pointer", "description": "", "is_adhoc": true, "blocking": true,
        "misp_core_format": true, "is_misp_module": false, "is_custom": false,
        "params": [
            {"id": "scope", "label": "Data Input Scope", "type": "select", "default": "events", "options": {
                "passed_roaming_data": "Passed Roaming Data", "passed_event_ids": "Passed Event IDs",
                "events": "Events RestSearch"}},
            {"id": "filters", "label": "Search Filters", "type": "textarea", "default": "{}",
                "placeholder": "{\n    \"publish_timestamp\": \"24h\"\n}", "jinja_supported": true,
                "display_on": {"scope": ["events", "attributes"]}},
        ],
        "scope": "others", "trigger_overhead": 1, "trigger_overhead_message": "", "inputs": 0, "outputs": 1,
        "expect_misp_core_format": false, "name": "Ad-Hoc", "version": "0.1", "icon_class": "",
        "multiple_output_connection": false, "support_filters": false, "saved_filters": parts,
        "module_type": "trigger", "html_template": "trigger",
    })
}

impl StandIn {
    /// Adds a workflow as if somebody had made it.
    pub fn with_workflow(&mut self, trigger: &str, name: &str, data: &Value) -> String {
        let (id, uuid) = self.new_ids();
        let timestamp = self.tick().to_string();
        self.workflows.push(Workflow {
            id: id.clone(),
            uuid,
            name: name.to_owned(),
            description: String::new(),
            timestamp,
            counter: 0,
            trigger_id: trigger.to_owned(),
            debug: false,
            data: editor_model::stored(data),
            listens: graph::trigger(data).map(str::to_owned),
        });
        id
    }

    /// A number and a uuid for a new row.
    fn new_ids(&mut self) -> (String, String) {
        let highest = self.workflows.iter().filter_map(|row| row.id.parse().ok()).max().unwrap_or(0);
        if let Some((id, uuid)) = self.next.pop_front() {
            self.last_id = id.parse().unwrap();
            return (id, uuid);
        }
        self.last_id = self.last_id.max(highest) + 1;
        (self.last_id.to_string(), format!("00000000-0000-4000-8000-{:012}", self.last_id))
    }

    pub(super) fn workflows(&mut self, action: &str, ask: &Ask<'_>) -> Response {
        let first = ask.arguments.first().copied();
        match action {
            "index" => self.index(ask),
            "view" => self.view(first, ask),
            "editor" => self.editor(first.unwrap_or(""), ask),
            "edit" => self.edit(first, ask),
            "add" => self.add(ask),
            "delete" => self.delete(first, ask),
            "triggers" => self.list_triggers(ask),
            "adhoc" if !self.is_old() => self.adhoc(ask),
            "moduleindex" => self.list_modules(ask),
            "moduleview" => self.module(first.unwrap_or(""), ask),
            "togglemodule" => self.toggle(ask),
            "masstogglefield" => self.mass_toggle(ask),
            "debugtogglefield" => failure(405, "This action is available via AJAX only.", ask.place),
            "executeworkflow" => self.execute(first.unwrap_or(""), ask),
            "modulestatelessexecution" if first == Some("stop-execution") => self.say(ask),
            "rebuildredis" if !self.is_old() => {
                self.modules_on.clear();
                self.adhoc_on.clear();
                for row in &mut self.workflows {
                    row.listens = graph::trigger(&row.data).map(str::to_owned);
                }
                internal(ask.place)
            }
            _ => failure(404, "Action not found.", ask.place),
        }
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.workflows.iter().position(|row| row.id == id)
    }

    fn is_on(&self, trigger: &str) -> bool {
        if has_adhoc_switch(trigger) {
            self.redis && self.adhoc_on.contains(trigger)
        } else if is_adhoc(trigger) {
            false
        } else {
            self.triggers_on.contains(trigger)
        }
    }

    /// What `moduleIndex` and `triggers` say of one.
    pub(super) fn with_switch(&self, module: &Value) -> Value {
        let id = module["id"].as_str().unwrap();
        let is_on = match module["module_type"].as_str() {
            Some("trigger") => self.is_on(id),
            _ => self.redis && self.modules_on.contains(id),
        };
        let mut module = module.clone();
        module["disabled"] = json!(!is_on);
        module
    }

    /// A trigger that there is.
    pub(super) fn trigger(&self, id: &str) -> Option<Value> {
        if is_adhoc(id) {
            let is_there = self.workflows.iter().any(|row| row.trigger_id == id);
            return is_there.then(|| self.with_switch(&adhoc_trigger(id)));
        }
        self.triggers.iter().find(|trigger| trigger["id"] == id).map(|trigger| self.with_switch(trigger))
    }

    /// The triggers that a row listens to.
    fn listening(&self, row: &Workflow) -> Value {
        let trigger = row.listens.as_deref().filter(|_| self.redis);
        trigger.and_then(|id| self.trigger(id)).into_iter().collect()
    }

    fn row(&self, row: &Workflow) -> Value {
        // It asks for the node's id, where `adhoc` asks for the row's.
        let node = graph::trigger(&row.data).unwrap_or_default();
        let is_on = !self.is_old() && is_adhoc(&row.trigger_id) && self.is_on(node);
        json!({
            "id": row.id, "uuid": row.uuid, "name": row.name, "description": row.description,
            "timestamp": row.timestamp, "enabled": is_on, "counter": row.counter.to_string(),
            "trigger_id": row.trigger_id, "debug_enabled": row.debug, "data": row.data,
            "listening_triggers": self.listening(row),
        })
    }

    fn index(&self, ask: &Ask<'_>) -> Response {
        let named = |key: &str| {
            let in_path = ask.arguments.iter().find_map(|argument| argument.strip_prefix(&format!("{key}:")));
            in_path.or_else(|| ask.body[key].as_str()).map(str::to_owned)
        };
        let (name, uuid) = (named("name"), named("uuid"));
        if self.workflows.iter().any(Workflow::is_broken) {
            return internal(ask.place);
        }
        let rows = self.workflows.iter().filter(|row| {
            name.as_ref().is_none_or(|name| *name == row.name) && uuid.as_ref().is_none_or(|uuid| *uuid == row.uuid)
        });
        ok(&rows.map(|row| json!({"Workflow": self.row(row)})).collect())
    }

    fn view(&self, id: Option<&str>, ask: &Ask<'_>) -> Response {
        match id {
            Some(id) if id.bytes().all(|byte| byte.is_ascii_digit()) => match self.find(id) {
                Some(row) if self.is_old() && graph::breaks_view(&self.workflows[row].data) => internal(ask.place),
                Some(row) => ok(&json!({ "Workflow": self.row(&self.workflows[row]) })),
                None => failure(404, "Invalid Workflow.", ask.place),
            },
            _ => internal(ask.place),
        }
    }

    /// Opening the editor makes a row; as JSON it fails all the same.
    fn editor(&mut self, trigger: &str, ask: &Ask<'_>) -> Response {
        if trigger.bytes().all(|byte| byte.is_ascii_digit()) {
            return match self.find(trigger) {
                Some(_) => internal(ask.place),
                None => failure(404, "Invalid workflow", ask.place),
            };
        }
        let Some(configuration) = self.trigger(trigger) else {
            return status(
                403,
                &json!({
                    "saved": false, "name": "Could not add Workflow", "message": "Could not add Workflow",
                    "url": format!("/workflows/add/{trigger}"), "errors": format!("Unkown trigger {trigger}"),
                    "id": trigger,
                }),
            );
        };
        if !self.workflows.iter().any(|row| row.trigger_id == trigger) {
            let (id, uuid) = self.new_ids();
            let timestamp = self.tick().to_string();
            self.workflows.push(Workflow {
                id,
                uuid,
                name: format!("Workflow for trigger {trigger}"),
                description: String::new(),
                timestamp,
                counter: 0,
                trigger_id: trigger.to_owned(),
                debug: false,
                data: blank(&configuration),
                listens: Some(trigger.to_owned()),
            });
        }
        internal(ask.place)
    }

    fn edit(&mut self, id: Option<&str>, ask: &Ask<'_>) -> Response {
        let Some(id) = id else { return internal(ask.place) };
        if matches!(ask.method, "DELETE" | "PATCH" | "GET") {
            return internal(ask.place);
        }
        let Some(at) = self.workflows.iter().position(|row| row.id == id || row.uuid == id) else {
            return failure(404, "Invalid workflow", ask.place);
        };
        let Some(given) = ask.body["Workflow"].as_object() else { return internal(ask.place) };
        let Some(data) = given.get("data").and_then(Value::as_str) else { return internal(ask.place) };
        let Ok(data) = serde_json::from_str::<Value>(data) else { return internal(ask.place) };
        let refuse = |errors: &str| {
            let url = format!("/workflows/edit/{}", self.workflows[at].id);
            status(
                403,
                &json!({"saved": false, "name": "Could not edit Workflow", "message": "Could not edit Workflow",
                    "url": url, "errors": errors, "id": self.workflows[at].id}),
            )
        };
        let mut row = self.workflows[at].clone();
        match &data {
            Value::Null => {}
            Value::Bool(false) => return refuse("Cannot save a workflow containing no or more than one trigger"),
            Value::Object(_) | Value::Array(_) => {
                if let Some(refusal) = refusal(&data) {
                    return refuse(refusal);
                }
                row.data = editor_model::stored(&data);
            }
            _ => return internal(ask.place),
        }
        for (key, field) in [("name", &mut row.name), ("description", &mut row.description)] {
            match given.get(key) {
                Some(Value::String(text)) => field.clone_from(text),
                Some(Value::Null) => field.clear(),
                _ => {}
            }
        }
        let mut echoed = json!(row.debug);
        if let Some(debug) = given.get("debug_enabled").filter(|debug| !debug.is_null()) {
            row.debug = truth(debug);
            echoed = debug.clone();
        }
        let is_short = row.name.chars().count() <= MAX_NAME && row.description.chars().count() <= MAX_NAME;
        let is_storable = is_storable(&row.data)
            && is_storable(&row.name.as_str().into())
            && is_storable(&row.description.as_str().into());
        if !is_short || !is_storable {
            return internal(ask.place);
        }
        let time = self.tick();
        row.timestamp = time.to_string();
        // The answer has what held before: the switch of the trigger that the node had, and what Redis knew.
        let before = self.row(&self.workflows[at]);
        let node_before = graph::trigger(&self.workflows[at].data).map(str::to_owned);
        row.listens = graph::trigger(&row.data).map(str::to_owned);
        self.workflows[at] = row.clone();
        if self.is_old() && graph::breaks_view(&row.data) {
            // It is saved all the same.
            return internal(ask.place);
        }
        let mut json = self.row(&row);
        let members = json.as_object_mut().unwrap();
        members.shift_remove("timestamp");
        members.insert("enabled".to_owned(), before["enabled"].clone());
        if data.is_null() || node_before != graph::trigger(&row.data).map(str::to_owned) {
            members.insert("listening_triggers".to_owned(), before["listening_triggers"].clone());
        }
        members.insert("debug_enabled".to_owned(), echoed);
        members.insert("timestamp".to_owned(), json!(time));
        ok(&json!({ "Workflow": json }))
    }

    fn add(&mut self, ask: &Ask<'_>) -> Response {
        if self.is_old() {
            return failure(404, "Not Found", ask.place);
        }
        let Some(given) = ask.body["Workflow"].as_object().filter(|_| ask.is_post()) else {
            return internal(ask.place);
        };
        let Some(name) = given.get("name").and_then(Value::as_str) else { return internal(ask.place) };
        let description = given.get("description").and_then(Value::as_str).unwrap_or_default();
        let refuse = |errors: &str| {
            status(
                403,
                &json!({"saved": false, "name": "Could not edit Workflow", "message": "Could not edit Workflow",
                    "url": "/workflows/edit", "errors": errors}),
            )
        };
        if let Some(uuid) = given.get("uuid").and_then(Value::as_str) {
            if uuid.len() != 36 {
                return refuse("Please provide a valid RFC 4122 UUID");
            }
            if self.workflows.iter().any(|row| row.uuid == uuid) {
                return refuse("The UUID provided is not unique");
            }
        }
        let data = match given.get("data") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if matches!(text.as_str(), "" | "[]" | "{}" | "null") => None,
            Some(Value::Array(list)) if list.is_empty() => None,
            Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
                Ok(data @ (Value::Object(_) | Value::Array(_))) => Some(data),
                _ => return internal(ask.place),
            },
            Some(_) => return internal(ask.place),
        };
        let is_short = name.chars().count() <= MAX_NAME && description.chars().count() <= MAX_NAME;
        let texts = json!([name, description, data]);
        let trigger = given.get("trigger_id").and_then(Value::as_str);
        if let Some(data) = &data {
            if let Some(refusal) = refusal(data) {
                return refuse(refusal);
            }
            if trigger.is_none() {
                return internal(ask.place);
            }
        }
        if !is_short || !is_storable(&texts) {
            return internal(ask.place);
        }
        let highest = self.workflows.iter().filter_map(|row| row.id.parse::<u64>().ok()).max().unwrap_or(0);
        let (trigger_id, stored) = if let Some(data) = &data {
            (trigger.unwrap().to_owned(), editor_model::stored(data))
        } else {
            let id = format!("adhoc_{}", highest + 1);
            let node = json!({
                "id": id, "scope": "adhoc", "name": format!("Ad-Hoc Trigger Adhoc {}", highest + 1),
                "description": "", "icon": "hand-pointer", "inputs": 0, "outputs": 1, "blocking": false,
                "misp_core_format": true, "is_misp_module": false, "is_custom": false,
                "expect_misp_core_format": false, "version": "0.1", "icon_class": "",
                "multiple_output_connection": false, "support_filters": false, "params": [], "saved_filters": [],
                "module_type": "trigger", "html_template": "trigger", "is_adhoc": true,
            });
            (id, blank(&node))
        };
        let (id, uuid) = self.new_ids();
        let time = self.tick();
        let timestamp = given.get("timestamp").cloned().unwrap_or_else(|| json!(time));
        let uuid = given.get("uuid").and_then(Value::as_str).map_or(uuid, str::to_owned);
        let debug = given.get("debug_enabled").cloned().unwrap_or_else(|| json!("0"));
        let node = graph::trigger(&stored).unwrap_or_default();
        let row = Workflow {
            id: id.clone(),
            uuid: uuid.clone(),
            name: name.to_owned(),
            description: description.to_owned(),
            timestamp: timestamp.as_str().map_or_else(|| time.to_string(), str::to_owned),
            counter: 0,
            trigger_id: trigger_id.clone(),
            debug: truth(&debug),
            listens: (node == trigger_id).then(|| node.to_owned()),
            data: stored,
        };
        let mut json = Map::new();
        for (key, value) in [
            ("timestamp", timestamp),
            ("enabled", given.get("enabled").cloned().unwrap_or_else(|| json!("0"))),
            ("counter", given.get("counter").cloned().unwrap_or_else(|| json!("0"))),
            ("debug_enabled", debug),
            ("name", json!(name)),
            ("data", row.data.clone()),
            ("trigger_id", json!(trigger_id)),
            ("uuid", json!(uuid)),
            ("id", json!(id)),
        ] {
            json.insert(key.to_owned(), value);
        }
        json.insert("description".to_owned(), json!(description));
        self.workflows.push(row);
        ok(&json!({ "Workflow": json }))
    }

    fn delete(&mut self, id: Option<&str>, ask: &Ask<'_>) -> Response {
        let id = id.unwrap_or("");
        if !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return internal(ask.place);
        }
        let Some(at) = self.find(id) else { return failure(404, "Invalid Workflow.", ask.place) };
        if ask.method == "GET" {
            return page(200);
        }
        self.workflows.remove(at);
        // It lists anew who listens to what.
        self.workflows.iter_mut().for_each(|row| row.listens = graph::trigger(&row.data).map(str::to_owned));
        deleted("Workflow", "/workflows/delete", id)
    }

    fn list_triggers(&self, ask: &Ask<'_>) -> Response {
        if self.workflows.iter().any(Workflow::is_broken) {
            return internal(ask.place);
        }
        let list = self.triggers.iter().map(|trigger| {
            let mut trigger = self.with_switch(trigger);
            // Of two rows it shows the younger, which does not run.
            let row = self.workflows.iter().rev().find(|row| Some(row.trigger_id.as_str()) == trigger["id"].as_str());
            if let Some(row) = row {
                trigger["Workflow"] = self.row(row);
            }
            trigger
        });
        let list: Vec<Value> = list.collect();
        // A filter leaves no gaps here.
        let mut list: Vec<Value> = kept(list, ask).into_iter().map(|(_, trigger)| trigger).collect();
        list.sort_by(|one, other| one["id"].as_str().cmp(&other["id"].as_str()));
        ok(&list.into())
    }

    fn adhoc(&self, ask: &Ask<'_>) -> Response {
        let rows = self.workflows.iter().filter(|row| is_adhoc(&row.trigger_id));
        let mut listed: Vec<(&str, Value)> = Vec::new();
        for row in rows {
            let filters = graph::nodes(&row.data)
                .into_iter()
                .find(|node| node["data"]["module_type"] == "trigger")
                .map_or(&Value::Null, |node| &node["data"]["indexed_params"]["filters"]);
            let is_broken = match filters {
                Value::String(text) => !text.is_empty() && serde_json::from_str::<Value>(text).is_err(),
                Value::Object(_) => true,
                _ => false,
            };
            if is_broken {
                return internal(ask.place);
            }
            let mut trigger = self.with_switch(&adhoc_trigger(&row.trigger_id));
            trigger["Workflow"] = self.row(row);
            let given = graph::nodes(&row.data)
                .into_iter()
                .find(|node| node["data"]["module_type"] == "trigger")
                .and_then(|node| node["data"]["indexed_params"].as_object());
            if let Some(given) = given {
                let is_empty = |value: &Value| match value {
                    Value::Null => true,
                    Value::String(text) => text.is_empty(),
                    Value::Array(items) => items.is_empty(),
                    _ => false,
                };
                if let Some(scope) = given.get("scope").filter(|scope| !is_empty(scope)) {
                    trigger["trigger_scope"] = scope.clone();
                }
                if let Some(filters) = given.get("filters").filter(|filters| !is_empty(filters)) {
                    let filters = filters
                        .as_str()
                        .map_or_else(|| filters.clone(), |text| serde_json::from_str(text).unwrap_or_default());
                    trigger["trigger_filters"] = editor_model::stored(&filters);
                }
            }
            // Of two with one id only the later is listed.
            listed.retain(|(id, _)| *id != row.trigger_id);
            listed.push((&row.trigger_id, trigger));
        }
        listed.sort_by(|one, other| one.0.cmp(other.0));
        let limit = ask.arguments.iter().find_map(|argument| argument.strip_prefix("limit:")?.parse::<usize>().ok());
        let page = ask.arguments.iter().find_map(|argument| argument.strip_prefix("page:")?.parse::<usize>().ok());
        let limit = limit.unwrap_or(usize::MAX);
        let skipped = limit.saturating_mul(page.unwrap_or(1) - 1);
        ok(&listed
            .into_iter()
            .map(|(_, trigger)| trigger)
            .skip(if skipped == usize::MAX { 0 } else { skipped })
            .take(limit)
            .collect())
    }

    fn list_modules(&self, ask: &Ask<'_>) -> Response {
        let kind = ask.arguments.iter().find_map(|argument| argument.strip_prefix("type:")).unwrap_or("action");
        let modules = self.modules.iter().filter(|module| self.misp_modules || module["is_misp_module"] != true);
        let modules = modules.map(|module| self.with_switch(module));
        let list: Vec<Value> = match kind {
            "all" => modules.collect(),
            "logic" | "action" => modules.filter(|module| module["module_type"] == kind).collect(),
            _ => return ok(&Value::Null),
        };
        filtered(list, ask)
    }

    fn module(&self, id: &str, ask: &Ask<'_>) -> Response {
        if self.workflows.iter().any(|row| row.trigger_id == id && row.is_broken()) {
            return internal(ask.place);
        }
        let module = self.modules.iter().find(|module| module["id"] == id).map(|module| self.with_switch(module));
        match module.or_else(|| self.trigger(id)) {
            Some(module) => ok(&module),
            None if self.is_old() || !is_adhoc(id) => failure(404, "Invalid trigger ID", ask.place),
            None => failure(404, "Invalid trigger ID", ask.place),
        }
    }

    fn switch(&mut self, id: &str, on: bool, is_trigger: bool) {
        let set = if has_adhoc_switch(id) && !self.is_old() {
            &mut self.adhoc_on
        } else if is_trigger {
            &mut self.triggers_on
        } else {
            &mut self.modules_on
        };
        if on {
            set.insert(id.to_owned());
        } else {
            set.remove(id);
        }
    }

    fn toggle(&mut self, ask: &Ask<'_>) -> Response {
        if !ask.is_post() {
            return failure(405, "Method Not Allowed", ask.place);
        }
        let [id, on, rest @ ..] = ask.arguments else { return internal(ask.place) };
        self.switch(id, *on == "1", rest.first() == Some(&"1"));
        let words = format!("{} module {id}", if *on == "1" { "Enabled" } else { "Disabled" });
        ok(&json!({"saved": true, "success": true, "name": words, "message": words,
            "url": format!("/workflows/toggle_module/{id}"), "id": id}))
    }

    fn mass_toggle(&mut self, ask: &Ask<'_>) -> Response {
        let [field, on, rest @ ..] = ask.arguments else { return internal(ask.place) };
        if *field != "enabled" {
            return failure(405, &format!("The field `{field}` cannot be toggled"), ask.place);
        }
        let list = ask.body["Workflow"]["module_ids"].as_str().filter(|_| ask.is_post());
        let Some(list) = list.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
            return internal(ask.place);
        };
        let ids: Vec<String> = match &list {
            Value::Array(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::Object(ids) => ids.values().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let word = if *on == "1" { "enable" } else { "disable" };
        if ids.is_empty() {
            let words = format!("Could not {word} modules");
            return status(
                403,
                &json!({"saved": false, "name": words, "message": words, "url": "/workflows/toggle_module/Array", "errors": words}),
            );
        }
        for id in &ids {
            self.switch(id, *on == "1", rest.first() == Some(&"1"));
        }
        let words = format!("{} {} modules", if *on == "1" { "Enabled" } else { "Disabled" }, ids.len());
        ok(&json!({"saved": true, "success": true, "name": words, "message": words,
            "url": "/workflows/toggle_module/Array", "id": ids}))
    }

    /// What a `stop-execution` says that stops nothing.
    fn say(&self, ask: &Ask<'_>) -> Response {
        let data = ask.body["input_data"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let (Some(data), Some(message)) = (data, ask.body["module_indexed_param"]["message"].as_str()) else {
            return internal(ask.place);
        };
        let is_rendered = self.answers_enrichment() && !self.away.contains("templates");
        if !is_rendered && self.is_old() {
            return internal(ask.place);
        }
        let info = data["Event"]["info"].as_str().unwrap_or_default();
        let said = if is_rendered { message.replace("{{ Event.info }}", info) } else { "Execution stopped".to_owned() };
        ok(&json!({"success": false, "errors": [said]}))
    }

    /// It runs nothing: a run ends as the test has it, and else every run that can begin succeeds.
    fn execute(&mut self, id: &str, ask: &Ask<'_>) -> Response {
        if !ask.is_post() {
            return internal(ask.place);
        }
        let Some(at) = self.workflows.iter().position(|row| row.id == id || row.uuid == id) else {
            return failure(404, "Invalid workflow", ask.place);
        };
        let trigger = graph::trigger(&self.workflows[at].data).unwrap_or_default().to_owned();
        if !self.is_on(&trigger) {
            return internal(ask.place);
        }
        let invalid = || ok(&json!({"success": false, "outcome": "Invalid JSON"}));
        match &ask.body["Workflow"]["data"] {
            Value::String(text) if text.is_empty() && !self.is_old() => {}
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(Value::Null) => return internal(ask.place),
                Ok(_) => {}
                Err(_) => return invalid(),
            },
            Value::Null if self.is_old() => return invalid(),
            Value::Null => {}
            _ => return internal(ask.place),
        }
        self.workflows[at].counter += 1;
        let run = self.runs.pop_front().unwrap_or(ScriptedRun { outcome: Some("success".to_owned()), log: Vec::new() });
        for line in run.log {
            self.write_log(id, &line);
        }
        match run.outcome.as_deref() {
            Some(outcome) => ok(&json!({"success": outcome == "success", "outcome": outcome})),
            None => internal(ask.place),
        }
    }
}

/// The entries of a list that the path asks for, with their positions.
fn kept(list: Vec<Value>, ask: &Ask<'_>) -> Vec<(usize, Value)> {
    let flag =
        |name: &str| ask.arguments.iter().find_map(|argument| argument.strip_prefix(name)).map(|value| value == "1");
    let (enabled, blocking) = (flag("enabled:"), flag("blocking:"));
    let is_mispmodule = ask.arguments.contains(&"actiontype:mispmodule");
    let is_blocking = ask.arguments.contains(&"actiontype:blocking");
    let is_wanted = |module: &Value| {
        enabled.is_none_or(|enabled| (module["disabled"] == false) == enabled)
            && blocking.is_none_or(|blocking| (module["blocking"] == true) == blocking)
            && (!is_mispmodule || module["is_misp_module"] == true)
            && (!is_blocking || module["blocking"] == true)
    };
    list.into_iter().enumerate().filter(|(_, module)| is_wanted(module)).collect()
}

/// Lists that are filtered keep the positions of their entries, which PHP writes as an object.
fn filtered(list: Vec<Value>, ask: &Ask<'_>) -> Response {
    let kept = kept(list, ask);
    let is_list = kept.iter().enumerate().all(|(at, (position, _))| at == *position);
    if is_list {
        ok(&kept.into_iter().map(|(_, module)| module).collect())
    } else {
        ok(&kept.into_iter().map(|(position, module)| (position.to_string(), module)).collect::<Map<_, _>>().into())
    }
}

/// A page for people where JSON was asked for.
pub fn page(status: u16) -> Response {
    Response {
        status,
        content_type: "application/json; charset=UTF-8",
        location: None,
        result_count: None,
        body: "<div id=\"genericModal\">really?</div>".to_owned(),
    }
}

pub fn deleted(what: &str, url: &str, id: &str) -> Response {
    let words = format!("{what} deleted.");
    let number: u64 = id.parse().unwrap();
    ok(
        &json!({"saved": true, "success": true, "name": words, "message": words, "url": format!("{url}/{id}"), "id": number}),
    )
}
