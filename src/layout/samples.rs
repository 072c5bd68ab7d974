//! Graphs made at random, for tests and for the benchmark.

use super::random::Random;
use super::{Drawing, Edge, Node, nested};

/// A graph as a program makes it: calls, conditions whose branches meet or end, and branches that two conditions share.
pub struct Program {
    random: Random,
    pub drawing: Drawing,
    left: usize,
    /// Whether parts of it are in frames, as blueprints are.
    has_frames: bool,
    frame: Option<usize>,
}

/// Outputs that lead to what comes next.
type Open = Vec<(usize, usize)>;

impl Program {
    pub fn new(seed: u64, nodes: usize) -> Self {
        Self::made(seed, nodes, false)
    }

    /// The same with frames, one in the other.
    pub fn with_frames(seed: u64, nodes: usize) -> Self {
        Self::made(seed, nodes, true)
    }

    fn made(seed: u64, nodes: usize, has_frames: bool) -> Self {
        let mut program =
            Self { random: Random(seed), drawing: Drawing::default(), left: nodes, has_frames, frame: None };
        let mut open = program.node(1, Vec::new());
        while program.left > 0 {
            open = program.block(open, 0);
            if open.is_empty() {
                break;
            }
        }
        program
    }

    fn node(&mut self, ports: usize, from: Open) -> Open {
        self.left = self.left.saturating_sub(1);
        let to = self.drawing.nodes.len();
        let height = 84.0 + 66.0 * f64::from(self.random.below(5) as u32);
        self.drawing.nodes.push(Node { width: 320.0, height, ports, frame: self.frame });
        self.drawing.edges.extend(from.into_iter().map(|(from, port)| Edge { from, port, to }));
        (0..ports).map(|port| (to, port)).collect()
    }

    fn block(&mut self, open: Open, depth: usize) -> Open {
        let around = self.frame;
        if self.has_frames && self.left > 0 && self.random.below(3) == 0 {
            self.frame = Some(self.drawing.frames.len());
            self.drawing.frames.push(around);
        }
        let open = self.steps(open, depth);
        self.frame = around;
        open
    }

    fn steps(&mut self, mut open: Open, depth: usize) -> Open {
        for _ in 0..=self.random.below(3) {
            if self.left == 0 {
                break;
            }
            open = match self.random.below(10) {
                0..=4 => self.node(1, open),
                // A guard: one branch ends.
                5 | 6 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    self.node(0, vec![then]);
                    vec![otherwise]
                }
                // `a or b`: two conditions share a branch, which may end.
                7 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    let [second, last] = self.node(2, vec![otherwise])[..] else { return Vec::new() };
                    let ports = self.random.below(2);
                    let mut ways = self.node(ports, vec![then, second]);
                    ways.push(last);
                    ways
                }
                _ if depth < 4 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    let mut ways = self.block(vec![then], depth + 1);
                    if self.random.below(2) == 0 {
                        ways.extend(self.block(vec![otherwise], depth + 1));
                    } else {
                        ways.push(otherwise);
                    }
                    ways
                }
                _ => self.node(1, open),
            };
        }
        open
    }
}

/// A graph that no program makes: edges lead from anywhere to anything later, most of them not far.
pub fn mixed(seed: u64, nodes: usize, frames: bool) -> Drawing {
    let mut random = Random(seed ^ 0x5EED);
    let mut drawing = Drawing::default();
    for to in 0..nodes {
        let height = 84.0 + 66.0 * f64::from(random.below(5) as u32);
        drawing.nodes.push(Node { width: 320.0, height, ports: random.below(4), frame: None });
        for _ in 0..=random.below(3).min(to) {
            let back = if random.below(4) == 0 { random.below(to.max(1)) } else { random.below(4.min(to.max(1))) };
            let Some(from) = to.checked_sub(1 + back) else { continue };
            let ports = &mut drawing.nodes[from].ports;
            *ports = (*ports).max(1);
            drawing.edges.push(Edge { from, port: random.below(*ports), to });
        }
    }
    if frames {
        let sets: Vec<Vec<usize>> = (0..=nodes / 10)
            .map(|_| {
                let first = random.below(nodes);
                (first..nodes.min(first + 2 + random.below(4))).collect()
            })
            .collect();
        nested(&mut drawing, &sets);
    }
    drawing
}
