//! Heights: a tidy tree that grows to the right.
//!
//! Of the children of a place one goes straight on: the join of the branches, else the first branch that can still grow.
//! Those before it lie above, those after it below, each as near as the outlines allow.

use rustc_hash::FxHashMap;

use super::frames::Holders;
use super::tree::{Item, Kind, Tree};
use super::{Drawing, FRAME_PADDING, FRAME_TITLE, port_offset};

/// Half the space around a point of an edge.
pub const POINT: f64 = 15.0;

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
    /// Whether nothing can follow its first box.
    ends_run: bool,
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
            ends_run: false,
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

    /// Keeps room for a frame around so many of the first ranks.
    fn surround(&mut self, ranks: usize) {
        let start = self.ranks.len().saturating_sub(ranks);
        let inside = &mut self.ranks[start..];
        let (top, bottom) = inside.iter().copied().fold(Self::NOTHING, both);
        let ends = (top - FRAME_PADDING - FRAME_TITLE, bottom + FRAME_PADDING);
        inside.fill(ends);
        self.way = both(self.way, ends);
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

/// For the boxes through which all of a frame is reached, the last rank of the frame, the innermost first.
fn frames_of_entries(drawing: &Drawing, tree: &Tree, children: &[Vec<usize>]) -> FxHashMap<usize, Vec<usize>> {
    let mut closing: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    if drawing.frames.is_empty() {
        return closing;
    }
    // When each place is reached, and the last one below it.
    let mut ends = vec![(0, 0); tree.all.len()];
    let mut waiting = vec![(0, false)];
    let mut reached = 0;
    while let Some((place, is_left)) = waiting.pop() {
        if is_left {
            ends[place].1 = reached;
            continue;
        }
        reached += 1;
        ends[place].0 = reached;
        waiting.push((place, true));
        waiting.extend(children[place].iter().map(|&child| (child, false)));
    }
    let mut entries = vec![usize::MAX; drawing.frames.len()];
    let mut reach: Vec<(usize, usize)> = vec![(usize::MAX, 0); drawing.frames.len()];
    for (node, &item) in drawing.nodes.iter().zip(&tree.items) {
        let around = std::iter::successors(node.frame, |&frame| drawing.frames[frame]);
        for frame in around {
            entries[frame] = entries[frame].min(item);
            reach[frame] = (reach[frame].0.min(ends[item].0), reach[frame].1.max(ends[item].0));
        }
    }
    let holders = Holders::new(drawing, tree);
    for frame in (0..drawing.frames.len()).rev() {
        let Some((_, last)) = holders.spans[frame] else { continue };
        let (first, end) = ends[entries[frame]];
        if first <= reach[frame].0 && reach[frame].1 <= end {
            closing.entry(entries[frame]).or_default().push(last);
        }
    }
    closing
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
    let closing = frames_of_entries(drawing, tree, &children);
    let mut offsets = vec![0.0; tree.all.len()];
    let mut outlines: Vec<Option<Outline>> = tree.all.iter().map(|_| None).collect();
    for index in (1..tree.all.len()).rev() {
        let item = &tree.all[index];
        let mut outline = outline_of_children(drawing, tree, item, &mut children[index], &mut outlines, &mut offsets);
        let half = extent(drawing, item);
        match item.kind {
            Kind::Node(node) => {
                outline.begin(half, tree.is_open[node], tree.leads_on[node]);
                outline.ends_run = !tree.is_open[node] && !tree.leads_on[node];
            }
            _ => outline.begin(half, false, true),
        }
        for &last in closing.get(&index).into_iter().flatten() {
            outline.surround(last + 1 - item.rank);
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
    let can_grow = children.iter().any(|&child| is_open(child));
    let ends_run = |child: usize| outlines[child].as_ref().is_some_and(|outline| outline.ends_run);
    let straight = children
        .iter()
        .position(|&child| tree.all[child].join && can_grow && !ends_run(child))
        .or_else(|| children.iter().position(|&child| is_open(child)))
        .or_else(|| children.iter().position(|&child| tree.all[child].join))
        .unwrap_or(0);
    if children.is_empty() {
        return Outline::empty();
    }
    let on_spine: Vec<bool> = (0..children.len()).map(|index| index == straight || is_open(children[index])).collect();
    let mut taken: Vec<Option<Outline>> = children.iter().map(|&child| outlines[child].take()).collect();
    let expected = drawing.spacing.expected;
    let spine = spine(drawing, tree, children, &on_spine, &taken);
    let mut take = |index: usize| taken[index].take().unwrap_or_else(Outline::empty);
    let port = |index: usize| match (item.kind, tree.all[children[index]].port) {
        (Kind::Node(node), Some(port)) => port_offset(drawing.nodes[node].ports, port),
        _ => 0.0,
    };
    let mut all = take(straight);
    let first = children[straight];
    offsets[first] = port(straight) + spine[straight];
    all.shift += offsets[first];
    for index in (0..straight).rev() {
        let mut outline = take(index);
        let mut offset = outline.room_above(&all).min(port(index));
        if on_spine[index] {
            offset = offset.min(port(index) + spine[index]);
        } else if expected > 0.0 && all.open && outline.leads_on {
            offset = offset.min(all.line + all.shift - expected - outline.reach(expected).1);
        }
        offsets[children[index]] = offset;
        outline.shift += offset;
        all = all.join(outline, expected);
    }
    for index in straight + 1..children.len() {
        let mut outline = take(index);
        let mut offset = (-all.room_above(&outline)).max(port(index));
        if on_spine[index] {
            offset = offset.max(port(index) + spine[index]);
        } else if expected > 0.0 && all.open && outline.leads_on {
            offset = offset.max(all.line + all.shift + expected - outline.reach(expected).0);
        }
        offsets[children[index]] = offset;
        outline.shift += offset;
        all = all.join(outline, expected);
    }
    all
}

/// How far down each of the children goes that can grow, and the one that goes straight on. Each makes room for the others
/// and none for itself, so that a step that is added to one of them moves only the others.
fn spine(
    drawing: &Drawing,
    tree: &Tree,
    children: &[usize],
    on_spine: &[bool],
    outlines: &[Option<Outline>],
) -> Vec<f64> {
    let mut offsets = vec![0.0; children.len()];
    if on_spine.iter().filter(|on| **on).count() < 2 {
        return offsets;
    }
    let reach = |index: usize| match &outlines[index] {
        // What is beyond a join that can go on lies in other ranks than its branches.
        _ if on_spine[index] && tree.all[children[index]].join => (-POINT, POINT),
        Some(outline) => outline.reach(drawing.spacing.expected),
        None => (0.0, 0.0),
    };
    // A branch makes so much room itself that the way to its join is straight unless the branch is larger.
    let firm = |index: usize| {
        let own = extent(drawing, &tree.all[children[index]]);
        own.max(drawing.spacing.expected).max(3.0 * drawing.spacing.gap)
    };
    let join = (0..children.len()).find(|&index| on_spine[index] && tree.all[children[index]].join);
    // What is above pushes down: the sum, and the same as far as it is more than what branches make room for themselves.
    let (mut sum, mut growth, mut has_begun) = (0.0, 0.0, false);
    for index in 0..children.len() {
        let (top, bottom) = reach(index);
        if Some(index) == join {
            offsets[index] += growth;
        } else if on_spine[index] {
            offsets[index] += sum + if join < Some(index) && join.is_some() { POINT + firm(index) } else { 0.0 };
            sum += bottom;
            growth += (bottom - firm(index)).max(0.0);
        } else if has_begun {
            // What cannot grow needs room between two that can.
            sum += bottom - top;
            growth += bottom - top;
        }
        has_begun |= on_spine[index];
    }
    // What is below pushes up.
    (sum, growth) = (0.0, 0.0);
    for index in (0..children.len()).rev().filter(|&index| on_spine[index]) {
        let (top, _) = reach(index);
        if Some(index) == join {
            offsets[index] += growth;
        } else {
            offsets[index] += sum - if join > Some(index) { POINT + firm(index) } else { 0.0 };
            sum += top;
            growth += (top + firm(index)).min(0.0);
        }
    }
    offsets
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
