//! Workflows that a workflow calls.

use serde::Serialize;

use crate::catalogue::module_ids;
use crate::model::{Document, DocumentKind, Node, NodeId};

use super::prepare::Settings;
use super::prepared::Prepared;
use super::result::RunResult;

/// The workflows that can be called.
pub trait Callees: Sync {
    /// The workflow for a trigger of MISP.
    fn for_trigger(&self, trigger: &str) -> Option<&Prepared>;

    /// The workflow that MISP lists under this name, `TRIGGER :: NAME`.
    fn named(&self, name: &str) -> Option<&Prepared>;
}

/// The workflows of some files, as they call each other.
#[derive(Debug, Default)]
pub struct KnownWorkflows(Vec<Prepared>);

impl KnownWorkflows {
    /// Those of `documents` that can be run, if one of them calls workflows at all.
    pub fn of<'d, 'a: 'd>(documents: impl Iterator<Item = &'d Document<'a>> + Clone, settings: &Settings<'_>) -> Self {
        let calls = |node: &Node<'_>| matches!(&*node.module, module_ids::RUN_WORKFLOW | module_ids::PUBLISH_EVENT);
        if !documents.clone().any(|document| document.graph.nodes.iter().any(calls)) {
            return Self::default();
        }
        let workflows = documents.filter(|document| document.kind == DocumentKind::Workflow);
        Self(workflows.filter_map(|document| Prepared::of_document(document, settings).ok()).collect())
    }
}

impl Callees for KnownWorkflows {
    fn for_trigger(&self, trigger: &str) -> Option<&Prepared> {
        self.0.iter().find(|workflow| workflow.trigger() == trigger)
    }

    fn named(&self, name: &str) -> Option<&Prepared> {
        let (trigger, name) = name.split_once(" :: ")?;
        let of_trigger = self.for_trigger(trigger)?;
        (of_trigger.is_adhoc() && of_trigger.name() == name).then_some(of_trigger)
    }
}

/// What the world outside says of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallAnswer {
    /// There is such a workflow, and what it does is not simulated.
    Done,
    /// There is none of this name.
    Unknown,
    /// It is switched off.
    Off,
    /// It ends in an internal error.
    Dies(String),
}

/// A workflow that was called.
#[derive(Clone, Debug, Serialize)]
pub struct Call<'a> {
    /// The node that called it.
    pub node: NodeId,
    /// The name by which it was called.
    pub workflow: String,
    /// How many of the run's effects came before.
    #[serde(skip)]
    pub effects_before: usize,
    /// What came of it: a run for each event.
    pub runs: Vec<RunResult<'a>>,
}
