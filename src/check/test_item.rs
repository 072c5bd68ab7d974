//! `test` items: whether what they name exists, and what their values are.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::source::Span;
use crate::base::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::load::{Program, ResolvedImport, imports};
use crate::model::Graph;
use crate::resolve::Budget;
use crate::syntax::tree::{Block, Clause, ClauseKind, Item, Name, StepKind, Test, Workflow};

use super::checked_test::CheckedTest;
use super::context::Context;
use super::flow::FlowChecker;

const OUTCOMES: [&str; 3] = ["success", "failure", "blocked"];

/// Checks the tests of one file. `graph` gives the graph of a workflow by the place of its id, if it compiled.
pub fn check_tests<'a, 'g>(
    context: Context<'_, 'a>,
    file: usize,
    graph: &dyn Fn(Span) -> Option<&'g Graph<'a>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<CheckedTest<'a>>
where
    'a: 'g,
{
    let program = context.program;
    let mut tests = Vec::new();
    let tree = &program.files[file].tree;
    if !tree.items.iter().any(|item| matches!(item, Item::Test(_))) {
        return tests;
    }
    let workflows = workflows(program, file);
    for item in &tree.items {
        let Item::Test(test) = item else { continue };
        let Some(&workflow) = workflows.get(test.workflow.text) else {
            if !context.scopes[file].incomplete {
                diagnostics.push(unknown_workflow(test.workflow, &workflows, context.budget));
            }
            continue;
        };
        let is_module = |id: &str| context.signature(file, id).is_some();
        check_clauses(test, workflow, graph(workflow.id.span), &is_module, context.budget, diagnostics);
        if !tree.incomplete {
            diagnostics.extend(incomplete(test));
        }
        let mut checker = FlowChecker::new(context, file, Vec::new(), diagnostics);
        let mut given = Vec::new();
        for clause in &test.clauses {
            if let ClauseKind::GivenAny { condition } = &clause.kind {
                given.extend(checker.any_event(condition.as_ref(), workflow, graph(workflow.id.span), clause.span));
            }
        }
        let clauses = test.clauses.iter().filter_map(|clause| checker.test_clause(clause, &mut given)).collect();
        tests.push(CheckedTest { item: test, workflow: workflow.id, given, clauses });
    }
    tests
}

/// The workflows that tests of a file can name: its own and those of the files it imports.
fn workflows<'a>(program: &'a Program<'_>, file: usize) -> FxHashMap<&'a str, &'a Workflow<'a>> {
    let imported = imports(&program.files[file]).filter_map(|(_, resolved)| match resolved {
        ResolvedImport::File(target) => Some(target),
        ResolvedImport::Blueprint(_) | ResolvedImport::Failed => None,
    });
    let mut known = FxHashMap::default();
    for place in std::iter::once(file).chain(imported) {
        for item in &program.files[place].tree.items {
            if let Item::Workflow(workflow) = item {
                known.entry(workflow.id.text).or_insert(workflow);
            }
        }
    }
    known
}

fn unknown_workflow(name: Name<'_>, known: &FxHashMap<&str, &Workflow<'_>>, budget: &Budget) -> Diagnostic {
    let worth_while = budget.take_suggestion();
    let mut names: Vec<&str> = known.keys().copied().filter(|_| worth_while).collect();
    names.sort_unstable();
    let diagnostic =
        Diagnostic::at(Code::UnknownWorkflow, name.span, format!("there is no workflow named `{}`", name.text));
    match closest(name.text, names) {
        Some(close) => diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(name.span, close),
        None => diagnostic.help("a test names a workflow of its own file or of one that the file imports"),
    }
}

fn check_clauses(
    test: &Test<'_>,
    workflow: &Workflow<'_>,
    graph: Option<&Graph<'_>>,
    is_module: &dyn Fn(&str) -> bool,
    budget: &Budget,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut labels = Vec::new();
    collect_labels(&workflow.body, &mut labels);
    let label_set: FxHashSet<&str> = labels.iter().copied().collect();
    let mut modules: Vec<&str> = graph.iter().flat_map(|graph| &graph.nodes).map(|node| &*node.module).collect();
    modules.sort_unstable();
    modules.dedup();
    let mut check = |target: &Name<'_>, negated: bool| {
        // What a workflow never has may be expected never to happen.
        if negated && is_module(target.text) {
            return;
        }
        if let Some(label) = target.text.strip_prefix('@') {
            if !label_set.contains(label) {
                diagnostics.push(
                    Diagnostic::at(
                        Code::UnknownLabel,
                        target.span,
                        format!("the workflow `{}` has no label `@{label}`", workflow.id.text),
                    )
                    .maybe_help(
                        budget
                            .take_suggestion()
                            .then(|| closest(label, labels.iter().copied()))
                            .flatten()
                            .map(|close| format!("did you mean `@{close}`?")),
                    )
                    .help("put the label before the step that the test means"),
                );
            }
            return;
        }
        if graph.is_some() && modules.binary_search(&target.text).is_err() {
            let diagnostic = Diagnostic::at(
                Code::UnknownModule,
                target.span,
                format!("the workflow `{}` has no step `{}`", workflow.id.text, target.text),
            );
            let suggestion =
                if budget.take_suggestion() { closest(target.text, modules.iter().copied()) } else { None };
            diagnostics.push(match suggestion {
                Some(close) => diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(target.span, close),
                None => diagnostic.help("name a module that the workflow calls, or a label as `@label`"),
            });
        }
    };
    for clause in &test.clauses {
        match &clause.kind {
            ClauseKind::WhenFails { target, .. } | ClauseKind::WhenReturns { target, .. } => check(target, false),
            ClauseKind::ExpectEffect { target, negated, .. } => check(target, *negated),
            ClauseKind::ExpectRan { targets, negated } => targets.iter().for_each(|target| check(target, *negated)),
            ClauseKind::Given(_)
            | ClauseKind::GivenAny { .. }
            | ClauseKind::ExpectOutcome { .. }
            | ClauseKind::ExpectLog { .. } => {}
        }
    }
    for clause in &test.clauses {
        if let ClauseKind::ExpectOutcome { outcome, .. } = &clause.kind
            && !OUTCOMES.contains(&outcome.text)
        {
            let diagnostic =
                Diagnostic::at(Code::UnknownOption, outcome.span, format!("a run does not end as `{}`", outcome.text))
                    .help("a run ends as `success`, `failure` or `blocked`");
            diagnostics.push(match closest(outcome.text, OUTCOMES) {
                Some(close) => diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(outcome.span, close),
                None => diagnostic,
            });
        }
    }
}

/// A test that runs nothing or asks for nothing.
fn incomplete(test: &Test<'_>) -> Option<Diagnostic> {
    let gives = |clause: &Clause<'_>| matches!(clause.kind, ClauseKind::Given(_) | ClauseKind::GivenAny { .. });
    let answers =
        |clause: &Clause<'_>| matches!(clause.kind, ClauseKind::WhenFails { .. } | ClauseKind::WhenReturns { .. });
    let diagnostic = |message: &str| Diagnostic::at(Code::IncompleteTest, test.title.span, message);
    if !test.clauses.iter().any(gives) {
        return Some(
            diagnostic("the test gives no event")
                .help("name one, `given \"events/red.json\"` or `given { Event: { … } }`, or all: `given any event`"),
        );
    }
    if test.clauses.iter().all(|clause| gives(clause) || answers(clause)) {
        return Some(
            diagnostic("the test expects nothing")
                .help("say how the run ends: `expect success`, or what it does: `expect ran [push-zmq]`"),
        );
    }
    None
}

/// The labels of a workflow's own steps.
fn collect_labels<'a>(block: &'a Block<'a>, labels: &mut Vec<&'a str>) {
    for step in &block.steps {
        labels.extend(step.label.map(|label| label.text));
        match &step.kind {
            StepKind::If(branches) => {
                let bodies = branches.arms.iter().map(|arm| &arm.body).chain(&branches.otherwise);
                bodies.for_each(|body| collect_labels(body, labels));
            }
            StepKind::Filter(filter) => collect_labels(&filter.body, labels),
            StepKind::Concurrent(concurrent) => {
                concurrent.branches.iter().for_each(|body| collect_labels(body, labels));
            }
            StepKind::Detached(body) => collect_labels(body, labels),
            StepKind::Call(_) | StepKind::Use(_) | StepKind::Goto(_) => {}
        }
    }
}
