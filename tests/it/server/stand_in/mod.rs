//! A stand-in for a MISP server: it holds workflows, blueprints and switches, and answers as recorded servers did.
//!
//! It knows nothing of the library, so that both cannot share a mistake.

mod blueprints;
pub mod fault;
mod graph;
mod http;
mod lists;
mod settings;
mod workflows;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};

pub use blueprints::Blueprint;
pub use http::Served;
pub use workflows::Workflow;

/// A request as it comes in.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With its query.
    pub path: String,
    pub key: Option<String>,
    pub accept: Option<String>,
    pub content_type: Option<String>,
    pub body: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    pub status: u16,
    pub content_type: &'static str,
    pub location: Option<String>,
    pub result_count: Option<usize>,
    pub body: String,
}

/// The server.
#[derive(Clone, Debug)]
pub struct StandIn {
    pub release: &'static str,
    pub workflows: Vec<Workflow>,
    pub blueprints: Vec<Blueprint>,
    pub triggers_on: BTreeSet<String>,
    pub adhoc_on: BTreeSet<String>,
    pub modules_on: BTreeSet<String>,
    /// Modules and triggers, as MISP lists them.
    pub modules: Vec<Value>,
    pub triggers: Vec<Value>,
    pub tags: Vec<String>,
    pub events: Vec<Value>,
    /// As MISP shows each.
    pub taxonomies: Vec<Value>,
    /// Settings by name.
    pub settings: BTreeMap<String, Value>,
    /// Whether Redis answers.
    pub redis: bool,
    /// Whether the galaxy `Country` is in the database.
    pub country: bool,
    /// Whether misp-modules answers.
    pub misp_modules: bool,
    /// What else does not answer: `templates`, the template service of misp-modules; `logs`, MISP's log to this key.
    pub away: BTreeSet<&'static str>,
    /// Ids and uuids that the next rows get, where a recording says so.
    pub next: VecDeque<(String, String)>,
    pub next_blueprint: VecDeque<(String, String)>,
    /// So many events it gives at once; for more there is an internal error.
    pub largest_page: usize,
    /// Events after this number are an internal error.
    pub events_until: Option<usize>,
    /// How the next runs end.
    pub runs: VecDeque<ScriptedRun>,
    /// What the log has, as MISP lists it.
    pub log: Vec<Value>,
    last_id: u64,
    last_blueprint: u64,
    clock: u64,
}

/// A run as a test has it.
#[derive(Clone, Debug)]
pub struct ScriptedRun {
    /// How it ends; `None` for an internal error.
    pub outcome: Option<String>,
    /// What it writes into the log.
    pub log: Vec<String>,
}

/// A key of the site admin; recordings call it `KEY`.
pub const KEY: &str = "StandInKeyOfItsSiteAdmin0123456789abcdef";
const READ_ONLY: [&str; 2] = ["KEY_READONLY", "KEY_ROLEREAD"];
const WITHOUT_RIGHTS: [&str; 3] = ["KEY_ORGADMIN", "KEY_USER", "KEY_SYNC"];
const ADMINS: [&str; 3] = [KEY, "KEY", "KEY_SITEADMIN2"];

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editor");
const NOT_AUTHENTICATED: &str = "Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization header.";
const NO_RIGHT: &str = "You do not have permission to use this functionality.";
const NOT_JSON: &str = "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. This request has been blocked to avoid an unfiltered request.";

fn recorded_modules(release: &str) -> Value {
    let bytes = std::fs::read(format!("{DATA}/modules-{release}.json.gz")).unwrap();
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn without_switch(list: &Value) -> Vec<Value> {
    let mut list = list.as_array().unwrap().clone();
    list.retain(|entry| !entry["id"].as_str().unwrap().starts_with("adhoc"));
    for entry in &mut list {
        entry.as_object_mut().unwrap().shift_remove("disabled");
        entry.as_object_mut().unwrap().shift_remove("Workflow");
    }
    list
}

impl StandIn {
    /// A server without workflows on which every module is on.
    pub fn new(release: &'static str) -> Self {
        let json = recorded_modules(release);
        let modules = without_switch(&json["modules"]);
        let mut settings = BTreeMap::new();
        for (name, value) in [
            ("Plugin.Workflow_enable", json!(true)),
            ("MISP.background_jobs", json!(true)),
            ("MISP.live", json!(true)),
            ("Plugin.Action_services_enable", json!(true)),
            ("Plugin.Enrichment_services_enable", json!(true)),
            ("Plugin.ZeroMQ_enable", json!(false)),
            (
                "Plugin.Workflow_debug_url",
                json!(format!("http://127.0.0.1:{}", if release == "2.5.1" { 27051 } else { 9199 })),
            ),
        ] {
            settings.insert(name.to_owned(), value);
        }
        Self {
            release,
            workflows: Vec::new(),
            blueprints: Vec::new(),
            triggers_on: BTreeSet::new(),
            adhoc_on: BTreeSet::new(),
            modules_on: modules.iter().map(|module| module["id"].as_str().unwrap().to_owned()).collect(),
            modules,
            triggers: without_switch(&json["triggers"]),
            tags: ["tlp:red", "tlp:amber", "tlp:green", "tlp:white", "PAP:RED"].map(str::to_owned).to_vec(),
            events: Vec::new(),
            taxonomies: Vec::new(),
            settings,
            redis: true,
            country: true,
            misp_modules: true,
            away: BTreeSet::new(),
            next: VecDeque::new(),
            next_blueprint: VecDeque::new(),
            largest_page: usize::MAX,
            events_until: None,
            runs: VecDeque::new(),
            log: Vec::new(),
            last_id: 0,
            last_blueprint: 0,
            clock: 1_795_900_000,
        }
    }

    /// Whether it is the older one of the two releases.
    pub fn is_old(&self) -> bool {
        self.release == "2.5.1"
    }

    /// A later time than any before.
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Writes a line about a run of a workflow into the log.
    pub fn write_log(&mut self, workflow: &str, title: &str) {
        let id = (self.log.len() + 1).to_string();
        let log = json!({"id": id, "title": title, "created": "2026-11-29 02:30:07", "model": "Workflow", "model_id": workflow,
            "action": "execute_workflow", "user_id": "0", "change": "", "email": "SYSTEM", "org": "SYSTEM",
            "description": "", "ip": ""});
        self.log.push(json!({ "Log": log }));
    }

    /// As a flush of Redis leaves it.
    pub fn flush_redis(&mut self) {
        self.modules_on.clear();
        self.adhoc_on.clear();
        self.forget_listeners();
    }

    /// Redis no longer knows which workflow listens to what.
    pub fn forget_listeners(&mut self) {
        self.workflows.iter_mut().for_each(|row| row.listens = None);
    }

    /// Whether misp-modules answers, and MISP asks it.
    fn answers_enrichment(&self) -> bool {
        self.misp_modules && !self.is_setting("Plugin.Enrichment_services_enable", false)
    }

    fn is_setting(&self, name: &str, value: bool) -> bool {
        self.settings.get(name) == Some(&json!(value))
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Response {
        let path = request.path.split('?').next().unwrap().to_owned();
        let stem = path.strip_suffix(".json");
        let (is_json, plain) = (stem.is_some(), stem.unwrap_or(&path).to_owned());
        let wants_json = request
            .accept
            .as_deref()
            .is_some_and(|accept| accept.contains("application/json") || accept.contains("application/xml"));
        let parts: Vec<String> = plain.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (controller, action) = (parts.first().copied().unwrap_or(""), parts.get(1).copied().unwrap_or("index"));
        let controller = controller.to_ascii_lowercase();
        let action = action.to_ascii_lowercase();
        let is_api = is_json || wants_json || (controller == "servers" && action == "getversion");
        if !is_api {
            return Response {
                status: 302,
                content_type: "text/html; charset=UTF-8",
                location: Some("http://HOST/users/login".to_owned()),
                result_count: None,
                body: String::new(),
            };
        }
        let place = &path;
        let key = request.key.as_deref().unwrap_or("");
        let is_admin = ADMINS.contains(&key);
        if !is_admin && !READ_ONLY.contains(&key) && !WITHOUT_RIGHTS.contains(&key) {
            let words = match key {
                "KEY_DISABLED" => "Authentication failed. Your user account has been disabled.",
                "KEY_IPBOUND" => "It is not possible to use this Auth key from your IP address",
                _ => NOT_AUTHENTICATED,
            };
            return failure(403, words, place);
        }
        let arguments = &parts[parts.len().min(2)..];
        if controller == "workflows" || controller == "workflowblueprints" {
            if !is_admin {
                return failure(403, NO_RIGHT, place);
            }
            if let Some(answer) = self.broken(&controller, &action, place) {
                return answer;
            }
        }
        let Ok(body) = body_of(request) else { return failure(405, NOT_JSON, place) };
        let ask = Ask { method: &request.method, place, arguments, body: &body };
        match (controller.as_str(), action.as_str()) {
            ("workflows", action) => self.workflows(action, &ask),
            ("workflowblueprints", action) => self.blueprints(action, &ask),
            ("servers", action) => self.servers(action, &ask, key),
            (controller, action) => self.lists(controller, action, &ask, is_admin),
        }
    }

    /// What fails whatever it is that is asked for.
    fn broken(&self, controller: &str, action: &str, place: &str) -> Option<Response> {
        if controller != "workflows" || !self.is_old() {
            return None;
        }
        let is_off = self.is_setting("Plugin.Workflow_enable", false) || self.is_setting("MISP.background_jobs", false);
        if is_off {
            let body = "<div class=\"actions sideMenu\">Could not access Workflow system</div>".to_owned();
            return Some(Response {
                status: 500,
                content_type: "application/json; charset=UTF-8",
                location: None,
                result_count: None,
                body,
            });
        }
        let needs_country = action != "checkgraph";
        (!self.country && needs_country).then(|| internal(place))
    }
}

/// The body as PHP sees it: nothing where it is not read.
fn body_of(request: &Request) -> Result<Value, ()> {
    let kind = request.content_type.as_deref().unwrap_or("");
    if kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(form(&request.body));
    }
    if !kind.starts_with("application/json") || request.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&request.body).map_err(|_| ())
}
/// What a request asks for.
pub struct Ask<'r> {
    pub method: &'r str,
    /// Its path, as answers repeat it.
    pub place: &'r str,
    /// What comes after the action.
    pub arguments: &'r [&'r str],
    pub body: &'r Value,
}

impl Ask<'_> {
    pub fn is_post(&self) -> bool {
        matches!(self.method, "POST" | "PUT")
    }
}

/// Reads `data[Workflow][name]=…`.
fn form(text: &str) -> Value {
    let mut root = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name), decoded(value));
        let keys: Vec<&str> = name.split(['[', ']']).filter(|key| !key.is_empty()).collect();
        let keys = if keys.first() == Some(&"data") { &keys[1..] } else { &keys[..] };
        let mut at = &mut root;
        for key in &keys[..keys.len() - 1] {
            let inner = at.entry((*key).to_owned()).or_insert_with(|| json!({}));
            at = inner.as_object_mut().unwrap();
        }
        at.insert(keys[keys.len() - 1].to_owned(), value.into());
    }
    root.into()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = std::str::from_utf8(&after[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &after[2..];
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

pub fn ok(body: &Value) -> Response {
    status(200, body)
}

pub fn status(status: u16, body: &Value) -> Response {
    Response {
        status,
        content_type: "application/json; charset=UTF-8",
        location: None,
        result_count: None,
        body: body.to_string(),
    }
}

pub fn failure(code: u16, words: &str, place: &str) -> Response {
    status(code, &json!({"name": words, "message": words, "url": place}))
}

pub fn internal(place: &str) -> Response {
    failure(500, "An Internal Error Has Occurred.", place)
}
