//! What the release of MISP means for workflows: known bugs, and what changes with another release.

mod changes;
mod merged;

use crate::catalogue::{Catalogue, Target};
use crate::compile::{Compilation, Workspace};
use crate::diagnostics::{Code, Diagnostic, Levels};

/// What comes of checking.
pub struct Checked<'c> {
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What came of the files for each target, without findings.
    pub compiled: Vec<Compilation<'c>>,
}

/// Checks for several targets, each with its catalogue, and reports what an upgrade from each to the
/// next changes. What is found for some of the targets only says for which.
pub fn check_for_targets<'c>(workspace: &'c Workspace<'_>, targets: &[(Target, &'c Catalogue)]) -> Checked<'c> {
    let mut compiled: Vec<Compilation<'_>> =
        targets.iter().map(|&(target, catalogue)| workspace.check_for(catalogue, target)).collect();
    let found = compiled.iter_mut().map(|compilation| std::mem::take(&mut compilation.diagnostics)).collect();
    let names: Vec<Target> = targets.iter().map(|(target, _)| *target).collect();
    let mut diagnostics = merged::merged(&names, found);
    for (steps, documents) in targets.windows(2).zip(compiled.windows(2)) {
        changes::report([steps[0], steps[1]], [&documents[0], &documents[1]], &mut diagnostics);
    }
    Checked { diagnostics: workspace.without_allowed(diagnostics), compiled }
}

/// What is found in the files of a workspace for each target, beside what was found before they were looked at. With levels.
pub fn found<'c>(
    workspace: &'c Workspace<'_>,
    targets: &[(Target, &'c Catalogue)],
    before: &[Diagnostic],
    levels: &Levels,
) -> Checked<'c> {
    let mut diagnostics = before.to_vec();
    let Checked { diagnostics: of_files, compiled } = check_for_targets(workspace, targets);
    diagnostics.extend(of_files);
    // What is not written matters only to who writes.
    diagnostics.retain(|diagnostic| diagnostic.code != Code::BlueprintNotWritten);
    levels.apply(&mut diagnostics);
    Checked { diagnostics, compiled }
}
