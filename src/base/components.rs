//! Loops in directed graphs, found without recursion and in time linear to nodes and edges.
//!
//! The graph structure and the search for components are petgraph's: its algorithm keeps its own
//! stack, so a chain of a million nodes is not a danger.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

/// A directed graph over `0..n`, split into its strongly connected components.
pub(crate) struct Components {
    edges: DiGraph<(), ()>,
    /// The components in topological order: none leads to one before it.
    pub order: Vec<Vec<usize>>,
    /// Index in [`Self::order`] of each node's component.
    pub of: Vec<usize>,
}

impl Components {
    /// Splits the graph with nodes `0..nodes` and these edges.
    pub fn new(nodes: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut graph = DiGraph::new();
        for _ in 0..nodes {
            graph.add_node(());
        }
        for (from, to) in edges {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
        let mut of = vec![0; nodes];
        let mut order: Vec<Vec<usize>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|component| component.into_iter().map(NodeIndex::index).collect())
            .collect();
        order.reverse();
        for (index, component) in order.iter_mut().enumerate() {
            component.sort_unstable();
            for &node in component.iter() {
                of[node] = index;
            }
        }
        Self { edges: graph, order, of }
    }

    /// Where a node leads, once for each edge.
    pub fn successors(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges.neighbors(NodeIndex::new(node)).map(NodeIndex::index)
    }

    /// Whether a component is a loop.
    pub fn is_loop(&self, component: usize) -> bool {
        match self.order[component][..] {
            [node] => self.successors(node).any(|successor| successor == node),
            _ => true,
        }
    }

    /// Whether there is no loop at all.
    pub fn is_acyclic(&self) -> bool {
        (0..self.order.len()).all(|component| !self.is_loop(component))
    }

    /// A shortest way from `from` to `to` with at least one edge, all inside their component:
    /// the nodes on it, without `to`. Empty when there is none.
    pub fn way(&self, from: usize, to: usize) -> Vec<usize> {
        let mut previous = FxHashMap::default();
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for successor in self.successors(node) {
                if successor == to {
                    let mut way = vec![node];
                    let mut at = node;
                    while at != from {
                        at = previous[&at];
                        way.push(at);
                    }
                    way.reverse();
                    return way;
                }
                if self.of[successor] == self.of[from] && successor != from && !previous.contains_key(&successor) {
                    previous.insert(successor, node);
                    queue.push_back(successor);
                }
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Components;

    #[test]
    fn components_come_in_topological_order() {
        let components = Components::new(5, [(3, 0), (0, 1), (1, 2), (2, 1), (1, 4)]);
        assert_eq!(components.order, [vec![3], vec![0], vec![1, 2], vec![4]]);
        assert_eq!((0..4).map(|index| components.is_loop(index)).collect::<Vec<_>>(), [false, false, true, false]);
        assert!(!components.is_acyclic());
    }

    #[test]
    fn a_node_that_leads_to_itself_is_a_loop() {
        let components = Components::new(1, [(0, 0)]);
        assert!(components.is_loop(0));
        assert_eq!(components.way(0, 0), [0]);
    }

    #[test]
    fn the_way_is_the_shortest_one() {
        let components = Components::new(4, [(0, 1), (1, 2), (2, 3), (1, 3), (3, 0)]);
        assert_eq!(components.way(0, 0), [0, 1, 3]);
        assert_eq!(components.way(0, 3), [0, 1]);
    }

    #[test]
    fn long_chains_do_not_overflow_the_stack() {
        let count = 300_000;
        let components = Components::new(count, (1..count).map(|node| (node - 1, node)));
        assert!(components.is_acyclic());
        assert_eq!(components.order.len(), count);
    }
}
