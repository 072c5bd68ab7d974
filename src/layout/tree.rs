//! The tree that the heights follow: boxes, and a point for each rank that an edge passes.

use super::dominators::Dominators;
use super::growth::Growth;
use super::ranks::Ranks;
use super::{Drawing, Edge};

/// How many points there may be for each box and edge. An edge that would need more is drawn straight.
const MAX_POINTS: usize = 16;

/// What a place of the tree stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Where everything begins.
    Root,
    /// A box.
    Node(usize),
    /// A point of an edge.
    Point(usize),
    /// The way that is kept free before a join.
    Space,
}

/// A place in the tree.
pub struct Item {
    pub kind: Kind,
    /// Always less than its own index.
    pub parent: usize,
    /// Where it hangs among those of its parent.
    pub key: (usize, usize),
    /// The output of the parent that it follows.
    pub port: Option<usize>,
    /// Whether all branches of the parent meet in it.
    pub join: bool,
    pub rank: usize,
}

/// The tree.
pub struct Tree {
    pub all: Vec<Item>,
    /// The place of each box.
    pub items: Vec<usize>,
    /// The points of each edge, from left to right; `None` for an edge back.
    pub points: Vec<Option<Vec<usize>>>,
    /// Whether a step can be added after each box, or such a step is there: see [`Growth::is_open`].
    pub is_open: Vec<bool>,
    /// Whether an edge leaves each box.
    pub leads_on: Vec<bool>,
}

impl Tree {
    pub fn new(drawing: &Drawing, ranks: &Ranks) -> Self {
        let count = drawing.nodes.len();
        let root = Item { kind: Kind::Root, parent: 0, key: (0, 0), port: None, join: false, rank: 0 };
        let mut arriving = vec![Vec::new(); count];
        // In the order of the boxes the edges come from.
        for &node in &ranks.order {
            for &edge in ranks.leaving[node].iter().filter(|&&edge| ranks.forward[edge]) {
                arriving[drawing.edges[edge].to].push(edge);
            }
        }
        let leads_on = ranks.leaving.iter().map(|leaving| !leaving.is_empty()).collect();
        let mut growing = Growing {
            drawing,
            ranks,
            dominators: Dominators::new(count),
            left: MAX_POINTS * (count + drawing.edges.len()),
            tree: Self {
                all: vec![root],
                items: vec![0; count],
                points: vec![None; drawing.edges.len()],
                is_open: Growth::new(drawing).is_open(),
                leads_on,
            },
        };
        for &node in &ranks.order {
            growing.add(node, &arriving[node]);
        }
        growing.tree
    }
}

struct Growing<'d> {
    drawing: &'d Drawing,
    ranks: &'d Ranks,
    dominators: Dominators,
    left: usize,
    tree: Tree,
}

impl Growing<'_> {
    /// Adds a box, to which the edges `arriving` lead.
    fn add(&mut self, node: usize, arriving: &[usize]) {
        let edges = &self.drawing.edges;
        let from = |edge: &usize| edges[*edge].from + 1;
        let common = arriving.iter().map(from).reduce(|a, b| self.dominators.common(a, b)).unwrap_or(0);
        self.dominators.hang(node + 1, common);
        // The edge that the box follows: the only one, or one from where all ways to it part.
        let mut followed = match arriving {
            [edge] => Some(*edge),
            [first, ..] if common == 0 => Some(*first),
            _ => arriving.iter().copied().find(|edge| from(edge) == common),
        };
        let away = |from: usize| self.ranks.of[node] - self.ranks.of[from] - 1;
        let length = followed.map(|edge| edges[edge].from).or(common.checked_sub(1)).map_or(0, away);
        if length > self.left {
            // The points are used up. From somewhere a box is always one rank away.
            followed = arriving.iter().copied().find(|&edge| away(edges[edge].from) == 0);
        }
        for &edge in arriving.iter().filter(|&&edge| Some(edge) != followed) {
            self.points(edge, false);
        }
        let join = arriving.len() > 1 && common != 0;
        let (parent, key, port) = match followed {
            Some(edge) => {
                let join = join && edges[edge].from + 1 == common;
                let end = self.points(edge, join);
                (end, self.key(edge), Some(edges[edge].port))
            }
            None if common == 0 => (0, (0, node), None),
            None => (self.space(node, common - 1), self.middle(common - 1), None),
        };
        self.tree.items[node] = self.push(Kind::Node(node), parent, key, port, join);
    }

    fn key(&self, edge: usize) -> (usize, usize) {
        let Edge { from, port, .. } = self.drawing.edges[edge];
        let leaving = &self.ranks.leaving[from];
        (2 * leaving.partition_point(|&other| (self.drawing.edges[other].port, other) < (port, edge)), edge)
    }

    /// The place in the middle of the branches of a box.
    fn middle(&self, node: usize) -> (usize, usize) {
        ((self.ranks.leaving[node].len() / 2 * 2).saturating_sub(1), node)
    }

    /// The points of an edge. Returns the last, or the place of the box it leaves.
    fn points(&mut self, edge: usize, join: bool) -> usize {
        let Edge { from, port, to } = self.drawing.edges[edge];
        let (mut end, key) = (self.tree.items[from], self.key(edge));
        let length = self.ranks.of[to] - self.ranks.of[from] - 1;
        let mut points = Vec::new();
        if length <= self.left {
            self.left -= length;
            for _ in 0..length {
                end = self.push(Kind::Point(edge), end, key, Some(port), join);
                points.push(end);
            }
        }
        self.tree.points[edge] = Some(points);
        end
    }

    /// Keeps the way free between a box and the join of its branches.
    fn space(&mut self, join: usize, from: usize) -> usize {
        let (mut end, key) = (self.tree.items[from], self.middle(from));
        let length = self.ranks.of[join] - self.ranks.of[from] - 1;
        self.left = self.left.saturating_sub(length);
        for _ in 0..length {
            end = self.push(Kind::Space, end, key, None, true);
        }
        end
    }

    fn push(&mut self, kind: Kind, parent: usize, key: (usize, usize), port: Option<usize>, join: bool) -> usize {
        let rank = match kind {
            Kind::Node(node) => self.ranks.of[node],
            _ => self.tree.all[parent].rank + 1,
        };
        // Only a box has several outputs.
        let port = port.filter(|_| matches!(self.tree.all[parent].kind, Kind::Node(_)));
        self.tree.all.push(Item { kind, parent, key, port, join, rank });
        self.tree.all.len() - 1
    }
}
