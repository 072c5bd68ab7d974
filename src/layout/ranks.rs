//! Which edges lead forward, and the rank of each box: the longest way to it, or a little more where a join would have to be
//! reached across a branch that ends.

use super::dominators::Dominators;
use super::{Drawing, Edge};

/// The ranks of a graph.
pub struct Ranks {
    /// The rank of each box.
    pub of: Vec<usize>,
    /// How many ranks there are.
    pub count: usize,
    /// Whether each edge leads forward: all do but those that close a loop.
    pub forward: Vec<bool>,
    /// The boxes in an order in which every forward edge leads to a later one; else as in the source.
    pub order: Vec<usize>,
    /// The edges that leave each box: by output, then in the order of the source.
    pub leaving: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

impl Ranks {
    pub fn new(drawing: &Drawing) -> Self {
        let count = drawing.nodes.len();
        let mut leaving = vec![Vec::new(); count];
        let mut led_to = vec![false; count];
        for (index, edge) in drawing.edges.iter().enumerate() {
            leaving[edge.from].push(index);
            led_to[edge.to] |= edge.from != edge.to;
        }
        for edges in &mut leaving {
            edges.sort_by_key(|&edge| drawing.edges[edge].port);
        }
        let starts = (0..count).filter(|&node| !led_to[node]).chain(0..count);
        let (forward, order) = search(drawing, &leaving, starts);
        let of = Ranking::new(drawing, &forward, &leaving).rank(&order);
        let count = of.iter().max().map_or(0, |last| last + 1);
        Self { of, count, forward, order, leaving }
    }
}

/// Boxes are moved to the right in so many rounds at most,
const MOST_ROUNDS: usize = 8;
/// and so many at once.
const MOST_AT_ONCE: usize = 64;

impl Ranks {
    /// The same with ranks by which edges are short: a box, with all that it pushes before it, goes to the right as long as
    /// that makes edges shorter in all (Nikolov and Tarassov 2006). The first box stays.
    pub fn shortened(&self, drawing: &Drawing) -> Self {
        let mut of = vec![0; drawing.nodes.len()];
        let mut gain = vec![0_isize; drawing.nodes.len()];
        let leads = |&edge: &usize| self.forward[edge].then(|| drawing.edges[edge].to);
        for &node in &self.order {
            for to in self.leaving[node].iter().filter_map(leads) {
                of[to] = of[to].max(of[node] + 1);
                gain[node] += 1;
                gain[to] -= 1;
            }
        }
        for _ in 0..MOST_ROUNDS {
            let mut is_shorter = false;
            for &node in self.order.iter().rev() {
                while let Some(pushed) = self.pushed(drawing, &of, node)
                    && pushed.iter().map(|&node| gain[node]).sum::<isize>() > 0
                {
                    for node in pushed {
                        of[node] += 1;
                    }
                    is_shorter = true;
                }
            }
            if !is_shorter {
                break;
            }
        }
        // A rank may have become empty.
        let mut used = of.clone();
        used.sort_unstable();
        used.dedup();
        for rank in &mut of {
            *rank = used.partition_point(|other| other < rank);
        }
        Self {
            of,
            count: used.len(),
            forward: self.forward.clone(),
            order: self.order.clone(),
            leaving: self.leaving.clone(),
        }
    }

    /// A box with all that must go to the right with it; none if that is too much, or if the first box is among them.
    fn pushed(&self, drawing: &Drawing, of: &[usize], node: usize) -> Option<Vec<usize>> {
        let mut pushed = vec![node];
        let mut next = 0;
        while let Some(&node) = pushed.get(next) {
            if node == 0 || pushed.len() > MOST_AT_ONCE {
                return None;
            }
            next += 1;
            for &edge in self.leaving[node].iter().filter(|&&edge| self.forward[edge]) {
                let to = drawing.edges[edge].to;
                if of[to] == of[node] + 1 && !pushed.contains(&to) {
                    pushed.push(to);
                }
            }
        }
        Some(pushed)
    }
}

/// A branch that ends moves a join to the right by at most so many ranks.
const MOST_MOVED: usize = 8;
/// So many ways to a join are looked at,
const MOST_WAYS: usize = 32;
/// and so many boxes of such a branch.
const MOST_SEEN: usize = 64;

/// Gives boxes their ranks, one after the other.
struct Ranking<'d> {
    drawing: &'d Drawing,
    leaving: &'d [Vec<usize>],
    /// The forward edges that lead to each box.
    arriving: Vec<Vec<usize>>,
    dominators: Dominators,
    /// The boxes that hang from each box in the tree of dominators, as far as they have ranks.
    below: Vec<Vec<usize>>,
    of: Vec<usize>,
}

impl<'d> Ranking<'d> {
    fn new(drawing: &'d Drawing, forward: &[bool], leaving: &'d [Vec<usize>]) -> Self {
        let count = drawing.nodes.len();
        let mut arriving = vec![Vec::new(); count];
        for (index, edge) in drawing.edges.iter().enumerate().filter(|(index, _)| forward[*index]) {
            arriving[edge.to].push(index);
        }
        let dominators = Dominators::new(count);
        Self { drawing, leaving, arriving, dominators, below: vec![Vec::new(); count], of: vec![0; count] }
    }

    fn rank(mut self, order: &[usize]) -> Vec<usize> {
        for &node in order {
            let from = |edge: &usize| self.drawing.edges[*edge].from;
            let longest = self.arriving[node].iter().map(|edge| self.of[from(edge)] + 1).max().unwrap_or(0);
            let common = self.arriving[node].iter().map(|edge| from(edge) + 1);
            let common = common.reduce(|a, b| self.dominators.common(a, b)).unwrap_or(0);
            self.dominators.hang(node + 1, common);
            if let Some(parent) = common.checked_sub(1) {
                self.below[parent].push(node);
            }
            self.of[node] = longest;
            if self.arriving[node].len() > 1 && common != 0 {
                let clear = self.clear_of_ends(node);
                self.of[node] = clear.clamp(longest, longest + MOST_MOVED);
            }
        }
        self.of
    }

    /// The rank from which on a join is clear of branches that end: those that lie between two ways to it. One of the ways
    /// would have to cross them.
    fn clear_of_ends(&self, join: usize) -> usize {
        let arriving = &self.arriving[join][..self.arriving[join].len().min(MOST_WAYS)];
        let mut clear = 0;
        for &edge in arriving {
            let Edge { from, port, .. } = self.drawing.edges[edge];
            for &other in &self.leaving[from] {
                let Edge { port: other_port, to, .. } = self.drawing.edges[other];
                if other_port == port || to == join || self.dominators.parent(to + 1) != from + 1 {
                    continue;
                }
                let is_enclosed = arriving.iter().any(|&way| match self.is_above(way, edge) {
                    Some(is_above) => is_above == (other_port < port),
                    None => false,
                });
                if is_enclosed {
                    clear = clear.max(self.end(to) + 1);
                }
            }
        }
        clear
    }

    /// Whether the way that ends with one edge lies above that which ends with another; `None` if that is not known.
    fn is_above(&self, one: usize, other: usize) -> Option<bool> {
        let from = |edge: usize| self.drawing.edges[edge].from + 1;
        let common = self.dominators.common(from(one), from(other)).checked_sub(1)?;
        let (one, other) = (self.side(one, common)?, self.side(other, common)?);
        (one != other).then_some(one < other)
    }

    /// The output of a box from which a way leads to an edge; of several the first.
    fn side(&self, edge: usize, common: usize) -> Option<usize> {
        let Edge { from, port, .. } = self.drawing.edges[edge];
        if from == common {
            return Some(port);
        }
        let child = |from: usize| self.dominators.child_towards(common + 1, from + 1) - 1;
        let sides = self.arriving[child(from)].iter().take(MOST_WAYS).filter_map(|&edge| {
            let Edge { from, port, .. } = self.drawing.edges[edge];
            if from == common {
                return Some(port);
            }
            match self.arriving[child(from)][..] {
                [only] => Some(self.drawing.edges[only].port),
                _ => None,
            }
        });
        sides.min()
    }

    /// The last rank of what hangs from a box; 0 if that is too much to look at.
    fn end(&self, node: usize) -> usize {
        let mut waiting = vec![node];
        let (mut last, mut seen) = (0, 0);
        while let Some(node) = waiting.pop() {
            last = last.max(self.of[node]);
            seen += 1;
            if seen > MOST_SEEN {
                return 0;
            }
            waiting.extend(&self.below[node]);
        }
        last
    }
}

/// A search in depth, without recursion. The last output is followed first: turned around, the order in which boxes are
/// left then begins with the first output.
fn search(
    drawing: &Drawing,
    leaving: &[Vec<usize>],
    starts: impl DoubleEndedIterator<Item = usize>,
) -> (Vec<bool>, Vec<usize>) {
    let mut state = vec![State::New; leaving.len()];
    let mut forward = vec![true; drawing.edges.len()];
    let mut left = Vec::with_capacity(leaving.len());
    let starts: Vec<usize> = starts.collect();
    let (roots, others) = starts.split_at(starts.len() - leaving.len());
    // Roots first: an edge back is one to a box on the way from a root.
    for &start in roots.iter().rev().chain(others) {
        if state[start] != State::New {
            continue;
        }
        state[start] = State::Open;
        let mut way = vec![(start, leaving[start].len())];
        while let Some((node, next)) = way.last_mut() {
            if *next == 0 {
                state[*node] = State::Done;
                left.push(*node);
                way.pop();
                continue;
            }
            *next -= 1;
            let edge = leaving[*node][*next];
            let to = drawing.edges[edge].to;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    way.push((to, leaving[to].len()));
                }
                State::Open => forward[edge] = false,
                State::Done => {}
            }
        }
    }
    left.reverse();
    (forward, left)
}
