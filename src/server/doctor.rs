//! Why workflows do not run on a server.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Release};
use crate::compile::Workspace;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{DocumentKind, ModuleType, is_adhoc};
use crate::project::MemoryFiles;

use super::call::Call;
use super::rest::Misp;
use super::row::{Row, wrapper};
use super::snapshot::{Snapshot, is_on};
use super::trouble::{CallError, Problem};

/// How bad something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    /// Workflows do not run, or not as they should.
    Bad,
    /// It may be as it should be.
    Note,
    /// Nobody can see it from here.
    Unseen,
}

/// Something that was seen, or could not be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symptom {
    /// How bad it is.
    pub health: Health,
    /// What it is.
    pub what: String,
    /// How it was seen.
    pub seen: String,
    /// What to do.
    pub todo: String,
}

/// What is asked of MISP to know whether templates are rendered: this module does nothing but say its message.
const TEMPLATE_QUESTION: &str = r#"{"input_data": "{\"Event\": {\"info\": \"rendered\"}}", "module_indexed_param": {"message": "is {{ Event.info }}"}, "convert_data": true}"#;
/// What it says then.
const RENDERED: &str = "is rendered";
/// The address that MISP shows for debugging where nobody ever saved one.
const DEFAULT_DEBUG_URL: &str = "http://127.0.0.1:27051";

const ASK_AN_ADMIN: &str = "ask a site admin of the server";

/// Looks at a server.
struct Doctor<'d> {
    misp: Misp<'d>,
    symptoms: Vec<Symptom>,
    release: Option<Release>,
    /// What the key has no right to see.
    hidden: Vec<String>,
}

/// Says what is wrong with a server, as far as the key can see. `catalogue_for` gives the modules to check workflows with.
///
/// # Errors
/// The server does not answer at all, or does not take the key.
pub fn examine(
    misp: Misp<'_>,
    catalogue_for: &dyn Fn(&Snapshot) -> Catalogue,
) -> Result<(String, Vec<Symptom>), CallError> {
    let version = misp.version()?;
    let mut doctor = Doctor { misp, symptoms: Vec::new(), release: version.release.parse().ok(), hidden: Vec::new() };
    if version.is_read_only {
        doctor.bad(
            "the key may only read, and sees no workflow",
            "getVersion: `perm_sighting` is false and `uuid` is `-`",
            "take a key of a site admin that is not read-only",
        );
    }
    doctor.settings();
    doctor.services();
    match Snapshot::fetch(&misp) {
        Ok(snapshot) => doctor.workflows(&snapshot, &catalogue_for(&snapshot)),
        Err(error) => doctor.no_workflows(&error),
    }
    doctor.say_hidden();
    doctor.unseen(
        "whether the database stores characters beyond U+FFFF, such as emoji",
        "the REST API does not show it",
        "without them a save works everywhere; `check` finds them (`unstorable-character`)",
    );
    Ok((version.release, doctor.symptoms))
}

impl Doctor<'_> {
    fn add(&mut self, health: Health, what: impl Into<String>, seen: impl Into<String>, todo: impl Into<String>) {
        self.symptoms.push(Symptom { health, what: what.into(), seen: seen.into(), todo: todo.into() });
    }

    fn bad(&mut self, what: impl Into<String>, seen: impl Into<String>, todo: impl Into<String>) {
        self.add(Health::Bad, what, seen, todo);
    }

    fn unseen(&mut self, what: impl Into<String>, seen: impl Into<String>, todo: impl Into<String>) {
        self.add(Health::Unseen, what, seen, todo);
    }

    /// The value of a setting; `None` if the key cannot see it, which is said.
    fn setting(&mut self, name: &str) -> Option<Json> {
        let call = Call::get(format!("/servers/getSetting/{name}.json"));
        match self.misp.json(&call) {
            Ok(json) => Some(json["value"].clone()),
            Err(error) => {
                self.not_told(format!("the setting `{name}`"), &error);
                None
            }
        }
    }

    /// Something that MISP does not tell. What the key has no right to is said once, for all of it.
    fn not_told(&mut self, what: String, error: &CallError) {
        if error.problem == Problem::Rights {
            self.hidden.push(what);
        } else {
            self.unseen(what, first_line(error), ASK_AN_ADMIN);
        }
    }

    fn say_hidden(&mut self) {
        if !self.hidden.is_empty() {
            let what = std::mem::take(&mut self.hidden).join(", ");
            self.unseen(what, "the key has no right to see it", ASK_AN_ADMIN);
        }
    }

    fn settings(&mut self) {
        let is_off = |value: Option<&Json>| value.is_some_and(|value| *value == Json::Bool(false));
        let is_silent = self.release.is_none_or(|release| release > Release::FIRST_SEEN);
        let silent = if is_silent { "; no other call fails, and workflows are saved and listed as ever" } else { "" };
        if is_off(self.setting("Plugin.Workflow_enable").as_ref()) {
            self.bad(
                "the workflow plugin is off: no workflow runs",
                format!("the setting `Plugin.Workflow_enable` is false{silent}"),
                "switch it on: Administration, Server Settings, Plugin, Workflow",
            );
        }
        if is_off(self.setting("MISP.background_jobs").as_ref()) {
            self.bad(
                "background jobs are off: workflows need them",
                format!("the setting `MISP.background_jobs` is false{silent}"),
                "set it in MISP's configuration, and see that the workers run",
            );
        } else {
            self.workers();
        }
        if is_off(self.setting("MISP.live").as_ref()) {
            self.add(
                Health::Note,
                "MISP is not live: only site admins can use it",
                "the setting `MISP.live` is false",
                "set it to true when maintenance is over",
            );
        }
    }

    fn workers(&mut self) {
        match self.misp.json(&Call::get("/servers/getWorkers.json")) {
            Ok(Json::Object(queues)) => {
                let dead = queues.iter().filter(|(_, queue)| queue["ok"] == Json::Bool(false));
                let dead: Vec<&str> = dead.map(|(name, _)| name.as_str()).collect();
                if !dead.is_empty() {
                    self.add(
                        Health::Note,
                        "workers are not well: non-blocking workflows wait for them",
                        format!(
                            "getWorkers says `ok: false` of {}; it says so too where no supervisor is installed",
                            dead.join(", ")
                        ),
                        "look at Administration, Server Settings, Workers",
                    );
                }
            }
            Ok(_) => {}
            Err(error) => self.not_told("the workers".to_owned(), &error),
        }
    }

    fn services(&mut self) {
        if self.setting("Plugin.Enrichment_services_enable") == Some(Json::Bool(false)) {
            self.bad(
                "the enrichment services are off: no enrichment, and the templates of nodes are rendered by the same service",
                "the setting `Plugin.Enrichment_services_enable` is false",
                "switch them on: Administration, Server Settings, Plugin, Enrichment",
            );
            return;
        }
        match self.misp.json(&Call::get("/modules/index.json")) {
            Ok(_) => {}
            Err(CallError { problem: Problem::Internal(_), .. }) => self.bad(
                "misp-modules does not answer: no enrichment, and none of its actions",
                "its list of modules ends with an internal error (500)",
                "start it, and check the settings `Plugin.Enrichment_services_url` and `…_port`",
            ),
            Err(error) => self.not_told("misp-modules".to_owned(), &error),
        }
    }

    /// Whether the texts of nodes are rendered. The list of enrichment modules does not tell: it has only those that are
    /// switched on for enrichment.
    fn templates(&mut self) {
        let call = Call::ask("/workflows/moduleStatelessExecution/stop-execution.json", TEMPLATE_QUESTION);
        let is_old = self.release.is_some_and(|release| release <= Release::FIRST_SEEN);
        let todo = "start misp-modules, in a release that has `jinja_template_rendering`, and check the settings `Plugin.Enrichment_services_url` and `…_port`";
        match self.misp.json(&call) {
            Ok(answer) => {
                let said = answer["errors"].as_array().and_then(|errors| errors.first()?.as_str());
                match said {
                    Some(RENDERED) => {}
                    Some(other) => self.bad(
                        "the template service of misp-modules does not answer: templates in messages and addresses give empty strings",
                        format!("a `stop-execution` that was asked for its message alone said `{other}`"),
                        todo,
                    ),
                    None => self.unseen(
                        "whether templates are rendered",
                        "MISP answered the question for the message of a `stop-execution` with something else",
                        todo,
                    ),
                }
            }
            Err(CallError { problem: Problem::Internal(_), .. }) if is_old => self.bad(
                "the template service of misp-modules does not answer: nodes that render a template die, and so does the run",
                "a `stop-execution` that was asked for its message alone ended with an internal error (500)",
                todo,
            ),
            Err(error) => self.unseen("whether templates are rendered", first_line(&error), todo),
        }
    }

    /// Whether misp-modules gives actions to workflows.
    fn action_services(&mut self, snapshot: &Snapshot) {
        if self.setting("Plugin.Action_services_enable") != Some(Json::Bool(false)) {
            return;
        }
        let is_used = snapshot.workflows.iter().filter_map(|row| row.document.as_ref().ok()).any(|document| {
            let mut nodes = document.graph.nodes.iter().filter(|node| node.module_type == ModuleType::Action);
            nodes.any(|node| is_on(&snapshot.modules, &node.module).is_none())
        });
        self.add(
            if is_used { Health::Bad } else { Health::Note },
            "action services are off: workflows have no actions of misp-modules",
            "the setting `Plugin.Action_services_enable` is false",
            "switch it on if workflows are to use them: Administration, Server Settings, Plugin, Action",
        );
    }

    /// The workflows cannot be listed: which of the known causes it is.
    fn no_workflows(&mut self, error: &CallError) {
        let is_country_needed = self.release.is_none_or(|release| release <= Release::FIRST_SEEN);
        if matches!(error.problem, Problem::Internal(_))
            && is_country_needed
            && let Ok(Json::Array(galaxies)) = self.misp.json(&Call::get("/galaxies/index.json"))
            && !galaxies.iter().any(|galaxy| galaxy["Galaxy"]["name"].as_str() == Some("Country"))
        {
            self.bad(
                "the galaxy `Country` is not in the database: this release cannot list workflows without it",
                "the list of workflows ends with an internal error, and the list of galaxies has no `Country`",
                "update the galaxies: Galaxies, Update Galaxies",
            );
            return;
        }
        if matches!(error.problem, Problem::Internal(_)) {
            let broken = self.broken_rows();
            if !broken.is_empty() {
                self.bad(
                    "the workflows cannot be listed: the graph of one is not JSON in the database, which breaks the list of all",
                    format!("the list ends with an internal error, and so does what is asked of {}", broken.join(", ")),
                    "repair or delete its row in the table `workflows`: no call can",
                );
                return;
            }
        }
        let todo = match error.problem {
            Problem::Rights => "take a key of a site admin that is not read-only",
            _ => "see what is said above of settings, and MISP's own error log",
        };
        self.bad("the workflows cannot be listed", first_line(error), todo);
    }

    /// The triggers whose workflow breaks what is asked of the trigger. Where the modules cannot be listed either, it is not
    /// the workflows.
    fn broken_rows(&self) -> Vec<String> {
        if self.misp.modules().is_err() {
            return Vec::new();
        }
        let triggers = Catalogue::built_in().modules().filter(|module| module.module_type == ModuleType::Trigger);
        let is_broken = |id: &&str| {
            let answer = self.misp.json(&Call::get(format!("/workflows/moduleView/{id}.json")));
            matches!(answer, Err(CallError { problem: Problem::Internal(_), .. }))
        };
        triggers.map(|trigger| &*trigger.id).filter(is_broken).map(|id| format!("trigger `{id}`")).collect()
    }

    fn workflows(&mut self, snapshot: &Snapshot, catalogue: &Catalogue) {
        self.redis(snapshot);
        self.templates();
        self.action_services(snapshot);
        if let Err(error) = &snapshot.blueprints {
            self.bad(
                "the blueprints cannot be listed: the data of one is broken in the database",
                first_line(error),
                "repair the row in the database: no call can",
            );
        }
        self.adhoc(snapshot);
        let mut of_trigger: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &snapshot.workflows {
            of_trigger.entry(row.trigger()).or_default().push(row);
        }
        for (trigger, rows) in of_trigger {
            if let [first, others @ ..] = rows.as_slice()
                && !others.is_empty()
            {
                let numbers: Vec<&str> = others.iter().map(|row| row.id.as_str()).collect();
                self.bad(
                    format!("several workflows are stored for `{trigger}`, and only row {} runs", first.id),
                    format!("the list has row {} for it too", numbers.join(", ")),
                    "make one workflow of them, and delete the others",
                );
            }
        }
        for row in &snapshot.workflows {
            self.workflow(row, snapshot);
        }
        self.checks(snapshot, catalogue);
        self.debugging(snapshot);
    }

    /// Where debugged workflows send what they do.
    fn debugging(&mut self, snapshot: &Snapshot) {
        let debugging: Vec<String> =
            snapshot.workflows.iter().filter(|row| row.json["debug_enabled"] == Json::Bool(true)).map(called).collect();
        if debugging.is_empty() {
            return;
        }
        let Some(url) = self.setting("Plugin.Workflow_debug_url") else { return };
        let todo = "switch debugging off where it is not needed, or let something listen there";
        let send = if debugging.len() == 1 { "sends" } else { "send" };
        let seen = format!("`debug_enabled` is on, and `Plugin.Workflow_debug_url` is {url}");
        let seen = match url.as_str() {
            Some(DEFAULT_DEBUG_URL) => {
                format!(
                    "{seen}; MISP shows this address too where none was ever saved, and then sends to port 80 of itself"
                )
            }
            _ => seen,
        };
        if url.as_str().is_none_or(str::is_empty) {
            self.bad(
                format!("there is no address to debug to, so each run of {} dies", debugging.join(", ")),
                "`debug_enabled` is on, and `Plugin.Workflow_debug_url` is empty",
                todo,
            );
            return;
        }
        self.add(
            Health::Note,
            format!(
                "{} {send} every step to a debug address; where nothing listens there, each run dies",
                debugging.join(", ")
            ),
            seen,
            todo,
        );
        self.unseen(
            "whether something listens at the debug address",
            "the REST API does not show it, and what is reached from here may be something else than what the server reaches",
            "on the server, `curl` the address",
        );
    }

    fn redis(&mut self, snapshot: &Snapshot) {
        let all_off = snapshot.modules.iter().all(|module| module["disabled"] == Json::Bool(true));
        let listens = |row: &&Row| row.json["listening_triggers"].as_array().is_some_and(|list| !list.is_empty());
        let has_rows = !snapshot.workflows.is_empty();
        let nobody_listens = has_rows && !snapshot.workflows.iter().any(|row| listens(&row));
        match (all_off && !snapshot.modules.is_empty(), nobody_listens) {
            (true, _) if !has_rows => self.add(
                Health::Note,
                "no module is on: nobody has switched one on yet, or Redis does not answer or was flushed",
                "all modules are listed as off, and there is no workflow",
                "`mispflow push --enable` switches on what the workflows need",
            ),
            (true, true) => self.bad(
                "Redis does not answer, or was flushed: every module is off",
                "all modules are listed as off, and no workflow listens to its trigger",
                "see that Redis runs and that `MISP.redis_host` and `…_port` are right; after a flush `mispflow push --enable` switches on what the workflows need. Never call `rebuildRedis`: it switches everything off",
            ),
            (true, false) => self.bad(
                "no module is on: actions fail, and a `stop-execution` that is reached blocks always",
                "all modules are listed as off, while workflows listen to their triggers: nobody has switched one on yet, or Redis has lost which were on, as after a flush, which leaves triggers on",
                "switch them on: `mispflow push --enable` does it for those that the workflows need",
            ),
            (false, true) => self.add(
                Health::Note,
                "Redis has lost which workflow listens to which trigger",
                "MISP lists no workflow under any trigger; the workflows still run",
                "any save of a workflow puts its entry back",
            ),
            (false, false) => {}
        }
    }

    fn adhoc(&mut self, snapshot: &Snapshot) {
        let Err(error) = &snapshot.adhoc else { return };
        let broken: Vec<String> = snapshot
            .workflows
            .iter()
            .filter(|row| is_adhoc(row.trigger()) && has_broken_filters(row))
            .map(called)
            .collect();
        let which = if broken.is_empty() {
            "which one cannot be seen".to_owned()
        } else {
            format!("those of {}", broken.join(", "))
        };
        self.bad(
            "ad-hoc workflows cannot be listed: the search filters of one are not JSON, which breaks the list of all",
            format!("{}; {which}", first_line(error)),
            "correct its filters in the editor, or push it again",
        );
    }

    fn workflow(&mut self, row: &Row, snapshot: &Snapshot) {
        let Ok(document) = &row.document else {
            let why = row.document.as_ref().err().cloned().unwrap_or_default();
            self.bad(format!("{} cannot be read", called(row)), why, "open it in the editor, or push it again");
            return;
        };
        if row.is_blank() {
            return;
        }
        if let Some(other) = document.other_trigger() {
            self.bad(
                format!(
                    "{} listens to nothing it should: it is stored for `{}` and starts with `{other}`",
                    called(row),
                    row.trigger()
                ),
                "its trigger node in the list of workflows",
                "give it the right trigger node, and save it",
            );
        }
        let is_on_ = match &snapshot.adhoc {
            Err(_) if is_adhoc(row.trigger()) => None,
            _ => snapshot.is_trigger_on(row.trigger()),
        };
        if is_on_ == Some(false) {
            self.add(
                Health::Note,
                format!("{} does not run: its trigger `{}` is off", called(row), row.trigger()),
                "`disabled` in the list of triggers",
                "`mispflow push --enable`, or the page of triggers",
            );
        }
        let nodes = document.graph.nodes.iter().filter(|node| node.module_type != ModuleType::Trigger);
        let mut off: Vec<&str> = nodes
            .filter(|node| is_on(&snapshot.modules, &node.module) == Some(false))
            .map(|node| &*node.module)
            .collect();
        off.sort_unstable();
        off.dedup();
        let nodes = document.graph.nodes.iter().filter(|node| node.module_type != ModuleType::Trigger);
        let mut unknown: Vec<&str> =
            nodes.filter(|node| is_on(&snapshot.modules, &node.module).is_none()).map(|node| &*node.module).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            self.bad(
                format!("{} uses modules that the server does not have: {}", called(row), unknown.join(", ")),
                "they are not in the list of modules; those of misp-modules are only there while it answers",
                "see what is said of misp-modules and of action services; a module of your own must be installed",
            );
        }
        let is_all_off = snapshot.modules.iter().all(|module| module["disabled"] == Json::Bool(true));
        if !off.is_empty() && !is_all_off {
            self.bad(
                format!("{} uses modules that are off: {}", called(row), off.join(", ")),
                "`disabled` in the list of modules",
                "`mispflow push --enable`, or the page of modules",
            );
        }
    }

    /// What `check` calls broken.
    fn checks(&mut self, snapshot: &Snapshot, catalogue: &Catalogue) {
        let (target, _) = snapshot.target();
        for row in snapshot.workflows.iter().filter(|row| row.document.is_ok() && !row.is_blank()) {
            let sources = Sources::new();
            let name = format!("row-{}.json", row.id);
            let text = serde_json::json!({ wrapper(DocumentKind::Workflow): row.json }).to_string();
            let file = sources.add(&name, Some(Path::new(&name)), &text);
            let files = MemoryFiles::new();
            let workspace = Workspace::load(&sources, &files, &[file], catalogue).for_target(target);
            let is_reported = |finding: &&Diagnostic| finding.is_error() || finding.code == Code::ReportedForTarget;
            for finding in workspace.compile().diagnostics.iter().filter(is_reported) {
                self.bad(
                    format!("{}: {}", called(row), finding.message),
                    format!("`check` of the row: {}", finding.code),
                    format!("`mispflow explain {}`", finding.code),
                );
            }
        }
    }
}

fn first_line(error: &CallError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn called(row: &Row) -> String {
    format!("workflow `{}` (row {})", row.title(), row.id)
}

/// Whether the search filters of an ad-hoc workflow are not JSON.
fn has_broken_filters(row: &Row) -> bool {
    let nodes = row.json["data"].as_object().into_iter().flatten().map(|(_, node)| node);
    let mut triggers = nodes.filter(|node| node["data"]["module_type"].as_str() == Some("trigger"));
    let filters = triggers.next().map(|node| &node["data"]["indexed_params"]["filters"]);
    match filters {
        Some(Json::String(text)) => !text.is_empty() && serde_json::from_str::<Json>(text).is_err(),
        Some(Json::Object(members)) => !members.is_empty(),
        _ => false,
    }
}
