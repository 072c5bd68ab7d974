//! The tests in workflow files.

use crate::base::source::Sources;
use crate::catalogue::Semantics;
use crate::compile::Workspace;
use crate::diagnostics::Diagnostic;
use crate::project;
use crate::prove::run_case;
use crate::simulate::workflow_tests::{Suite, SuiteSettings};

use super::input::{Input, Options};
use super::problem::{Problem, ProblemKind, shown};

/// What came of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestOutcome {
    /// Its title.
    pub title: String,
    /// The id of the workflow that it is about.
    pub workflow: String,
    /// The file it is in.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// What is not as expected, as people read it; empty if the test passed.
    pub failures: String,
}

/// Runs the tests of a project, in the order of the files. Nothing comes from the environment.
///
/// # Errors
/// The project has errors, or no tests.
pub fn run_tests(input: &Input, options: &Options) -> Result<Vec<TestOutcome>, Problem> {
    let sources = Sources::new();
    let loaded = options.load(&sources, input);
    let mut diagnostics = loaded.diagnostics.clone();
    let catalogue = project::catalogue(&sources, &loaded.files, &loaded.project, &mut diagnostics);
    let workspace = Workspace::load(&sources, &loaded.files, &loaded.roots, &catalogue);
    let compilation = workspace.compile();
    diagnostics.extend(compilation.diagnostics.iter().cloned());
    let modules = workspace.modules();
    let settings = SuiteSettings {
        sources: &sources,
        access: &loaded.files,
        catalogue: &modules,
        semantics: Semantics::for_target(loaded.project.target()),
        filter: None,
        on_other_events: false,
    };
    let suite = Suite::new(&compilation, &settings, &mut diagnostics);
    // Warnings are the business of a check.
    diagnostics.retain(Diagnostic::is_fault);
    if !diagnostics.is_empty() {
        return Err(Problem::of(ProblemKind::Input, &sources, &diagnostics));
    }
    let outcomes = suite.cases.iter().map(|case| {
        let item = case.test.item;
        let file = sources.file(item.span.file);
        let (report, _) = run_case(case, &suite.workflows[case.workflow], &modules, &sources);
        TestOutcome {
            title: item.title.content.to_string(),
            workflow: case.test.workflow.text.to_owned(),
            file: file.name.clone(),
            line: file.position(item.span.start as usize).line,
            failures: shown(&sources, &report.failures),
        }
    });
    Ok(outcomes.collect())
}
