//! The workflows and blueprints of all files, and what holds between them.

use rustc_hash::FxHashMap;

use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::check::{AnyEvent, CheckedTest, Context, FileNames, GivenKind, check_tests, check_unused};
use crate::diagnostics::{Code, Diagnostic};
use crate::lower::lower;
use crate::model::{DocumentKind, Graph};
use crate::syntax::tree::{Item, Name};

use super::Compiled;
use super::in_parallel::{Shared, each_within};
use super::item::{Declared, ItemCompiler};

/// What has been compiled so far.
pub(super) struct Compiler<'c, 'a> {
    pub context: Context<'c, 'a>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether constants may be empty because of an error.
    pub values_missing: bool,
    /// Whether nodes get places.
    with_places: bool,
    /// Those of the files that were asked for.
    pub documents: Vec<Compiled<'a>>,
    /// Those of the files that these import.
    pub imported: Vec<Compiled<'a>>,
    /// File and, for workflows, trigger of each document.
    places: Vec<(usize, Option<Name<'a>>)>,
}

impl<'c, 'a> Compiler<'c, 'a> {
    /// Goes on from these findings: those of the stages before.
    pub fn new(context: Context<'c, 'a>, diagnostics: Vec<Diagnostic>, with_places: bool) -> Self {
        let values_missing = diagnostics.iter().any(Diagnostic::is_error);
        Self {
            context,
            diagnostics,
            values_missing,
            with_places,
            documents: Vec::new(),
            imported: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Each workflow and blueprint by itself.
    pub fn items(&mut self) {
        let (context, values_missing, with_places) = (self.context, self.values_missing, self.with_places);
        let program = context.program;
        program.read_lists();
        let shared = Shared { budget: context.budget, tags: context.tags };
        let mut items = Vec::new();
        for (file, loaded) in program.files.iter().enumerate() {
            items.extend(loaded.tree.items.iter().filter_map(|item| match item {
                Item::Workflow(workflow) => Some((file, Declared::Workflow(workflow))),
                Item::Blueprint(blueprint) => Some((file, Declared::Blueprint(blueprint))),
                _ => None,
            }));
        }
        let done = each_within(shared, &items, program.length(), |Shared { budget, tags }, &(file, item)| {
            let context = Context { tags, budget, ..context };
            let mut stages = ItemCompiler { context, values_missing, with_places, diagnostics: Vec::new() };
            // Why it failed has been reported; the others do not depend on it.
            let compiled = stages.compile(file, item, file < program.roots).unwrap_or_default();
            (compiled, stages.diagnostics)
        });
        self.documents.reserve(items.len());
        self.places.reserve(items.len());
        for (&(file, item), (compiled, diagnostics)) in items.iter().zip(done) {
            self.diagnostics.extend(diagnostics);
            match compiled {
                Some(compiled) if file < program.roots => {
                    self.documents.push(compiled);
                    self.places.push((file, item.trigger_name()));
                }
                compiled => self.imported.extend(compiled),
            }
        }
    }

    /// The tests, which name workflows and their labels.
    pub fn tests(&mut self) -> Vec<CheckedTest<'a>> {
        let compiled = self.documents.iter().chain(&self.imported);
        let known: FxHashMap<Span, &Graph<'a>> =
            compiled.map(|compiled| (compiled.id.span, &compiled.document.graph)).collect();
        let graph = |id: Span| known.get(&id).copied();
        let roots = 0..self.context.program.roots;
        let mut tests: Vec<CheckedTest<'a>> =
            roots.flat_map(|file| check_tests(self.context, file, &graph, &mut self.diagnostics)).collect();
        for given in tests.iter_mut().flat_map(|test| &mut test.given) {
            if let GivenKind::Any(events) = &mut given.kind
                && let AnyEvent::Where(flow) = std::mem::replace(events, AnyEvent::Every)
            {
                *events = AnyEvent::Lowered(lower(*flow, "condition", &mut self.diagnostics));
            }
        }
        tests
    }

    /// What holds between the workflows of a project: one a trigger, and every id once. Files below several project files
    /// are several projects.
    pub fn project(&mut self) {
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
            // Each ad-hoc workflow has a trigger id of its own.
            let is_own = |trigger: &Name<'_>| matches!(trigger.text, module_ids::ADHOC | module_ids::ADHOC_TRIGGER);
            let Some(trigger) = trigger.filter(|trigger| !is_own(trigger)) else { continue };
            match triggers.get(&(project, trigger.text)) {
                Some(first) => self.diagnostics.push(duplicate_trigger(trigger, *first)),
                None => {
                    triggers.insert((project, trigger.text), trigger);
                }
            }
        }
    }

    /// What nothing uses. That can only be said where all else is right.
    pub fn unused(&mut self) {
        if !self.context.budget.is_spent() && !self.diagnostics.iter().any(Diagnostic::is_error) {
            check_unused(self.context, &mut self.diagnostics);
        }
    }
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
