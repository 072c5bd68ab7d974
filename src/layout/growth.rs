//! Where a graph can grow: what can be added there must not change what is decided about the boxes before it.

use super::Drawing;

/// Where steps can be added, or were.
pub struct Growth {
    /// Whether a box only ends a branch: one edge leads to it, and all that comes after it ends branches too.
    pub is_loose: Vec<bool>,
    /// The outputs of each box that lead nowhere, or only to boxes that end a branch.
    pub open: Vec<Vec<usize>>,
}

impl Growth {
    pub fn new(drawing: &Drawing) -> Self {
        let count = drawing.nodes.len();
        let mut arriving = vec![0_usize; count];
        let mut from = vec![0; count];
        // How many edges lead to boxes that do more than end a branch.
        let mut firm = vec![0_usize; count];
        for edge in &drawing.edges {
            arriving[edge.to] += 1;
            from[edge.to] = edge.from;
            firm[edge.from] += 1;
        }
        let mut is_loose = vec![false; count];
        let mut found: Vec<usize> = (0..count).filter(|&node| arriving[node] == 1 && firm[node] == 0).collect();
        while let Some(node) = found.pop() {
            is_loose[node] = true;
            let before = from[node];
            firm[before] -= 1;
            if firm[before] == 0 && arriving[before] == 1 {
                found.push(before);
            }
        }
        let mut is_used: Vec<Vec<bool>> = drawing.nodes.iter().map(|node| vec![false; node.ports]).collect();
        for edge in drawing.edges.iter().filter(|edge| !is_loose[edge.to]) {
            if let Some(used) = is_used[edge.from].get_mut(edge.port) {
                *used = true;
            }
        }
        let unused = |used: Vec<bool>| (0..used.len()).filter(|&port| !used[port]).collect();
        Self { is_loose, open: is_used.into_iter().map(unused).collect() }
    }

    /// Whether each box has such an output.
    pub fn is_open(&self) -> Vec<bool> {
        self.open.iter().map(|ports| !ports.is_empty()).collect()
    }
}
