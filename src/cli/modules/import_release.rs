//! `modules import-release RELEASE FILE…`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::catalogue::{Release, Signature, import_release};
use crate::cli::findings::{Format, report};
use crate::cli::write_files::write_files;
use crate::cli::{Console, Failure, Status};
use crate::project::{ProjectFiles, Readers, load_catalogue};

/// Make the data file of a release of MISP, for those who work on mispflow itself.
///
/// The files are what a server of that release answers at `/workflows/moduleIndex/type:all.json` and at
/// `/workflows/triggers.json`; with an ad-hoc workflow on it, also at `/workflows/adhoc.json`. The result holds the
/// modules that are new or different since the release before it. MISP's descriptions are left out, and messages say
/// what is to be described.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow modules import-release 2.5.19 moduleIndex.json triggers.json -o src/catalogue/data/misp-2.5.19.json")]
pub(super) struct ImportRelease {
    /// The number of the release, such as `2.5.19`
    #[arg(value_name = "RELEASE", value_parser = release)]
    release: Release,
    /// What the server answered
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The file to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn release(number: &str) -> Result<Release, String> {
    number.parse().map_err(|()| "a release is three numbers, such as `2.5.19`".to_owned())
}

impl ImportRelease {
    pub(super) fn run(&self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let mut reported: Vec<Signature> = Vec::new();
        for path in &self.files {
            match load_catalogue(&sources, &ProjectFiles::default().named(), path) {
                Ok(modules) => reported.extend(modules),
                Err(problem) => diagnostics.push(*problem),
            }
        }
        if !diagnostics.is_empty() {
            return Ok(report(console, &sources, &diagnostics, Format::Text)?);
        }
        let changes = import_release(self.release, reported).map_err(|error| Failure::Other(error.message))?;
        let mut json = Vec::new();
        to_json_pretty(&mut json, &changes.data)?;
        json.push(b'\n');
        match &self.output {
            None => console.results().write_all(&json)?,
            Some(path) => {
                let name = path.display().to_string();
                write_files(Path::new(""), &[(name, json.as_slice())], Readers::Usual, console)?;
            }
        }
        let different = changes.data.modules.iter().map(|module| ("new or different", &module.id));
        let gone = changes.data.gone.iter().map(|id| ("gone", id));
        for (what, id) in different.chain(gone) {
            console.tell(&format!("{what} since {}: `{id}`", changes.before))?;
        }
        for place in &changes.undescribed {
            console.tell(&format!("to be described: `{place}`"))?;
        }
        Ok(Status::Done)
    }
}
