//! `plan`

use std::path::PathBuf;

use clap::Args;

use crate::model::{Document, DocumentKind};
use crate::project::unreadable;
use crate::server::{self, Action};
use crate::simulate::replay::EventFiles;

use super::super::findings::Format;
use super::super::inputs::{Inputs, TargetFlag};
use super::super::replayed::{Among, Both, Replay, Replayed, Sides, event_files};
use super::super::{Console, Failure, Status};
use super::doing::{Ready, with_project};
use super::{ServerFlags, show};

/// Show what a push would change on a server, without changing anything.
///
/// It compares what a run depends on. What the editor changes by itself on Save does not count.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit code: 0, but 1 if something is in conflict, and with --exit-code 1 if a push would change something."
)]
pub(in super::super) struct Plan {
    #[command(flatten)]
    inputs: Inputs,
    /// Exit with 1 if a push would change something
    #[arg(long)]
    exit_code: bool,
    /// Say what the changes would have done with these events: each workflow that differs from the server's, also those in
    /// conflict, runs as the server has it and as the project has it; one that only runs a changed workflow is not replayed.
    /// A file, a folder, or `-`. May be given several times
    #[arg(long = "event", value_name = "PATH")]
    events: Vec<PathBuf>,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    server: ServerFlags,
    /// How the result is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Plan {
    pub(in super::super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let files = events_there(&self.events)?;
        with_project("plan", &self.inputs, &self.target, &self.server, None, console, |ready, folder, console| {
            let plan = ready.planning(folder).plan(ready.locals);
            let replay = |console: &mut Console| {
                files.map(|files| replayed(ready, &plan, files, self.format, console)).transpose()
            };
            let replayed = show::show(console, ready.session, ready.snapshot, &plan, self.format, replay)?;
            let is_different = plan.has_conflicts() || (self.exit_code && plan.changes_something());
            let status = if is_different { Status::Rejected } else { Status::Done };
            Ok(replayed.map_or(status, |replayed| status.max(replayed.status)))
        })
    }
}

/// The files of events, which are all there: a server is not asked for nothing.
fn events_there(paths: &[PathBuf]) -> Result<Option<EventFiles>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    let files = event_files(paths)?;
    if let Some((path, error)) = files.missing() {
        return Err(Failure::Other(unreadable(&path.display().to_string(), &error).message));
    }
    Ok(Some(files))
}

/// What the changes of a plan would have done with events. The workflows of the project run as the server would have them.
fn replayed(
    ready: &Ready<'_>,
    plan: &server::Plan<'_>,
    files: EventFiles,
    format: Format,
    console: &mut Console,
) -> Result<Replayed, Failure> {
    let differs = |item: &server::Item<'_>| {
        item.kind == DocumentKind::Workflow && matches!(item.action, Action::Change | Action::Conflict(_))
    };
    let mut both = Vec::new();
    // A plan begins with what the project has.
    for (item, (local, labels)) in plan.items.iter().zip(ready.locals.iter().zip(&ready.labels)) {
        if differs(item)
            && let (Some(there), Some(here)) = (in_row(item), item.filled())
        {
            both.push(Both { name: local.id, documents: [there, here], labels: [&[], labels] });
        }
    }
    if both.is_empty() {
        console.tell("no workflow of the server would change, so nothing is replayed")?;
        return Ok(Replayed { status: Status::Done, differs: false, told: Vec::new(), unusable: 0 });
    }
    if format == Format::Text {
        console.line("")?;
    }
    let there = ready.snapshot.workflows.iter().filter_map(|row| row.document.as_ref().ok()).collect();
    // What only the server has stays.
    let here = plan.items.iter().filter_map(|item| item.filled().or_else(|| in_row(item))).collect();
    let target = ready.project.target();
    let among = [there, here].map(|documents| Among { documents, modules: ready.modules, target });
    let replay = Replay::of_server(&ready.session.name, ready.project);
    replay.compare(files, &Sides { both, among }, ready.project, ready.sources, format, console)
}

/// The workflow or blueprint of an item as the server has it.
fn in_row<'p>(item: &server::Item<'p>) -> Option<&'p Document<'static>> {
    item.row.and_then(|row| row.document.as_ref().ok())
}
