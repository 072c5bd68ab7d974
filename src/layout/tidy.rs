//! Heights: a tidy tree that grows to the right.
//!
//! Of the children of a place one goes straight on: the join of the branches, else the first branch that can still grow.
//! Those before it lie above, those after it below, each as near as the outlines allow.

use super::tree::{Item, Kind, Tree};
use super::{Drawing, port_offset};

/// Half the space around a point of an edge.
const POINT: f64 = 15.0;

/// What a part of the tree covers in each rank. Heights grow downwards, and are without [`Self::shift`].
struct Outline {
    /// Top and bottom of each rank, the last rank first.
    ranks: Vec<(f64, f64)>,
    /// How far down all of it is.
    shift: f64,
    /// The highest top and the lowest bottom of what is beside the way that goes straight on.
    beside: (f64, f64),
    /// The same of that way.
    way: (f64, f64),
    /// The height at which that way begins.
    line: f64,
    /// Whether it goes on after its first rank.
    leads_on: bool,
    /// Whether a step can be added at one of its ends.
    open: bool,
}

impl Outline {
    const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

    fn empty() -> Self {
        Self {
            ranks: Vec::new(),
            shift: 0.0,
            beside: Self::NOTHING,
            way: Self::NOTHING,
            line: 0.0,
            leads_on: false,
            open: false,
        }
    }

    /// The ranks that both have, the first of them first, and how far the first lies above the second there.
    fn room_above(&self, below: &Self) -> f64 {
        let shared = self.ranks.iter().rev().zip(below.ranks.iter().rev());
        let room = shared.map(|(above, below)| below.0 - above.1).fold(f64::INFINITY, f64::min);
        room + below.shift - self.shift
    }

    /// The highest top and the lowest bottom, with the shift; where a step can be added, with the room for a way that goes on.
    fn reach(&self, expected: f64) -> (f64, f64) {
        let mut reach = both(self.beside, self.way);
        if self.open {
            reach = both(reach, (self.line - expected, self.line + expected));
        }
        (reach.0 + self.shift, reach.1 + self.shift)
    }

    /// Both in one; the way that goes straight on is that of the first. The time is that of the shorter one.
    fn join(self, other: Self, expected: f64) -> Self {
        let moved = |(top, bottom): (f64, f64), by: f64| (top + by, bottom + by);
        let open = self.open || other.open;
        let (way, line, own) = (self.way, self.line, self.shift);
        let beside = both(self.beside, moved(other.reach(expected), -own));
        let (mut long, short) = if self.ranks.len() < other.ranks.len() { (other, self) } else { (self, other) };
        let shift = short.shift - long.shift;
        for (long, short) in long.ranks.iter_mut().rev().zip(short.ranks.iter().rev()) {
            *long = both(*long, moved(*short, shift));
        }
        let by = own - long.shift;
        Self { beside: moved(beside, by), way: moved(way, by), line: line + by, open, ..long }
    }

    /// Adds the rank before its first one, where the way straight on begins.
    fn begin(&mut self, half: f64, is_free: bool, leads_on: bool) {
        let ends = (-half - self.shift, half - self.shift);
        self.ranks.push(ends);
        self.way = both(self.way, ends);
        self.leads_on = leads_on;
        self.line = -self.shift;
        self.open |= is_free;
    }
}

fn both(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0.min(other.0), one.1.max(other.1))
}

/// The height of the middle of each place of the tree; that of the first box is 0.
pub fn heights(drawing: &Drawing, tree: &Tree) -> Vec<f64> {
    let mut children = vec![Vec::new(); tree.all.len()];
    for (index, item) in tree.all.iter().enumerate().skip(1) {
        children[item.parent].push(index);
    }
    let mut offsets = vec![0.0; tree.all.len()];
    let mut outlines: Vec<Option<Outline>> = tree.all.iter().map(|_| None).collect();
    for index in (1..tree.all.len()).rev() {
        let item = &tree.all[index];
        let mut outline = outline_of_children(drawing, tree, item, &mut children[index], &mut outlines, &mut offsets);
        let half = extent(drawing, item);
        match item.kind {
            Kind::Node(node) => outline.begin(half, tree.free[node], tree.leads_on[node]),
            _ => outline.begin(half, false, true),
        }
        outlines[index] = Some(outline);
    }
    place_roots(drawing, &mut children[0], tree, &mut outlines, &mut offsets);
    let mut heights = vec![0.0; tree.all.len()];
    for (index, item) in tree.all.iter().enumerate().skip(1) {
        heights[index] = heights[item.parent] + offsets[index];
    }
    heights
}

/// How far a place reaches over and below its middle, with half of the gap to its neighbours. Where a frame is in between,
/// [`super::frames::keep_apart`] makes room for it.
pub fn extent(drawing: &Drawing, item: &Item) -> f64 {
    match item.kind {
        Kind::Node(node) => f64::midpoint(drawing.nodes[node].height, drawing.spacing.gap),
        Kind::Point(_) => POINT,
        Kind::Space | Kind::Root => 0.0,
    }
}

fn outline_of_children(
    drawing: &Drawing,
    tree: &Tree,
    item: &Item,
    children: &mut [usize],
    outlines: &mut [Option<Outline>],
    offsets: &mut [f64],
) -> Outline {
    children.sort_by_key(|&child| tree.all[child].key);
    let is_open = |child: usize| outlines[child].as_ref().is_some_and(|outline| outline.open);
    let straight = children
        .iter()
        .position(|&child| tree.all[child].join)
        .or_else(|| children.iter().position(|&child| is_open(child)))
        .unwrap_or(0);
    let Some(&first) = children.get(straight) else { return Outline::empty() };
    let mut take = |child: usize| outlines[child].take().unwrap_or_else(Outline::empty);
    let port = |child: usize| match (item.kind, tree.all[child].port) {
        (Kind::Node(node), Some(port)) => port_offset(drawing.nodes[node].ports, port),
        _ => 0.0,
    };
    let mut all = take(first);
    offsets[first] = port(first);
    all.shift += offsets[first];
    // Where steps can be added there is room for them: so what is before them stays where it is.
    let expected = drawing.spacing.expected;
    for &child in children[..straight].iter().rev() {
        let mut outline = take(child);
        let mut offset = outline.room_above(&all);
        if expected > 0.0 && outline.open {
            offset = offset.min(all.reach(expected).0 - outline.reach(expected).1);
        } else if expected > 0.0 && all.open && outline.leads_on {
            offset = offset.min(all.line + all.shift - expected - outline.reach(expected).1);
        }
        offsets[child] = offset.min(port(child));
        outline.shift += offsets[child];
        all = all.join(outline, expected);
    }
    for &child in &children[straight + 1..] {
        let mut outline = take(child);
        let mut offset = -all.room_above(&outline);
        if expected > 0.0 && outline.open {
            offset = offset.max(all.reach(expected).1 - outline.reach(expected).0);
        } else if expected > 0.0 && all.open && outline.leads_on {
            offset = offset.max(all.line + all.shift + expected - outline.reach(expected).0);
        }
        offsets[child] = offset.max(port(child));
        outline.shift += offsets[child];
        all = all.join(outline, expected);
    }
    all
}

/// The first root at 0, the others below all that is before them.
fn place_roots(
    drawing: &Drawing,
    roots: &mut [usize],
    tree: &Tree,
    outlines: &mut [Option<Outline>],
    offsets: &mut [f64],
) {
    roots.sort_by_key(|&root| tree.all[root].key);
    let mut bottom: Option<f64> = None;
    for &root in roots.iter() {
        let Some(outline) = outlines[root].take() else { continue };
        let reach = outline.reach(drawing.spacing.expected);
        let offset = bottom.map_or(0.0, |bottom| bottom - reach.0);
        offsets[root] = offset;
        bottom = Some(offset + reach.1);
    }
}
