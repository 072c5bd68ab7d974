//! `doctor`

use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::diagnostics::printable;
use crate::project;
use crate::server::{Health, Symptom, examine};

use super::super::findings::Format;
use super::super::{Console, Failure, ProjectFlags, Status};
use super::{ServerFlags, other};
use crate::inputs::load_project;

/// Say why workflows do not run on a server.
///
/// It tells what is off, what does not answer, and which workflows are broken.
/// Nothing is changed. What the key cannot see is said, not guessed.
#[derive(Args, Debug)]
#[command(after_help = "Exit code: 0 if nothing is wrong, 1 if something is, 2 if the server does not answer.")]
pub(in super::super) struct Doctor {
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    in_project: ProjectFlags,
    /// How the result is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

impl Doctor {
    pub(in super::super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let files = self.in_project.files([Path::new("")], &mut diagnostics);
        let project = load_project(&sources, Path::new(""), &files, &mut diagnostics);
        let session = self.server.open(&project, console)?;
        let (release, symptoms) = examine(session.misp(), &|snapshot| {
            let mut project = project.clone();
            project.target = Some(project::Located::default_value(snapshot.target().0));
            let mut ignored = Vec::new();
            let mut catalogue = project::catalogue(&sources, &files, &project, &mut ignored).into_owned();
            let signatures = snapshot.signatures();
            catalogue
                .extend(signatures.into_iter().filter(|new| catalogue.module(&new.id).is_none()).collect::<Vec<_>>());
            catalogue
        })
        .map_err(other)?;
        match self.format {
            Format::Json => {
                let symptoms: Vec<_> = symptoms
                    .iter()
                    .map(|Symptom { health, what, seen, todo }| {
                        json!({"health": word(*health), "what": what, "seen": seen, "do": todo})
                    })
                    .collect();
                let server = json!({"name": session.name, "url": session.url, "release": release});
                to_json_pretty(console.results(), &json!({"server": server, "symptoms": symptoms}))?;
                console.line("")?;
            }
            Format::Text => {
                console.line(&format!("server `{}`, {}: MISP {}", session.name, session.url, printable(&release)))?;
                for Symptom { health, what, seen, todo } in &symptoms {
                    console.line("")?;
                    console.wrapped(&format!("{:<8}", word(*health)), 8, what, console.width())?;
                    console.wrapped("        seen: ", 14, seen, console.width())?;
                    console.wrapped("        do:   ", 14, todo, console.width())?;
                }
            }
        }
        let is_ill = symptoms.iter().any(|symptom| symptom.health == Health::Bad);
        if !is_ill {
            console.tell("nothing is wrong that can be seen from here")?;
        }
        Ok(if is_ill { Status::Rejected } else { Status::Done })
    }
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Bad => "wrong",
        Health::Note => "note",
        Health::Unseen => "unseen",
    }
}
