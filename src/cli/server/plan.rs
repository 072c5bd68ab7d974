//! `plan`

use std::path::PathBuf;

use clap::Args;

use crate::model::DocumentKind;
use crate::server::{self, Action};

use super::super::findings::Format;
use super::super::inputs::{Inputs, TargetFlag};
use super::super::replayed::{Among, Both, Replay, Replayed};
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
    /// Say what the changes would have done with these events: each workflow that would change runs as the server has it, and
    /// as the project has it. A file, a folder, or `-`. May be given several times
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
        with_project("plan", &self.inputs, &self.target, &self.server, None, console, |ready, folder, console| {
            let plan = ready.planning(folder).plan(ready.locals);
            let replay = |console: &mut Console| {
                let is_asked = !self.events.is_empty();
                is_asked.then(|| replayed(ready, &plan, self.events, self.format, console)).transpose()
            };
            let replayed = show::show(console, ready.session, ready.snapshot, &plan, self.format, replay)?;
            let is_different = plan.has_conflicts() || (self.exit_code && plan.changes_something());
            let status = if is_different { Status::Rejected } else { Status::Done };
            Ok(replayed.map_or(status, |replayed| status.max(replayed.status)))
        })
    }
}

/// What the changes of a plan would have done with events.
fn replayed(
    ready: &Ready<'_>,
    plan: &server::Plan<'_>,
    events: Vec<PathBuf>,
    format: Format,
    console: &mut Console,
) -> Result<Replayed, Failure> {
    let is_change = |item: &&server::Item<'_>| {
        item.kind == DocumentKind::Workflow && matches!(item.action, Action::Change | Action::Conflict(_))
    };
    let mut both = Vec::new();
    for item in plan.items.iter().filter(is_change) {
        let at = ready
            .locals
            .iter()
            .position(|local| local.document.kind == DocumentKind::Workflow && item.id.as_deref() == Some(local.id));
        let there = item.row.and_then(|row| row.document.as_ref().ok());
        if let (Some(at), Some(there)) = (at, there) {
            let local = &ready.locals[at];
            both.push(Both { name: local.id, documents: [there, local.document], labels: [&[], ready.labels[at]] });
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
    let here = ready.locals.iter().map(|local| local.document).collect();
    let target = ready.project.target();
    let among = [there, here].map(|documents| Among { documents, modules: ready.modules, target });
    let replay = Replay::of_files(events, &ready.session.name, ready.project);
    replay.compare(&both, &among, ready.project, ready.sources, format, console)
}
