//! The tree of dominators of a graph without loops, grown in the order of its boxes.

/// For each box the last one that all ways to it share. The box `0` of this tree is where all ways begin.
pub struct Dominators {
    parent: Vec<usize>,
    depth: Vec<usize>,
    /// An ancestor far away, so that the way to any ancestor takes a logarithm of steps (Myers 1983).
    jump: Vec<usize>,
}

impl Dominators {
    /// The tree with its root alone.
    pub fn new(nodes: usize) -> Self {
        Self { parent: vec![0; nodes + 1], depth: vec![0; nodes + 1], jump: vec![0; nodes + 1] }
    }

    /// Hangs a node below another one.
    pub fn hang(&mut self, node: usize, parent: usize) {
        let jump = self.jump[parent];
        let even = self.depth[parent] - self.depth[jump] == self.depth[jump] - self.depth[self.jump[jump]];
        self.parent[node] = parent;
        self.depth[node] = self.depth[parent] + 1;
        self.jump[node] = if even { self.jump[jump] } else { parent };
    }

    /// The nearest node from which both hang.
    pub fn common(&self, a: usize, b: usize) -> usize {
        let (mut low, mut high) = if self.depth[a] < self.depth[b] { (b, a) } else { (a, b) };
        while self.depth[low] > self.depth[high] {
            let far = self.jump[low];
            low = if self.depth[far] >= self.depth[high] { far } else { self.parent[low] };
        }
        while low != high {
            let (a, b) = (self.jump[low], self.jump[high]);
            (low, high) = if a == b { (self.parent[low], self.parent[high]) } else { (a, b) };
        }
        high
    }

    /// The node below `ancestor` from which `node`, which is below it too, hangs.
    pub fn child_towards(&self, ancestor: usize, node: usize) -> usize {
        let mut child = node;
        while self.parent[child] != ancestor {
            let far = self.jump[child];
            child = if self.depth[far] > self.depth[ancestor] { far } else { self.parent[child] };
        }
        child
    }
}
