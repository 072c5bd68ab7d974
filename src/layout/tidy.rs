//! Heights: a tidy tree that grows to the right.
//!
//! Of the children of a place one goes straight on: the join of the branches, else the first branch that can still grow.
//! Those before it lie above, those after it below, each as near as the outlines allow.

use super::tree::{Item, Kind, Tree};
use super::{Drawing, port_offset};

/// Half the space around a point of an edge.
const POINT: f64 = 15.0;

/// What a part of the tree covers in each rank. Heights grow downwards.
struct Outline {
    /// Top and bottom of each rank, the last rank first, without [`Self::shift`].
    ranks: Vec<(f64, f64)>,
    /// How far down all of it is.
    shift: f64,
    /// The highest top and the lowest bottom, without the shift.
    top: f64,
    bottom: f64,
    /// Whether a step can be added at one of its ends.
    open: bool,
}

impl Outline {
    fn empty() -> Self {
        Self { ranks: Vec::new(), shift: 0.0, top: f64::INFINITY, bottom: f64::NEG_INFINITY, open: false }
    }

    /// The ranks that both have, the first of them first, and how far the first lies above the second there.
    fn room_above(&self, below: &Self) -> f64 {
        let shared = self.ranks.iter().rev().zip(below.ranks.iter().rev());
        let room = shared.map(|(above, below)| below.0 - above.1).fold(f64::INFINITY, f64::min);
        room + below.shift - self.shift
    }

    /// The same where the second ends above the highest place of the other, in all ranks.
    fn room_over(&self, below: &Self) -> f64 {
        below.top + below.shift - self.bottom - self.shift
    }

    /// Both in one. The time is that of the shorter one.
    fn join(self, other: Self) -> Self {
        let (mut long, short) = if self.ranks.len() < other.ranks.len() { (other, self) } else { (self, other) };
        let shift = short.shift - long.shift;
        for (long, short) in long.ranks.iter_mut().rev().zip(short.ranks.iter().rev()) {
            *long = (long.0.min(short.0 + shift), long.1.max(short.1 + shift));
        }
        long.top = long.top.min(short.top + shift);
        long.bottom = long.bottom.max(short.bottom + shift);
        long.open |= short.open;
        long
    }

    /// Adds the rank before its first one.
    fn begin(&mut self, top: f64, bottom: f64) {
        let (top, bottom) = (top - self.shift, bottom - self.shift);
        self.ranks.push((top, bottom));
        self.top = self.top.min(top);
        self.bottom = self.bottom.max(bottom);
    }
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
        outline.begin(-half, half);
        if let Kind::Node(node) = item.kind {
            outline.open |= tree.free[node];
        }
        outlines[index] = Some(outline);
    }
    place_roots(&mut children[0], tree, &mut outlines, &mut offsets);
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
    let outline_at =
        |outlines: &[Option<Outline>], child: usize| outlines[child].as_ref().is_some_and(|outline| outline.open);
    let straight = children
        .iter()
        .position(|&child| tree.all[child].join)
        .or_else(|| children.iter().position(|&child| outline_at(outlines, child)))
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
    for &child in children[..straight].iter().rev() {
        let mut outline = take(child);
        let mut offset = outline.room_above(&all);
        if outline.open && drawing.spacing.expected > 0.0 {
            offset = offset
                .min(outline.room_over(&all))
                .min(all.ranks.last().map_or(0.0, |first| first.0 + all.shift) - drawing.spacing.expected);
        }
        offsets[child] = offset.min(port(child));
        outline.shift += offsets[child];
        all = all.join(outline);
    }
    for &child in &children[straight + 1..] {
        let mut outline = take(child);
        let mut offset = -all.room_above(&outline);
        if outline.open && drawing.spacing.expected > 0.0 {
            offset = offset.max(-all.room_over(&outline)).max(all.bottom + all.shift + drawing.spacing.expected);
        }
        offsets[child] = offset.max(port(child));
        outline.shift += offsets[child];
        all = all.join(outline);
    }
    all
}

/// The first root at 0, the others below all that is before them.
fn place_roots(roots: &mut [usize], tree: &Tree, outlines: &mut [Option<Outline>], offsets: &mut [f64]) {
    roots.sort_by_key(|&root| tree.all[root].key);
    let mut bottom: Option<f64> = None;
    for &root in roots.iter() {
        let Some(outline) = outlines[root].take() else { continue };
        let offset = bottom.map_or(0.0, |bottom| bottom - outline.top - outline.shift);
        offsets[root] = offset;
        bottom = Some(offset + outline.bottom + outline.shift);
    }
}
