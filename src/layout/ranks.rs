//! Which edges lead forward, and the rank of each box: the longest way to it.

use super::Drawing;

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
        let mut of = vec![0; count];
        for &node in &order {
            for &edge in leaving[node].iter().filter(|&&edge| forward[edge]) {
                let to = drawing.edges[edge].to;
                of[to] = of[to].max(of[node] + 1);
            }
        }
        let count = of.iter().max().map_or(0, |last| last + 1);
        Self { of, count, forward, order, leaving }
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
