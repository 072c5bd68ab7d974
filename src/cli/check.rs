//! `check`

use clap::Args;

use crate::compile::Workspace;
use crate::diagnostics::Code;
use crate::project::{self, DiskFiles};
use crate::source::Sources;

use super::{Console, Failure, Findings, Format, Inputs, Status, Target, report};

/// Look for mistakes: syntax, names, types, graph.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    findings: Findings,
    /// How findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Check {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut loaded = self.inputs.load(&sources);
        self.target.apply(&mut loaded.project);
        let levels = self.findings.levels(&loaded.project.lints)?;
        loaded.tell_if_empty("check", console)?;
        let mut diagnostics = loaded.diagnostics;
        let catalogue = project::catalogue(&sources, &DiskFiles, &loaded.project, &mut diagnostics);
        let workspace = Workspace::load(&sources, &DiskFiles, &loaded.roots, &catalogue);
        diagnostics.extend(workspace.compile().diagnostics);
        // What is not written matters only to who writes.
        diagnostics.retain(|diagnostic| diagnostic.code != Code::BlueprintNotWritten);
        levels.apply(&mut diagnostics);
        Ok(report(console, &sources, &diagnostics, self.format)?)
    }
}
