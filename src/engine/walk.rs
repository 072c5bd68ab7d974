//! The walk through the graph.

use rustc_hash::FxHashMap;

use crate::catalogue::module_ids;
use crate::model::ModuleType;
use crate::php::{Thrown, Value};

use super::log::LogLine;
use super::lookup::Lookup;
use super::module_run::{ModuleRun, Sent};
use super::modules::Next;
use super::options::{PathType, RunOptions};
use super::prepared::{Edge, Prepared, PreparedNode};
use super::redact::redact;
use super::result::{Job, Outcome, PathStep, RunResult};
use super::roaming::RoamingData;
use super::run::Budget;
use super::trace::{Decision, TracedNode};

/// Why a walk ends before its end.
enum End {
    /// A blocking module failed.
    Stopped,
    /// MISP dies.
    Crashed(String),
}

impl From<Thrown> for End {
    fn from(thrown: Thrown) -> Self {
        Self::Crashed(format!("MISP dies with an internal error: {}: {thrown}", thrown.class.name()))
    }
}

/// One walk: a run, or a job.
pub(super) struct Walk<'w, 'a> {
    workflow: &'a Prepared,
    options: &'w RunOptions<'a>,
    budget: &'w mut Budget,
    path_type: PathType,
    /// Whether this is the job of a concurrent task.
    is_job: bool,
    data: RoamingData<'a>,
    lookups: FxHashMap<&'a str, Lookup<'a>>,
    /// What was last sent of the data, for each kind of request.
    sent: Vec<Sent<'a>>,
    result: RunResult<'a>,
    /// The connections from the start to where the walk is.
    path: Vec<PathStep>,
    /// Whether a connection is on the path, by its number.
    is_on_path: Vec<bool>,
    /// The length of the path on which a node failed, so that nothing further down it is executed.
    prevented: Option<usize>,
}

/// A node on the path, and what of its connections is still to be followed.
struct Frame<'a> {
    node: &'a PreparedNode,
    outputs: std::ops::Range<usize>,
    connection: usize,
    /// The connection that led here.
    edge: Option<usize>,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(
        workflow: &'a Prepared,
        options: &'w RunOptions<'a>,
        budget: &'w mut Budget,
        path_type: PathType,
        is_job: bool,
        data: RoamingData<'a>,
    ) -> Self {
        let result = workflow.empty_result(Value::Null, options);
        Self {
            workflow,
            options,
            budget,
            path_type,
            is_job,
            data,
            lookups: FxHashMap::default(),
            sent: Vec::new(),
            result,
            path: Vec::new(),
            is_on_path: vec![false; workflow.edges],
            prevented: None,
        }
    }

    pub(super) fn run(mut self, start: usize) -> RunResult<'a> {
        if !self.is_job {
            self.log(&LogLine::Started);
        }
        let ended = self.walk(start);
        match ended {
            Ok(()) => {
                // A job says nothing of failures that did not stop it.
                if !self.is_job {
                    self.log_errors(|errors| LogLine::Continued(errors));
                }
            }
            Err(End::Stopped) => {
                self.result.outcome = if self.has_failed_stop() { Outcome::Blocked } else { Outcome::Failure };
                if self.is_job {
                    self.log_errors(|errors| LogLine::JobStopped(errors));
                } else {
                    self.log_errors(|errors| LogLine::Stopped(errors));
                }
            }
            Err(End::Crashed(reason)) => {
                self.result.outcome = Outcome::Crash;
                self.result.errors.push(reason);
                if let Some(node) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()) {
                    node.decision = Decision::Crashed;
                }
            }
        }
        // Where MISP dies it writes no last line.
        if self.result.outcome != Outcome::Crash && !self.is_job {
            self.log(&LogLine::Finished(self.result.outcome.as_str()));
        }
        self.result.data = self.data.into_base();
        redact(&mut self.result, self.options.answers);
        self.budget.effects = self.budget.effects.saturating_sub(self.result.effects.len());
        self.result
    }

    /// Logs what went wrong, also for the events before.
    fn log_errors(&mut self, line: for<'l> fn(&'l [String]) -> LogLine<'l>) {
        if self.options.clock.is_none() {
            return;
        }
        let before = if self.is_job { &[][..] } else { &self.budget.errors_before };
        let errors: Vec<String> = before.iter().chain(&self.result.errors).cloned().collect();
        // A stop is logged also where nothing was said about it.
        if !errors.is_empty() || self.result.outcome != Outcome::Success {
            self.log(&line(&errors));
        }
    }

    fn has_failed_stop(&self) -> bool {
        let nodes = &self.workflow.nodes;
        self.result.failed.iter().any(|id| {
            nodes
                .binary_search_by_key(id, |node| node.id)
                .is_ok_and(|at| nodes[at].module == module_ids::STOP_EXECUTION)
        })
    }

    fn log(&mut self, line: &LogLine<'_>) {
        let Some(clock) = self.options.clock else { return };
        // Failures are always logged, the rest with debugging only.
        let is_failure = !matches!(line, LogLine::Started | LogLine::Executed { .. } | LogLine::Finished(_));
        if self.workflow.is_debug_enabled || is_failure {
            self.result.log.push(line.line(self.workflow, clock));
        }
    }

    fn walk(&mut self, start: usize) -> Result<(), End> {
        let mut frames = vec![self.enter(&self.workflow.nodes[start], None)?];
        while let Some(frame) = frames.last_mut() {
            let Some(output) = frame.node.outputs[..].get(frame.outputs.start).filter(|_| !frame.outputs.is_empty())
            else {
                self.leave(frame.edge);
                frames.pop();
                continue;
            };
            let Some(edge) = output.get(frame.connection).copied() else {
                frame.outputs.start += 1;
                frame.connection = 0;
                continue;
            };
            let step =
                PathStep { from: frame.node.id, output: frame.outputs.start + 1, index: frame.connection, to: edge.to };
            frame.connection += 1;
            if self.is_on_path[edge.number] {
                continue;
            }
            if let Some(frame) = self.follow(edge, step)? {
                frames.push(frame);
            }
        }
        Ok(())
    }

    /// Goes along a connection.
    fn follow(&mut self, edge: Edge, step: PathStep) -> Result<Option<Frame<'a>>, End> {
        self.is_on_path[edge.number] = true;
        self.path.push(step);
        if let Some(target) = edge.target {
            return self.enter(&self.workflow.nodes[target], Some(edge.number)).map(Some);
        }
        if self.prevented.is_none() {
            let message = format!(
                "MISP dies with an internal error: TypeError: Workflow::executeNode(): Argument #1 ($node) must be of \
                 type array, null given (there is no node {})",
                edge.to
            );
            return Err(End::Crashed(message));
        }
        self.result.skipped.push(self.path.clone());
        self.leave(Some(edge.number));
        Ok(None)
    }

    /// Goes back over the connection that led to a node.
    fn leave(&mut self, edge: Option<usize>) {
        let Some(edge) = edge else { return };
        self.is_on_path[edge] = false;
        self.path.pop();
        if self.prevented.is_some_and(|length| self.path.len() < length) {
            self.prevented = None;
        }
    }

    /// Does what is to be done at a node, and says which outputs are followed.
    fn enter(&mut self, node: &'a PreparedNode, edge: Option<usize>) -> Result<Frame<'a>, End> {
        self.spend()?;
        let all = 0..node.outputs.len();
        let outputs = match node.kind {
            ModuleType::Trigger => {
                self.note(node, Decision::Start);
                all
            }
            ModuleType::Action => {
                if self.prevented.is_some() {
                    self.note(node, Decision::Skipped);
                    self.result.skipped.push(self.path.clone());
                } else {
                    self.act(node)?;
                }
                all
            }
            ModuleType::Logic => match self.decide(node)? {
                Next::First => all.start..1.min(all.end),
                Next::Second => 1.min(all.end)..2.min(all.end),
                Next::Nothing => 0..0,
            },
        };
        Ok(Frame { node, outputs, connection: 0, edge })
    }

    fn spend(&mut self) -> Result<(), End> {
        let limits = self.budget.limits;
        let cost = 1 + if self.prevented.is_some() { self.path.len() } else { 0 };
        self.budget.steps = self.budget.steps.checked_sub(cost).ok_or_else(|| {
            self.result.is_uncertain = true;
            End::Crashed(format!(
                "The run was given up after {} steps: too many paths lead through the graph, and MISP follows each of \
                 them. Conditions whose branches join again double their number; loops multiply it",
                limits.steps
            ))
        })?;
        if self.result.effects.len() > self.budget.effects {
            self.result.is_uncertain = true;
            return Err(End::Crashed(format!("The run was given up after {} effects", limits.effects)));
        }
        Ok(())
    }

    /// Executes an action.
    fn act(&mut self, node: &'a PreparedNode) -> Result<(), End> {
        self.note(node, Decision::Done);
        let (next, errors) = self.execute(node)?;
        self.result.executed.push(node.id);
        if next == Next::First {
            return Ok(());
        }
        self.decided(Decision::Failed, &errors);
        self.give_a_reason();
        self.result.failed.push(node.id);
        if !errors.is_empty() {
            self.result.errors.push(format!(
                "Node `{}` ({}) from Workflow `{}` ({}) returned the following error: {}",
                node.module,
                node.id,
                self.workflow.name,
                self.workflow.id,
                errors.join(", ")
            ));
        }
        if node.is_blocking {
            return Err(End::Stopped);
        }
        if self.path_type == PathType::NonBlocking {
            self.prevented = Some(self.path.len());
        }
        Ok(())
    }

    /// Executes a logic module. That happens also where actions are skipped.
    fn decide(&mut self, node: &'a PreparedNode) -> Result<Next, End> {
        self.note(node, Decision::Done);
        if node.module == module_ids::CONCURRENT_TASK {
            self.enqueue(node)?;
            return Ok(Next::Nothing);
        }
        let (next, errors) = self.execute(node)?;
        // A filter node goes on through its first output, whether or not it could do its work.
        if matches!(node.module.as_str(), module_ids::GENERIC_FILTER_DATA | module_ids::GENERIC_FILTER_RESET) {
            self.decided(Decision::Done, &errors);
            return Ok(Next::First);
        }
        self.decided(if next == Next::First { Decision::Then } else { Decision::Else }, &errors);
        Ok(next)
    }

    /// Enqueues a job for every connection of a concurrent task.
    fn enqueue(&mut self, node: &'a PreparedNode) -> Result<(), End> {
        self.decided(Decision::Enqueued, &[]);
        for edge in node.outputs.first().into_iter().flatten() {
            self.data.set_seen()?;
            if let Some(reason) = self.not_executed(node) {
                self.log(&LogLine::NotExecuted(&reason));
                self.data.leave_mark(edge.to);
                continue;
            }
            self.budget.jobs = self.budget.jobs.checked_sub(1).ok_or_else(|| {
                self.result.is_uncertain = true;
                End::Crashed(format!("The run was given up after {} jobs", self.budget.limits.jobs))
            })?;
            let data = self.data.see()?.clone();
            self.data.set(data.clone());
            let effects_before = self.result.effects.len();
            self.result.jobs.push(Job { node: edge.to, data, effects_before, result: None });
            self.log_execution(node, true)?;
            self.keep_data()?;
        }
        Ok(())
    }

    /// Executes a node. What it says about a failure comes with it.
    fn execute(&mut self, node: &'a PreparedNode) -> Result<(Next, Vec<String>), End> {
        if let Some(reason) = self.not_executed(node) {
            self.log(&LogLine::NotExecuted(&reason));
            self.keep_data()?;
            return Ok((Next::Second, vec![reason]));
        }
        let Some(handler) = &node.handler else { return Ok((Next::Second, Vec::new())) };
        let calls = self.result.calls.len();
        let mut step = ModuleRun {
            node,
            semantics: self.workflow.semantics,
            has_core_format_mark: self.workflow.has_core_format_mark,
            data: &mut self.data,
            options: self.options,
            budget: self.budget,
            answers: self.options.answers,
            calls: &mut self.result.calls,
            effects: &mut self.result.effects,
            lookups: &mut self.lookups,
            sent: &mut self.sent,
            errors: Vec::new(),
            has_thrown: false,
            notes: &mut self.result.notes,
            is_uncertain: &mut self.result.is_uncertain,
            note: self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()),
        };
        let failure = if node.kind == ModuleType::Action { step.answers.failure(step.request()) } else { None };
        let holds = match failure {
            Some(message) => step.fail(message),
            None => handler.execute(&mut step)?,
        };
        let (errors, has_thrown) = (step.errors, step.has_thrown);
        for call in &mut self.result.calls[calls..] {
            for run in &mut call.runs {
                self.result.log.append(&mut run.log);
            }
        }
        if let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()) {
            note.effects.end = self.result.effects.len();
        }
        if has_thrown {
            self.log(&LogLine::NotExecuted(&errors.join(", ")));
            self.keep_data()?;
            return Ok((Next::Second, errors));
        }
        self.log_execution(node, holds || node.kind == ModuleType::Logic)?;
        self.keep_data()?;
        Ok((if holds { Next::First } else { Next::Second }, errors))
    }

    /// Keeps the data as the node left it, if that is wanted.
    fn keep_data(&mut self) -> Result<(), End> {
        if self.options.data
            && let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut())
        {
            note.data = Some(self.data.see()?.clone());
        }
        Ok(())
    }

    /// Logs that a node was executed. A job of a workflow that is debugged does not survive it.
    fn log_execution(&mut self, node: &'a PreparedNode, success: bool) -> Result<(), End> {
        // One that has called a workflow can write the log.
        if self.is_job && self.workflow.is_debug_enabled && self.result.calls.is_empty() {
            return Err(End::Crashed(DEBUGGED_JOB.into()));
        }
        self.log(&LogLine::Executed { node: node.id, module: &node.module, success });
        Ok(())
    }

    fn note(&mut self, node: &'a PreparedNode, decision: Decision) {
        let Some(trace) = &mut self.result.trace else { return };
        let effects = self.result.effects.len()..self.result.effects.len();
        trace.nodes.push(TracedNode {
            node: node.id,
            module: &node.module,
            saw: Vec::new(),
            decision,
            reasons: Vec::new(),
            effects,
            data: None,
        });
    }

    /// Why MISP does not execute a node; `None` if it does.
    fn not_executed(&self, node: &PreparedNode) -> Option<String> {
        if node.handler.is_none() {
            Some(format!("Could not load class for module: {}", node.module))
        } else if node.is_disabled || self.options.answers.is_off(&node.module) {
            Some(format!("Could not execute disabled module `{}`.", node.module))
        } else {
            None
        }
    }

    /// Says something about a failure of which nothing was said.
    fn give_a_reason(&mut self) {
        if let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut())
            && note.reasons.is_empty()
        {
            note.reasons.push(format!("`{}` had nothing to do, which MISP counts as a failure", note.module));
        }
    }

    fn decided(&mut self, decision: Decision, reasons: &[String]) {
        if let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()) {
            note.decision = decision;
            note.reasons.extend_from_slice(reasons);
        }
    }
}

/// What becomes of a job that would log its first node.
const DEBUGGED_JOB: &str = "MISP dies with an internal error: while `debug` is on, a job of a concurrent task dies after its \
                            first step, since a worker cannot write the log of the steps";
