//! Frames, and blueprints as MISP exports them.

use std::borrow::Cow;

use super::draft::DraftFrame;
use super::flow::{End, Flow, Source};
use super::{LowerPlace, Lowering};
use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::check::NodeTemplate;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Graph, ModuleType, Node};

/// How many nodes a message lists.
const MAX_LISTED: usize = 8;

/// The part of a blueprint's graph that is placed: all nodes but triggers, and the connections
/// between them. Nodes are named by their place among these.
struct Piece<'g> {
    nodes: Vec<&'g Node<'static>>,
    links: Vec<Vec<Vec<usize>>>,
    /// Where the blueprint's own trigger leads, if it has one.
    from_trigger: Vec<usize>,
}

impl<'g> Piece<'g> {
    fn new(graph: &'g Graph<'static>) -> Self {
        let mut place = vec![None; graph.nodes.len()];
        let mut nodes = Vec::new();
        for (index, node) in graph.nodes.iter().enumerate() {
            if node.module_type != ModuleType::Trigger {
                place[index] = Some(nodes.len());
                nodes.push(node);
            }
        }
        let targets = |node: &Node<'_>| -> Vec<Vec<usize>> {
            let target = |id| graph.index(id).and_then(|index| place[index]);
            node.outputs.iter().map(|output| output.iter().filter_map(|link| target(link.node)).collect()).collect()
        };
        let links = nodes.iter().map(|node| targets(node)).collect();
        let triggers = graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger);
        let from_trigger = triggers.flat_map(targets).flatten().collect();
        Self { nodes, links, from_trigger }
    }

    /// The nodes that nothing inside leads to; if there are several, the one that the blueprint's
    /// own trigger leads to.
    fn entries(&self) -> Vec<usize> {
        let mut led_to = vec![false; self.nodes.len()];
        for &target in self.links.iter().flatten().flatten() {
            led_to[target] = true;
        }
        let roots: Vec<usize> = (0..self.nodes.len()).filter(|&node| !led_to[node]).collect();
        let mut from_trigger = vec![false; self.nodes.len()];
        for &target in &self.from_trigger {
            from_trigger[target] = true;
        }
        let by_trigger: Vec<usize> = roots.iter().copied().filter(|&node| from_trigger[node]).collect();
        if roots.len() > 1 && by_trigger.len() == 1 { by_trigger } else { roots }
    }

    /// The outputs that lead nowhere, of the nodes that a run reaches from `entry` without passing
    /// a concurrent task.
    fn exits(&self, entry: usize) -> Vec<(usize, usize)> {
        let mut reached = vec![false; self.nodes.len()];
        reached[entry] = true;
        let mut stack = vec![entry];
        while let Some(node) = stack.pop() {
            if self.nodes[node].is_concurrent_task() {
                continue;
            }
            for &target in self.links[node].iter().flatten() {
                if !std::mem::replace(&mut reached[target], true) {
                    stack.push(target);
                }
            }
        }
        let open = |node: usize| {
            let continues = reached[node] && !self.nodes[node].is_concurrent_task();
            let outputs = self.links[node].iter().enumerate();
            outputs.filter(move |(_, links)| continues && links.is_empty()).map(move |(output, _)| (node, output))
        };
        (0..self.nodes.len()).flat_map(open).collect()
    }

    fn list(&self, nodes: &[usize]) -> String {
        let mut list = nodes
            .iter()
            .take(MAX_LISTED)
            .map(|&node| format!("`{}` ({})", self.nodes[node].module, self.nodes[node].id))
            .collect::<Vec<_>>()
            .join(", ");
        if nodes.len() > MAX_LISTED {
            list.push_str(", …");
        }
        list
    }
}

impl<'a> Lowering<'a, '_> {
    /// Keeps a frame, unless nothing is inside.
    pub(super) fn frame(&mut self, frame: DraftFrame<'a>) {
        if !frame.drafts.is_empty() {
            self.frames.push(frame);
        }
    }

    /// Places a blueprint of MISP: what leads here leads to its first node, and its outputs that
    /// lead nowhere lead to what follows.
    pub(super) fn inlined_graph(
        &mut self,
        title: Cow<'a, str>,
        graph: &'a Graph<'static>,
        span: Span,
        mut flow: Flow,
        place: LowerPlace,
    ) -> Flow {
        let piece = Piece::new(graph);
        if piece.nodes.is_empty() {
            return flow;
        }
        let entries = piece.entries();
        let led_to = !flow.ends.is_empty();
        let ends = self.settle(std::mem::take(&mut flow.ends), place.scope);
        let start = self.drafts.len();
        if let Some(reset) = piece.nodes.iter().find(|node| node.module == module_ids::GENERIC_FILTER_RESET) {
            self.report_own_reset(reset, span, place.scope);
        }
        for &node in &piece.nodes {
            let mut node: Node<'a> = node.clone();
            node.origin = Some(span);
            self.add(NodeTemplate { node, pinned_id: None, span }, true);
        }
        for (from, links) in piece.links.iter().enumerate() {
            self.drafts[start + from].links =
                links.iter().map(|links| links.iter().map(|to| Some(start + to)).collect()).collect();
        }
        let mut exits = Vec::new();
        match entries[..] {
            [entry] => {
                self.connect(&ends, start + entry);
                exits = piece.exits(entry);
            }
            [] => self.report_no_entry(&title, &piece, span),
            _ if led_to => self.report_several_entries(&title, &piece, &entries, span),
            _ => {
                exits = entries.iter().flat_map(|&entry| piece.exits(entry)).collect();
                exits.sort_unstable();
                exits.dedup();
            }
        }
        self.frame(DraftFrame { title, drafts: start..self.drafts.len() });
        if entries.len() == 1 && exits.is_empty() {
            return Flow::closed_after(flow.closed, "every path of this blueprint ends inside it", span);
        }
        flow.ends.extend(exits.into_iter().map(|(node, output)| End {
            source: Source::Output { draft: start + node, output, slot: 0 },
            scope: place.scope,
        }));
        flow
    }

    fn report_several_entries(&mut self, title: &str, piece: &Piece<'_>, entries: &[usize], span: Span) {
        self.diagnostics.push(
            Diagnostic::at(
                Code::MultipleConnections,
                span,
                format!("the blueprint \"{title}\" begins at {} nodes: {}", entries.len(), piece.list(entries)),
            )
            .label("which of them to lead to is unclear")
            .note("an output leads to one node, so a step can lead to one beginning only")
            .help("in the blueprint, connect the nodes so that one of them leads to all others"),
        );
    }

    fn report_no_entry(&mut self, title: &str, piece: &Piece<'_>, span: Span) {
        let all: Vec<usize> = (0..piece.nodes.len()).collect();
        self.diagnostics.push(
            Diagnostic::at(
                Code::Cycle,
                span,
                format!("the blueprint \"{title}\" has no beginning: its nodes form a loop"),
            )
            .label("placed here")
            .note(format!("each of its nodes is led to by another one: {}", piece.list(&all)))
            .note("MISP refuses to save a workflow that contains a loop")
            .help("in the blueprint, remove the connection that leads back"),
        );
    }
}
