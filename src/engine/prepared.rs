//! A workflow that is ready to run.

use crate::catalogue::Semantics;
use crate::model::{ModuleType, NodeId};
use crate::php::Parts;

use super::adhoc::AdhocTrigger;
use super::modules::Module;
use super::tag_trigger::TagTrigger;

/// A workflow that is ready to run, as often as wanted and on several threads at once.
// Each is a fact of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug)]
pub struct Prepared {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) trigger: String,
    pub(super) is_blocking: bool,
    /// Whether the trigger's node says that the data has MISP's core format, which a reload asks.
    pub(super) has_core_format_mark: bool,
    /// Whether the trigger is switched off on the server, so that nothing ever runs.
    pub(super) is_trigger_off: bool,
    pub(super) wants_core_format: bool,
    pub(super) is_debug_enabled: bool,
    /// The index of the trigger's node.
    pub(super) start: Option<usize>,
    /// What its trigger gathers, if it is an ad-hoc workflow.
    pub(super) adhoc: Option<AdhocTrigger>,
    /// What its trigger asks of a tag, if it is about tags.
    pub(super) tag_trigger: Option<TagTrigger>,
    pub(super) nodes: Vec<PreparedNode>,
    /// How many connections there are.
    pub(super) edges: usize,
    pub(super) semantics: Semantics,
    /// The parts of an event that the nodes can look at; `None` for everything.
    pub(super) parts: Option<Parts>,
}

impl Prepared {
    /// The workflow's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its number on the server, as messages name it.
    pub fn server_id(&self) -> &str {
        &self.id
    }

    /// The module id of its trigger; empty if there is none.
    pub fn trigger(&self) -> &str {
        &self.trigger
    }

    /// Whether the trigger waits for the workflow and cancels the action unless it succeeds.
    pub fn is_blocking(&self) -> bool {
        self.is_blocking
    }

    /// Whether the trigger gives MISP's core format: then the data of a run is an event.
    pub fn wants_core_format(&self) -> bool {
        self.wants_core_format
    }

    /// How many nodes and how many connections there are; for coverage.
    pub fn size(&self) -> (usize, usize) {
        (self.nodes.len(), self.edges)
    }
}

/// A node.
#[derive(Debug)]
pub(super) struct PreparedNode {
    pub(super) id: NodeId,
    pub(super) module: String,
    pub(super) kind: ModuleType,
    pub(super) is_disabled: bool,
    pub(super) is_blocking: bool,
    /// What it does; `None` for a trigger and for a module that MISP does not know.
    pub(super) handler: Option<Box<dyn Module>>,
    pub(super) outputs: Vec<Vec<Edge>>,
}

/// A connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Its number among all connections.
    pub(super) number: usize,
    /// The node it leads to.
    pub(super) to: NodeId,
    /// The index of that node; `None` if there is no such node.
    pub(super) target: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::Prepared;

    #[test]
    fn threads_may_share_it() {
        fn shared<T: Send + Sync>() {}
        shared::<Prepared>();
    }
}
