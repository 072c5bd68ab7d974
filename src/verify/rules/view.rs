//! What the rules share: the graph by index, its components, its triggers.

use crate::base::Components;
use crate::base::source::Span;
use crate::diagnostics::Diagnostic;
use crate::model::{Graph, ModuleType, Node};

/// A graph prepared for the rules. Nodes are named by their index.
pub(super) struct View<'g, 'a> {
    pub graph: &'g Graph<'a>,
    /// All connections that lead to a node that exists.
    pub components: Components,
    /// The trigger nodes.
    pub triggers: Vec<usize>,
    /// Whether it is a workflow rather than a blueprint.
    pub expects_trigger: bool,
    at: Option<Span>,
}

impl<'g, 'a> View<'g, 'a> {
    pub fn new(graph: &'g Graph<'a>, expects_trigger: bool, at: Option<Span>) -> Self {
        let links = graph.nodes.iter().enumerate().flat_map(|(from, node)| {
            node.outputs.iter().flatten().filter_map(move |link| graph.index(link.node).map(|to| (from, to)))
        });
        let components = Components::new(graph.nodes.len(), links);
        let is_trigger = |&index: &usize| graph.nodes[index].module_type == ModuleType::Trigger;
        let triggers = (0..graph.nodes.len()).filter(is_trigger).collect();
        Self { graph, components, triggers, expects_trigger, at }
    }

    /// Where the graph's own findings point.
    pub fn place(&self) -> Option<Span> {
        self.at
    }

    pub fn node(&self, index: usize) -> &'g Node<'a> {
        &self.graph.nodes[index]
    }

    /// A node in words.
    pub fn name(&self, index: usize) -> String {
        let node = self.node(index);
        format!("`{}` ({})", node.module, node.id)
    }

    /// Where findings about a node point.
    pub fn span(&self, index: usize) -> Option<Span> {
        self.node(index).origin.or(self.at)
    }

    /// Adds a node's own text as a further place, if it has one.
    pub fn also(&self, finding: Diagnostic, index: usize, message: impl Into<String>) -> Diagnostic {
        finding.maybe_also(self.node(index).origin, message)
    }
}
