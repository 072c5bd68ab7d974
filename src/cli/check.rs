//! `check`

use clap::Args;

use crate::catalogue::{Catalogue, Target};
use crate::compile::Workspace;
use crate::diagnostics::Code;
use crate::project::{self, DiskFiles};
use crate::source::Sources;
use crate::upgrade::check_for_targets;

use super::target_parser::TargetParser;
use super::{Console, Failure, Findings, Format, Inputs, Status, report};

/// Look for mistakes: syntax, names, types, graph.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    inputs: Inputs,
    /// The release of MISP, instead of the one the project names. Given several times: each is checked for,
    /// and what an upgrade from one to the next changes is reported
    #[arg(long = "target", value_name = "RELEASE", value_parser = TargetParser, hide_possible_values = true)]
    targets: Vec<Target>,
    #[command(flatten)]
    findings: Findings,
    /// How findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Check {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let loaded = self.inputs.load(&sources);
        let levels = self.findings.levels(&loaded.project.lints)?;
        loaded.tell_if_empty("check", console)?;
        let mut diagnostics = loaded.diagnostics;
        let targets = if self.targets.is_empty() { vec![loaded.project.target()] } else { self.targets };
        let catalogues = project::catalogues(&sources, &DiskFiles, &loaded.project, &targets, &mut diagnostics);
        let targets: Vec<_> = targets.into_iter().zip(catalogues.iter().map(AsRef::as_ref)).collect();
        let workspace = Workspace::load(&sources, &DiskFiles, &loaded.roots, Catalogue::built_in());
        diagnostics.extend(check_for_targets(&workspace, &targets));
        // What is not written matters only to who writes.
        diagnostics.retain(|diagnostic| diagnostic.code != Code::BlueprintNotWritten);
        levels.apply(&mut diagnostics);
        Ok(report(console, &sources, &diagnostics, self.format)?)
    }
}
