//! `check`

use std::mem;

use clap::Args;

use crate::base::characters::to_json;
use crate::base::source::{FileId, Sources};
use crate::catalogue::{Catalogue, Target};
use crate::compile::{Counts, Workspace};
use crate::diagnostics::{CodeCount, Diagnostic, count_by_code, printable_line};
use crate::exported::is_misp_json;
use crate::fix::{Repair, Repaired};
use crate::inputs::{Loaded, Reads};
use crate::project::{self, Baseline, Readers, write_whole};
use crate::upgrade::{Checked, found};

use super::baseline::{WriteBaseline, leave_new};
use super::target_parser::TargetParser;
use super::unified_diff::write_unified_diff;
use super::watch::{Watched, watch};
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
    /// Count the findings of each code instead of showing them
    #[arg(long)]
    statistics: bool,
    #[command(flatten)]
    fixes: Fixes,
    #[command(flatten)]
    write_baseline: WriteBaseline,
    /// Check again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "write_baseline", "stdin_filename"])]
    watch: bool,
}

/// What is corrected.
#[derive(Args, Debug)]
struct Fixes {
    /// Correct what can be corrected without a doubt; what comes from standard input goes to standard output
    #[arg(long)]
    fix: bool,
    /// With `--fix`: make the other suggestions too
    #[arg(long, requires = "fix")]
    r#unsafe: bool,
    /// With `--fix`: write nothing, print what would change, and fail when something would
    #[arg(long, requires = "fix")]
    diff: bool,
}

impl Check {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        if !self.watch {
            return Ok(self.once(console)?.0);
        }
        self.inputs.can_be_watched()?;
        watch(console, |console| self.once(console))
    }

    fn once(&self, console: &mut Console) -> Result<(Status, Watched), Failure> {
        let sources = Sources::new();
        let loaded = self.inputs.load(&sources, Reads::Both);
        let levels = self.findings.levels(&loaded.project.lints)?;
        if self.statistics && !matches!(self.format, ReportFormat::Text | ReportFormat::Json) {
            return Err(Failure::Other("`--statistics` writes `--format text` or `json`".to_owned()));
        }
        loaded.tell("check", console)?;
        let mut before = loaded.diagnostics.clone();
        let baseline = if self.write_baseline.is_wanted() {
            None
        } else {
            Baseline::of_project(&loaded.project, &loaded.files, &mut before)
        };
        let targets = if self.targets.is_empty() { vec![loaded.project.target()] } else { self.targets.clone() };
        let catalogues = project::catalogues(&sources, &loaded.files, &loaded.project, &targets, &mut before);
        let targets: Vec<_> = targets.into_iter().zip(catalogues.iter().map(AsRef::as_ref)).collect();
        let mut counts = Counts::default();
        let mut check = |roots: &[FileId]| {
            let workspace = Workspace::load(&sources, &loaded.files, roots, Catalogue::built_in());
            counts = workspace.counts();
            let Checked { diagnostics, compiled } = found(&workspace, &targets, &before, &levels);
            if !self.watch && !self.fixes.fix {
                // The program ends soon. To give back all pieces of memory one by one takes a tenth of its time.
                mem::forget(compiled);
                mem::forget(workspace);
            }
            diagnostics
        };
        let (mut diagnostics, would_change) = if self.fixes.fix {
            self.repair(&sources, &loaded, &mut check, console)?
        } else {
            (check(&loaded.roots), false)
        };
        self.write_baseline.write(&sources, &loaded.project, &loaded.files, &mut diagnostics, console)?;
        let mut diagnostics = leave_new(baseline.as_ref(), &sources, &loaded, diagnostics, |_| true, console)?;
        self.findings.say_what_denies(&loaded.project.lints, &mut diagnostics);
        let status = if self.statistics {
            self.tell_statistics(&diagnostics, console)?;
            Status::of(&diagnostics)
        } else {
            report(console, &sources, &diagnostics, self.format)?
        };
        if diagnostics.is_empty()
            && !self.write_baseline.is_wanted()
            && !loaded.roots.is_empty()
            && console.has_reader()
        {
            console.tell(&format!("{counts}, no findings"))?;
        }
        let status = if would_change { status.max(Status::Rejected) } else { status };
        Ok((status, Watched::of(&loaded, &sources)))
    }

    fn tell_statistics(&self, diagnostics: &[Diagnostic], console: &mut Console) -> Result<(), Failure> {
        let counts = count_by_code(diagnostics);
        if self.format == ReportFormat::Json {
            let counts: Vec<_> = counts
                .iter()
                .map(|of| serde_json::json!({"code": of.code.as_str(), "severity": of.severity, "count": of.count}))
                .collect();
            to_json(console.results(), &counts)?;
            return Ok(console.line("")?);
        }
        let digits = counts.first().map_or(0, |of| of.count.to_string().len());
        let longest = counts.iter().map(|of| of.code.as_str().len()).max().unwrap_or(0);
        for CodeCount { count, severity, code } in counts {
            let summary = code.summary().trim();
            console.line(&format!(
                "{count:digits$}  {:7}  {:longest$}  {summary}",
                severity.as_str(),
                code.as_str()
            ))?;
        }
        Ok(())
    }

    /// Fixes the files and writes those that changed, or shows what would. What is left is given back, and whether
    /// something would change.
    fn repair(
        &self,
        sources: &Sources,
        loaded: &Loaded,
        check: &mut dyn FnMut(&[FileId]) -> Vec<Diagnostic>,
        console: &mut Console,
    ) -> Result<(Vec<Diagnostic>, bool), Failure> {
        let (roots, input) = (&loaded.roots, loaded.standard_input);
        let is_fixable = |file: FileId| !is_misp_json(sources.file(file));
        let to_output = |file: FileId| input == Some(file) && is_fixable(file);
        if self.format != ReportFormat::Text && roots.iter().any(|&file| to_output(file)) {
            return Err(Failure::Other(
                "the corrected file goes to standard output, and so would the findings: leave out `--format`"
                    .to_owned(),
            ));
        }
        let repair = Repair { sources, unsafe_too: self.fixes.r#unsafe };
        let Repaired { files, done, mut diagnostics } = repair.run(roots, &is_fixable, check);
        console.protect(sources);
        let mut would_change = false;
        for (&root, &file) in roots.iter().zip(&files) {
            let (old, new) = (sources.file(root), sources.file(file));
            match &old.path {
                _ if self.fixes.diff => {
                    would_change |= old.text != new.text;
                    write_unified_diff(&old.name, &old.text, &new.text, console.results())?;
                }
                Some(path) if input != Some(root) && old.text != new.text => {
                    let mark = if old.has_mark { "\u{feff}" } else { "" };
                    let written = write_whole(path, format!("{mark}{}", new.text).as_bytes(), Readers::Usual);
                    if let Err(error) = written {
                        Failure::unwritable(path, &error).or_finding(&mut diagnostics)?;
                    }
                }
                _ if to_output(root) => console.source(&new.text)?,
                _ => {}
            }
        }
        for fixed in &done {
            let (line, column) = (fixed.position.line, fixed.position.column);
            let (file, message) = (printable_line(&fixed.file), printable_line(&fixed.message));
            let word = if self.fixes.diff { "would fix" } else { "fixed" };
            console.tell(&format!("{word}  {file}:{line}:{column}  {message} [{}]", fixed.code))?;
        }
        Ok((diagnostics, would_change))
    }
}
