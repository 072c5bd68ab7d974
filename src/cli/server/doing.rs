//! A project as it would be on a server.

use std::path::Path;

use crate::base::source::Sources;
use crate::catalogue::Catalogue;
use crate::compile::{Compiled, Workspace};
use crate::diagnostics::{Code, Diagnostic, Levels, Severity};
use crate::inputs::{Loaded, Reads};
use crate::model::{Document, NodeId};
use crate::project::{self, Baseline, Files as _, Project};
use crate::secrets::Secret;
use crate::server::{Item, Local, Planning, Snapshot, picks_tags};
use crate::syntax::parse;

use super::super::findings::{Format, report};
use super::super::inputs::{Inputs, TargetFlag};
use super::super::{Console, Failure, Status};
use super::folder::Folder;
use super::{ServerFlags, Session, look, other, settle_target};

/// The modules of a project, and those that only the server has.
fn catalogue(sources: &Sources, loaded: &Loaded, snapshot: &Snapshot, diagnostics: &mut Vec<Diagnostic>) -> Catalogue {
    let mut catalogue = project::catalogue(sources, &loaded.files, &loaded.project, diagnostics).into_owned();
    let missing: Vec<_> =
        snapshot.signatures().into_iter().filter(|signature| catalogue.module(&signature.id).is_none()).collect();
    catalogue.extend(missing);
    catalogue
}

/// Reports what keeps a project from being pushed: errors, and what a save on a server would not take.
///
/// # Errors
/// They cannot be written.
fn report_errors(
    sources: &Sources,
    loaded: &Loaded,
    mut diagnostics: Vec<Diagnostic>,
    levels: &Levels,
    console: &mut Console,
) -> Result<Status, Failure> {
    let known = Baseline::of_project(&loaded.project, &loaded.files, &mut diagnostics);
    levels.apply(&mut diagnostics);
    for finding in diagnostics.iter_mut().filter(|finding| finding.code == Code::UnstorableCharacter) {
        // The save would end with an internal error.
        finding.severity = Severity::Error;
    }
    let may_take =
        |known: &Diagnostic| known.code.severity() != Severity::Error && known.code != Code::UnstorableCharacter;
    if let Some(known) = known {
        let remaining = known.remaining(sources, diagnostics, &loaded.project.folder, &loaded.roots, may_take);
        diagnostics = remaining.new;
    }
    diagnostics.retain(Diagnostic::is_error);
    Ok(report(console, sources, &diagnostics, Format::Text)?)
}

/// A project and a server, ready for a plan.
pub(super) struct Ready<'r> {
    /// The server.
    pub session: &'r Session,
    /// What the server has.
    pub snapshot: &'r Snapshot,
    /// The workflows and blueprints of the project.
    pub locals: &'r [Local<'r, 'r>],
    /// The modules of both.
    pub modules: &'r Catalogue,
    /// The tags of the server, if something of the project uses tags.
    pub tags: Option<&'r [String]>,
    /// The project.
    pub project: &'r Project,
    /// The texts.
    pub sources: &'r Sources,
    /// The labels of the steps of each of `locals`.
    pub labels: Vec<&'r [(&'r str, NodeId)]>,
    /// The folder of the project.
    pub folder: &'r Path,
    /// The folder of its texts.
    pub source: &'r Path,
    /// Whether there is no project file.
    pub is_new: bool,
    places: &'r [Place<'r>],
}

/// Where the text of a workflow or blueprint is.
pub(super) struct Place<'r> {
    /// Its file.
    pub path: &'r Path,
    /// Whether there is nothing else in the file.
    pub is_alone: bool,
    /// What it compiles to.
    pub document: &'r Document<'r>,
    id: &'r str,
}

impl<'r> Ready<'r> {
    /// Where the text of an item is.
    pub fn place(&self, item: &Item<'_>) -> Option<&Place<'r>> {
        self.places.iter().find(|place| place.document.kind == item.kind && item.id.as_deref() == Some(place.id))
    }

    /// What a plan is made from.
    pub fn planning(&self, folder: &'r Folder) -> Planning<'r> {
        Planning {
            snapshot: self.snapshot,
            catalogue: self.modules,
            environment: &Secret::from_environment,
            state: &folder.state,
            key: &folder.key,
            tags: self.tags,
        }
    }
}

/// Compiles a project for a server and hands both on, unless something in it is wrong. The server is not asked again for what was
/// `seen` of it.
///
/// # Errors
/// The server does not answer, or a file cannot be read.
pub(super) fn with_project(
    verb: &str,
    inputs: &Inputs,
    target: &TargetFlag,
    server: &ServerFlags,
    seen: Option<Snapshot>,
    console: &mut Console,
    then: impl FnOnce(&Ready<'_>, &mut Folder, &mut Console) -> Result<Status, Failure>,
) -> Result<Status, Failure> {
    let sources = Sources::new();
    let mut loaded = inputs.load(&sources, Reads::Text);
    target.apply(&mut loaded.project);
    if verb != "pull" {
        loaded.tell(verb, console)?;
    }
    console.protect(&sources);
    let session = server.open(&loaded.project, console)?;
    let mut folder = Folder::read(server.folder(&loaded.project), &session.name, &session.url, console)?;
    let snapshot = seen.map_or_else(|| look(&session, console), Ok)?;
    settle_target(&mut loaded.project, &snapshot, console)?;
    let mut diagnostics = loaded.diagnostics.clone();
    let catalogue = catalogue(&sources, &loaded, &snapshot, &mut diagnostics);
    let workspace =
        Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue).for_target(loaded.project.target());
    let compilation = workspace.compile();
    console.protect(&sources);
    diagnostics.extend(compilation.diagnostics);
    let modules = workspace.modules();
    let documents: Vec<Compiled<'_>> = compilation.documents;
    let status = report_errors(&sources, &loaded, diagnostics, &loaded.project.lints, console)?;
    if status != Status::Done {
        return Ok(status);
    }
    let locals: Vec<_> =
        documents.iter().map(|compiled| Local { id: compiled.id.text, document: &compiled.document }).collect();
    let tags = if locals.iter().any(picks_tags) { Some(session.misp().tags().map_err(other)?) } else { None };
    let place = |compiled: &'_ Compiled<'_>| {
        let file = compiled.id.span.file;
        let tree = parse(&sources, file).file;
        (sources.file(file).path.as_deref().unwrap_or(Path::new("")), tree.items.len() == 1)
    };
    let places: Vec<Place<'_>> = documents
        .iter()
        .map(|compiled| {
            let (path, is_alone) = place(compiled);
            Place { path, is_alone, document: &compiled.document, id: compiled.id.text }
        })
        .collect();
    let ready = Ready {
        session: &session,
        snapshot: &snapshot,
        locals: &locals,
        modules: &modules,
        tags: tags.as_deref(),
        project: &loaded.project,
        sources: &sources,
        labels: documents.iter().map(|compiled| &compiled.labels[..]).collect(),
        folder: &loaded.project.folder,
        source: &loaded.project.source.value,
        is_new: loaded.files.project_of(Path::new("")).is_none(),
        places: &places,
    };
    then(&ready, &mut folder, console)
}
