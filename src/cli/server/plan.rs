//! `plan`

use clap::Args;

use super::super::findings::Format;
use super::super::inputs::{Inputs, TargetFlag};
use super::super::{Console, Failure, Status};
use super::doing::with_project;
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
            show::show(console, ready.session, ready.snapshot, &plan, self.format)?;
            let is_different = plan.has_conflicts() || (self.exit_code && plan.changes_something());
            Ok(if is_different { Status::Rejected } else { Status::Done })
        })
    }
}
