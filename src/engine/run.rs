//! A run from beginning to end: the data, the walk, the jobs.

use std::collections::VecDeque;

use crate::catalogue::module_ids;
use crate::core_format::{Passed, into_normalised};
use crate::php::{Array, Value};
use crate::schema::Lack;

use super::job_size::JobSizes;
use super::job_size::never_starts;
use super::kept::Room;
use super::log::LogLine;
use super::options::{Limits, PathType, RunOptions};
use super::prepared::Prepared;
use super::result::{Job, Outcome, RunResult, Verdict};
use super::roaming::RoamingData;
use super::search::Search;
use super::trace::Trace;
use super::walk::Walk;

/// What is left of the limits.
pub(super) struct Budget {
    pub(super) steps: usize,
    pub(super) effects: usize,
    pub(super) jobs: usize,
    /// How deep workflows may still call each other.
    pub(super) calls: usize,
    /// What went wrong for the events before, if this is one of several runs of an ad-hoc workflow: MISP logs it again.
    pub(super) errors_before: Vec<String>,
    pub(super) room: Room,
    pub(super) limits: Limits,
}

/// How deep workflows call each other. In MISP those that call each other go on until its time or memory ends.
const MAX_CALLS: usize = 16;

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            steps: limits.steps,
            effects: limits.effects,
            jobs: limits.jobs,
            room: Room::new(limits.bytes),
            calls: MAX_CALLS,
            errors_before: Vec::new(),
            limits,
        }
    }
}

impl Prepared {
    /// Runs the workflow on data as MISP has it when the trigger fires: an event as the REST API returns it where the
    /// trigger gives MISP's core format, else whatever there is.
    ///
    /// For the trigger `tag-attached-after-save` the tag may be beside the event, as `Tag` with `name`, `local` and,
    /// where it is on an attribute, `attribute_id`; the trigger's parameters are then asked whether it counts.
    ///
    /// Data that is not needed afterwards is best given away: a copy costs nothing, but makes the run copy what it
    /// changes.
    ///
    /// A recording of what a trigger passed, `{"original": …, "normalized": …}`, is taken as it is: the workflow gets
    /// `normalized`, and the parameters of the trigger are asked about the tag in `original`.
    pub fn run<'a>(&'a self, data: Value<'a>, options: &RunOptions<'a>) -> RunResult<'a> {
        let data = match Passed::of(data) {
            Ok(passed) => {
                if let Some(reason) = self.too_large(&passed.original, options) {
                    return self.not_run(passed.normalized, reason, options);
                }
                return match self.refusal(&passed.original, options) {
                    Some(refusal) => refusal,
                    None => self.run_normalised(passed.normalized, options),
                };
            }
            Err(data) => data,
        };
        if let Some(result) = self.not_found(&data, options) {
            return result;
        }
        let mut notes = self.notes_on(&data, options);
        let mut result = if options.as_trigger {
            let mut passed = data.clone();
            Lack::take_out(&self.trigger, &mut passed);
            self.run_passed(passed, Some(data), options)
        } else {
            self.run_passed(data, None, options)
        };
        notes.append(&mut result.notes);
        result.notes = notes;
        result
    }

    /// What comes of a run where the search of an ad-hoc workflow does not find the event, or cannot be read.
    fn not_found<'a>(&'a self, data: &Value<'a>, options: &RunOptions<'a>) -> Option<RunResult<'a>> {
        let filters = match self.searches() {
            Ok(filters) => filters?,
            Err(thrown) => {
                let mut result = self.empty_result(data.clone(), options);
                result.outcome = Outcome::Crash;
                result.verdict = Verdict::Cancel;
                result.errors.push(format!("MISP dies with an internal error: {}: {thrown}", thrown.class.name()));
                return Some(result);
            }
        };
        if Search::new(&filters).fits(data) {
            return None;
        }
        let mut result = self.empty_result(data.clone(), options);
        result.is_passed_over = true;
        result.notes.push(NOT_FOUND.into());
        Some(result)
    }

    /// Runs the workflow on what the trigger passes; `stored` is what the database has, where that is more.
    fn run_passed<'a>(&'a self, data: Value<'a>, stored: Option<Value<'a>>, options: &RunOptions<'a>) -> RunResult<'a> {
        if let Some(reason) = self.too_large(&data, options) {
            return self.not_run(data, reason, options);
        }
        if !self.wants_core_format {
            return self.run_on(data, None, options);
        }
        if let Some(refusal) = self.refusal(&data, options) {
            return refusal;
        }
        match into_normalised(data, self.semantics) {
            Ok(data) => {
                let stored = stored.and_then(|stored| into_normalised(stored, self.semantics).ok());
                self.run_on(data, stored, options)
            }
            Err(error) => {
                let message = format!("Error while normalizing data for trigger. Invalid input. ({error})");
                self.not_run(Value::Null, message, options)
            }
        }
    }

    /// What there is to say of data that is not a recording: what of it the trigger never passes, and whether it starts at all.
    fn notes_on(&self, data: &Value<'_>, options: &RunOptions<'_>) -> Vec<String> {
        let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
        for (path, lack) in Lack::found_in(&self.trigger, data) {
            match notes.last_mut().filter(|(why, _)| *why == lack.why) {
                Some((_, paths)) => paths.push(path),
                None => notes.push((lack.why, vec![path])),
            }
        }
        let told = notes.into_iter().map(|(why, paths)| {
            let paths: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
            let paths = paths.join(", ");
            let trigger = &self.trigger;
            if options.as_trigger {
                format!("left out, as `{trigger}` never passes it: {paths}; {why}")
            } else {
                format!("`{trigger}` never passes {paths}, which this run was given: {why}. `run --as-trigger` leaves it out")
            }
        });
        let mut notes: Vec<String> = told.collect();
        let of_event = self.tag_trigger.as_ref().is_some_and(|trigger| match data.get("Tag") {
            Some(tag) => trigger.accepts(tag) == Ok(true) && !tag.get("attribute_id").is_some_and(Value::to_bool),
            None => trigger.is_about_events(),
        });
        if of_event {
            notes.push(ONLY_WITH_NOTIFICATIONS.into());
        }
        notes
    }

    /// Why the background job of this workflow never starts, if it is one and does not.
    fn too_large(&self, data: &Value<'_>, options: &RunOptions<'_>) -> Option<String> {
        let is_job = options.background && !self.is_blocking && !self.is_off(options);
        if is_job { never_starts(data) } else { None }
    }

    /// Whether the trigger is switched off.
    pub(super) fn is_off(&self, options: &RunOptions<'_>) -> bool {
        self.is_trigger_off || options.answers.is_off(&self.trigger)
    }

    /// What comes of a run where the trigger's own parameters refuse the tag that was attached.
    fn refusal<'a>(&'a self, data: &Value<'_>, options: &RunOptions<'a>) -> Option<RunResult<'a>> {
        let trigger = self.tag_trigger.as_ref()?;
        if trigger.accepts(data.get("Tag")?) == Ok(true) {
            return None;
        }
        let message = "the trigger's own parameters do not fit the tag that was attached".into();
        Some(self.not_run(Value::Null, message, options))
    }

    /// Runs the workflow on data that has been [normalised](crate::core_format::normalise).
    pub fn run_normalised<'a>(&'a self, data: Value<'a>, options: &RunOptions<'a>) -> RunResult<'a> {
        self.run_on(data, None, options)
    }

    fn run_on<'a>(&'a self, data: Value<'a>, stored: Option<Value<'a>>, options: &RunOptions<'a>) -> RunResult<'a> {
        if self.is_off(options) {
            let mut result = self.empty_result(data, options);
            result.errors.push(format!("the trigger `{}` is switched off: MISP never runs the workflow", self.trigger));
            return result;
        }
        let Some(start) = self.start else {
            return self.not_run(data, "Invalid start node `-1`".into(), options);
        };
        if self.is_debug_enabled && !options.answers.has_debug_listener() {
            return self.without_listener(data, options);
        }
        let mut budget = Budget::new(options.limits);
        self.walk_on(start, data, stored, options, &mut budget)
    }

    /// Runs the workflow on what an ad-hoc trigger gathered, with what is left of the limits of a caller.
    pub(super) fn run_within<'a>(
        &'a self,
        data: Value<'a>,
        options: &RunOptions<'a>,
        budget: &mut Budget,
    ) -> RunResult<'a> {
        let Some(start) = self.start else {
            return self.not_run(data, "Invalid start node `-1`".into(), options);
        };
        if self.is_debug_enabled && !options.answers.has_debug_listener() {
            return self.without_listener(data, options);
        }
        // Data without an event is run all the same, on an empty one.
        let mut data = if data.as_array().is_some() { data } else { Array::new().into() };
        if data.get("Event").is_none()
            && let Some(data) = data.as_array_mut()
        {
            data.set("Event", Array::new());
        }
        let data = into_normalised(data.clone(), self.semantics).unwrap_or(data);
        self.walk_on(start, data, None, options, budget)
    }

    fn walk_on<'a>(
        &'a self,
        start: usize,
        data: Value<'a>,
        stored: Option<Value<'a>>,
        options: &RunOptions<'a>,
        budget: &mut Budget,
    ) -> RunResult<'a> {
        let path_type = if self.is_blocking { PathType::Blocking } else { PathType::NonBlocking };
        let mut roaming = RoamingData::new(data, self.semantics);
        if let Some(stored) = stored {
            roaming = roaming.with_original(stored);
        }
        let mut result = Walk::new(self, options, budget, path_type, false, roaming).run(start);
        if self.is_blocking && result.outcome != Outcome::Success {
            result.verdict = Verdict::Cancel;
            self.note_silence(&mut result);
        }
        if options.jobs {
            run_jobs(self, options, budget, &mut result);
        }
        result
    }

    /// What comes of a run whose steps MISP cannot tell anybody about.
    fn without_listener<'a>(&'a self, data: Value<'a>, options: &RunOptions<'a>) -> RunResult<'a> {
        let mut result = self.empty_result(data, options);
        result.outcome = Outcome::Crash;
        result.errors.push(NO_LISTENER.into());
        if self.is_blocking {
            result.verdict = Verdict::Cancel;
            self.note_silence(&mut result);
        }
        result
    }

    /// Says what people see where MISP dies under a trigger that waits.
    fn note_silence(&self, result: &mut RunResult<'_>) {
        if result.outcome != Outcome::Crash {
            return;
        }
        let note = if self.trigger == module_ids::EVENT_PUBLISH {
            "the event stays unpublished: with background jobs the job says `Publishing.` forever, and no log names the reason"
        } else {
            "what the trigger waits for does not happen, and no log names the reason"
        };
        result.notes.push(note.into());
    }

    fn not_run<'a>(&'a self, data: Value<'a>, message: String, options: &RunOptions<'a>) -> RunResult<'a> {
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

    pub(super) fn empty_result<'a>(&'a self, data: Value<'a>, options: &RunOptions<'a>) -> RunResult<'a> {
        RunResult {
            workflow: &self.name,
            trigger: &self.trigger,
            outcome: Outcome::Success,
            verdict: Verdict::Proceed,
            executed: Vec::new(),
            failed: Vec::new(),
            skipped: Vec::new(),
            errors: Vec::new(),
            notes: Vec::new(),
            is_uncertain: false,
            is_passed_over: false,
            effects: Vec::new(),
            jobs: Vec::new(),
            calls: Vec::new(),
            trace: options.trace.then(Trace::default),
            log: Vec::new(),
            data,
        }
    }
}

/// Runs the jobs of `result`, then the jobs of these, and so on: level by level, as workers would.
fn run_jobs<'a>(workflow: &'a Prepared, options: &RunOptions<'a>, budget: &mut Budget, result: &mut RunResult<'a>) {
    if result.jobs.is_empty() {
        return;
    }
    // The way to each job: its place among the jobs of the run, then among the jobs of that job, …
    let mut queue: VecDeque<Vec<usize>> = (0..result.jobs.len()).map(|index| vec![index]).collect();
    let mut sizes = JobSizes::default();
    while let Some(way) = queue.pop_front() {
        let Some(job) = job_at(result, &way) else { continue };
        let (node, data) = (job.node, job.data.clone());
        if let Some(reason) = sizes.never_starts(&data) {
            let mut result = workflow.empty_result(data, options);
            result.outcome = Outcome::Failure;
            result.errors.push(reason);
            job.result = Some(Box::new(result));
            continue;
        }
        let start = workflow.nodes.binary_search_by_key(&node, |known| known.id);
        let mut done = if let Ok(start) = start {
            let roaming = RoamingData::new(data, workflow.semantics);
            Walk::new(workflow, options, budget, PathType::NonBlocking, true, roaming).run(start)
        } else {
            let mut done = workflow.empty_result(data, options);
            done.outcome = Outcome::Crash;
            done.errors.push(format!("MISP dies with an internal error: Could not find start node {node}"));
            done
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

/// What is to be known of an event that the search of an ad-hoc workflow does not find.
const NOT_FOUND: &str = "the search of the trigger does not find this event, so the workflow does not run on it";

/// What is to be known of a tag on an event.
const ONLY_WITH_NOTIFICATIONS: &str = "for a tag of an event MISP starts `tag-attached-after-save` only where Kafka is on, or ZeroMQ and \
                                       its notifications of tags";

/// What becomes of a run that is debugged where nothing listens.
const NO_LISTENER: &str = "MISP dies with an internal error before the first step: `debug` is on, and nothing listens at \
                           `Plugin.Workflow_debug_url`, to which each step is sent";

/// How deep jobs inside jobs are run. In a graph with a loop they would go on forever.
const MAX_NESTED_JOBS: usize = 16;

fn job_at<'j, 'a>(result: &'j mut RunResult<'a>, way: &[usize]) -> Option<&'j mut Job<'a>> {
    let (last, way) = way.split_last()?;
    let mut result = result;
    for index in way {
        result = result.jobs.get_mut(*index)?.result.as_deref_mut()?;
    }
    result.jobs.get_mut(*last)
}
