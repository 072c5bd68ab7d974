//! What came of a run.

use std::collections::HashMap;

use serde::{Serialize, Serializer};

use crate::model::NodeId;
use crate::php::Value;

use super::{Call, Effect, EffectRecord, HttpMethod, Trace};

/// Bodies of fewer bytes are written each time.
const LARGE_BODY: usize = 4 * 1024;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// To its end.
    Success,
    /// A blocking module failed, or the data could not be normalised.
    Failure,
    /// A `stop-execution` was reached.
    Blocked,
    /// MISP dies with an internal error.
    Crash,
}

impl Outcome {
    /// As MISP spells it; `crash` is ours.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Blocked => "blocked",
            Self::Crash => "crash",
        }
    }
}

/// What becomes of the action that the trigger watches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// MISP does it.
    Proceed,
    /// MISP does not: the trigger blocks, and the outcome is not `success`.
    Cancel,
}

impl Verdict {
    /// As results say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proceed => "proceed",
            Self::Cancel => "cancel",
        }
    }
}

/// What came of a run. Its JSON is what `run --format json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct RunResult<'a> {
    /// The workflow's name.
    pub workflow: &'a str,
    /// The module id of the trigger.
    pub trigger: &'a str,
    /// How it ended.
    pub outcome: Outcome,
    /// What becomes of the action.
    pub verdict: Verdict,
    /// The nodes of actions that were executed, in order, once for each time.
    pub executed: Vec<NodeId>,
    /// Those that failed.
    pub failed: Vec<NodeId>,
    /// The paths that led to nodes that were not executed because one before them had failed.
    #[serde(serialize_with = "as_nodes")]
    pub skipped: Vec<Vec<PathStep>>,
    /// What MISP logs; for a crash the reason.
    pub errors: Vec<String>,
    /// What else there is to know: what people see of it in MISP, and what of the data no trigger would have passed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Whether a limit of the simulation was reached, so that MISP's run may be another.
    #[serde(skip)]
    pub is_uncertain: bool,
    /// Whether the search of an ad-hoc workflow passes the event over, so that there was no run.
    #[serde(skip)]
    pub is_passed_over: bool,
    /// What was done to the world outside, in order.
    #[serde(serialize_with = "written_once")]
    pub effects: Vec<EffectRecord<'a>>,
    /// What concurrent tasks enqueued, with what came of it.
    pub jobs: Vec<Job<'a>>,
    /// The workflows that it called, with what came of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call<'a>>,
    /// The nodes in the order in which they were looked at; only if it was asked for.
    #[serde(skip)]
    pub trace: Option<Trace<'a>>,
    /// The lines that MISP's log gets; only if a clock was given.
    #[serde(skip)]
    pub log: Vec<String>,
    /// The data at the end, filters and all.
    #[serde(skip)]
    pub data: Value<'a>,
}

impl<'a> RunResult<'a> {
    /// The run with the workflows that it called, and all that their concurrent tasks started, level by level, as workers
    /// run them.
    pub fn with_jobs(&self) -> Vec<&RunResult<'a>> {
        let mut all = vec![self];
        let mut at = 0;
        while let Some(result) = all.get(at).copied() {
            all.extend(result.calls.iter().flat_map(|call| &call.runs));
            all.extend(result.jobs.iter().filter_map(|job| job.result.as_deref()));
            at += 1;
        }
        all
    }
}

/// A job of a concurrent task.
#[derive(Clone, Debug, Serialize)]
pub struct Job<'a> {
    /// The node it starts at.
    pub node: NodeId,
    /// The data it got.
    #[serde(skip)]
    pub data: Value<'a>,
    /// How many of the run's effects came before it was enqueued.
    #[serde(skip)]
    pub effects_before: usize,
    /// What came of it; `None` if jobs were not to be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Box<RunResult<'a>>>,
}

/// A connection on a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// Where it begins.
    pub from: NodeId,
    /// The output there, from 1.
    pub output: usize,
    /// Its place among the connections of that output, from 0.
    pub index: usize,
    /// Where it ends.
    pub to: NodeId,
}

fn as_nodes<S: Serializer>(paths: &[Vec<PathStep>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| {
        path.first().map(|step| step.from).into_iter().chain(path.iter().map(|step| step.to)).collect::<Vec<_>>()
    }))
}

/// An effect as JSON has it.
#[derive(Serialize)]
#[serde(untagged)]
enum Written<'e, 'a> {
    Whole(&'e EffectRecord<'a>),
    SameBody {
        node: NodeId,
        module: &'e str,
        kind: &'static str,
        method: HttpMethod,
        url: &'e str,
        headers: &'e [(String, String)],
        /// The place of the effect that has the body, from 0.
        same_body_as: usize,
        allow_self_signed: bool,
    },
}

/// A large body is written once. Later requests that share it say which effect has it: an event may be sent by many steps.
fn written_once<S: Serializer>(effects: &[EffectRecord<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    let mut known: HashMap<*const u8, usize> = HashMap::new();
    serializer.collect_seq(effects.iter().enumerate().map(|(index, record)| match &record.effect {
        Effect::HttpRequest { method, url, headers, body: Some(body), allow_self_signed }
            if body.len() >= LARGE_BODY =>
        {
            let first = *known.entry(body.as_ptr()).or_insert(index);
            if first == index {
                return Written::Whole(record);
            }
            Written::SameBody {
                node: record.node,
                module: record.module,
                kind: "http_request",
                method: *method,
                url,
                headers,
                same_body_as: first,
                allow_self_signed: *allow_self_signed,
            }
        }
        _ => Written::Whole(record),
    }))
}
