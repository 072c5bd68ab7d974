//! A workflow that is ready to run.

use std::borrow::{Borrow, Cow};
use std::sync::Arc;

use codespan_reporting::term::termcolor::Buffer;
use rustc_hash::FxHashMap;

use crate::base::characters::to_json;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, ServerFacts};
use crate::engine::{KnownWorkflows, Prepared, RunOptions, RunResult};
use crate::model::NodeId;
use crate::secrets::Masker;
use crate::simulate::answers::{FixedAnswers, Targets, read_answers};
use crate::simulate::replay::{EventIdentity, Record, Runner, data_of, needed_data_of, write_json, write_run};

use super::documents::read_owned;
use super::problem::{Problem, ProblemKind, shown};

/// What the workflows of a project have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) callees: KnownWorkflows,
    /// What holds of the server, where the project knows just one.
    pub(super) facts: ServerFacts,
    /// Hides secrets in what is told.
    pub(super) masker: Arc<Masker>,
}

/// A workflow that is ready to run.
#[derive(Debug)]
pub struct Workflow {
    /// The id by which the text names it; for MISP's JSON the name of its file.
    pub id: String,
    /// Its name in MISP.
    pub name: String,
    /// Its uuid in MISP.
    pub uuid: String,
    /// The module id of its trigger.
    pub trigger: String,
    /// What `build` writes.
    pub json: String,
    /// What runs, or why it cannot.
    pub(super) prepared: Result<Prepared, String>,
    pub(super) labels: Vec<(String, NodeId)>,
    pub(super) places: FxHashMap<NodeId, String>,
    pub(super) shared: Arc<Shared>,
}

/// A run, told in full.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    /// How it ended, and what came of it.
    pub told: Told,
    /// The nodes that were looked at, in order, as a JSON list.
    pub trace: String,
    /// The run as people read it.
    pub text: String,
}

/// A run as JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// How it ended; `None` if the event cannot be used, and then `json` says why.
    pub outcome: Option<&'static str>,
    /// What becomes of the action that the trigger watches.
    pub verdict: Option<&'static str>,
    /// One JSON object on one line, in the form of `run --format json`; for an event that cannot be used one with
    /// `source` and `error`.
    pub json: String,
}

impl Workflow {
    /// Whether this is its id, its name or its uuid.
    pub(super) fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.name, &self.uuid].into_iter().any(|known| !known.is_empty() && known == name)
    }

    fn prepared(&self) -> Result<&Prepared, Problem> {
        self.prepared.as_ref().map_err(|reason| Problem::new(ProblemKind::Request, reason.clone()))
    }

    /// Reads what the services answer that the workflow asks: JSON, as the file of `run --answers`.
    ///
    /// # Errors
    /// It is not JSON, names a step that is not there, or says something that cannot be.
    pub fn answers(&self, json: Option<&str>) -> Result<FixedAnswers, Problem> {
        let facts = self.shared.facts.clone();
        let Some(json) = json else { return Ok(FixedAnswers::on(facts)) };
        let document = read_owned(&self.json)?;
        let labels: Vec<(&str, NodeId)> = self.labels.iter().map(|(label, node)| (label.as_str(), *node)).collect();
        let targets = Targets { graph: &document.graph, labels: &labels };
        read_answers(json, &targets, &self.shared.catalogue, facts)
            .map_err(|error| Problem::of(ProblemKind::Answers, &Sources::new(), &[error.diagnostic("this")]))
    }

    /// Runs it on an event and tells all.
    ///
    /// # Errors
    /// The event cannot be used, or the workflow cannot be run.
    pub fn run(&self, event: &[u8], answers: &FixedAnswers, as_trigger: bool) -> Result<Ran, Problem> {
        let runner = self.runner(answers, true, as_trigger)?;
        let record = Record::of_bytes("event".into(), None, event);
        let data = data_of(&record, runner.workflow)
            .map_err(|problem| Problem::of(ProblemKind::Event, &Sources::new(), &[*problem]))?;
        let event = EventIdentity::of(&data);
        let result = runner.run(data);
        let told = self.tell(&record, event, &result);
        let mut trace = Vec::new();
        let mut buffer = Buffer::no_color();
        let place = |node: NodeId| self.places.get(&node).cloned();
        let nodes = result.trace.as_ref().map(|trace| &trace.nodes[..]).unwrap_or_default();
        // Writing to memory does not fail.
        let _ = to_json(&mut trace, nodes);
        let _ = write_run(&mut buffer, &result, &place);
        Ok(Ran { told, trace: self.text(trace), text: self.text(buffer.into_inner()) })
    }

    /// Runs it on one event after the other.
    ///
    /// # Errors
    /// The workflow cannot be run.
    pub fn run_all<R: Borrow<Record>>(
        &self,
        records: &[R],
        answers: &FixedAnswers,
        as_trigger: bool,
    ) -> Result<Vec<Told>, Problem> {
        let runner = self.runner(answers, false, as_trigger)?;
        let needed = |record| needed_data_of(record, runner.workflow, &runner.options);
        let told = records.iter().map(Borrow::borrow).map(|record: &Record| match needed(record) {
            Ok(data) => {
                let event = EventIdentity::of(&data);
                let result = runner.run(data);
                self.tell(record, event, &result)
            }
            Err(problem) => {
                let source = serde_json::json!({"file": &*record.name, "line": record.line, "index": record.index});
                let error = shown(&Sources::new(), std::slice::from_ref(&*problem));
                let json = serde_json::json!({"source": source, "error": {"code": problem.code.as_str(), "message": problem.message, "shown": error.trim_end()}});
                Told { outcome: None, verdict: None, json: self.text(json.to_string().into_bytes()) }
            }
        });
        Ok(told.collect())
    }

    fn runner<'r>(&'r self, answers: &'r FixedAnswers, trace: bool, as_trigger: bool) -> Result<Runner<'r>, Problem> {
        let callees = Some(&self.shared.callees as &dyn crate::engine::Callees);
        let options = RunOptions { answers, callees, trace, as_trigger, ..RunOptions::default() };
        Ok(Runner { workflow: self.prepared()?, id: Some(&self.id), options })
    }

    fn tell(&self, record: &Record, event: Option<EventIdentity<'_>>, result: &RunResult<'_>) -> Told {
        let mut json = Vec::new();
        // Writing to memory does not fail.
        let _ = write_json(&mut json, record, event, result);
        Told { outcome: Some(result.outcome.as_str()), verdict: Some(result.verdict.as_str()), json: self.text(json) }
    }

    /// A text without secrets.
    fn text(&self, bytes: Vec<u8>) -> String {
        let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
        if self.shared.masker.is_idle() {
            return text;
        }
        match self.shared.masker.mask(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }
}
