//! `modules sync`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::Sources;
use crate::project::Readers;
use crate::server::catalogue_of;

use super::super::inputs::load_project;
use super::super::server::{ServerFlags, look, other};
use super::super::write_files::write_files;
use super::super::{Console, Failure, ProjectFlags, Status};

/// Write the catalogue of a server: its modules with what is on and off, its tags, and whatever else its pickers offer.
///
/// Named under `catalogues` in the project file, it lets `check` know what a save in that server's editor would drop.
#[derive(Args, Debug)]
pub(super) struct Sync {
    /// The file to write, or `-` for standard output [default: `catalogue/NAME.json` next to the project file]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the addresses of users too, which some pickers offer
    #[arg(long)]
    with_users: bool,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    in_project: ProjectFlags,
}

impl Sync {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let files = self.in_project.files([Path::new("")], &mut diagnostics);
        let project = load_project(&sources, Path::new(""), &files, &mut diagnostics);
        let session = self.server.open(&project, console)?;
        let snapshot = look(&session, console)?;
        let catalogue = catalogue_of(&session.misp(), &snapshot, self.with_users).map_err(other)?;
        let mut text = serde_json::to_string_pretty(&catalogue).unwrap_or_default();
        text.push('\n');
        if self.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
            console.source(&text)?;
            return Ok(Status::Done);
        }
        let path = match &self.output {
            Some(path) => path.clone(),
            None => project.folder.join(format!("catalogue/{}.json", session.name)),
        };
        files.admit_named(&path).map_err(|error| Failure::unwritable(&path, &error))?;
        write_files(Path::new(""), &[(path.display().to_string(), text.as_bytes())], Readers::Usual, console)?;
        Ok(Status::Done)
    }
}
