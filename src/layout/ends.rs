//! Graphs in which edges cross: boxes that only end branches are placed after all others, so that a step at the end of a
//! branch moves nothing before it.
//!
//! What is left without them is laid out with a box in the place of all that an output leads to, or could. Then, rank by
//! rank from the left, the boxes that end branches are put in, and push down what is in their way. So the heights in a rank
//! depend on nothing to the right of it, but on what does not change when a branch grows.

use rustc_hash::FxHashSet;

use super::growth::Growth;
use super::ranks::Ranks;
use super::tidy::extent;
use super::tree::{Item, Kind, Tree};
use super::{Drawing, Edge, Node, Placed, port_offset};

/// The height of a box that stands for what an output may lead to.
const STEP: f64 = 84.0;
/// A box goes past so many others at most to where fewer edges cross.
const MOST_PASSED: usize = 64;

/// An output of a box.
type Output = (usize, usize);

/// A drawing without the boxes that only end branches.
pub struct Trunk {
    pub drawing: Drawing,
    /// What each of its boxes stands for: a box, or what an output may lead to.
    stands_for: Vec<Result<usize, Output>>,
    /// The edge that each of its edges is; none for those that lead to what stands for an output.
    edges: Vec<Option<usize>>,
}

impl Trunk {
    /// That of a drawing without frames.
    pub fn new(drawing: &Drawing, growth: &Growth) -> Self {
        let mut trunk = Self {
            drawing: Drawing { spacing: drawing.spacing, ..Drawing::default() },
            stands_for: Vec::new(),
            edges: Vec::new(),
        };
        let mut outputs = growth.open.clone();
        for edge in drawing.edges.iter().filter(|edge| growth.is_loose[edge.to]) {
            if !outputs[edge.from].contains(&edge.port) {
                outputs[edge.from].push(edge.port);
            }
        }
        let mut index = vec![0; drawing.nodes.len()];
        let boxes = || (0..drawing.nodes.len()).filter(|&node| !growth.is_loose[node]);
        for node in boxes() {
            index[node] = trunk.stands_for.len();
            trunk.drawing.nodes.push(drawing.nodes[node]);
            trunk.stands_for.push(Ok(node));
        }
        for (number, edge) in drawing.edges.iter().enumerate().filter(|(_, edge)| !growth.is_loose[edge.to]) {
            trunk.drawing.edges.push(Edge { from: index[edge.from], port: edge.port, to: index[edge.to] });
            trunk.edges.push(Some(number));
        }
        for node in boxes() {
            for &port in &outputs[node] {
                trunk.drawing.edges.push(Edge { from: index[node], port, to: trunk.stands_for.len() });
                trunk.edges.push(None);
                trunk.drawing.nodes.push(Node { height: STEP, ..Node::default() });
                trunk.stands_for.push(Err((node, port)));
            }
        }
        trunk
    }

    /// Whether each output leads to one box at most, and no two outputs of a box to the same one, as in a program.
    pub fn is_of_program(&self) -> bool {
        let (mut used, mut pairs) = (FxHashSet::default(), FxHashSet::default());
        let mut edges = self.drawing.edges.iter();
        edges.all(|edge| used.insert((edge.from, edge.port)) && pairs.insert((edge.from, edge.to)))
    }

    /// The whole drawing, where the trunk is placed.
    pub fn with_ends(&self, drawing: &Drawing, growth: &Growth, placed: &Placed) -> Placed {
        let mut ends = Ends::new(self, drawing, growth, placed);
        let mut count = 0;
        while count < ends.ranks.len() || ends.last.iter().any(|&node| !ends.loose[node].is_empty()) {
            ends.place(count);
            count += 1;
        }
        Placed {
            ranks: Ranks { count, of: ends.rank, forward: Vec::new(), order: Vec::new(), leaving: Vec::new() },
            tree: ends.tree,
            heights: ends.heights,
            crossings: placed.crossings,
        }
    }
}

/// A place in a rank.
struct Place {
    item: usize,
    /// The height that it takes if nothing is in its way.
    wanted: f64,
    /// Its height in the trunk.
    alone: Option<f64>,
}

struct Ends<'d> {
    drawing: &'d Drawing,
    tree: Tree,
    /// The rank of each box.
    rank: Vec<usize>,
    /// The places of the trunk in each rank from the top down, with their heights in it; or what stands for an output.
    ranks: Vec<Vec<(Result<usize, Output>, f64)>>,
    heights: Vec<f64>,
    /// How far down each place was pushed.
    pushed: Vec<f64>,
    /// For each place those before it, and how far below their middles the edges leave them.
    before: Vec<Vec<(usize, f64)>>,
    /// The edges from each box to boxes that only end branches, by output.
    loose: Vec<Vec<usize>>,
    /// The boxes in the last rank that only end branches.
    last: Vec<usize>,
}

impl<'d> Ends<'d> {
    fn new(trunk: &Trunk, drawing: &'d Drawing, growth: &Growth, placed: &Placed) -> Self {
        let count = drawing.nodes.len();
        let tree = Tree {
            all: Vec::new(),
            items: vec![0; count],
            points: vec![None; drawing.edges.len()],
            is_open: Vec::new(),
            leads_on: Vec::new(),
        };
        let mut ends = Self {
            drawing,
            tree,
            rank: vec![0; count],
            ranks: vec![Vec::new(); placed.ranks.count],
            heights: Vec::new(),
            pushed: Vec::new(),
            before: Vec::new(),
            loose: vec![Vec::new(); count],
            last: Vec::new(),
        };
        let mut index = vec![0; placed.tree.all.len()];
        for (place, (item, &height)) in placed.tree.all.iter().zip(&placed.heights).enumerate() {
            let kind = match item.kind {
                Kind::Node(node) => match trunk.stands_for[node] {
                    Ok(node) => Kind::Node(node),
                    Err(output) => {
                        ends.ranks[item.rank].push((Err(output), height));
                        continue;
                    }
                },
                Kind::Point(edge) => trunk.edges[edge].map_or(Kind::Space, Kind::Point),
                Kind::Space | Kind::Root => Kind::Space,
            };
            if kind != Kind::Space {
                index[place] = ends.push(kind, item.rank);
                ends.ranks[item.rank].push((Ok(index[place]), height));
            }
        }
        for rank in &mut ends.ranks {
            rank.sort_by(|a, b| a.1.total_cmp(&b.1));
        }
        for (points, edge) in placed.tree.points.iter().zip(&trunk.edges) {
            let (Some(points), &Some(edge)) = (points, edge) else { continue };
            let points: Vec<usize> = points.iter().map(|&place| index[place]).collect();
            let Edge { from, port, to } = drawing.edges[edge];
            let mut before = (ends.tree.items[from], port_offset(drawing.nodes[from].ports, port));
            for &place in points.iter().chain([&ends.tree.items[to]]) {
                ends.before[place].push(before);
                before = (place, 0.0);
            }
            ends.tree.points[edge] = Some(points);
        }
        for (edge, Edge { from, to, .. }) in drawing.edges.iter().enumerate() {
            if growth.is_loose[*to] {
                ends.loose[*from].push(edge);
                ends.tree.points[edge] = Some(Vec::new());
            }
        }
        for edges in &mut ends.loose {
            edges.sort_by_key(|&edge| drawing.edges[edge].port);
        }
        ends
    }

    fn push(&mut self, kind: Kind, rank: usize) -> usize {
        let item = self.tree.all.len();
        self.tree.all.push(Item { kind, parent: 0, key: (0, 0), port: None, join: false, rank });
        self.heights.push(0.0);
        self.pushed.push(0.0);
        self.before.push(Vec::new());
        if let Kind::Node(node) = kind {
            self.tree.items[node] = item;
            self.rank[node] = rank;
        }
        item
    }

    /// Places all of a rank.
    fn place(&mut self, rank: usize) {
        let last = std::mem::take(&mut self.last);
        let trunk = self.ranks.get_mut(rank).map(std::mem::take).unwrap_or_default();
        let mut row = self.row(trunk);
        for node in last {
            self.insert_after(&mut row, node, rank);
        }
        self.settle(&row);
    }

    /// The places of a rank of the trunk, with what the outputs lead to. What was in line with the place before it is again.
    fn row(&mut self, wanted: Vec<(Result<usize, Output>, f64)>) -> Vec<Place> {
        let mut row = Vec::with_capacity(wanted.len());
        for (place, height) in wanted {
            match place {
                Ok(item) => {
                    let pushed = self.before[item].iter().map(|(before, _)| self.pushed[*before]);
                    let wanted = height + pushed.reduce(f64::min).unwrap_or(0.0);
                    row.push(Place { item, wanted, alone: Some(height) });
                }
                Err((node, port)) => {
                    let edges = self.loose[node].iter().copied();
                    let edges: Vec<usize> = edges.filter(|&edge| self.drawing.edges[edge].port == port).collect();
                    let item = self.tree.items[node];
                    let rank = self.tree.all[item].rank + 1;
                    row.extend(self.children(&edges, height + self.pushed[item], rank));
                }
            }
        }
        row
    }

    /// New places for boxes that end branches, one below the other around a height.
    fn children(&mut self, edges: &[usize], middle: f64, rank: usize) -> Vec<Place> {
        let mut places = Vec::with_capacity(edges.len());
        let mut bottom = 0.0;
        for &edge in edges {
            let Edge { from, port, to } = self.drawing.edges[edge];
            let item = self.push(Kind::Node(to), rank);
            self.before[item].push((self.tree.items[from], port_offset(self.drawing.nodes[from].ports, port)));
            let half = extent(self.drawing, &self.tree.all[item]);
            places.push(Place { item, wanted: middle + bottom + half, alone: None });
            bottom += 2.0 * half;
            self.last.push(to);
        }
        for place in &mut places {
            place.wanted -= bottom / 2.0;
        }
        places
    }

    /// Puts what follows a box that ends a branch where few edges cross, near to a straight line.
    fn insert_after(&mut self, row: &mut Vec<Place>, node: usize, rank: usize) {
        let edges = std::mem::take(&mut self.loose[node]);
        let middle = self.heights[self.tree.items[node]];
        for place in self.children(&edges, middle, rank) {
            let start = self.start(self.before[place.item][0]);
            let near = row.partition_point(|other| other.wanted < place.wanted);
            let (mut best, mut least) = (near, 0);
            let mut cost = 0;
            for (at, other) in row.iter().enumerate().skip(near).take(MOST_PASSED) {
                cost += self.more_below(other, start);
                if cost < least {
                    (best, least) = (at + 1, cost);
                }
            }
            cost = 0;
            for at in (near.saturating_sub(MOST_PASSED)..near).rev() {
                cost -= self.more_below(&row[at], start);
                if cost < least {
                    (best, least) = (at, cost);
                }
            }
            row.insert(best, place);
        }
    }

    fn start(&self, (before, offset): (usize, f64)) -> f64 {
        self.heights[before] + offset
    }

    /// How many more edges one that begins at `start` crosses if it ends below a place than if it ends above it.
    fn more_below(&self, place: &Place, start: f64) -> isize {
        let starts = self.before[place.item].iter().map(|&before| self.start(before));
        starts.map(|other| isize::from(other > start) - isize::from(other < start)).sum()
    }

    /// Sets the places of a rank, each where it wants to be or below the one before it.
    fn settle(&mut self, row: &[Place]) {
        let mut floor = f64::NEG_INFINITY;
        for place in row {
            let half = extent(self.drawing, &self.tree.all[place.item]);
            let height = place.wanted.max(floor + half);
            floor = height + half;
            self.heights[place.item] = height;
            self.pushed[place.item] = place.alone.map_or(0.0, |alone| height - alone);
        }
    }
}
