//! All tests of what was compiled.

use std::sync::Arc;

use crate::base::source::{Sources, Span};
use crate::catalogue::{Catalogue, Semantics};
use crate::check::{AnyEvent, CheckedTest, GivenKind, TestClauseKind};
use crate::compile::{Compilation, Compiled};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{KnownWorkflows, Prepared, Settings};
use crate::model::{DocumentKind, NodeId};
use crate::project::Files;
use crate::simulate::answers::{FixedAnswers, Reply, Targets};
use crate::syntax::tree::Name;

use super::case::{AnyEvents, Case};
use super::given::EventCache;

/// A workflow that is tested, or could be.
#[derive(Debug)]
pub struct Tested<'c, 's> {
    /// The workflow.
    pub compiled: &'c Compiled<'s>,
    /// The same, ready to run.
    pub prepared: Prepared,
    /// The workflows that it can call.
    pub(super) callees: Arc<KnownWorkflows>,
}

impl Tested<'_, '_> {
    /// The workflows that it can call.
    pub fn callees(&self) -> &KnownWorkflows {
        &self.callees
    }
}

/// The tests of what was compiled.
#[derive(Debug)]
pub struct Suite<'c, 's> {
    /// The workflows: those of the files that were asked for (unless only some tests are wanted), then others that a test names.
    pub workflows: Vec<Tested<'c, 's>>,
    /// The tests, in order.
    pub cases: Vec<Case<'c, 's>>,
    /// The workflows that those under test can call.
    callees: Arc<KnownWorkflows>,
}

/// What a suite needs besides what was compiled.
pub struct SuiteSettings<'c, 's> {
    /// The texts.
    pub sources: &'s Sources,
    /// Reads the files of events.
    pub access: &'s dyn Files,
    /// The modules there are, those that the files declare with them.
    pub catalogue: &'c Catalogue,
    /// How the release behaves.
    pub semantics: Semantics,
    /// Only tests with this text in their title or in the id of their workflow.
    pub filter: Option<&'c str>,
    /// Whether the tests run on other events than those that they name, which are not read then.
    pub on_other_events: bool,
}

impl<'c, 's> Suite<'c, 's> {
    /// Makes the tests ready to run. Nothing comes from the environment: `env` is its default.
    ///
    /// What cannot be used (a missing event, an answer that cannot be) is reported, and so is that there are no tests.
    pub fn new(
        compilation: &'c Compilation<'s>,
        settings: &SuiteSettings<'c, 's>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let documents = compilation.documents.iter().chain(&compilation.imported).map(|compiled| &compiled.document);
        let callees = KnownWorkflows::of(documents, &Settings::new("", settings.catalogue, settings.semantics));
        let mut suite = Self { workflows: Vec::new(), cases: Vec::new(), callees: Arc::new(callees) };
        for compiled in &compilation.documents {
            if settings.filter.is_none() && compiled.document.kind == DocumentKind::Workflow {
                suite.add_workflow(compiled, settings, diagnostics);
            }
        }
        let mut events = EventCache::new(settings.sources, settings.access);
        for test in compilation.tests.iter().filter(|test| settings.wants(test)) {
            let known = suite.workflows.iter().position(|tested| tested.compiled.id.span == test.workflow.span);
            let workflow = match known {
                Some(known) => known,
                // One with errors is not there, and was reported.
                None => match compilation.workflow(test.workflow.span) {
                    Some(compiled) if suite.add_workflow(compiled, settings, diagnostics) => suite.workflows.len() - 1,
                    _ => continue,
                },
            };
            let prepared = &suite.workflows[workflow].prepared;
            let any_event = test.given.iter().find_map(|given| match &given.kind {
                GivenKind::Any(events) => Some(any_events(events, given.span, prepared, settings)),
                _ => None,
            });
            let given = if settings.on_other_events { &[][..] } else { &test.given };
            let given = given.iter().flat_map(|given| events.events(given, prepared, diagnostics)).collect();
            let mut case = Case {
                test,
                workflow,
                events: given,
                any_event,
                answers: FixedAnswers::default(),
                targets: Vec::with_capacity(test.clauses.len()),
            };
            suite.fill(&mut case, settings.catalogue, diagnostics);
            suite.cases.push(case);
        }
        if suite.cases.is_empty() && !diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.push(no_tests(settings.filter, compilation.tests.len()));
        }
        suite
    }

    fn add_workflow(
        &mut self,
        compiled: &'c Compiled<'s>,
        settings: &SuiteSettings<'c, 's>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let prepared = Settings::new(compiled.id.text, settings.catalogue, settings.semantics);
        match Prepared::of_document(&compiled.document, &prepared) {
            Ok(prepared) => self.workflows.push(Tested { compiled, prepared, callees: self.callees.clone() }),
            Err(error) => {
                let origin = compiled.document.graph.node(error.node).and_then(|node| node.origin);
                let span = origin.unwrap_or(compiled.id.span);
                diagnostics.push(Diagnostic::at(Code::CannotRun, span, error.to_string()));
                return false;
            }
        }
        true
    }

    /// Finds the nodes that the test is about, and what they are answered.
    fn fill(&self, case: &mut Case<'c, 's>, catalogue: &Catalogue, diagnostics: &mut Vec<Diagnostic>) {
        let compiled = self.workflows[case.workflow].compiled;
        let targets = Targets { graph: &compiled.document.graph, labels: &compiled.labels };
        // A name that no node has was reported when the test was checked.
        let nodes = |target: &Name<'_>| targets.nodes(target.text).unwrap_or_default();
        for clause in &case.test.clauses {
            let found: Vec<Vec<NodeId>> = match &clause.kind {
                TestClauseKind::Fails { target, .. }
                | TestClauseKind::Returns { target, .. }
                | TestClauseKind::Effect { target, .. } => vec![nodes(target)],
                TestClauseKind::Ran { targets, .. } => targets.iter().map(nodes).collect(),
                TestClauseKind::Outcome { .. } | TestClauseKind::Log { .. } => Vec::new(),
            };
            for node in found.iter().flatten().copied() {
                match &clause.kind {
                    TestClauseKind::Fails { message, .. } => case.answers.fail(node, message.clone()),
                    TestClauseKind::Returns { value, value_span, .. } => {
                        let module = compiled.document.graph.node(node).map_or("", |node| &node.module);
                        match Reply::new(module, catalogue.module(module), value) {
                            Ok(reply) => case.answers.reply(node, reply),
                            Err(error) => {
                                diagnostics.push(
                                    Diagnostic::at(Code::UnusableAnswer, *value_span, error.message).help(error.help),
                                );
                                break;
                            }
                        }
                    }
                    _ => {}
                }
            }
            case.targets.push(found);
        }
    }
}

impl SuiteSettings<'_, '_> {
    fn wants(&self, test: &CheckedTest<'_>) -> bool {
        self.filter.is_none_or(|text| test.item.title.content.contains(text) || test.workflow.text.contains(text))
    }
}

/// The events of a trigger that answer a question.
fn any_events(events: &AnyEvent<'_>, span: Span, workflow: &Prepared, settings: &SuiteSettings<'_, '_>) -> AnyEvents {
    let AnyEvent::Lowered(graph) = events else { return AnyEvents { span, condition: None } };
    let own =
        Settings { trigger: Some(workflow.trigger()), ..Settings::new("", settings.catalogue, settings.semantics) };
    // A hash path that is too long was reported where the test was checked.
    AnyEvents { span, condition: Prepared::new(graph, &own).ok() }
}

fn no_tests(filter: Option<&str>, all: usize) -> Diagnostic {
    match filter {
        Some(text) if all > 0 => {
            Diagnostic::new(Code::NoTests, format!("none of the {all} tests has `{text}` in its title or workflow"))
        }
        _ => Diagnostic::new(Code::NoTests, "there are no tests")
            .help("a test is written `test \"title\" of workflow-id { given \"event.json\" expect success }`"),
    }
}
