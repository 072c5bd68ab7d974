//! What a file of MISP holds: a workflow or a blueprint.

use std::borrow::Cow;

use uuid::Uuid;

use crate::model::{Graph, ModuleType, Node};

/// The trigger of ad-hoc workflows, each of which has a trigger id of its own.
pub(crate) const ADHOC_TRIGGER: &str = "adhoc-trigger";

/// How a text names it.
pub(crate) const ADHOC: &str = "adhoc";

/// How the trigger ids of ad-hoc workflows begin. MISP gives each `adhoc_` and a number, and takes any other end.
pub(crate) const ADHOC_PREFIX: &str = "adhoc_";

/// Whether this is the trigger of an ad-hoc workflow.
pub(crate) fn is_adhoc(trigger: &str) -> bool {
    trigger == ADHOC_TRIGGER
        || trigger == ADHOC
        || trigger.strip_prefix(ADHOC_PREFIX).is_some_and(|end| !end.is_empty())
}

/// How many characters MISP stores of a name or description.
pub const MAX_CHARACTERS: usize = 191;

/// The two kinds of thing that MISP stores a graph for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DocumentKind {
    /// Runs when its trigger fires.
    Workflow,
    /// A piece to be placed in workflows.
    Blueprint,
}

/// A workflow or blueprint as MISP stores it, without what belongs to one server: its number, its
/// time of change, whether it is enabled, how often it ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Document<'a> {
    /// Workflow or blueprint.
    pub kind: DocumentKind,
    /// Its uuid; `None` for a bare graph.
    pub uuid: Option<Uuid>,
    /// Its name; empty for a bare graph.
    pub name: Cow<'a, str>,
    /// Its description.
    pub description: Cow<'a, str>,
    /// The module id of the trigger it listens to; `None` where there is none, or not exactly one.
    pub trigger_id: Option<Cow<'a, str>>,
    /// Whether MISP logs every node that runs.
    pub debug_enabled: bool,
    /// The graph.
    pub graph: Graph<'a>,
}

impl<'a> Document<'a> {
    /// A document that is nothing but a graph: it has no uuid and no name, and listens to the
    /// graph's trigger if there is exactly one.
    pub fn bare(kind: DocumentKind, graph: Graph<'a>) -> Self {
        let trigger_id = if kind == DocumentKind::Workflow { only_trigger(&graph) } else { None };
        Self {
            kind,
            uuid: None,
            name: Cow::Borrowed(""),
            description: Cow::Borrowed(""),
            trigger_id,
            debug_enabled: false,
            graph,
        }
    }
}

impl Document<'_> {
    /// The module id of the graph's trigger, if there is exactly one and the workflow is stored for another. MISP then
    /// runs the workflow for neither.
    pub fn other_trigger(&self) -> Option<&str> {
        // Each ad-hoc workflow has a trigger id of its own.
        let stored = self.trigger_id.as_deref()?;
        only_trigger_node(&self.graph)
            .map(|trigger| &*trigger.module)
            .filter(|other| *other != stored && *other != ADHOC_TRIGGER)
    }
}

/// The module id of the graph's trigger, if there is exactly one.
pub(crate) fn only_trigger<'a>(graph: &Graph<'a>) -> Option<Cow<'a, str>> {
    only_trigger_node(graph).map(|trigger| trigger.module.clone())
}

fn only_trigger_node<'g, 'a>(graph: &'g Graph<'a>) -> Option<&'g Node<'a>> {
    let mut triggers = graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger);
    triggers.next().filter(|_| triggers.next().is_none())
}

/// The namespace of all uuids that are made from ids. It never changes: a project's workflows keep
/// their uuids.
const NAMESPACE: Uuid = Uuid::from_u128(0x5dc9_1f06_52c4_4b0a_9a5e_7d0f_c1e3_8b42);

/// The uuid of the workflow with this id: always the same for the same id.
pub fn workflow_uuid(id: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("workflow/{id}").as_bytes())
}

/// The uuid of the blueprint with this id: always the same for the same id, and never that of a
/// workflow.
pub fn blueprint_uuid(id: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("blueprint/{id}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_depend_on_kind_and_id_alone() {
        assert_eq!(workflow_uuid("publish-guard"), workflow_uuid("publish-guard"));
        assert_ne!(workflow_uuid("publish-guard"), workflow_uuid("publish-guard2"));
        assert_ne!(workflow_uuid("publish-guard"), blueprint_uuid("publish-guard"));
        assert_eq!(workflow_uuid("publish-guard").get_version_num(), 5);
    }

    #[test]
    fn uuids_stay_what_they_were_in_earlier_versions() {
        assert_eq!(workflow_uuid("publish-guard").to_string(), "4e4c7a9c-b552-5d27-985f-560df1e8ac1e");
        assert_eq!(blueprint_uuid("publish-guard").to_string(), "c349f97e-1a5a-5d2d-adc0-f6d28e3f0598");
    }
}
