//! The tests in workflow files.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::base::source::Sources;
use crate::catalogue::Semantics;
use crate::compile::Workspace;
use crate::diagnostics::Diagnostic;
use crate::project;
use crate::simulate::workflow_tests::{Case, Suite, SuiteSettings, run_case};

use super::input::{Input, Options};
use super::problem::{Problem, ProblemKind, shown};

/// As much as the main thread of a program usually has.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// A test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestCase {
    /// Its title.
    pub title: String,
    /// The id of the workflow that it is about.
    pub workflow: String,
    /// The file it is in.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// The tests of a project, in the order of the files, ready to be run one by one. Nothing comes from the environment.
///
/// A thread of its own holds what was compiled, and runs the tests; it ends when this is dropped.
#[derive(Debug)]
pub struct TestSuite {
    /// The tests.
    pub tests: Vec<TestCase>,
    asked: Mutex<Sender<Question>>,
}

/// The place of a test in the list, and the way back for what is not as expected.
type Question = (usize, SyncSender<String>);

impl TestSuite {
    /// Reads and compiles a project, and what its tests need.
    ///
    /// # Errors
    /// The project has errors, or no tests.
    pub fn load(input: Input, options: Options) -> Result<Self, Problem> {
        let (asked, questions) = channel();
        let (told, tests) = sync_channel(1);
        thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || serve(&input, &options, &told, &questions))
            .map_err(|error| Problem::new(ProblemKind::Defect, format!("no thread can be started: {error}")))?;
        Ok(Self { tests: tests.recv().map_err(|_| defect())??, asked: Mutex::new(asked) })
    }

    /// Runs one of the tests, by its place in the list. What is not as expected, as people read it; empty if the test passed.
    ///
    /// # Errors
    /// The list has no test at this place.
    pub fn run(&self, index: usize) -> Result<String, Problem> {
        let (told, answer) = sync_channel(1);
        // No answer comes if the thread has ended, or if the list has no test at this place.
        let _ = self.asked.lock().unwrap_or_else(PoisonError::into_inner).send((index, told));
        answer.recv().map_err(|_| defect())
    }
}

fn defect() -> Problem {
    Problem::new(ProblemKind::Defect, "mispflow has a defect: a test ended without a result")
}

/// Tells which tests there are, and then what comes of those that are asked for.
fn serve(
    input: &Input,
    options: &Options,
    told: &SyncSender<Result<Vec<TestCase>, Problem>>,
    questions: &Receiver<Question>,
) {
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
    // Nobody may wait any more, which is not a problem of the one who answers.
    if !diagnostics.is_empty() {
        let _ = told.send(Err(Problem::of(ProblemKind::Input, &sources, &diagnostics)));
        return;
    }
    let _ = told.send(Ok(suite.cases.iter().map(|case| described(case, &sources)).collect()));
    for (index, answer) in questions {
        if let Some(case) = suite.cases.get(index) {
            let (report, _) = run_case(case, &suite.workflows[case.workflow], &modules, &sources);
            let _ = answer.send(shown(&sources, &report.failures));
        }
    }
}

fn described(case: &Case<'_, '_>, sources: &Sources) -> TestCase {
    let item = case.test.item;
    let file = sources.file(item.span.file);
    TestCase {
        title: item.title.content.to_string(),
        workflow: case.test.workflow.text.to_owned(),
        file: file.name.clone(),
        line: file.position(item.span.start as usize).line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Input {
        Input::Text { name: "a.mwf".to_owned(), text: text.to_owned() }
    }

    const TWO: &str = r#"
workflow w on event-publish { push-zmq() }
test "it passes" of w { given { Event: {} } expect success }
test "it fails" of w { given { Event: {} } expect blocked }
"#;

    #[test]
    fn tests_run_in_any_order_and_again() {
        let suite = TestSuite::load(text(TWO), Options::default()).unwrap();
        let lines: Vec<_> = suite.tests.iter().map(|test| (test.title.as_str(), test.line)).collect();
        assert_eq!(lines, [("it passes", 3), ("it fails", 4)]);
        for _ in 0..2 {
            assert!(suite.run(1).unwrap().contains("not as `blocked`"));
            assert_eq!(suite.run(0).unwrap(), "");
        }
        assert_eq!(suite.run(2).unwrap_err().kind, ProblemKind::Defect);
        assert_eq!(suite.run(0).unwrap(), "", "the thread goes on");
    }

    #[test]
    fn what_has_errors_has_no_tests() {
        let wrong = TestSuite::load(text("workflow w on event-publish { webhok() }"), Options::default());
        let problem = wrong.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Input);
        assert!(problem.message.contains("unknown-module"), "{}", problem.message);
    }
}
