//! What MISP itself reports about a graph, in its own form.

use super::view::View;
use crate::catalogue::SignatureLookup;
use crate::model::{Graph, NodeId};

/// How many connections [`Analysis::warnings`] holds at most.
const MAX_WARNINGS: usize = 100_000;
/// How many connections are followed for them at most.
const MAX_STEPS: usize = 1_000_000;

/// What MISP's check of a graph reports.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Analysis {
    /// Whether there is no loop.
    pub acyclic: bool,
    /// The connections of one loop, from and to; empty when there is none.
    pub cycles: Vec<(NodeId, NodeId)>,
    /// Whether an output has more connections than it may.
    pub multiple: bool,
    /// The nodes with such an output, and where it leads; of several outputs the last one.
    pub multiple_edges: Vec<(NodeId, Vec<NodeId>)>,
    /// Every connection of every path from a concurrent task to a blocking module, path by path.
    /// Empty when there is a loop; cut off when there are very many.
    pub warnings: Vec<BlockingEdge>,
    /// The modules of the trigger nodes.
    pub triggers: Vec<String>,
}

/// A connection on a path from a concurrent task to a blocking module: from, to, the blocking
/// module, its node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct BlockingEdge(pub NodeId, pub NodeId, pub String, pub NodeId);

/// Checks a graph the way MISP's editor does; [`super::check_rules`] says the same in words.
pub fn analyse(graph: &Graph<'_>, signature: &SignatureLookup<'_, '_>) -> Analysis {
    let view = View::new(graph, true, None);
    let cycles = cycle(&view);
    let mut multiple_edges = Vec::new();
    for node in graph.nodes.iter().filter(|node| !node.multiple_output_connection) {
        if let Some(links) = node.outputs.iter().rfind(|links| links.len() > 1) {
            multiple_edges.push((node.id, links.iter().map(|link| link.node).collect()));
        }
    }
    Analysis {
        acyclic: cycles.is_empty(),
        multiple: !multiple_edges.is_empty(),
        warnings: if cycles.is_empty() { warnings(&view, signature) } else { Vec::new() },
        triggers: view.triggers.iter().map(|&trigger| view.node(trigger).module.clone().into_owned()).collect(),
        cycles,
        multiple_edges,
    }
}

fn cycle(view: &View<'_, '_>) -> Vec<(NodeId, NodeId)> {
    let components = &view.components;
    let Some(looping) = (0..components.order.len()).find(|&component| components.is_loop(component)) else {
        return Vec::new();
    };
    let start = components.order[looping][0];
    let way = components.way(start, start);
    let id = |index: usize| view.node(index).id;
    way.iter().zip(way.iter().skip(1).chain([&start])).map(|(&from, &to)| (id(from), id(to))).collect()
}

fn warnings(view: &View<'_, '_>, signature: &SignatureLookup<'_, '_>) -> Vec<BlockingEdge> {
    let graph = view.graph;
    let targets: Vec<Vec<usize>> = graph
        .nodes
        .iter()
        .map(|node| node.outputs.iter().flatten().filter_map(|link| graph.index(link.node)).collect())
        .collect();
    let blocking: Vec<bool> =
        graph.nodes.iter().map(|node| signature(&node.module).is_some_and(|signature| signature.blocking)).collect();
    let mut warnings = Vec::new();
    let mut steps = 0;
    for task in (0..graph.nodes.len()).filter(|&node| view.node(node).is_concurrent_task()) {
        // The path to the node that is looked at: each node with the connection that comes next.
        let mut path = vec![(task, 0)];
        while let Some(&mut (node, ref mut next)) = path.last_mut() {
            let Some(&target) = targets[node].get(*next) else {
                path.pop();
                continue;
            };
            *next += 1;
            steps += 1;
            path.push((target, 0));
            if blocking[target] {
                let module = &graph.nodes[target].module;
                let edges = path.windows(2).map(|pair| {
                    let [from, to] = [pair[0].0, pair[1].0].map(|index| graph.nodes[index].id);
                    BlockingEdge(from, to, module.clone().into_owned(), graph.nodes[target].id)
                });
                warnings.extend(edges);
            }
            if steps >= MAX_STEPS || warnings.len() >= MAX_WARNINGS {
                warnings.truncate(MAX_WARNINGS);
                return warnings;
            }
        }
    }
    warnings
}
