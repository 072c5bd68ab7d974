//! `/servers/…`

use serde_json::{Value, json};

use super::{ADMINS, Ask, NO_RIGHT, READ_ONLY, Response, StandIn, failure, internal, ok, status};

/// What is said of a setting: its level, description, test and type.
fn about(name: &str) -> Option<(u8, String, &'static str, &'static str)> {
    if let Some(trigger) = name.strip_prefix("Plugin.Workflow_triggers_") {
        return Some((1, format!("Enable/disable the `{trigger}` trigger"), "testBool", "boolean"));
    }
    let known = match name {
        "Plugin.Workflow_enable" => (1, "Enable/disable workflow feature. [experimental]", "testBool", "boolean"),
        "MISP.background_jobs" => (1, "Enables the use of MISP's background processing.", "testBoolTrue", "boolean"),
        "Plugin.Workflow_debug_url" => (1, "", "testForEmpty", "string"),
        "MISP.live" => (0, "", "testLive", "boolean"),
        "Plugin.Action_services_enable" | "Plugin.Enrichment_services_enable" | "Plugin.ZeroMQ_enable" => {
            (1, "", "testBool", "boolean")
        }
        _ => return None,
    };
    let (level, description, test, kind) = known;
    Some((level, description.to_owned(), test, kind))
}

impl StandIn {
    pub(super) fn servers(&mut self, action: &str, ask: &Ask<'_>, key: &str) -> Response {
        let is_admin = ADMINS.contains(&key);
        if action == "getversion" {
            let has_rights = is_admin || key == "KEY_SYNC";
            let pymisp = if self.is_old() { "2.5.1" } else { "2.5.10" };
            let may_sight = !READ_ONLY.contains(&key);
            return ok(&json!({
                "version": self.release, "pymisp_recommended_version": pymisp, "perm_sync": has_rights,
                "perm_sighting": may_sight, "perm_galaxy_editor": may_sight, "perm_analyst_data": may_sight,
                "uuid": if has_rights { "c7b2ef50-9e34-4a43-9f27-1e3ac1f1a119" } else { "-" },
                "request_encoding": ["gzip"], "filter_sightings": true,
            }));
        }
        if !is_admin {
            return failure(403, NO_RIGHT, ask.place);
        }
        match action {
            "getsetting" => self.setting(ask),
            "serversettingsedit" => self.set(ask),
            "getworkers" if self.settings["MISP.background_jobs"] == false => {
                ok(&json!(["Background jobs not enabled"]))
            }
            "getworkers" => {
                let mut workers = serde_json::Map::new();
                for queue in ["cache", "default", "email", "prio", "update"] {
                    workers.insert(queue.to_owned(), json!({"ok": true, "jobCount": 0}));
                }
                ok(&workers.into())
            }
            _ => failure(404, "Action not found.", ask.place),
        }
    }

    fn setting(&self, ask: &Ask<'_>) -> Response {
        let name = ask.arguments.first().copied().unwrap_or("");
        if self.is_old() && !self.country && name.starts_with("Plugin.") {
            return internal(ask.place);
        }
        let Some((level, description, test, kind)) = about(name) else {
            return failure(404, &format!("Setting {name} is invalid."), ask.place);
        };
        let trigger = name.strip_prefix("Plugin.Workflow_triggers_");
        let value = match trigger {
            Some(trigger) => json!(self.triggers_on.contains(trigger) || self.adhoc_on.contains(trigger)),
            None => self.settings.get(name).cloned().unwrap_or_default(),
        };
        ok(
            &json!({"level": level, "description": description, "value": value, "test": test, "type": kind, "name": name}),
        )
    }

    fn set(&mut self, ask: &Ask<'_>) -> Response {
        let name = ask.arguments.first().copied().unwrap_or("");
        if name.ends_with("_services_port") {
            self.misp_modules = ask.body["value"] == json!(6666) || ask.body["value"] == json!("6666");
        }
        if !ask.is_post() || about(name).is_none() {
            return internal(ask.place);
        }
        let value = &ask.body["value"];
        let is_refused = matches!(name, "MISP.background_jobs" | "MISP.live") && *value == json!(false)
            || name == "Plugin.Workflow_debug_url" && *value == json!("");
        if is_refused {
            return status(403, &json!({"saved": false}));
        }
        let is_boolean = about(name).is_some_and(|(.., kind)| kind == "boolean");
        let value = if is_boolean { Value::Bool(*value != json!(false)) } else { value.clone() };
        self.settings.insert(name.to_owned(), value);
        ok(&json!({"saved": true, "success": true, "name": "Field updated", "message": "Field updated",
            "url": "/servers/serverSettingsEdit"}))
    }
}
