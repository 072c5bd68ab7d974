//! The stand-in against recordings of real servers.
//!
//! `MISPFLOW_TRANSCRIPTS=FILE` (`.gz` or not) tries another recording of the same kind; which release it is of is told by
//! what it says of its server.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::stand_in::{Blueprint, Request, StandIn, Workflow};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rest");

/// Addresses that no command of the program asks for, or whose answers a recording does not hold.
const LEFT_OUT: &[(&str, &str)] = &[
    ("/workflows/checkGraph", "mispflow checks graphs itself"),
    ("/workflows/moduleStatelessExecution", "no command runs a module but `stop-execution`, to see whether it renders"),
    ("/workflows/executeWorkflow", "the stand-in runs no workflows; what comes before a run is tried"),
    ("/workflows/massToggleField", "no command asks for it: switches are set one by one"),
    ("/workflows/moduleView", "no command asks for it: the lists say the same"),
    ("/workflows/moduleIndex/type:custom", "no command asks for it"),
    ("/workflows/moduleIndex/type:trigger", "no command asks for it"),
    ("/workflowBlueprints/import", "no command asks for it: `add` does the same"),
    ("/nope", "no such address"),
    ("//workflows", "no such address"),
    ("/tasks/", "no command asks for it"),
    ("/workflows/debugToggleField", "no command asks for it: `edit` sets the flag"),
    ("/workflows/toggleDebugMode", "no command asks for it"),
    ("/workflows/deleteSelection", "no command asks for it"),
    ("/workflows/export", "no such address"),
    ("/workflows/import", "no such address"),
    ("/workflows/nope", "no such address"),
    ("/events/", "restSearch is tried by the tests of `--from`; the events of the recorded servers are cut"),
    ("/admin/", "logs and users: their lists are those of the recorded server, and cut"),
    ("/servers/serverSettings", "the page of diagnostics is not asked for: single settings are"),
    ("/servers/getWorkers", "the recorded installation has no supervisor"),
    ("/servers/getPyMISPVersion", "no command asks for it"),
    ("/servers/getInstanceUUID", "no command asks for it"),
    ("/servers/getSettings", "no such address"),
    ("/servers/getSubmodulesStatus", "no command asks for it"),
    ("/servers/statusZeroMQServer", "no command asks for it"),
    ("/servers/dbConfiguration", "no command asks for it"),
    ("/servers/dbSchemaDiagnostic", "no command asks for it"),
    ("/servers/postTest", "no command asks for it"),
    ("/servers/index", "no command asks for it"),
    ("/servers/getSetting/Plugin.ZeroMQ", "no command asks for this setting"),
    ("/servers/getSetting/Security.", "no command asks for this setting"),
    ("/servers/getSetting/SimpleBackgroundJobs.", "no command asks for this setting"),
    ("/servers/getSetting/MISP.redis", "no command asks for this setting"),
    ("/servers/getSetting/MISP.baseurl", "no command asks for this setting"),
    ("/servers/getSetting/MISP.disable", "no command asks for this setting"),
    ("/servers/getSetting/Plugin.Enrichment_timeout", "no command asks for this setting"),
    ("/servers/getSetting/Plugin.Enrichment_services_port", "no command asks for this setting"),
    ("/servers/getSetting/Plugin.Action_services_url", "no command asks for this setting"),
    ("/servers/getSetting/Plugin.Action_services_port", "no command asks for this setting"),
    ("/servers/serverSettingsEdit/Plugin.Enrichment_services_port", "no command asks for this setting"),
    ("/servers/serverSettingsEdit/Plugin.Action_services_port", "no command asks for this setting"),
    ("/users/", "what a user's row holds is not looked at"),
    ("/modules/", "the recorded list is cut"),
    ("/galaxies/", "the recorded list is cut"),
    ("/galaxy_clusters/", "no command asks for it"),
    ("/tags/", "the recorded lists are cut, and their tags are not the stand-in's"),
    ("/organisations/", "rows hold more than a command reads"),
    ("/sharing_groups/", "rows hold more than a command reads"),
    ("/warninglists/", "the recorded list is cut"),
    ("/decayingModel/", "rows hold more than a command reads"),
    ("/roles/", "no command asks for it"),
    ("/logs/", "no command asks for it"),
    ("/jobs/", "no command asks for it"),
    ("/css/", "a page's style"),
];

/// Scenarios that are left out as a whole, and why.
const LEFT_OUT_SCENARIOS: &[(&str, &str)] = &[
    ("lists", "lists of a server that no command compares"),
    ("logs", "the recorded log is not that of the stand-in, whose runs the tests make up"),
    ("rebuildRedis", "rows were edited before the first step, which `given` does not say"),
    ("blueprint-import", "no command imports: `add` does the same"),
    ("index-view", "rows were edited before the first step, which `given` does not say"),
    ("adhoc-list", "rows were made between the steps, which the recording does not say"),
];

fn recordings() -> Vec<Value> {
    let files: Vec<String> = match std::env::var("MISPFLOW_TRANSCRIPTS") {
        Ok(file) => vec![file],
        Err(_) => ["2.5.1", "2.5.19"].map(|release| format!("{DATA}/transcripts-{release}.json.gz")).to_vec(),
    };
    files.iter().map(|file| serde_json::from_str(&crate::editor_saves::text(Path::new(file))).expect("JSON")).collect()
}

/// The requests of a step.
fn requests(step: &Value) -> Vec<&Value> {
    step["parallel"].as_array().map_or_else(|| vec![step], |steps| steps.iter().collect())
}

/// The server as it was when a scenario began.
fn given(release: &'static str, scenario: &Value) -> StandIn {
    let mut server = StandIn::new(release);
    let given = &scenario["given"];
    let names = |key: &str| -> BTreeSet<String> {
        let names = given[key].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    server.triggers_on = names("triggers_on");
    server.adhoc_on = names("adhoc_on");
    for module in names("modules_off") {
        server.modules_on.remove(&module);
    }
    let rows = |key: &str| given[key].as_array().cloned().unwrap_or_default();
    server.workflows = rows("workflows").iter().map(Workflow::of).collect();
    server.blueprints = rows("blueprints").iter().map(Blueprint::of).collect();
    // New rows get the numbers that they got then.
    let mut known: [BTreeSet<String>; 2] = [
        server.workflows.iter().map(|row| row.id.clone()).collect(),
        server.blueprints.iter().map(|row| row.id.clone()).collect(),
    ];
    for request in scenario["steps"].as_array().into_iter().flatten().flat_map(requests) {
        for (key, at) in [("Workflow", 0), ("WorkflowBlueprint", 1)] {
            each(&request["response"]["body"], key, &mut |row| {
                let (Some(id), Some(uuid)) = (row["id"].as_str(), row["uuid"].as_str()) else { return };
                if known[at].insert(id.to_owned()) {
                    let next = if at == 0 { &mut server.next } else { &mut server.next_blueprint };
                    next.push_back((id.to_owned(), uuid.to_owned()));
                }
            });
        }
    }
    server
}

/// Calls `see` with all that is under a key.
fn each(value: &Value, key: &str, see: &mut dyn FnMut(&Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == key {
                    see(member);
                }
                each(member, key, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, key, see)),
        _ => {}
    }
}

/// The request as it was sent.
fn request(step: &Value) -> Request {
    let request = &step["request"];
    let headers = request["headers"].as_object();
    let header = |name: &str| {
        let mut headers = headers.into_iter().flatten();
        let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        value.as_str().map(|value| value.trim().to_owned())
    };
    let pairs: Vec<(String, String)> = match (&request["form"], &request["form_pairs"]) {
        (Value::Object(form), _) => {
            form.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
        }
        (_, Value::Array(pairs)) => pairs
            .iter()
            .map(|pair| {
                (pair[0].as_str().unwrap_or_default().to_owned(), pair[1].as_str().unwrap_or_default().to_owned())
            })
            .collect(),
        _ => Vec::new(),
    };
    let encoded = |text: &str| {
        text.bytes().fold(String::new(), |mut all, byte| {
            let _ = write!(all, "%{byte:02X}");
            all
        })
    };
    let body = if let Some(text) = request["body_text"].as_str() {
        text.to_owned()
    } else if !pairs.is_empty() {
        pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect::<Vec<_>>().join("&")
    } else {
        request.get("body").map(Value::to_string).unwrap_or_default()
    };
    Request {
        method: request["method"].as_str().unwrap().to_owned(),
        path: request["path"].as_str().unwrap().to_owned(),
        key: header("Authorization"),
        accept: header("Accept"),
        content_type: header("Content-Type")
            .or_else(|| (!pairs.is_empty()).then(|| "application/x-www-form-urlencoded".to_owned())),
        body,
    }
}

/// Takes what differs from run to run out of a body: `*` stands for any index, `?` for any key.
fn erase(value: &mut Value, path: &[&str]) {
    let Some((first, rest)) = path.split_first() else {
        *value = Value::Null;
        return;
    };
    match value {
        Value::Array(items) if *first == "*" || *first == "?" => items.iter_mut().for_each(|item| erase(item, rest)),
        Value::Array(items) => {
            if let Some(item) = first.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                erase(item, rest);
            }
        }
        Value::Object(members) if matches!(*first, "*" | "?") => {
            members.values_mut().for_each(|member| erase(member, rest));
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(*first) {
                erase(member, rest);
            }
        }
        _ => {}
    }
}

/// Labels and pictures are for the editor alone. Runs, which the stand-in does not make, are counted.
fn without_pictures(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.shift_remove("labels");
            members.shift_remove("mermaid");
            members.shift_remove("counter");
            members.values_mut().for_each(without_pictures);
        }
        Value::Array(items) => items.iter_mut().for_each(without_pictures),
        _ => {}
    }
}

/// Where `ours` is not what was recorded, of which long lists and texts hold their beginning alone.
fn difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    let here = || Some(format!("{path}: ours {}, theirs {}", short(&ours.to_string()), short(&theirs.to_string())));
    match (ours, theirs) {
        (Value::Array(of_ours), Value::Array(of_theirs)) => {
            let (kept, cut) = match of_theirs.split_last() {
                Some((cut, kept)) if cut.get("__cut__").is_some() => (kept, Some(cut)),
                _ => (of_theirs.as_slice(), None),
            };
            let count = match cut {
                Some(cut) => cut["__cut__"].as_str().and_then(|text| text.split(' ').next()?.parse().ok()),
                None => Some(kept.len()),
            };
            let ids = cut.and_then(|cut| cut["ids"].as_array());
            let of = |entry: &Value| {
                let inner = entry
                    .get("Workflow")
                    .or_else(|| entry.get("WorkflowBlueprint"))
                    .filter(|_| entry.get("id").is_none());
                inner.unwrap_or(entry).get("id").cloned().unwrap_or_default()
            };
            if count.is_some_and(|count: usize| count != of_ours.len())
                || ids.is_some_and(|ids| {
                    // Numbers of rows may be among what differs from run to run.
                    let ours: Vec<Value> = of_ours.iter().map(of).collect();
                    ours.iter().any(|id| !id.is_null()) && ours != *ids
                })
            {
                return here();
            }
            let pairs = of_ours.iter().zip(kept).enumerate();
            pairs.into_iter().find_map(|(at, (ours, theirs))| difference(ours, theirs, &format!("{path}/{at}")))
        }
        (Value::Object(of_ours), Value::Object(of_theirs)) => {
            let is_cut = of_theirs.contains_key("__cut__");
            let unknown = of_ours.keys().find(|key| !of_theirs.contains_key(*key)).filter(|_| !is_cut);
            if let Some(key) = unknown {
                return Some(format!("{path}/{key}: ours alone, {}", short(&of_ours[key].to_string())));
            }
            let is_of_cut = |key: &str| is_cut && matches!(key, "__cut__" | "keys" | "ids");
            of_theirs.iter().filter(|(key, _)| !is_of_cut(key)).find_map(|(key, theirs)| match of_ours.get(key) {
                Some(ours) => difference(ours, theirs, &format!("{path}/{key}")),
                None => Some(format!("{path}/{key}: theirs alone, {}", short(&theirs.to_string()))),
            })
        }
        (Value::String(of_ours), Value::String(of_theirs)) => match of_theirs.split_once("__cut__") {
            Some((kept, _)) if of_ours.starts_with(kept.trim_end_matches(['…', ' '])) => None,
            _ if of_ours == of_theirs => None,
            _ => here(),
        },
        _ if ours == theirs => None,
        _ => here(),
    }
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

/// What the stand-in answers otherwise, in short.
fn disagreement(server: &mut StandIn, step: &Value) -> Option<String> {
    let request = request(step);
    let ours = server.answer(&request);
    let theirs = &step["response"];
    let shown = |what: String| Some(format!("{} {}: {what}", request.method, request.path));
    if u64::from(ours.status) != theirs["status"].as_u64().unwrap_or(0) {
        return shown(format!("status {}, theirs {}", ours.status, short(&theirs.to_string())));
    }
    if ours.location.as_deref() != theirs["headers"]["Location"].as_str() {
        return shown(format!("it leads to {:?}, theirs {}", ours.location, theirs["headers"]));
    }
    // Pages are for people.
    let mut theirs = theirs.get("body").filter(|body| body.is_object() || body.is_array() || body.is_null())?.clone();
    let Ok(mut ours) = serde_json::from_str::<Value>(&ours.body) else {
        return shown(format!("not JSON: {}", ours.body));
    };
    for body in [&mut ours, &mut theirs] {
        without_pictures(body);
        if request.path.starts_with("/servers/getSetting") {
            // What is said about a setting is for people.
            body.as_object_mut().unwrap().retain(|key, _| matches!(key.as_str(), "name" | "value" | "message"));
        }
        for path in step["volatile"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
            erase(body, &path);
        }
    }
    difference(&ours, &theirs, "").and_then(shown)
}

#[test]
fn the_stand_in_answers_as_real_servers_did() {
    let (mut agree, mut all) = (0, 0);
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for recording in recordings() {
        let is_old = recording["about"]["server"].as_str().is_some_and(|server| server.contains("2.5.1,"));
        let release = if is_old { "2.5.1" } else { "2.5.19" };
        for scenario in recording["scenarios"].as_array().unwrap() {
            let name = scenario["scenario"].as_str().unwrap();
            let steps = scenario["steps"].as_array().unwrap();
            if let Some((_, reason)) = LEFT_OUT_SCENARIOS.iter().find(|(known, _)| name.starts_with(known)) {
                *left_out.entry(reason).or_default() += steps.len();
                continue;
            }
            let mut server = given(release, scenario);
            let noted =
                |step| requests(step).into_iter().map(|inner| (step["note"].as_str().unwrap_or_default(), inner));
            for (at, (note, step)) in steps.iter().flat_map(noted).enumerate() {
                happen(&mut server, name, note, at == 0);
                if let Some(reason) = is_left_out(name, note, step) {
                    *left_out.entry(reason).or_default() += 1;
                    // What it changes, it changes all the same.
                    let accept = Some("application/json".to_owned());
                    server.answer(&Request { accept, key: Some("KEY".to_owned()), ..request(step) });
                    continue;
                }
                all += 1;
                match disagreement(&mut server, step) {
                    None => agree += 1,
                    Some(what) => wrong.push(format!("{release} {name}, {note}: {what}")),
                }
            }
        }
    }
    for (reason, count) in &left_out {
        println!("left out: {count} requests: {reason}");
    }
    println!("transcripts: {agree} of {all} agree");
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all > 0, "the recording holds nothing that could be tried");
}

/// Why a request is not tried, if it is not.
fn is_left_out(scenario: &str, note: &str, step: &Value) -> Option<&'static str> {
    let path = step["request"]["path"].as_str().unwrap();
    let method = step["request"]["method"].as_str().unwrap();
    if step.get("by").is_some() {
        return Some("pages and forms of the browser");
    }
    if matches!(method, "HEAD" | "OPTIONS") {
        return Some("methods no command uses");
    }
    if step["request"]["headers"].get("Content-Encoding").is_some() {
        return Some("no command compresses what it sends");
    }
    if path.contains("/format:") {
        return Some("pictures");
    }
    if path == "/" {
        return Some("pages and forms of the browser");
    }
    if note == "key with a blank behind it" {
        return Some("the recording does not say which key");
    }
    if scenario == "rights-new" && note == "another site admin: adhoc" {
        return Some("an answer that the same request gets otherwise elsewhere");
    }
    if note.contains("which row is shown") {
        return Some("the recorded list is cut");
    }
    if note == "view at the end" && scenario == "formats" {
        return Some("no command compresses what it sends");
    }
    if note == "edit and delete at once" {
        return Some("which of two comes first is a matter of luck");
    }
    // What comes before a run, and before a search, does not depend on the workflow or on the events.
    let answer = &step["response"];
    let is_decided_before = path.starts_with("/workflows/executeWorkflow")
        && (answer["status"] == 404 || answer["body"]["outcome"] == "Invalid JSON" || method == "GET")
        || path.starts_with("/events/restSearch") && answer["status"] != 200 && method == "POST"
        || path.starts_with("/events/restSearch") && answer["body"]["response"].as_array().is_some_and(Vec::is_empty)
        || path.starts_with("/workflows/moduleStatelessExecution/stop-execution");
    if is_decided_before {
        return None;
    }
    LEFT_OUT.iter().find(|(known, _)| path.starts_with(known)).map(|(_, reason)| *reason)
}

/// What was done to the server beside the requests: before the step with this note, or before the first.
fn happen(server: &mut StandIn, scenario: &str, note: &str, is_first: bool) {
    match scenario {
        "doctor-redis-lists-forgotten" if is_first || note.contains("after another loss") => server.forget_listeners(),
        "rebuildRedis" if is_first => server.forget_listeners(),
        "doctor-modules-forgotten" if is_first => server.modules_on.clear(),
        "doctor-redis-away" if is_first => server.redis = false,
        "doctor-redis-away" if note.contains("Redis is back") => server.redis = true,
        "doctor-no-background-jobs" if note == "version" => {
            server.settings.insert("MISP.background_jobs".into(), false.into());
        }
        "blueprint-poison" if note.contains("repair in the database") => {
            server.blueprints.retain(|row| row.name != "Bad");
            "[]".clone_into(&mut server.blueprints[0].data);
        }
        "doctor-not-live" if note == "version" => {
            server.settings.insert("MISP.live".into(), false.into());
        }
        "doctor-country-galaxy-missing" if is_first => server.country = false,
        "doctor-country-galaxy-missing" if note.contains("when it is back") => server.country = true,
        _ => {}
    }
}
