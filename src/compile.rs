//! From files to documents: the whole pipeline in two calls.
//!
//! [`Workspace::load`] reads and parses the files and all they import; [`Workspace::compile`] checks
//! them and makes the graphs. MISP's own JSON is as welcome as text. Both collect findings and never stop at the first.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::{Catalogue, Target};
use crate::check::{
    CheckedFlow, CheckedTest, Context, FileNames, FlowChecker, Header, check_hidden_characters, check_hidden_in_data,
    check_parameters, check_tests, check_unused, standalone_bindings, value_type,
};
use crate::diagnostics::{Code, Diagnostic};
use crate::exported::{Saved, is_misp_json, read_saved};
use crate::load::Program;
use crate::lower::{lower_with_labels, place_on_grid};
use crate::model::{Document, DocumentKind, Graph, NodeId, blueprint_uuid, workflow_uuid};
use crate::project::Files;
use crate::resolve::{Budget, ConstantTable, Declarations, scopes};
use crate::suppressions::LevelComments;
use crate::syntax::tree::{Blueprint, Item, Name, Workflow};
use crate::verify::{
    Callee, check_callees, check_circles, check_defaults, check_environment, check_guarded_enrichment, check_lints,
    check_rules, report_known_faults,
};

/// Parsed files, ready to be compiled.
pub struct Workspace<'s> {
    program: Program<'s>,
    declarations: Declarations,
    catalogue: &'s Catalogue,
    saved: Vec<Saved<'s>>,
    target: Target,
    diagnostics: Vec<Diagnostic>,
}

/// What came of the files.
#[derive(Default)]
pub struct Compilation<'a> {
    /// Workflows and blueprints of the files that were asked for, in order. Those with errors are
    /// left out.
    pub documents: Vec<Compiled<'a>>,
    /// Workflows of the files that these import: tests may name them. Those with errors are left out.
    pub imported: Vec<Compiled<'a>>,
    /// The tests of the files that were asked for, in order.
    pub tests: Vec<CheckedTest<'a>>,
    /// Everything that was found, in the order in which it was.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Compilation<'a> {
    /// The workflow whose id stands at a place.
    pub fn workflow(&self, id: Span) -> Option<&Compiled<'a>> {
        self.documents.iter().chain(&self.imported).find(|compiled| compiled.id.span == id)
    }

    /// Whether anything stops a build.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// How much there is to check.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Files that could be read, imported ones among them.
    pub files: usize,
    /// Workflows in them.
    pub workflows: usize,
    /// Blueprints in them.
    pub blueprints: usize,
}

/// `12 files, 9 workflows, 1 blueprint`; what is not there is left out.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        write!(f, "{} file{}", self.files, plural(self.files))?;
        for (count, noun) in [(self.workflows, "workflow"), (self.blueprints, "blueprint")] {
            if count > 0 {
                write!(f, ", {count} {noun}{}", plural(count))?;
            }
        }
        Ok(())
    }
}

/// A workflow or blueprint.
#[derive(Debug)]
pub struct Compiled<'a> {
    /// The id by which the text names it.
    pub id: Name<'a>,
    /// What MISP gets.
    pub document: Document<'a>,
    /// The labels of its own steps, and the first node of each.
    pub labels: Vec<(&'a str, NodeId)>,
}

impl<'s> Workspace<'s> {
    /// Parses the files `roots` of `sources` and what they import, read by way of `access`. Files with
    /// MISP's JSON are read as such, see [`is_misp_json`].
    pub fn load(sources: &'s Sources, access: &'s dyn Files, roots: &[FileId], catalogue: &'s Catalogue) -> Self {
        let mut diagnostics = Vec::new();
        let (json, text): (Vec<FileId>, Vec<FileId>) =
            roots.iter().partition(|&&root| is_misp_json(sources.file(root)));
        for &file in &json {
            check_hidden_in_data(sources.file(file), file, &mut diagnostics);
        }
        let saved = json.into_iter().flat_map(|file| read_saved(sources, file, &mut diagnostics)).collect();
        let program = Program::load(sources, access, &text, &mut diagnostics);
        for file in &program.files {
            check_hidden_characters(sources.file(file.tree.id), file.tree.id, &mut diagnostics);
        }
        let declarations = Declarations::build(&program, &mut diagnostics);
        Self { program, declarations, catalogue, saved, target: Target::DEFAULT, diagnostics }
    }

    /// Compiles for this target instead of [`Target::DEFAULT`]: warns of the bugs of that release.
    #[must_use]
    pub fn for_target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// The modules there are: those of the catalogue, with all that the files declare on top.
    pub fn modules(&self) -> Cow<'s, Catalogue> {
        let mut modules = Cow::Borrowed(self.catalogue);
        let declared: Vec<_> = self.declarations.in_order().cloned().collect();
        if !declared.is_empty() {
            modules.to_mut().extend(declared);
        }
        modules
    }

    /// How much there is to check.
    pub fn counts(&self) -> Counts {
        let items = self.program.files.iter().flat_map(|file| &file.tree.items);
        let mut counts = Counts { files: self.program.files.len(), workflows: 0, blueprints: 0 };
        for item in items {
            match item {
                Item::Workflow(_) => counts.workflows += 1,
                Item::Blueprint(_) => counts.blueprints += 1,
                _ => {}
            }
        }
        let mut files = FxHashSet::default();
        for saved in &self.saved {
            files.insert(saved.id.span.file);
            match saved.document.kind {
                DocumentKind::Workflow => counts.workflows += 1,
                DocumentKind::Blueprint => counts.blueprints += 1,
            }
        }
        counts.files += files.len();
        counts
    }

    /// Checks what the environment makes of the texts of documents that were compiled from these files.
    pub fn check_environment(
        &self,
        documents: &[Compiled<'_>],
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Diagnostic> {
        let (modules, budget) = (self.modules(), Budget::default());
        let signature = |module: &str| modules.module(module);
        let documents = documents.iter().map(|compiled| &compiled.document);
        documents.flat_map(|document| check_environment(document, &signature, &budget, environment)).collect()
    }

    /// Checks everything and makes the graphs.
    pub fn compile(&self) -> Compilation<'_> {
        let mut compilation = self.compile_with(self.catalogue, self.target);
        compilation.diagnostics = self.without_allowed(compilation.diagnostics);
        compilation
    }

    /// [`Self::compile`] with another catalogue, for another target, and with all that comments allow.
    pub(crate) fn compile_with<'c>(&'c self, catalogue: &'c Catalogue, target: Target) -> Compilation<'c> {
        let mut diagnostics = self.diagnostics.clone();
        let scopes = scopes(&self.program, &self.declarations, &mut diagnostics);
        let budget = Budget::default();
        let constants = ConstantTable::build(&self.program, &scopes, &budget, &mut diagnostics);
        let tags = catalogue.known_tags();
        let context = Context {
            program: &self.program,
            catalogue,
            tags: &tags,
            scopes: &scopes,
            constants: &constants,
            budget: &budget,
        };
        let values_missing = diagnostics.iter().any(Diagnostic::is_error);
        let mut compiler = Compiler {
            context,
            diagnostics,
            values_missing,
            documents: Vec::new(),
            imported: Vec::new(),
            places: Vec::new(),
        };
        for file in 0..self.program.files.len() {
            let wanted = file < self.program.roots;
            for item in &self.program.files[file].tree.items {
                match item {
                    Item::Workflow(workflow) => compiler.workflow(file, workflow, wanted),
                    Item::Blueprint(blueprint) => compiler.blueprint(file, blueprint, wanted),
                    _ => {}
                }
            }
        }
        let tests = compiler.check_tests();
        compiler.check_project();
        if !budget.is_spent() && !compiler.diagnostics.iter().any(Diagnostic::is_error) {
            check_unused(context, &mut compiler.diagnostics);
        }
        let Compiler { mut diagnostics, mut documents, imported, .. } = compiler;
        for saved in &self.saved {
            if saved.check(catalogue, &tags, &budget, &mut diagnostics) {
                documents.push(Compiled { id: saved.id, document: saved.document.clone(), labels: Vec::new() });
            }
        }
        check_workflows_that_run_others(&documents, &mut diagnostics);
        report_known_faults(
            target,
            &documents.iter().map(|compiled| (compiled.id.span, &compiled.document)).collect::<Vec<_>>(),
            &mut diagnostics,
        );
        Compilation { documents, imported, tests, diagnostics: without_repetitions(diagnostics) }
    }

    /// Findings with the levels that comments give them, and with what is to be said about the comments.
    pub(crate) fn without_allowed(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut comments = LevelComments::default();
        for file in &self.program.files {
            comments.read(&file.tree, self.program.sources.file(file.tree.id), &mut diagnostics);
        }
        // Behind an error much is not looked at, and of imported files only what is used.
        let is_whole = !diagnostics.iter().any(Diagnostic::is_error);
        comments.apply(&mut diagnostics);
        if is_whole {
            for file in &self.program.files[..self.program.roots] {
                comments.report_unused(file.tree.id, &mut diagnostics);
            }
        }
        diagnostics
    }
}

/// A graph with the labels of its steps.
type Labelled<'a> = (Graph<'a>, Vec<(&'a str, NodeId)>);

struct Compiler<'c, 'a> {
    context: Context<'c, 'a>,
    diagnostics: Vec<Diagnostic>,
    /// Whether constants may be empty because of an error.
    values_missing: bool,
    documents: Vec<Compiled<'a>>,
    imported: Vec<Compiled<'a>>,
    /// File and, for workflows, trigger of each document.
    places: Vec<(usize, Option<Name<'a>>)>,
}

impl<'a> Compiler<'_, 'a> {
    fn workflow(&mut self, file: usize, workflow: &'a Workflow<'a>, wanted: bool) {
        let before = self.diagnostics.len();
        let mut checker = FlowChecker::new(self.context, file, Vec::new(), &mut self.diagnostics);
        let header = checker.header(workflow.id, &workflow.fields, true);
        let trigger = checker.trigger(&workflow.trigger, workflow.trigger_pin.as_ref());
        let steps = checker.steps(&workflow.body);
        let trigger_name = workflow.trigger.name;
        let flow = CheckedFlow { trigger, steps };
        let graph = self.graph(file, flow, workflow.id, Some(trigger_name.span), before);
        let Some((mut graph, labels)) = graph else { return };
        self.frames(&mut graph, &header);
        let mut document = Document::bare(DocumentKind::Workflow, graph);
        document.uuid = Some(header.uuid.unwrap_or_else(|| workflow_uuid(workflow.id.text)));
        apply(&mut document, header);
        let compiled = Compiled { id: workflow.id, document, labels };
        if wanted {
            self.lint(file, &compiled.document, trigger_name.span);
            self.check_defaults(file, &compiled.document);
            self.documents.push(compiled);
            self.places.push((file, Some(trigger_name)));
        } else {
            self.imported.push(compiled);
        }
    }

    fn blueprint(&mut self, file: usize, blueprint: &'a Blueprint<'a>, wanted: bool) {
        let before = self.diagnostics.len();
        check_parameters(blueprint, &mut self.diagnostics);
        let mut checker = FlowChecker::new(self.context, file, standalone_bindings(blueprint), &mut self.diagnostics);
        checker.inlining.push(blueprint.id);
        let header = checker.header(blueprint.id, &blueprint.fields, false);
        checker.expect_data_of_blueprint(&header.description);
        let trigger = blueprint.trigger.as_ref().and_then(|call| checker.trigger(call, blueprint.trigger_pin.as_ref()));
        let flow = CheckedFlow { trigger, steps: checker.steps(&blueprint.body) };
        let Some((mut graph, labels)) = self.graph(file, flow, blueprint.id, None, before) else { return };
        self.frames(&mut graph, &header);
        if !wanted {
            return;
        }
        let required = blueprint.parameters.iter().find(|parameter| parameter.default.is_none());
        if let Some(parameter) = required {
            if value_type(parameter).is_some() {
                self.diagnostics.push(not_written(blueprint, parameter.name));
            }
            return;
        }
        let mut document = Document::bare(DocumentKind::Blueprint, graph);
        document.uuid = Some(header.uuid.unwrap_or_else(|| blueprint_uuid(blueprint.id.text)));
        apply(&mut document, header);
        self.lint(file, &document, blueprint.id.span);
        self.check_defaults(file, &document);
        self.documents.push(Compiled { id: blueprint.id, document, labels });
        self.places.push((file, None));
    }

    /// The graph of a flow, unless something was wrong since there were `before` findings.
    fn graph(
        &mut self,
        file: usize,
        flow: CheckedFlow<'a>,
        id: Name<'a>,
        trigger: Option<Span>,
        before: usize,
    ) -> Option<Labelled<'a>> {
        let failed = |diagnostics: &[Diagnostic]| diagnostics[before..].iter().any(Diagnostic::is_error);
        if failed(&self.diagnostics) || self.context.budget.is_spent() || (trigger.is_some() && flow.trigger.is_none())
        {
            // The form of the flow can be judged all the same, but not what an error may have caused.
            return None;
        }
        let (mut graph, labels) = lower_with_labels(flow, id.text, &mut self.diagnostics);
        if failed(&self.diagnostics) {
            return None;
        }
        let context = self.context;
        let signature = |module: &str| context.signature(file, module);
        check_rules(&graph, &signature, trigger.is_some(), Some(trigger.unwrap_or(id.span)), &mut self.diagnostics);
        if failed(&self.diagnostics) {
            return None;
        }
        place_on_grid(&mut graph);
        Some((graph, labels))
    }

    /// Checks what the defaults of `env` make of the texts.
    fn check_defaults(&mut self, file: usize, document: &Document<'a>) {
        let context = self.context;
        let signature = |module: &str| context.signature(file, module);
        self.diagnostics.extend(check_defaults(document, &signature, context.budget));
    }

    /// Looks for traps in a graph that keeps the rules.
    fn lint(&mut self, file: usize, document: &Document<'a>, at: Span) {
        let context = self.context;
        if context.program.files[file].tree.incomplete {
            // What could not be read may be what is missed.
            return;
        }
        let signature = |module: &str| context.signature(file, module);
        let before = self.diagnostics.len();
        let (sources, found) = (Some(context.program.sources), &mut self.diagnostics);
        check_lints(&document.graph, document.into(), &signature, context.tags, Some(at), sources, found);
        if self.values_missing {
            let found = self.diagnostics.split_off(before);
            let is_sure = |finding: &Diagnostic| !matches!(finding.code, Code::NoTags | Code::NoOrganisation);
            self.diagnostics.extend(found.into_iter().filter(is_sure));
        }
    }

    /// Adds the frames that the head lists.
    fn frames(&mut self, graph: &mut Graph<'a>, header: &Header<'a>) {
        for (frame, span) in &header.frames {
            if let Some(id) = frame.nodes.iter().find(|&&id| graph.index(id).is_none()) {
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::InvalidPin,
                        *span,
                        format!("this frame holds the node {id}, which does not exist"),
                    )
                    .note("a frame names its nodes by the ids that pins give them: `@[id: 3]`")
                    .help("remove the id from the frame, or pin a step to it"),
                );
            }
            graph.frames.push(frame.clone());
        }
    }

    fn check_tests(&mut self) -> Vec<CheckedTest<'a>> {
        let compiled = self.documents.iter().chain(&self.imported);
        let known: FxHashMap<Span, &Graph<'a>> =
            compiled.map(|compiled| (compiled.id.span, &compiled.document.graph)).collect();
        let graph = |id: Span| known.get(&id).copied();
        let roots = 0..self.context.program.roots;
        roots.flat_map(|file| check_tests(self.context, file, &graph, &mut self.diagnostics)).collect()
    }

    /// What holds between the workflows of a project: one a trigger, and every id once. Files below several project files
    /// are several projects.
    fn check_project(&mut self) {
        let projects = self.context.program.projects();
        let mut triggers: FxHashMap<(usize, &str), Name<'_>> = FxHashMap::default();
        let mut ids: FxHashMap<(usize, &str, DocumentKind), Name<'_>> = FxHashMap::default();
        let mut file_names = FileNames::default();
        for (compiled, &(file, trigger)) in self.documents.iter().zip(&self.places) {
            let project = projects[file];
            if let Some(before) = ids.insert((project, compiled.id.text, compiled.document.kind), compiled.id)
                && before.span.file != compiled.id.span.file
            {
                let what = if trigger.is_some() { "workflow" } else { "blueprint" };
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::DuplicateName,
                        compiled.id.span,
                        format!("the project has a second {what} named `{}`", compiled.id.text),
                    )
                    .label("defined again here")
                    .also(before.span, "first defined here")
                    .note("the id names the file that is written and makes the uuid")
                    .help("give one of them another id"),
                );
            }
            self.diagnostics.extend(file_names.check(project, compiled.id, compiled.document.kind));
            // MISP gives each ad-hoc workflow a trigger id of its own.
            let Some(trigger) = trigger.filter(|trigger| trigger.text != "adhoc-trigger") else { continue };
            match triggers.get(&(project, trigger.text)) {
                Some(first) => self.diagnostics.push(duplicate_trigger(trigger, *first)),
                None => {
                    triggers.insert((project, trigger.text), trigger);
                }
            }
        }
    }
}

/// What `run-workflow` leads to.
fn check_workflows_that_run_others(documents: &[Compiled<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let workflows = documents.iter().filter(|compiled| compiled.document.kind == DocumentKind::Workflow);
    let workflows: Vec<_> = workflows
        .map(|compiled| Callee {
            id: compiled.id.text,
            name: &compiled.document.name,
            span: compiled.id.span,
            graph: &compiled.document.graph,
        })
        .collect();
    check_callees(&workflows, diagnostics);
    check_circles(&workflows, diagnostics);
    check_guarded_enrichment(&workflows, diagnostics);
}

fn apply<'a>(document: &mut Document<'a>, header: Header<'a>) {
    document.name = header.name;
    document.description = header.description;
    document.debug_enabled = header.debug;
}

fn not_written(blueprint: &Blueprint<'_>, parameter: Name<'_>) -> Diagnostic {
    Diagnostic::at(
        Code::BlueprintNotWritten,
        blueprint.id.span,
        format!("the blueprint `{}` has no JSON of its own", blueprint.id.text),
    )
    .also(parameter.span, "this parameter has no default")
    .note("MISP's blueprints take no parameters; `use` fills them in where the blueprint is used")
    .help("give every parameter a default to have it written")
}

fn duplicate_trigger(second: Name<'_>, first: Name<'_>) -> Diagnostic {
    Diagnostic::at(Code::DuplicateTrigger, second.span, format!("two workflows listen to `{}`", second.text))
        .label("the second one")
        .also(first.span, "the first one")
        .note("MISP keeps one workflow for each trigger")
        .help(format!(
            "make blueprints of both and use them in one workflow: `blueprint first() {{ … }}`, `blueprint second() {{ … }}`, \
             `workflow both on {} {{ use first() use second() }}`",
            second.text
        ))
}

/// Each finding once: a blueprint's steps are checked again wherever it is used.
fn without_repetitions(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = FxHashSet::default();
    diagnostics.retain(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        seen.insert((diagnostic.code, place, diagnostic.message.clone()))
    });
    diagnostics
}
