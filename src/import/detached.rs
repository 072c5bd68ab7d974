//! The parts of a graph that nothing leads to.

use super::flow::Flow;

/// Pieces by their first nodes.
pub(super) struct Pieces {
    /// Pieces from which a way leads to nodes that run.
    pub joining: Vec<Vec<usize>>,
    /// All others.
    pub apart: Vec<Vec<usize>>,
}

impl Pieces {
    /// Groups the nodes that cannot be reached from the start: those that are connected make a
    /// piece.
    pub fn find(flow: &Flow<'_>) -> Self {
        let mut runs = vec![false; flow.nodes.len()];
        if let Some(start) = flow.start {
            runs[start] = true;
        }
        for &node in &flow.order {
            if runs[node] {
                flow.nodes[node].targets.iter().flatten().for_each(|&target| runs[target] = true);
            }
        }
        let mut group: Vec<usize> = (0..flow.nodes.len()).collect();
        let mut joins = vec![false; flow.nodes.len()];
        for (from, node) in flow.nodes.iter().enumerate().filter(|(from, _)| !runs[*from]) {
            for &target in node.targets.iter().flatten() {
                if runs[target] {
                    let from = find(&mut group, from);
                    joins[from] = true;
                } else {
                    let (a, b) = (find(&mut group, from), find(&mut group, target));
                    let (first, second) = (a.min(b), a.max(b));
                    group[second] = first;
                    joins[first] |= joins[second];
                }
            }
        }
        let arrivals = flow.arrivals();
        let mut pieces: Vec<Vec<usize>> = vec![Vec::new(); flow.nodes.len()];
        for root in (0..flow.nodes.len()).filter(|&node| !runs[node] && arrivals[node] == 0) {
            pieces[find(&mut group, root)].push(root);
        }
        let mut found = Self { joining: Vec::new(), apart: Vec::new() };
        for (first, piece) in pieces.into_iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
            if joins[first] { found.joining.push(piece) } else { found.apart.push(piece) }
        }
        found
    }

    /// All pieces.
    pub fn all(&self) -> Vec<Vec<usize>> {
        self.joining.iter().chain(&self.apart).cloned().collect()
    }
}

/// The first node of a group, with the way to it made shorter.
fn find(group: &mut [usize], mut node: usize) -> usize {
    while group[node] != node {
        group[node] = group[group[node]];
        node = group[node];
    }
    node
}
