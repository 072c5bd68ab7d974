//! Verbs that work on one workflow of a file.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::base::source::{FileId, Sources};
use crate::catalogue::Catalogue;
use crate::compile::Workspace;
use crate::diagnostics::{Code, Diagnostic};
use crate::inputs::load_project;
use crate::misp;
use crate::model::{Document, DocumentKind, NodeId};
use crate::project::{self, Project, ProjectFiles, load_source};

use super::inputs::{is_standard_input, read_standard_input};
use super::{Console, Failure, Format, ProjectFlags, Status, TargetFlag, report};

/// Which document is meant.
pub(super) struct OneDocument<'f> {
    /// The file: text, or MISP's JSON.
    pub(super) file: &'f Path,
    /// The id, the name or the uuid of the document, where the file holds several.
    pub(super) wanted: Option<&'f str>,
    pub(super) in_project: &'f ProjectFlags,
    pub(super) target: &'f TargetFlag,
    /// Where the events come from that it runs on.
    pub(super) events: &'f [PathBuf],
    /// Whether it may be a blueprint.
    pub(super) takes_blueprints: bool,
}

/// The document, and what is around it.
pub(super) struct Found<'c, 'a> {
    pub(super) chosen: &'c Chosen<'c, 'a>,
    /// All workflows of the file, and those of other files that these may call.
    pub(super) all: &'c [&'c Document<'a>],
    pub(super) catalogue: &'c Catalogue,
    pub(super) project: &'c Project,
    pub(super) files: &'c ProjectFiles,
    pub(super) sources: &'c Sources,
}

impl Found<'_, '_> {
    /// What the document is called: its id, or the name of its file.
    pub(super) fn name<'f>(&'f self, file: &'f Path) -> Cow<'f, str> {
        self.chosen.id.map_or_else(|| file.file_stem().unwrap_or_default().to_string_lossy(), Into::into)
    }
}

/// The document.
pub(super) struct Chosen<'c, 'a> {
    pub(super) document: &'c Document<'a>,
    /// The id by which a text names it.
    pub(super) id: Option<&'c str>,
    pub(super) labels: &'c [(&'a str, NodeId)],
}

/// What a document may be called on the command line.
struct Candidate<'c, 'a> {
    names: Vec<String>,
    chosen: Chosen<'c, 'a>,
}

/// The documents of a file.
struct Candidates<'c, 'a> {
    own: Vec<Candidate<'c, 'a>>,
    /// Those of other files, which these may call.
    others: Vec<&'c Document<'a>>,
}

impl OneDocument<'_> {
    /// Finds the document, and does something with it unless there is an error.
    pub(super) fn find(
        &self,
        console: &mut Console,
        then: impl FnOnce(Found<'_, '_>, &mut Console) -> Result<Status, Failure>,
    ) -> Result<Status, Failure> {
        if is_standard_input(self.file) && self.events.iter().any(|path| is_standard_input(path)) {
            return Err(Failure::Other("the workflow and the events cannot both come from standard input".into()));
        }
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let named = if is_standard_input(self.file) { Path::new("") } else { self.file };
        let files = self.in_project.files([named], &mut diagnostics);
        let mut project = load_project(&sources, named, &files, &mut diagnostics);
        self.target.apply(&mut project);
        let catalogue = project::catalogue(&sources, &files, &project, &mut diagnostics);
        let file = match load(&sources, &files, self.file) {
            Ok(file) => file,
            Err(problem) => {
                diagnostics.push(*problem);
                return Ok(report(console, &sources, &diagnostics, Format::Text)?);
            }
        };
        let around = Around { catalogue: &catalogue, project: &project, files: &files, sources: &sources };
        if is_json(&sources, file) {
            let read = match misp::read(sources.text(file)) {
                Ok(read) => read,
                Err(error) => {
                    let message = format!("`{}` cannot be used: {error}", self.file.display());
                    diagnostics.push(Diagnostic::new(Code::InvalidMispJson, message));
                    return Ok(report(console, &sources, &diagnostics, Format::Text)?);
                }
            };
            let candidates = read.documents.iter().map(|document| Candidate {
                names: document
                    .uuid
                    .map(|uuid| uuid.to_string())
                    .into_iter()
                    .chain([document.name.to_string()])
                    .collect(),
                chosen: Chosen { document, id: None, labels: &[] },
            });
            let candidates = Candidates { own: candidates.collect(), others: Vec::new() };
            return self.choose(&candidates, &around, diagnostics, console, then);
        }
        let workspace = Workspace::load(&sources, &files, &[file], &catalogue);
        let compilation = workspace.compile();
        diagnostics.extend(compilation.diagnostics);
        let candidates = compilation.documents.iter().map(|compiled| Candidate {
            names: vec![compiled.id.text.to_owned()],
            chosen: Chosen { document: &compiled.document, id: Some(compiled.id.text), labels: &compiled.labels },
        });
        let others = compilation.imported.iter().map(|compiled| &compiled.document);
        let candidates = Candidates { own: candidates.collect(), others: others.collect() };
        let around = Around { catalogue: &workspace.modules(), ..around };
        self.choose(&candidates, &around, diagnostics, console, then)
    }

    fn choose(
        &self,
        Candidates { own: candidates, others }: &Candidates<'_, '_>,
        around: &Around<'_>,
        mut diagnostics: Vec<Diagnostic>,
        console: &mut Console,
        then: impl FnOnce(Found<'_, '_>, &mut Console) -> Result<Status, Failure>,
    ) -> Result<Status, Failure> {
        let &Around { catalogue, project, files, sources } = around;
        let is_workflow = |candidate: &&Candidate<'_, '_>| candidate.chosen.document.kind == DocumentKind::Workflow;
        let workflows: Vec<_> = candidates.iter().filter(is_workflow).collect();
        // A blueprint is meant where it is named, or where there is nothing else.
        let takes_all = self.takes_blueprints && (self.wanted.is_some() || workflows.is_empty());
        let eligible: Vec<_> = if takes_all { candidates.iter().collect() } else { workflows };
        diagnostics.retain(Diagnostic::is_fault);
        if diagnostics.is_empty() && eligible.is_empty() {
            let what = if self.takes_blueprints { "workflow and no blueprint" } else { "workflow" };
            let message = format!("there is no {what} in `{}`", self.file.display());
            let problem = Diagnostic::new(Code::CannotRun, message);
            diagnostics.push(if self.takes_blueprints {
                problem
            } else {
                problem.help("a blueprint runs as a part of a workflow: `workflow … on … { use … }`")
            });
        }
        if !diagnostics.is_empty() {
            return Ok(report(console, sources, &diagnostics, Format::Text)?);
        }
        let names: Vec<String> = eligible.iter().filter_map(|candidate| candidate.names.first().cloned()).collect();
        let names = names.join(", ");
        let own = candidates.iter().filter(is_workflow).map(|candidate| candidate.chosen.document);
        let all: Vec<_> = own.chain(others.iter().copied()).collect();
        let is_meant = |candidate: &&&Candidate<'_, '_>| {
            self.wanted.is_none_or(|wanted| candidate.names.iter().any(|name| name == wanted))
        };
        let mut meant = eligible.iter().filter(is_meant);
        match (meant.next(), meant.next(), self.wanted) {
            (Some(candidate), None, _) => {
                then(Found { chosen: &candidate.chosen, all: &all, catalogue, project, files, sources }, console)
            }
            (None, _, Some(wanted)) => {
                Err(Failure::Other(format!("there is no workflow `{wanted}` in the file\nhere are {names}")))
            }
            _ => Err(Failure::Other(format!("the file holds several workflows: {names}\nchoose one: `--workflow ID`"))),
        }
    }
}

/// What is around a document.
struct Around<'c> {
    catalogue: &'c Catalogue,
    project: &'c Project,
    files: &'c ProjectFiles,
    sources: &'c Sources,
}

fn load(sources: &Sources, files: &ProjectFiles, path: &Path) -> Result<FileId, Box<Diagnostic>> {
    if is_standard_input(path) {
        read_standard_input(sources, None)
    } else {
        load_source(sources, &files.named(), path, &path.display().to_string())
    }
}

/// Whether a file is MISP's JSON: its name says so, or, without a name, its beginning.
fn is_json(sources: &Sources, file: FileId) -> bool {
    match &sources.file(file).path {
        Some(path) => path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")),
        None => sources.text(file).trim_start().starts_with(['{', '[']),
    }
}
