//! `run --on`: the run on a server beside the simulated one.

use clap::Args;
use serde_json::json;

use crate::base::characters::to_json;
use crate::diagnostics::{printable, printable_line};
use crate::engine::{Gathered, Outcome, Prepared, RunResult};
use crate::model::DocumentKind;
use crate::php::Value;
use crate::secrets::Secret;
use crate::server::{
    Action, Beside, CRASH, Item, Local, LogEntry, Planning, RealRun, Row, Snapshot, beside, entries, run_on_server,
};
use crate::simulate::replay::{EventIdentity, Places, Record, Runner, data_of, write_run};

use super::super::one_document::Found;
use super::super::{Console, Failure, Format, Status, report};
use super::folder::Folder;
use super::push::Sure;
use super::{Batches, ServerFlags, look, other};

/// The run on a server.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "Running on a server")]
pub(in super::super) struct OnServer {
    /// Run the workflow on this server too, where it must be as it is here, and say what differs. The run is real: MISP
    /// does what the workflow says
    #[arg(long, value_name = "NAME", conflicts_with_all = ["kinds", "as_trigger"])]
    on: Option<String>,
    /// Do not ask before the run on the server
    #[arg(short, long, requires = "on")]
    yes: bool,
}

/// What is simulated, and how it is written.
pub(in super::super) struct Simulation<'s, 'c, 'a> {
    pub runner: Runner<'s>,
    pub found: &'s Found<'c, 'a>,
    pub name: &'s str,
    pub places: &'s Places<'s>,
    pub format: Format,
}

impl OnServer {
    /// Whether there is a run on a server.
    pub fn is_given(&self) -> bool {
        self.on.is_some()
    }

    /// Simulates the run, asks, runs it on the server, and says what differs.
    ///
    /// # Errors
    /// Nothing was run on the server.
    pub fn run(
        &self,
        simulation: &Simulation<'_, '_, '_>,
        events: Batches<'_>,
        console: &mut Console,
    ) -> Result<Status, Failure> {
        let Simulation { runner, found, format, .. } = *simulation;
        let mut records = events.flatten();
        let (Some(record), None) = (records.next(), records.next()) else {
            return Err(Failure::Other("`--on` runs one event, and there is not exactly one\nname one file with one event, or take one of a server with `--limit 1`".to_owned()));
        };
        let data = match data_of(&record, runner.workflow) {
            Ok(data) => data,
            Err(problem) => return Ok(report(console, found.sources, &[*problem], Format::Text)?),
        };
        let payload = payload(runner.workflow, &record, &data)?;
        let flags = ServerFlags::default();
        let session = flags.open_named(self.on.as_deref(), found.project, console)?;
        let folder = Folder::read(flags.folder(found.project), &session.name, &session.url, console)?;
        let snapshot = look(&session, console)?;
        let chosen = Local { id: simulation.name, document: found.chosen.document };
        let is_other = |document: &&crate::model::Document<'_>| !std::ptr::eq(*document, found.chosen.document);
        let others = found.all.iter().copied().filter(is_other).map(|document| Local { id: "", document });
        let locals: Vec<Local<'_, '_>> = std::iter::once(chosen).chain(others).collect();
        let planning = Planning {
            snapshot: &snapshot,
            catalogue: found.catalogue,
            environment: &Secret::from_environment,
            state: &folder.state,
            key: &folder.key,
            tags: None,
        };
        let plan = planning.plan(&locals);
        let Some(item) = plan.items.first() else { return Err(not_there(&session.name)) };
        console.protect_values(item.secrets.iter().cloned());
        let row = ready(item, &snapshot, &session.name)?;

        let result = runner.run(data);
        if format == Format::Text {
            write_run(console.results(), &result, simulation.places)?;
        }
        console.tell(&format!(
            "the run on `{}` is real: MISP does what is shown above, and sends everything for real",
            session.name
        ))?;
        Sure { yes: self.yes }.confirm(console)?;
        let real = run_on_server(&session.misp(), row, &payload)
            .map_err(|error| Failure::Other(format!("it was not run on `{}`: {error}", session.name)))?;
        let seen = Seen::of(&real, &result, row, &snapshot, found);
        match format {
            Format::Json => seen.json(&session.name, row, &real, &result, console)?,
            Format::Text => seen.text(&session.name, row, console)?,
        }
        Ok(if seen.is_same { Status::Done } else { Status::Rejected })
    }
}

/// What is given to MISP: the data of the trigger, or the search for the event where an ad-hoc workflow wants one.
fn payload(workflow: &Prepared, record: &Record, data: &Value<'_>) -> Result<String, Failure> {
    let text = || record.text.as_ref().map_or_else(|_| String::new(), Clone::clone);
    if let Ok(passed) = crate::core_format::Passed::of(data.clone()) {
        return passed.original.to_json().map_err(other);
    }
    let id = EventIdentity::of(data).and_then(|event| event.name());
    let search = json!({ "eventid": id }).to_string();
    let asked = Value::from_json(&search).unwrap_or_default();
    match workflow.gather(asked.clone()) {
        None | Some(Ok(Gathered::Data(_))) => Ok(text()),
        Some(Ok(Gathered::Search(filters))) if id.is_some() && Value::Array(filters.clone()) == asked => Ok(search),
        Some(_) => Err(Failure::Other(
            "nothing was run: this ad-hoc workflow runs on what its own search finds, not on one event\nfor a run on one event its trigger needs `scope: \"passed_event_ids\"`, and the event an `id`".to_owned(),
        )),
    }
}

fn not_there(server: &str) -> Failure {
    Failure::Other(format!("nothing was run: `{server}` does not have this workflow\n`mispflow push` brings it there"))
}

/// The row that is run, if it is the workflow and can be.
fn ready<'p>(item: &Item<'p>, snapshot: &Snapshot, server: &str) -> Result<&'p Row, Failure> {
    let Some(row) = item.row.filter(|_| item.kind == DocumentKind::Workflow) else { return Err(not_there(server)) };
    if item.action != Action::Same {
        return Err(Failure::Other(format!(
            "nothing was run: `{server}` has another version of this workflow (row {})\n`mispflow plan` shows what differs, `mispflow push` brings this one there",
            row.id
        )));
    }
    if snapshot.is_trigger_on(row.trigger()) != Some(true) {
        return Err(Failure::Other(format!(
            "nothing was run: the trigger `{}` is off on `{server}`, and MISP answers a run with an internal error (500) then\nnothing is switched here: `mispflow push --enable` switches it on, or the page of triggers",
            row.trigger()
        )));
    }
    Ok(row)
}

/// Two runs beside each other.
struct Seen {
    steps: Vec<Beside>,
    there: String,
    here: &'static str,
    why: Vec<String>,
    is_same: bool,
}

impl Seen {
    fn of(real: &RealRun, result: &RunResult<'_>, row: &Row, snapshot: &Snapshot, found: &Found<'_, '_>) -> Self {
        let is_step = |entry: &LogEntry| matches!(entry, LogEntry::Executed { .. } | LogEntry::Failed { .. });
        let simulated: Vec<LogEntry> =
            result.log.iter().flat_map(|line| entries(line)).filter(|entry| is_step(entry)).collect();
        let steps = match &real.log {
            Ok(log) => {
                let log: Vec<LogEntry> = log.iter().filter(|entry| is_step(entry)).cloned().collect();
                beside(&log, &simulated)
            }
            Err(_) => Vec::new(),
        };
        let there = match &real.outcome {
            Ok(outcome) => outcome.clone(),
            Err(error) => format!("unknown: {error}"),
        };
        let here = result.outcome.as_str();
        let has_same_steps = steps.iter().all(|step| matches!(step, Beside::Both(_)));
        let is_same = has_same_steps && there == here && real.log.is_ok();
        let mut seen = Self { steps, there, here, why: Vec::new(), is_same };
        seen.explain(real, result, row, snapshot, found);
        seen
    }

    /// Why the two may differ, and what could not be seen.
    fn explain(
        &mut self,
        real: &RealRun,
        result: &RunResult<'_>,
        row: &Row,
        snapshot: &Snapshot,
        found: &Found<'_, '_>,
    ) {
        let is_debugged = found.chosen.document.debug_enabled;
        let mut why = Vec::new();
        if let Err(error) = &real.log {
            why.push(format!("MISP's log cannot be read, so only the outcomes are compared: {error}"));
        } else if !is_debugged {
            why.push("MISP's log names only nodes that fail, for the workflow is not debugged: `debug: true` in the text and a push show each node".to_owned());
        }
        if real.others > 0 {
            why.push(format!(
                "the workflow ran {} more times meanwhile: MISP's log does not tell the runs apart",
                real.others
            ));
        }
        if !self.is_same {
            let (target, server) = (found.project.target(), snapshot.target().0);
            if target != server {
                why.push(format!(
                    "the simulation is for `{target}`, and the server is `{server}`: `--target {server}`"
                ));
            }
            for step in &self.steps {
                let Beside::Server(LogEntry::Failed { node, module, .. }) = step else { continue };
                why.push(if snapshot.is_module_on(module) == Some(false) {
                    format!("node {node}: the module `{module}` is off on the server, and its nodes fail then")
                } else {
                    format!("node {node} failed on the server only: the simulation takes it that all goes well outside of MISP, unless `--answers` says otherwise")
                });
            }
            if self.there == CRASH && result.outcome != Outcome::Crash {
                why.push(if is_debugged {
                    "MISP died: the workflow is debugged, and every run dies where nothing listens at `Plugin.Workflow_debug_url`, or at port 80 of the server itself if none was ever saved; else MISP's error log says which module it was".to_owned()
                } else {
                    "MISP died: its error log says which module it was; `mispflow doctor` knows some causes".to_owned()
                });
            }
            if why.is_empty() {
                why.push(format!(
                    "the data of the two runs may differ: the server adds what it knows (warning lists, its own event with that id); `counter` and the log of row {} say what else ran",
                    row.id
                ));
            }
        }
        if result.is_uncertain {
            why.push("the simulation came to a limit, so that MISP's run may be another".to_owned());
        }
        self.why = why;
    }

    fn text(&self, server: &str, row: &Row, console: &mut Console) -> Result<(), Failure> {
        console.line("")?;
        console.heading(&format!(
            "on `{server}`: {} (row {})",
            printable_line(row.title()),
            printable_line(&row.id)
        ))?;
        for step in &self.steps {
            let (mark, entry, where_) = match step {
                Beside::Both(entry) => (' ', entry, ""),
                Beside::Server(entry) => ('+', entry, "  (on the server only)"),
                Beside::Simulation(entry) => ('-', entry, "  (in the simulation only)"),
            };
            console.line(&printable(&format!("{mark}{}{where_}", said(entry))))?;
        }
        if self.there == self.here {
            console.line(&format!("outcome {}, as simulated", self.here))?;
        } else {
            console.line(&printable_line(&format!("outcome {}, and {} in the simulation", self.there, self.here)))?;
        }
        for why in &self.why {
            console.line(&printable_line(&format!("  note: {why}")))?;
        }
        Ok(())
    }

    fn json(
        &self,
        server: &str,
        row: &Row,
        real: &RealRun,
        result: &RunResult<'_>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let told = json!({
            "simulation": result,
            "server": {
                "name": server,
                "row": row.id,
                "outcome": real.outcome.as_ref().ok(),
                "is_same": self.is_same,
                "steps": self.steps,
                "notes": self.why,
            },
        });
        to_json(console.results(), &told)?;
        Ok(console.line("")?)
    }
}

fn said(entry: &LogEntry) -> String {
    match entry {
        LogEntry::Executed { node, module, status } => format!("{node:>3}  {module}  {status}"),
        LogEntry::Failed { node, module, message } => format!("{node:>3}  {module}  failed: {message}"),
        LogEntry::Started => "     the run starts".to_owned(),
        LogEntry::Finished { outcome } => format!("     the run ends: {outcome}"),
    }
}
