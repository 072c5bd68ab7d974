//! Running tests and workflows from where they are written.

use std::path::{Path, PathBuf};

use codespan_reporting::term::termcolor::Buffer;

use crate::base::source::{Sources, Span};
use crate::catalogue::{Semantics, module_ids};
use crate::compile::Workspace;
use crate::diagnostics::Diagnostic;
use crate::engine::{KnownWorkflows, Prepared, RunOptions, Settings};
use crate::model::NodeId;
use crate::project::{Files, load_source};
use crate::schema::TriggerData;
use crate::secrets::{Masker, NamedSecrets};
use crate::simulate::answers::FixedAnswers;
use crate::simulate::replay::{Record, data_of, write_run};
use crate::simulate::workflow_tests::{Suite, SuiteSettings, run_case};

use super::{Facts, Texts};

/// The largest event that is read.
const LARGEST_EVENT: usize = 64 * 1024 * 1024;

/// What came of running something.
pub struct Ran {
    /// The texts that findings have their places in.
    pub sources: Sources,
    /// What was not as expected.
    pub findings: Vec<Diagnostic>,
    /// How a run ended, and the id of its workflow.
    pub note: Option<(Span, String)>,
    /// The titles of the tests that were run, and whether each passed.
    pub tests: Vec<(String, bool)>,
    /// The run in words.
    pub text: String,
    /// Hides the values of secrets.
    pub masker: Masker,
}

/// Runs the tests of a file, or the one with this title.
///
/// # Errors
/// Why they cannot be run, in words.
pub fn run_tests(facts: &Facts, texts: &Texts, path: &Path, title: Option<&str>) -> Result<Ran, String> {
    let files = facts.files(texts);
    let sources = Sources::new();
    let root =
        load_source(&sources, &files.named(), path, &path.display().to_string()).map_err(|problem| problem.message)?;
    let roots = [root];
    let (findings, done) = {
        let workspace =
            Workspace::load(&sources, &files, &roots, facts.catalogue()).for_target(facts.project().target());
        let compilation = workspace.compile();
        let mut diagnostics = compilation.diagnostics.clone();
        let modules = workspace.modules();
        let settings = SuiteSettings {
            sources: &sources,
            access: &files,
            catalogue: &modules,
            semantics: Semantics::for_target(facts.project().target()),
            filter: None,
            on_other_events: false,
        };
        let suite = Suite::new(&compilation, &settings, &mut diagnostics);
        if let Some(fault) = diagnostics.iter().find(|finding| finding.is_fault()) {
            return Err(format!("the tests cannot be run: {}", fault.message));
        }
        let mut findings = Vec::new();
        let mut done = Vec::new();
        for case in &suite.cases {
            let own = case.test.item.title.content.as_ref();
            if title.is_some_and(|title| title != own) {
                continue;
            }
            let (report, _) = run_case(case, &suite.workflows[case.workflow], &modules, &sources);
            done.push((own.to_owned(), report.has_passed()));
            findings.extend(report.failures);
        }
        (findings, done)
    };
    if done.is_empty() {
        return Err(
            title.map_or_else(|| "there are no tests".to_owned(), |title| format!("there is no test `{title}`"))
        );
    }
    let masker = masker(&sources);
    Ok(Ran { sources, findings, note: None, tests: done, text: String::new(), masker })
}

fn masker(sources: &Sources) -> Masker {
    let mut secrets = NamedSecrets::default();
    secrets.add_sources(sources);
    secrets.masker()
}

/// Runs a workflow on an event: the one in a file, or else the example of its trigger.
///
/// # Errors
/// Why it cannot be run, in words.
pub fn run_on_event(facts: &Facts, texts: &Texts, path: &Path, id: &str, event: Option<&Path>) -> Result<Ran, String> {
    let files = facts.files(texts);
    let sources = Sources::new();
    let root =
        load_source(&sources, &files.named(), path, &path.display().to_string()).map_err(|problem| problem.message)?;
    let roots = [root];
    let (note, text) = {
        let workspace =
            Workspace::load(&sources, &files, &roots, facts.catalogue()).for_target(facts.project().target());
        let compilation = workspace.compile();
        if let Some(fault) = compilation.diagnostics.iter().find(|finding| finding.is_fault()) {
            return Err(format!("the workflow cannot be run: {}", fault.message));
        }
        let compiled = compilation.documents.iter().find(|compiled| compiled.id.text == id);
        let compiled = compiled.ok_or_else(|| format!("there is no workflow `{id}`"))?;
        let modules = workspace.modules();
        let settings = Settings::new(id, &modules, Semantics::for_target(facts.project().target()));
        let prepared = Prepared::of_document(&compiled.document, &settings).map_err(|error| error.to_string())?;
        let documents = compilation.documents.iter().chain(&compilation.imported);
        let callees = KnownWorkflows::of(documents.map(|compiled| &compiled.document), &settings);
        let (name, bytes) = event_bytes(&files, event, compiled.document.trigger_id.as_deref())?;
        let record = Record::of_bytes(name.clone().into(), None, &bytes);
        let data = data_of(&record, &prepared).map_err(|problem| problem.message)?;
        let answers = FixedAnswers::on(facts.project().facts_of_only_server());
        let options = RunOptions { answers: &answers, callees: Some(&callees), trace: true, ..RunOptions::default() };
        let result = prepared.run(data, &options);
        let origin = |node: NodeId| compiled.document.graph.node(node).and_then(|node| node.origin);
        let place = |node: NodeId| {
            let span: Span = origin(node)?;
            let file = sources.file(span.file);
            Some(format!("{}:{}", file.name, file.position(span.start as usize).line))
        };
        let mut buffer = Buffer::no_color();
        // Writing to memory does not fail.
        let _ = write_run(&mut buffer, &result, &place);
        let text = String::from_utf8_lossy(buffer.as_slice()).into_owned();
        (Some((compiled.id.span, format!("a run on `{name}` ended with: {}", result.outcome.as_str()))), text)
    };
    let masker = masker(&sources);
    Ok(Ran { sources, findings: Vec::new(), note, tests: Vec::new(), text, masker })
}

/// The event: its name, and what is in it.
fn event_bytes(files: &dyn Files, event: Option<&Path>, trigger: Option<&str>) -> Result<(String, Vec<u8>), String> {
    if let Some(path) = event {
        let name = path.display().to_string();
        let bytes = files.read(path, LARGEST_EVENT).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
        return Ok((name, bytes));
    }
    let data = TriggerData::of(trigger.unwrap_or_default()).or_else(|| TriggerData::of(module_ids::EVENT_PUBLISH));
    let example = data.map_or("{}", |data| data.example);
    Ok(("the example of the trigger".to_owned(), example.as_bytes().to_vec()))
}

/// The file that an argument of a command names, from the folder of the text.
pub fn event_path(text: &Path, event: &str) -> PathBuf {
    text.parent().map_or_else(|| PathBuf::from(event), |folder| folder.join(event))
}
