//! `modules sync`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::source::Sources;
use crate::project::Readers;
use crate::server::{catalogue_of, taxonomies_of};

use super::super::server::{ServerFlags, look, other};
use super::super::write_files::write_files;
use super::super::{Console, Failure, ProjectFlags, Status};
use crate::inputs::load_project;

/// Write the catalogue of a server: its modules with what is on and off, its tags, and whatever else its pickers offer; and
/// the taxonomies that are switched on there, into `taxonomies/NAME.json`.
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
        let text = as_text(&catalogue);
        if self.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
            console.source(&text)?;
            return Ok(Status::Done);
        }
        let mut written = match &self.output {
            Some(path) => vec![(path.clone(), text)],
            None => vec![(project.folder.join(format!("catalogue/{}.json", session.name)), text)],
        };
        if self.output.is_none()
            && let Some(taxonomies) = taxonomies_of(&session.misp()).map_err(other)?
        {
            let path = project.folder.join(format!("taxonomies/{}.json", session.name));
            written.push((path, as_text(&taxonomies)));
        }
        for (path, _) in &written {
            files.admit_named(path).map_err(|error| Failure::unwritable(path, &error))?;
        }
        let named: Vec<(String, &[u8])> =
            written.iter().map(|(path, text)| (path.display().to_string(), text.as_bytes())).collect();
        write_files(Path::new(""), &named, Readers::Usual, console)?;
        Ok(Status::Done)
    }
}

fn as_text(json: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.push('\n');
    text
}
