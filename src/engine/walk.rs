//! The walk through the graph.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::graph::ModuleType;
use crate::normalise::into_normalised;
use crate::php::{Thrown, Value};

use super::answers::{Answers, SilentAnswers};
use super::conceal::conceal;
use super::log::{Clock, LogLine};
use super::lookup::Lookup;
use super::modules::Next;
use super::prepared::{Edge, Prepared, PreparedNode};
use super::result::{Job, Outcome, PathStep, RunResult, Verdict};
use super::roaming::RoamingData;
use super::step::Step;
use super::trace::{Decision, Trace, TracedNode};

/// How a run is to be done.
#[derive(Clone, Copy)]
pub struct RunOptions<'o> {
    /// What the world outside says.
    pub answers: &'o dyn Answers,
    /// Whether a trace is written.
    pub trace: bool,
    /// Says the time for the lines of the log, which are not written without it.
    pub clock: Option<&'o Clock>,
    /// Whether the jobs of concurrent tasks are run afterwards.
    pub jobs: bool,
    /// Where a run is given up.
    pub limits: Limits,
}

impl Default for RunOptions<'_> {
    fn default() -> Self {
        Self { answers: &SilentAnswers, trace: false, clock: None, jobs: true, limits: Limits::default() }
    }
}

/// Where a run is given up. MISP has no such limits: it follows every path, and their number may double with each
/// condition, until its process is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The most nodes that a run and its jobs look at, counted once for each path that leads to them.
    pub steps: usize,
    /// The most effects that they have.
    pub effects: usize,
    /// The most jobs.
    pub jobs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000, effects: 1_000_000, jobs: 1_000 }
    }
}

/// Whether a failure ends a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathType {
    /// The walk goes on after a module that is not blocking and fails.
    Blocking,
    /// What comes after a failed module on the same path is skipped.
    NonBlocking,
}

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

/// What is left of the limits.
struct Budget {
    steps: usize,
    effects: usize,
    jobs: usize,
    limits: Limits,
}

impl Prepared {
    /// Runs the workflow on data as MISP has it when the trigger fires: an event as the REST API returns it where the
    /// trigger gives MISP's core format, else whatever there is.
    ///
    /// Data that is not needed afterwards is best given away: a copy costs nothing, but makes the run copy what it
    /// changes.
    pub fn run<'a>(&'a self, data: Value<'a>, options: &RunOptions<'_>) -> RunResult<'a> {
        if !self.wants_core_format {
            return self.run_normalised(data, options);
        }
        match into_normalised(data) {
            Ok(data) => self.run_normalised(data, options),
            Err(error) => {
                let message = format!("Error while normalizing data for trigger. Invalid input. ({error})");
                self.not_run(Value::Null, message, options)
            }
        }
    }

    /// Runs the workflow on data that has been [normalised](crate::normalise::normalise).
    pub fn run_normalised<'a>(&'a self, data: Value<'a>, options: &RunOptions<'_>) -> RunResult<'a> {
        let Some(start) = self.start else {
            return self.not_run(data, "Invalid start node `-1`".into(), options);
        };
        let limits = options.limits;
        let mut budget = Budget { steps: limits.steps, effects: limits.effects, jobs: limits.jobs, limits };
        let path_type = if self.is_blocking { PathType::Blocking } else { PathType::NonBlocking };
        let roaming = RoamingData::new(data, self.semantics);
        let mut result = Walk::new(self, options, &mut budget, path_type, roaming).run(start);
        if self.is_blocking && result.outcome != Outcome::Success {
            result.verdict = Verdict::Cancel;
        }
        if options.jobs {
            run_jobs(self, options, &mut budget, &mut result);
        }
        result
    }

    fn not_run<'a>(&'a self, data: Value<'a>, message: String, options: &RunOptions<'_>) -> RunResult<'a> {
        let mut result = self.empty_result(data, options);
        result.outcome = Outcome::Failure;
        if self.is_blocking {
            result.verdict = Verdict::Cancel;
        }
        result.errors.push(message);
        if let Some(clock) = options.clock {
            result.log.push(LogLine::Started.line(self, clock));
        }
        result
    }

    fn empty_result<'a>(&'a self, data: Value<'a>, options: &RunOptions<'_>) -> RunResult<'a> {
        RunResult {
            workflow: &self.name,
            trigger: &self.trigger,
            outcome: Outcome::Success,
            verdict: Verdict::Proceed,
            executed: Vec::new(),
            failed: Vec::new(),
            skipped: Vec::new(),
            errors: Vec::new(),
            effects: Vec::new(),
            jobs: Vec::new(),
            trace: options.trace.then(Trace::default),
            log: Vec::new(),
            data,
        }
    }
}

/// Runs the jobs of `result`, then the jobs of these, and so on: level by level, as workers would.
fn run_jobs<'a>(workflow: &'a Prepared, options: &RunOptions<'_>, budget: &mut Budget, result: &mut RunResult<'a>) {
    if result.jobs.is_empty() {
        return;
    }
    // The way to each job: its place among the jobs of the run, then among the jobs of that job, …
    let mut queue: VecDeque<Vec<usize>> = (0..result.jobs.len()).map(|index| vec![index]).collect();
    while let Some(way) = queue.pop_front() {
        let Some(job) = job_at(result, &way) else { continue };
        let (node, data) = (job.node, job.data.clone());
        let mut done = match workflow.nodes.iter().position(|known| known.id == node) {
            Some(start) => {
                let roaming = RoamingData::new(data, workflow.semantics);
                Walk::new(workflow, options, budget, PathType::NonBlocking, roaming).run(start)
            }
            None => {
                let mut done = workflow.empty_result(data, options);
                done.outcome = Outcome::Crash;
                done.errors.push(format!("MISP dies with an internal error: Could not find start node {node}"));
                done
            }
        };
        if way.len() >= MAX_NESTED_JOBS && !done.jobs.is_empty() {
            done.errors.push(format!("jobs inside jobs are run {MAX_NESTED_JOBS} levels deep; the rest is not"));
        } else {
            queue.extend((0..done.jobs.len()).map(|index| way.iter().copied().chain([index]).collect()));
        }
        if let Some(job) = job_at(result, &way) {
            job.result = Some(Box::new(done));
        }
    }
}

/// How deep jobs inside jobs are run. In a graph with a loop they would go on for ever.
const MAX_NESTED_JOBS: usize = 16;

fn job_at<'j, 'a>(result: &'j mut RunResult<'a>, way: &[usize]) -> Option<&'j mut Job<'a>> {
    let (last, way) = way.split_last()?;
    let mut result = result;
    for index in way {
        result = result.jobs.get_mut(*index)?.result.as_deref_mut()?;
    }
    result.jobs.get_mut(*last)
}

struct Walk<'w, 'a> {
    workflow: &'a Prepared,
    options: &'w RunOptions<'w>,
    budget: &'w mut Budget,
    path_type: PathType,
    data: RoamingData<'a>,
    lookups: FxHashMap<&'a str, Lookup<'a>>,
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
    fn new(
        workflow: &'a Prepared,
        options: &'w RunOptions<'w>,
        budget: &'w mut Budget,
        path_type: PathType,
        data: RoamingData<'a>,
    ) -> Self {
        let result = workflow.empty_result(Value::Null, options);
        Self {
            workflow,
            options,
            budget,
            path_type,
            data,
            lookups: FxHashMap::default(),
            result,
            path: Vec::new(),
            is_on_path: vec![false; workflow.edges],
            prevented: None,
        }
    }

    fn run(mut self, start: usize) -> RunResult<'a> {
        self.log(&LogLine::Started);
        let ended = self.walk(start);
        match ended {
            Ok(()) => {
                if !self.result.errors.is_empty() {
                    let errors = std::mem::take(&mut self.result.errors);
                    self.log(&LogLine::Continued(&errors));
                    self.result.errors = errors;
                }
            }
            Err(End::Stopped) => {
                self.result.outcome = if self.has_failed_stop() { Outcome::Blocked } else { Outcome::Failure };
                let errors = std::mem::take(&mut self.result.errors);
                self.log(&LogLine::Stopped(&errors));
                self.result.errors = errors;
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
        if self.result.outcome != Outcome::Crash {
            self.log(&LogLine::Finished(self.result.outcome.as_str()));
        }
        self.result.data = self.data.into_base();
        conceal(&mut self.result, self.options.answers);
        self.result
    }

    fn has_failed_stop(&self) -> bool {
        let nodes = &self.workflow.nodes;
        self.result.failed.iter().any(|id| {
            nodes.binary_search_by_key(id, |node| node.id).is_ok_and(|at| nodes[at].module == "stop-execution")
        })
    }

    fn log(&mut self, line: &LogLine<'_>) {
        let Some(clock) = self.options.clock else { return };
        // Failures are always logged, the rest with debugging only.
        if self.workflow.is_debug_enabled || matches!(line, LogLine::Stopped(_) | LogLine::Continued(_)) {
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
            End::Crashed(format!(
                "The run was given up after {} steps: too many paths lead through the graph, and MISP follows each of \
                 them. Conditions whose branches join again double their number; loops multiply it",
                limits.steps
            ))
        })?;
        if self.result.effects.len() > self.budget.effects {
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
        if node.module == "concurrent-task" {
            self.enqueue(node)?;
            return Ok(Next::Nothing);
        }
        let (next, errors) = self.execute(node)?;
        // A filter node goes on through its first output, whether or not it could do its work.
        if matches!(node.module.as_str(), "generic-filter-data" | "generic-filter-reset") {
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
            if node.is_disabled || node.handler.is_none() {
                self.data.leave_mark(edge.to);
                continue;
            }
            self.budget.jobs =
                self.budget.jobs.checked_sub(1).ok_or_else(|| {
                    End::Crashed(format!("The run was given up after {} jobs", self.budget.limits.jobs))
                })?;
            let data = self.data.see()?.clone();
            self.data.set(data.clone());
            let effects_before = self.result.effects.len();
            self.result.jobs.push(Job { node: edge.to, data, effects_before, result: None });
            self.log(&LogLine::Executed { node: node.id, module: &node.module, success: true });
        }
        Ok(())
    }

    /// Executes a node. What it says about a failure comes with it.
    fn execute(&mut self, node: &'a PreparedNode) -> Result<(Next, Vec<String>), End> {
        if node.is_disabled {
            return Ok((Next::Second, vec![format!("Could not execute disabled module `{}`.", node.module)]));
        }
        let Some(handler) = &node.handler else {
            return Ok((Next::Second, vec![format!("Could not load class for module: {}", node.module)]));
        };
        let mut step = Step {
            node,
            semantics: &self.workflow.semantics,
            data: &mut self.data,
            answers: self.options.answers,
            effects: &mut self.result.effects,
            lookups: &mut self.lookups,
            errors: Vec::new(),
            note: self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()),
        };
        let failure = if node.kind == ModuleType::Action { step.answers.failure(step.request()) } else { None };
        let holds = match failure {
            Some(message) => step.fail(message),
            None => handler.execute(&mut step)?,
        };
        let errors = step.errors;
        if let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()) {
            note.effects.end = self.result.effects.len();
        }
        let success = holds || node.kind == ModuleType::Logic;
        self.log(&LogLine::Executed { node: node.id, module: &node.module, success });
        Ok((if holds { Next::First } else { Next::Second }, errors))
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
        });
    }

    fn decided(&mut self, decision: Decision, reasons: &[String]) {
        if let Some(note) = self.result.trace.as_mut().and_then(|trace| trace.nodes.last_mut()) {
            note.decision = decision;
            note.reasons.extend_from_slice(reasons);
        }
    }
}
