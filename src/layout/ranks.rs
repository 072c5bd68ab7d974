//! Which edges lead forward, and the rank of each box: the longest way to it, or a little more where a join would have to be
//! reached across a branch that ends.

use super::dominators::Dominators;
use super::growth::Growth;
use super::{Drawing, frames};

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

/// Which joins come after all that their branches hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// Those after which a step can be added.
    ClearWhereOpen,
    /// All.
    Clear,
    /// None: a box is as near as can be.
    Near,
    /// None, and all edges together are short.
    Shortened,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

impl Ranks {
    pub fn new(drawing: &Drawing, joins: Joins) -> Self {
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
        let of = Ranking::new(drawing, &forward, &order, joins).ranks();
        let count = of.iter().max().map_or(0, |last| last + 1);
        let ranks = Self { of, count, forward, order, leaving };
        if joins == Joins::Shortened { ranks.shortened(drawing) } else { ranks }
    }
}

/// Boxes are moved to the right in so many rounds at most,
const MOST_ROUNDS: usize = 8;
/// and so many at once.
const MOST_AT_ONCE: usize = 64;

impl Ranks {
    /// The same with ranks by which edges are short: a box, with all that it pushes before it, goes to the right as long as
    /// that makes edges shorter in all (Nikolov and Tarassov 2006). The first box stays.
    fn shortened(&self, drawing: &Drawing) -> Self {
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

/// What comes after a frame is moved to the right of it, if that is by no more than so many ranks,
const MOST_MOVED: usize = 8;
/// and in so many rounds at most.
const MOST_ROUNDS_OF_FRAMES: usize = 8;

/// What the ranks depend on.
struct Ranking<'d> {
    drawing: &'d Drawing,
    forward: &'d [bool],
    /// The boxes from which forward edges lead to each box.
    arriving: Vec<Vec<usize>>,
    dominators: Dominators,
    /// The boxes that hang from each box in the tree of dominators, which has its root at 0.
    below: Vec<Vec<usize>>,
    /// Whether each box, if it is a join, comes after all that its branches hold.
    is_clear: Vec<bool>,
}

impl<'d> Ranking<'d> {
    /// `order` are the boxes, each after those that lead to it.
    fn new(drawing: &'d Drawing, forward: &'d [bool], order: &[usize], joins: Joins) -> Self {
        let count = drawing.nodes.len();
        let mut arriving = vec![Vec::new(); count];
        for (edge, is_forward) in drawing.edges.iter().zip(forward) {
            if *is_forward {
                arriving[edge.to].push(edge.from);
            }
        }
        let mut dominators = Dominators::new(count);
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); count + 1];
        for &node in order {
            let from = arriving[node].iter().map(|from| from + 1);
            let common = from.reduce(|a, b| dominators.common(a, b)).unwrap_or(0);
            dominators.hang(node + 1, common);
            below[common].push(node);
        }
        // Where a step can be added, on a way that no other box leads to.
        let mut is_clear = match joins {
            Joins::Clear => vec![true; count],
            Joins::ClearWhereOpen => Growth::new(drawing).is_open(),
            Joins::Near | Joins::Shortened => vec![false; count],
        };
        for &node in order.iter().rev() {
            is_clear[node] |= below[node + 1].iter().any(|&other| is_clear[other]);
        }
        // What can grow on one of the branches of a join needs the join out of its way, but for one that ends the run.
        let mut leads_on = vec![false; count];
        for edge in &drawing.edges {
            leads_on[edge.from] = true;
        }
        let mut clear_joins = is_clear.clone();
        for (common, hanging) in below.iter().enumerate().skip(1) {
            for &node in hanging {
                clear_joins[node] |= is_clear[common - 1] && leads_on[node];
            }
        }
        let is_clear = clear_joins;
        Self { drawing, forward, arriving, dominators, below, is_clear }
    }

    /// The ranks of all boxes. What comes after a frame is to the right of it.
    fn ranks(&self) -> Vec<usize> {
        let drawing = self.drawing;
        let mut least = vec![0; drawing.nodes.len()];
        let mut of = self.ranks_from(&least);
        if drawing.frames.is_empty() {
            return of;
        }
        let depths = frames::depths(&drawing.frames);
        for _ in 0..MOST_ROUNDS_OF_FRAMES {
            // The last rank of each frame.
            let mut ends = vec![0; drawing.frames.len()];
            for (node, &rank) in drawing.nodes.iter().zip(&of) {
                if let Some(frame) = node.frame {
                    ends[frame] = ends[frame].max(rank);
                }
            }
            for frame in (0..ends.len()).rev() {
                if let Some(around) = drawing.frames[frame] {
                    ends[around] = ends[around].max(ends[frame]);
                }
            }
            let before = least.clone();
            for (index, edge) in drawing.edges.iter().enumerate().filter(|(index, _)| self.forward[*index]) {
                if let Some(frame) = frames::outermost_left(drawing, &depths, index) {
                    least[edge.to] = least[edge.to].max(ends[frame] + 1);
                }
            }
            if least == before {
                break;
            }
            of = self.ranks_from(&least);
        }
        of
    }

    /// The same, where each box has at least the rank that is given, but for frames that it would be far away from.
    fn ranks_from(&self, least: &[usize]) -> Vec<usize> {
        let mut of = vec![0; least.len()];
        // The last rank of what hangs from each box.
        let mut ends = vec![0; least.len() + 1];
        // What hangs from a box comes before the boxes beside it: so the branches of a join are known before it.
        let mut way = vec![(0, 0)];
        while let Some((parent, next)) = way.last_mut() {
            let common = *parent;
            let Some(&node) = self.below[common].get(*next) else {
                way.pop();
                if let Some(&(above, _)) = way.last() {
                    ends[above] = ends[above].max(ends[common]);
                }
                continue;
            };
            *next += 1;
            let longest = self.arriving[node].iter().map(|&from| of[from] + 1).max().unwrap_or(0);
            let branches = self.arriving[node].iter().filter(|&&from| common != 0 && from + 1 != common);
            let end = |&from: &usize| ends[self.dominators.child_towards(common, from + 1)] + 1;
            let clear = branches.filter(|_| self.is_clear[node]).map(end).max().unwrap_or(0);
            let beyond = Some(least[node]).filter(|&least| least <= longest + MOST_MOVED).unwrap_or(0);
            of[node] = longest.max(clear).max(beyond);
            ends[node + 1] = of[node];
            way.push((node + 1, 0));
        }
        of
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
