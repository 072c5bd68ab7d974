//! Places by ranks, and the pieces of edges between neighbouring ranks.

use petgraph::unionfind::UnionFind;

use super::frames;
use super::tidy::extent;
use super::tree::{Kind, Tree};
use super::{Drawing, number, port_offset};

/// A piece of an edge, from a place to one in the next rank.
#[derive(Clone, Copy)]
pub struct Piece {
    pub from: usize,
    /// How far below the middle of the place it leaves.
    pub offset: f64,
    /// The same as a part of the place's height: more than -0.5 and less than 0.5.
    pub share: f64,
    pub to: usize,
}

/// All places that have a height, those of the tree first. Where a frame holds nothing in one of its ranks, a place of its
/// own keeps its room there.
pub struct Levels {
    /// The places of each rank, from the top down, those of connected parts together.
    pub ranks: Vec<Vec<usize>>,
    /// The rank of each place.
    pub rank: Vec<usize>,
    /// Half the height of each place, with half of the gap to its neighbours.
    pub extent: Vec<f64>,
    /// Whether it is a point of an edge.
    pub is_point: Vec<bool>,
    /// The connected part of the drawing that it belongs to, by number.
    pub part: Vec<usize>,
    /// The innermost frame that holds it.
    pub frame: Vec<Option<usize>>,
    /// For each frame the one around it.
    frames: Vec<Option<usize>>,
    /// The first and the last rank of each frame.
    spans: Vec<(usize, usize)>,
    after: Grouped,
    before: Grouped,
}

/// A frame, or a place.
pub type Part = Result<usize, usize>;

/// Pieces by the place at one of their ends.
struct Grouped {
    first: Vec<usize>,
    pieces: Vec<Piece>,
}

impl Grouped {
    fn new(mut pieces: Vec<Piece>, places: usize, key: fn(&Piece) -> usize) -> Self {
        pieces.sort_by_key(key);
        let mut first = vec![0; places + 1];
        for piece in &pieces {
            first[key(piece) + 1] += 1;
        }
        for place in 0..places {
            first[place + 1] += first[place];
        }
        Self { first, pieces }
    }

    fn of(&self, place: usize) -> &[Piece] {
        &self.pieces[self.first[place]..self.first[place + 1]]
    }
}

impl Levels {
    /// The places of a tree in the order of their heights.
    pub fn new(drawing: &Drawing, tree: &Tree, heights: &[f64]) -> Self {
        let parts = parts(drawing);
        let holders = frames::Holders::new(drawing, tree);
        let mut levels = Self {
            ranks: Vec::new(),
            rank: tree.all.iter().map(|item| item.rank).collect(),
            extent: tree.all.iter().map(|item| extent(drawing, item)).collect(),
            is_point: tree.all.iter().map(|item| matches!(item.kind, Kind::Point(_))).collect(),
            part: vec![0; tree.all.len()],
            frame: vec![None; tree.all.len()],
            frames: drawing.frames.clone(),
            spans: vec![(0, 0); drawing.frames.len()],
            after: Grouped::new(Vec::new(), 0, |piece| piece.from),
            before: Grouped::new(Vec::new(), 0, |piece| piece.to),
        };
        let ranks = levels.rank.iter().max().map_or(0, |last| last + 1);
        levels.ranks.resize(ranks, Vec::new());
        for (place, item) in tree.all.iter().enumerate() {
            levels.part[place] = match item.kind {
                Kind::Node(node) => parts[node],
                Kind::Point(edge) => parts[drawing.edges[edge].from],
                Kind::Space | Kind::Root => continue,
            };
            levels.frame[place] = holders.of(item);
            levels.ranks[item.rank].push(place);
        }
        let mut heights = heights.to_vec();
        levels.keep_frames_open(drawing, &mut heights);
        for places in &mut levels.ranks {
            let part = &levels.part;
            places.sort_by(|&a, &b| part[a].cmp(&part[b]).then(heights[a].total_cmp(&heights[b])));
        }
        let pieces = pieces(drawing, tree);
        levels.after = Grouped::new(pieces.clone(), levels.rank.len(), |piece| piece.from);
        levels.before = Grouped::new(pieces, levels.rank.len(), |piece| piece.to);
        levels
    }

    /// Adds a place in the middle of a frame for each of its ranks in which it holds nothing.
    fn keep_frames_open(&mut self, drawing: &Drawing, heights: &mut Vec<f64>) {
        let places = self.rank.len();
        let mut held: Vec<Vec<usize>> = vec![Vec::new(); drawing.frames.len()];
        for place in 0..places {
            let mut around = self.frame[place];
            while let Some(frame) = around {
                held[frame].push(place);
                around = drawing.frames[frame];
            }
        }
        for (frame, mut held) in held.into_iter().enumerate().rev() {
            held.sort_by_key(|&place| self.rank[place]);
            let (Some(&first), Some(&last)) = (held.first(), held.last()) else { continue };
            let mut ranks: Vec<usize> = held.iter().map(|&place| self.rank[place]).collect();
            ranks.dedup();
            let top = held.iter().map(|&place| heights[place]).fold(f64::INFINITY, f64::min);
            let bottom = held.iter().map(|&place| heights[place]).fold(f64::NEG_INFINITY, f64::max);
            self.spans[frame] = (self.rank[first], self.rank[last]);
            for rank in self.rank[first]..=self.rank[last] {
                if ranks.binary_search(&rank).is_err() {
                    self.ranks[rank].push(self.rank.len());
                    self.rank.push(rank);
                    self.extent.push(0.0);
                    self.is_point.push(false);
                    self.part.push(self.part[first]);
                    self.frame.push(Some(frame));
                    heights.push(f64::midpoint(top, bottom));
                }
            }
        }
    }

    /// Whether there are frames.
    pub fn has_frames(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Whether a place is this one, or in this frame.
    pub fn is_in(&self, place: usize, part: Part) -> bool {
        match part {
            Ok(frame) => self.frames_around(place).any(|around| around == frame),
            Err(other) => place == other,
        }
    }

    /// The ranks that two frames share.
    pub fn shared_ranks(&self, one: usize, other: usize) -> std::ops::RangeInclusive<usize> {
        let (one, other) = (self.spans[one], self.spans[other]);
        one.0.max(other.0)..=one.1.min(other.1)
    }

    /// The frames that hold only the one or the other of two places, the outermost of each; the place itself where there is
    /// none.
    pub fn apart(&self, one: usize, other: usize) -> (Part, Part) {
        let outermost = |place: usize, without: usize| {
            let own = self.frames_around(place).filter(|&frame| !self.is_in(without, Ok(frame)));
            own.last().ok_or(place)
        };
        (outermost(one, other), outermost(other, one))
    }

    /// The frames that hold a place, from the innermost on.
    fn frames_around(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.frame[place], |&frame| self.frames[frame])
    }

    /// The pieces that leave a place.
    pub fn after(&self, place: usize) -> &[Piece] {
        self.after.of(place)
    }

    /// The pieces that lead to a place.
    pub fn before(&self, place: usize) -> &[Piece] {
        self.before.of(place)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.after.pieces.len()
    }

    /// How many pieces cross that leave some ranks, by where the places are and where pieces leave them.
    pub fn crossings(&self, ranks: impl Iterator<Item = usize>, at: &[f64]) -> usize {
        let mut ends: Vec<(f64, f64)> = Vec::new();
        let in_rank = |rank: usize| {
            ends.clear();
            let pieces = self.ranks[rank].iter().flat_map(|&place| self.after(place));
            ends.extend(pieces.map(|piece| (at[piece.from] + piece.share, at[piece.to])));
            crossings_between(&mut ends)
        };
        ranks.map(in_rank).sum()
    }
}

/// How many pieces of edges cross as they are drawn.
pub fn crossings(drawing: &Drawing, tree: &Tree, heights: &[f64]) -> usize {
    let mut pieces = pieces(drawing, tree);
    let rank = |piece: &Piece| tree.all[piece.from].rank;
    pieces.sort_by_key(rank);
    let mut ends: Vec<(f64, f64)> = Vec::new();
    let in_rank = |pieces: &[Piece]| {
        ends.clear();
        ends.extend(pieces.iter().map(|piece| (heights[piece.from] + piece.offset, heights[piece.to])));
        crossings_between(&mut ends)
    };
    pieces.chunk_by(|a, b| rank(a) == rank(b)).map(in_rank).sum()
}

/// How many lines cross, by where they begin and end: pairs that end in the other order than they begin in. They are
/// counted with a tree of counts (Fenwick 1994).
fn crossings_between(lines: &mut [(f64, f64)]) -> usize {
    lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    if lines.is_sorted_by(|a, b| a.1 <= b.1) {
        return 0;
    }
    let mut ends: Vec<f64> = lines.iter().map(|line| line.1).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut counts = vec![0; ends.len() + 1];
    let mut found = 0;
    for (before, (_, end)) in lines.iter().enumerate() {
        let place = ends.partition_point(|other| other <= end);
        let mut at = place;
        found += before;
        while at > 0 {
            found -= counts[at];
            at &= at - 1;
        }
        at = place;
        while at < counts.len() {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

/// The connected parts of a drawing, numbered in the order of their first boxes. What is in one frame is one part.
fn parts(drawing: &Drawing) -> Vec<usize> {
    let count = drawing.nodes.len();
    let mut joined = UnionFind::<usize>::new(count + drawing.frames.len());
    for edge in &drawing.edges {
        joined.union(edge.from, edge.to);
    }
    for (node, frame) in drawing.nodes.iter().enumerate().filter_map(|(node, has)| Some((node, has.frame?))) {
        joined.union(node, count + frame);
    }
    for (frame, around) in drawing.frames.iter().enumerate().filter_map(|(frame, around)| Some((frame, (*around)?))) {
        joined.union(count + frame, count + around);
    }
    let mut numbers = vec![usize::MAX; count + drawing.frames.len()];
    let mut next = 0;
    let number = |node: usize| {
        let number = &mut numbers[joined.find(node)];
        if *number == usize::MAX {
            *number = next;
            next += 1;
        }
        *number
    };
    (0..count).map(number).collect()
}

/// The pieces of all edges that lead forward and have all their points.
fn pieces(drawing: &Drawing, tree: &Tree) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (edge, points) in drawing.edges.iter().zip(&tree.points) {
        let Some(points) = points else { continue };
        let (first, last) = (tree.items[edge.from], tree.items[edge.to]);
        if tree.all[last].rank - tree.all[first].rank != points.len() + 1 {
            continue;
        }
        let ports = drawing.nodes[edge.from].ports;
        let port = edge.port.min(ports.saturating_sub(1));
        let mut from = first;
        for &to in points.iter().chain([&last]) {
            let (offset, share) = if from == first {
                (port_offset(ports, edge.port), (number(port) + 0.5) / number(ports.max(1)) - 0.5)
            } else {
                (0.0, 0.0)
            };
            pieces.push(Piece { from, offset, share, to });
            from = to;
        }
    }
    pieces
}
