//! What else a run depends on, besides the workflow and the event.

use std::path::PathBuf;

use clap::Args;

use crate::base::source::Sources;
use crate::catalogue::{Catalogue, ServerFacts};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Prepared, Settings};
use crate::model::Document;
use crate::project::{Project, ProjectFiles, load_source};
use crate::simulate::answers::{FixedAnswers, Targets, read_answers};

use super::Failure;

/// What else a run depends on.
#[derive(Args, Default, Debug)]
pub(super) struct Circumstances {
    /// What the services answer that the workflow asks, as JSON
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// The server of `mispflow.toml` whose settings count, as far as the answers do not say otherwise;
    /// without it the only one there is
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Take out of each event what the trigger never passes. Without it a note says what that is
    #[arg(long)]
    pub(super) as_trigger: bool,
}

impl Circumstances {
    /// Those of a server of the project file, or of the only one there is.
    pub(super) fn of_server(name: &str, project: &Project) -> Self {
        let is_known = project.servers.iter().any(|server| server.name == name);
        Self { server: is_known.then(|| name.to_owned()), ..Self::default() }
    }

    /// What the world outside answers.
    pub(super) fn answers(
        &self,
        targets: &Targets<'_, '_>,
        catalogue: &Catalogue,
        project: &Project,
        sources: &Sources,
    ) -> Result<Result<FixedAnswers, Box<Diagnostic>>, Failure> {
        let server = self.facts(project)?;
        Ok(self.read(targets, catalogue, server, sources))
    }

    /// What holds of the server that is meant.
    fn facts(&self, project: &Project) -> Result<ServerFacts, Failure> {
        let Some(wanted) = &self.server else {
            return Ok(project.facts_of_only_server());
        };
        if let Some(server) = project.servers.iter().find(|server| server.name == *wanted) {
            return Ok(server.facts.clone());
        }
        let names: Vec<_> = project.servers.iter().map(|server| server.name.as_str()).collect();
        let known = if names.is_empty() { "no server".to_owned() } else { names.join(", ") };
        Err(Failure::Other(format!("there is no server `{wanted}` in the project file\nit has {known}")))
    }

    fn read(
        &self,
        targets: &Targets<'_, '_>,
        catalogue: &Catalogue,
        server: ServerFacts,
        sources: &Sources,
    ) -> Result<FixedAnswers, Box<Diagnostic>> {
        let Some(path) = &self.answers else { return Ok(FixedAnswers::on(server)) };
        let name = path.display().to_string();
        let mut files = ProjectFiles::default();
        files.add_project_of(path);
        let file = load_source(sources, &files.named(), path, &name)?;
        read_answers(sources.text(file), targets, catalogue, server)
            .map_err(|error| Box::new(error.diagnostic(&format!("`{name}`"))))
    }
}

/// Makes a document ready to run.
pub(super) fn prepare(document: &Document<'_>, settings: &Settings<'_>) -> Result<Prepared, Box<Diagnostic>> {
    Prepared::of_document(document, settings).map_err(|error| {
        let message = error.to_string();
        Box::new(match document.graph.node(error.node).and_then(|node| node.origin) {
            Some(span) => Diagnostic::at(Code::CannotRun, span, message),
            None => Diagnostic::new(Code::CannotRun, message),
        })
    })
}
