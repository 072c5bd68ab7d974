//! Why a run did what it did.

use serde::Serialize;

use crate::model::NodeId;
use crate::php::Value;

/// Every node a run looked at, in order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace<'a> {
    /// The nodes.
    pub nodes: Vec<TracedNode<'a>>,
}

/// A node a run looked at.
#[derive(Clone, Debug, Serialize)]
pub struct TracedNode<'a> {
    /// The node.
    pub node: NodeId,
    /// Its module.
    pub module: &'a str,
    /// What it looked at.
    pub saw: Vec<Observation<'a>>,
    /// What came of it.
    pub decision: Decision,
    /// Why, where that is more than what it saw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Which of the run's effects are its own.
    pub effects: std::ops::Range<usize>,
    /// The data as it left it, seen through the filters that are on; only if that was asked for, and it was executed.
    #[serde(skip)]
    pub data: Option<Value<'a>>,
}

/// Something that was looked at.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Observation<'a> {
    /// What it is: a hash path, or a word for what is not a place in the data.
    pub what: String,
    /// What was there.
    pub value: Value<'a>,
}

/// What came of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The walk starts here.
    Start,
    /// A condition that holds.
    Then,
    /// A condition that does not hold.
    Else,
    /// It was executed.
    Done,
    /// It was executed, or should have been, and counts as failed.
    Failed,
    /// It was not executed, because a node before it had failed.
    Skipped,
    /// It enqueued jobs.
    Enqueued,
    /// MISP died here.
    Crashed,
}
