//! The baseline of a project: what was wrong before, and does not count.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::{FileId, Sources};
use crate::diagnostics::Diagnostic;
use crate::inputs::Loaded;
use crate::project::{self, Baseline, Project, ProjectFiles, Readers, write_whole};

use super::{Console, Failure};

/// Keeps what is found for the next times.
#[derive(Args, Clone, Default, Debug)]
pub(super) struct WriteBaseline {
    /// Write all that is found to this file. With `baseline = "FILE"` in the project file only what is not in it is
    /// reported from then on
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

impl WriteBaseline {
    pub(super) fn is_wanted(&self) -> bool {
        self.write_baseline.is_some()
    }

    /// Writes the file, if one is wanted, and leaves what it cannot hold.
    pub(super) fn write(
        &self,
        sources: &Sources,
        project: &Project,
        files: &ProjectFiles,
        diagnostics: &mut Vec<Diagnostic>,
        console: &mut Console,
    ) -> Result<(), Failure> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        let baseline = Baseline::of(sources, diagnostics, &project.folder);
        files.admit_named(path).map_err(|error| Failure::unwritable(path, &error))?;
        write_whole(path, baseline.to_text().as_bytes(), Readers::Usual)
            .map_err(|error| Failure::unwritable(path, &error))?;
        diagnostics.retain(|diagnostic| !Baseline::can_hold(diagnostic));
        let findings = if baseline.len() == 1 { "finding" } else { "findings" };
        console.tell(&format!("{} {findings} in `{}`", baseline.len(), path.display()))?;
        let is_named =
            project.baseline.as_ref().is_some_and(|known| project::real(&known.value) == project::real(path));
        if !is_named {
            let setting = below(&project.folder, path);
            console.tell(&format!(
                "add `baseline = \"{setting}\"` to `[project]` in the project file, and only new findings are reported"
            ))?;
        }
        Ok(())
    }
}

/// A path from the folder of the project, as the project file would name it.
fn below(folder: &Path, path: &Path) -> String {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (real, folder) = (project::real(path), project::real(folder));
    let shown = real.strip_prefix(folder).unwrap_or(path);
    shown.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Leaves the findings that are not in a baseline. `may_take` holds for those that may be taken out.
pub(super) fn leave_new(
    baseline: Option<&Baseline>,
    sources: &Sources,
    loaded: &Loaded,
    diagnostics: Vec<Diagnostic>,
    may_take: impl Fn(&Diagnostic) -> bool,
    console: &mut Console,
) -> Result<Vec<Diagnostic>, Failure> {
    let Some(baseline) = baseline else { return Ok(diagnostics) };
    let files: &[FileId] = &loaded.roots;
    let remaining = baseline.remaining(sources, diagnostics, &loaded.project.folder, files, may_take);
    if remaining.gone > 0 {
        let (findings, are) = if remaining.gone == 1 { ("finding", "is") } else { ("findings", "are") };
        console.tell(&format!(
            "{} {findings} of the baseline {are} gone: `--write-baseline` brings it up to date",
            remaining.gone
        ))?;
    }
    Ok(remaining.new)
}
