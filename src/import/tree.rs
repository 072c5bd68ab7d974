//! A growing tree in which common ancestors are found in logarithmic time.

/// A tree over `0..n`, of which 0 is the root.
pub(super) struct Tree {
    parent: Vec<usize>,
    depth: Vec<u32>,
    /// An ancestor further up; these leaps make long ways short.
    leap: Vec<usize>,
}

impl Tree {
    /// A tree that is only its root.
    pub fn new() -> Self {
        Self { parent: vec![0], depth: vec![0], leap: vec![0] }
    }

    /// Adds a child of `parent` and returns it.
    pub fn add(&mut self, parent: usize) -> usize {
        let near = self.leap[parent];
        let far = self.leap[near];
        let leap = if self.depth[parent] + self.depth[far] == 2 * self.depth[near] { far } else { parent };
        self.parent.push(parent);
        self.depth.push(self.depth[parent] + 1);
        self.leap.push(leap);
        self.parent.len() - 1
    }

    /// The nearest node that is above both or one of them.
    pub fn common(&self, a: usize, b: usize) -> usize {
        let (mut a, mut b) = if self.depth[a] < self.depth[b] { (b, a) } else { (a, b) };
        while self.depth[a] > self.depth[b] {
            a = if self.depth[self.leap[a]] >= self.depth[b] { self.leap[a] } else { self.parent[a] };
        }
        while a != b {
            (a, b) = if self.leap[a] == self.leap[b] {
                (self.parent[a], self.parent[b])
            } else {
                (self.leap[a], self.leap[b])
            };
        }
        a
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn common_ancestors_are_the_nearest() {
        let mut tree = Tree::new();
        // Node n has the parent (n - 1) / 3, as in a heap with three children each.
        for node in 1..2_000 {
            assert_eq!(tree.add((node - 1) / 3), node);
        }
        let slow = |mut a: usize, mut b: usize| {
            while a != b {
                if a > b { a = (a - 1) / 3 } else { b = (b - 1) / 3 }
            }
            a
        };
        for a in (0..2_000).step_by(7) {
            for b in (0..2_000).step_by(11) {
                assert_eq!(tree.common(a, b), slow(a, b));
            }
        }
    }

    #[test]
    fn long_chains_are_crossed_in_leaps() {
        let mut tree = Tree::new();
        let mut end = 0;
        for _ in 0..200_000 {
            end = tree.add(end);
        }
        let side = tree.add(3);
        for _ in 0..200_000 {
            assert_eq!(tree.common(end, side), 3);
        }
    }
}
