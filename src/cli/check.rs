//! `check`

use clap::Args;

use crate::base::source::{FileId, Sources};
use crate::catalogue::{Catalogue, Target};
use crate::compile::Workspace;
use crate::diagnostics::{Code, Diagnostic, Levels, printable_line};
use crate::exported::is_misp_json;
use crate::fix::{Repair, Repaired};
use crate::project::{self, ProjectFiles, Readers, write_whole};
use crate::upgrade::check_for_targets;

use super::target_parser::TargetParser;
use super::{Console, Failure, Findings, Inputs, ReportFormat, Status, report};

/// Look for mistakes: syntax, names, types, graph.
///
/// Files that end in `.json` are MISP's own JSON.
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
    format: ReportFormat,
    /// Correct what can be corrected without a doubt; what comes from standard input goes to standard output
    #[arg(long)]
    fix: bool,
    /// With `--fix`: make the other suggestions too
    #[arg(long, requires = "fix")]
    r#unsafe: bool,
}

impl Check {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let loaded = self.inputs.load(&sources);
        let levels = self.findings.levels(&loaded.project.lints)?;
        loaded.tell_if_empty("check", console)?;
        let mut before = loaded.diagnostics;
        let targets = if self.targets.is_empty() { vec![loaded.project.target()] } else { self.targets.clone() };
        let catalogues = project::catalogues(&sources, &loaded.files, &loaded.project, &targets, &mut before);
        let targets: Vec<_> = targets.into_iter().zip(catalogues.iter().map(AsRef::as_ref)).collect();
        let mut check = |roots: &[FileId]| found(&sources, &loaded.files, roots, &targets, &before, &levels);
        let diagnostics =
            if self.fix { self.repair(&sources, &loaded.roots, &mut check, console)? } else { check(&loaded.roots) };
        Ok(report(console, &sources, &diagnostics, self.format)?)
    }

    /// Fixes the files and writes those that changed. What is left is given back.
    fn repair(
        &self,
        sources: &Sources,
        roots: &[FileId],
        check: &mut dyn FnMut(&[FileId]) -> Vec<Diagnostic>,
        console: &mut Console,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let is_fixable = |file: FileId| !is_misp_json(sources.file(file));
        let to_output = |file: FileId| sources.file(file).path.is_none() && is_fixable(file);
        if self.format != ReportFormat::Text && roots.iter().any(|&file| to_output(file)) {
            return Err(Failure::Other(
                "the corrected text goes to standard output, and so would the findings: leave out `--format`"
                    .to_owned(),
            ));
        }
        let repair = Repair { sources, unsafe_too: self.r#unsafe };
        let Repaired { files, done, mut diagnostics } = repair.run(roots, &is_fixable, check);
        console.protect(sources);
        for (&root, &file) in roots.iter().zip(&files) {
            let (old, new) = (sources.file(root), sources.file(file));
            match &old.path {
                Some(path) if old.text != new.text => {
                    let mark = if old.has_mark { "\u{feff}" } else { "" };
                    let written = write_whole(path, format!("{mark}{}", new.text).as_bytes(), Readers::Usual);
                    if let Err(error) = written {
                        Failure::unwritable(path, &error).or_finding(&mut diagnostics)?;
                    }
                }
                None if to_output(root) => console.source(&new.text)?,
                _ => {}
            }
        }
        for fixed in &done {
            let (line, column) = (fixed.position.line, fixed.position.column);
            let (file, message) = (printable_line(&fixed.file), printable_line(&fixed.message));
            console.tell(&format!("fixed  {file}:{line}:{column}  {message} [{}]", fixed.code))?;
        }
        Ok(diagnostics)
    }
}

/// What is found in the files, beside what was found before they were looked at.
fn found(
    sources: &Sources,
    files: &ProjectFiles,
    roots: &[FileId],
    targets: &[(Target, &Catalogue)],
    before: &[Diagnostic],
    levels: &Levels,
) -> Vec<Diagnostic> {
    let mut diagnostics = before.to_vec();
    let workspace = Workspace::load(sources, files, roots, Catalogue::built_in());
    diagnostics.extend(check_for_targets(&workspace, targets));
    // What is not written matters only to who writes.
    diagnostics.retain(|diagnostic| diagnostic.code != Code::BlueprintNotWritten);
    levels.apply(&mut diagnostics);
    diagnostics
}
