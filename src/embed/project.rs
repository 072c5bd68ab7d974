//! A project, compiled.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::base::source::{Sources, Span};
use crate::catalogue::{Catalogue, Semantics};
use crate::compile::{Compiled, Workspace};
use crate::diagnostics::{Code, Diagnostic, findings_to_json};
use crate::engine::{KnownWorkflows, Prepared, Settings};
use crate::inputs::Loaded;
use crate::misp::{self, Filling, Form};
use crate::model::{DocumentKind, Graph, NodeId};
use crate::project::{self, Baseline};
use crate::secrets::NamedSecrets;

use super::documents::read_owned;
use super::input::{Input, Options};
use super::problem::{Problem, ProblemKind, shown};
use super::workflow::{Shared, Workflow};

/// A project, compiled: what was found in it, and its workflows and blueprints as far as they have no errors.
#[derive(Debug)]
pub struct Project {
    /// The findings as a JSON list, ordered by place, in the form of `check --format json`.
    pub findings: String,
    /// The findings as people read them; empty if there are none.
    pub shown: String,
    /// Whether one of the findings is an error.
    pub has_errors: bool,
    /// The workflows and blueprints, in the order of the files.
    pub built: Vec<Built>,
    /// The workflows, in the same order.
    pub workflows: Vec<Arc<Workflow>>,
    /// The release of MISP it is for.
    pub target: String,
    pub(super) catalogue: Arc<Catalogue>,
    /// What keeps it from being built: findings that a comment or the project file may not make less of.
    refused: Option<Problem>,
}

/// A workflow or blueprint as `build` writes it, with `${NAME}` in place of values from the environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Built {
    /// The id by which the text names it; for MISP's JSON the name of its file.
    pub id: String,
    /// Whether it is a blueprint.
    pub is_blueprint: bool,
    /// The JSON.
    pub json: String,
}

impl Project {
    /// Reads and compiles a project. What is wrong with it is among its findings.
    ///
    pub fn load(input: &Input, options: &Options) -> Self {
        let sources = Sources::new();
        let loaded = options.load(&sources, input);
        let mut diagnostics = loaded.diagnostics.clone();
        let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
        let target = loaded.project.target();
        let workspace = Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue).for_target(target);
        let compilation = workspace.compile();
        diagnostics.extend(compilation.diagnostics.iter().cloned());
        let findings = new_findings(&sources, &loaded, diagnostics);
        let mut secrets = NamedSecrets::default();
        secrets.add_sources(&sources);
        let masker = Arc::new(secrets.masker());
        let hide = |text: String| if masker.is_idle() { text } else { masker.mask(&text).into_owned() };
        let has_errors = findings.iter().any(Diagnostic::is_error);
        let errors: Vec<Diagnostic> = findings.iter().filter(|finding| finding.is_error()).cloned().collect();
        let refused = has_errors.then(|| {
            let problem = Problem::of(ProblemKind::Input, &sources, &errors);
            Problem { message: hide(problem.message), findings: hide(problem.findings), ..problem }
        });
        let facts = loaded.project.facts_of_only_server();
        let modules = Arc::new(workspace.modules().into_owned());
        let semantics = Semantics::for_target(target);
        let environment = |name: &str| std::env::var(name).ok();
        let settings =
            |name| Settings { environment: &environment, ..Settings::new(name, modules.as_ref(), semantics) };
        let documents = compilation.documents.iter().chain(&compilation.imported);
        let callees = KnownWorkflows::of(documents.map(|compiled| &compiled.document), &settings(""));
        let shared = Arc::new(Shared { catalogue: modules.clone(), callees, facts, masker: masker.clone() });

        let mut built = Vec::new();
        let mut workflows = Vec::new();
        for compiled in &compilation.documents {
            let is_blueprint = compiled.document.kind == DocumentKind::Blueprint;
            let form = if is_blueprint { Form::Blueprint } else { Form::Workflow };
            // Where values are left open, none is missing.
            let Ok(json) = misp::write(&compiled.document, form, Filling::Placeholders) else { continue };
            if !is_blueprint {
                let prepared = Prepared::of_document(&compiled.document, &settings(compiled.id.text))
                    .map_err(|error| error.to_string());
                workflows.push(Arc::new(workflow(compiled, &sources, prepared, json.clone(), shared.clone())));
            }
            built.push(Built { id: compiled.id.text.to_owned(), is_blueprint, json });
        }
        Self {
            findings: hide(findings_to_json(&sources, &in_order(&findings)).to_string()),
            shown: hide(shown(&sources, &findings)),
            has_errors,
            built,
            workflows,
            target: target.to_string(),
            catalogue: modules,
            refused,
        }
    }

    /// What `build` writes.
    ///
    /// # Errors
    /// There is an error: then nothing is built.
    pub fn build(&self) -> Result<&[Built], Problem> {
        match &self.refused {
            Some(problem) => Err(problem.clone()),
            None => Ok(&self.built),
        }
    }

    /// The workflow with this id, or the only one.
    ///
    /// # Errors
    /// There is none, there are several, or the project has errors.
    pub fn workflow(&self, id: Option<&str>) -> Result<&Arc<Workflow>, Problem> {
        self.build()?;
        let names = || self.workflows.iter().map(|workflow| workflow.id.as_str()).collect::<Vec<_>>().join(", ");
        let request = |message: String| Problem::new(ProblemKind::Request, message);
        match (id, &self.workflows[..]) {
            (Some(id), all) => all
                .iter()
                .find(|workflow| workflow.is_called(id))
                .ok_or_else(|| request(format!("there is no workflow `{id}`; here are {}", names()))),
            (None, [only]) => Ok(only),
            (None, []) => Err(request("there is no workflow".to_owned())),
            (None, _) => Err(request(format!("there are several workflows: {}; choose one", names()))),
        }
    }

    /// The graphs, read back.
    pub(super) fn documents(&self) -> Result<Vec<crate::model::Document<'static>>, Problem> {
        self.build()?.iter().map(|built| read_owned(&built.json)).collect()
    }
}

/// What `check` reports: what is not in the baseline of the project, with the levels that it gives.
fn new_findings(sources: &Sources, loaded: &Loaded, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let project = &loaded.project;
    let baseline = Baseline::of_project(project, &loaded.files, &mut diagnostics);
    // What is not written matters only to who writes.
    diagnostics.retain(|diagnostic| diagnostic.code != Code::BlueprintNotWritten);
    project.lints.apply(&mut diagnostics);
    let Some(baseline) = baseline else { return diagnostics };
    baseline.remaining(sources, diagnostics, &project.folder, &loaded.roots, |_| true).new
}

fn in_order(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    crate::diagnostics::in_order(diagnostics).into_iter().cloned().collect()
}

fn workflow(
    compiled: &Compiled<'_>,
    sources: &Sources,
    prepared: Result<Prepared, String>,
    json: String,
    shared: Arc<Shared>,
) -> Workflow {
    let document = &compiled.document;
    let labels = compiled.labels.iter().map(|&(label, node)| (label.to_owned(), node)).collect();
    Workflow {
        id: compiled.id.text.to_owned(),
        name: document.name.to_string(),
        uuid: document.uuid.map(|uuid| uuid.to_string()).unwrap_or_default(),
        trigger: document.trigger_id.as_deref().unwrap_or_default().to_owned(),
        json,
        prepared,
        labels,
        places: places(&document.graph, sources),
        shared,
    }
}

/// Where the nodes are in the text.
fn places(graph: &Graph<'_>, sources: &Sources) -> FxHashMap<NodeId, String> {
    let place = |span: Span| {
        let file = sources.file(span.file);
        format!("{}:{}", file.name, file.position(span.start as usize).line)
    };
    graph.nodes.iter().filter_map(|node| Some((node.id, place(node.origin?)))).collect()
}
