//! Frames: rectangles around boxes that no other box may enter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::levels::Levels;
use super::tidy::POINT;
use super::tree::{Item, Kind, Tree};
use super::{Drawing, FRAME_PADDING, FRAME_TITLE, Rectangle};

/// How many frames are around each frame.
pub fn depths(frames: &[Option<usize>]) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::with_capacity(frames.len());
    for around in frames {
        depths.push(around.map_or(0, |around| depths[around] + 1));
    }
    depths
}

/// The rectangle of each frame.
pub fn rectangles(drawing: &Drawing, nodes: &[Rectangle]) -> Vec<Rectangle> {
    // Left, top, right, bottom.
    let empty = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let mut borders = vec![empty; drawing.frames.len()];
    let grow = |border: &mut [f64; 4], with: [f64; 4]| {
        *border = [
            border[0].min(with[0] - FRAME_PADDING),
            border[1].min(with[1] - FRAME_PADDING - FRAME_TITLE),
            border[2].max(with[2] + FRAME_PADDING),
            border[3].max(with[3] + FRAME_PADDING),
        ];
    };
    for (node, place) in drawing.nodes.iter().zip(nodes) {
        if let Some(frame) = node.frame {
            grow(&mut borders[frame], [place.x, place.y, place.x + place.width, place.y + place.height]);
        }
    }
    for frame in (0..borders.len()).rev() {
        if let Some(around) = drawing.frames[frame]
            && borders[frame][0].is_finite()
        {
            let inner = borders[frame];
            grow(&mut borders[around], inner);
        }
    }
    let rectangle = |[x, y, right, bottom]: [f64; 4]| {
        if x <= right { Rectangle { x, y, width: right - x, height: bottom - y } } else { Rectangle::default() }
    };
    borders.into_iter().map(rectangle).collect()
}

/// A frame or a place of the tree, as a part of the frame around it.
#[derive(Clone, Copy)]
enum Part {
    Frame(usize),
    Place(usize),
}

/// A frame while it is laid out.
#[derive(Clone)]
struct Block {
    ranks: Option<(usize, usize)>,
    /// The highest top and the lowest bottom of what it holds.
    top: f64,
    bottom: f64,
    parts: Vec<Part>,
}

/// Moves down what is in the way of a frame. Frames and what is around them are put into one order from the top down, in
/// which a frame is in one piece; then everything is set as high as it was, or below what comes before it in its ranks.
/// `order` are the places of each rank from the top down, where their heights do not say it.
pub fn keep_apart(drawing: &Drawing, tree: &Tree, heights: &mut [f64], order: Option<(&Levels, &[Vec<usize>])>) {
    if drawing.frames.is_empty() {
        return;
    }
    let holders = Holders::new(drawing, tree);
    let outermost = drawing.frames.len();
    let mut blocks =
        vec![Block { ranks: None, top: f64::INFINITY, bottom: f64::NEG_INFINITY, parts: Vec::new() }; outermost + 1];
    for (index, item) in tree.all.iter().enumerate() {
        let half = match item.kind {
            Kind::Node(node) => drawing.nodes[node].height / 2.0,
            // A border is as near to an edge as a box is.
            Kind::Point(_) => POINT - drawing.spacing.gap / 2.0,
            Kind::Space | Kind::Root => continue,
        };
        let block = &mut blocks[holders.of(item).unwrap_or(outermost)];
        let (first, last) = block.ranks.unwrap_or((item.rank, item.rank));
        block.ranks = Some((first.min(item.rank), last.max(item.rank)));
        block.top = block.top.min(heights[index] - half);
        block.bottom = block.bottom.max(heights[index] + half);
        block.parts.push(Part::Place(index));
    }
    for frame in (0..outermost).rev() {
        let around = drawing.frames[frame].unwrap_or(outermost);
        let Block { ranks: Some((first, last)), top, bottom, .. } = blocks[frame] else { continue };
        let outer = &mut blocks[around];
        let ranks = outer.ranks.unwrap_or((first, last));
        outer.ranks = Some((ranks.0.min(first), ranks.1.max(last)));
        outer.top = outer.top.min(top - FRAME_PADDING - FRAME_TITLE);
        outer.bottom = outer.bottom.max(bottom + FRAME_PADDING);
        outer.parts.push(Part::Frame(frame));
    }
    sort(&mut blocks, heights);
    if let Some((levels, order)) = order {
        sort_by_ranks(&mut blocks, levels, order);
    }
    settle(drawing, tree, &blocks, heights);
}

/// The parts of each frame from the top down, by their middles.
fn sort(blocks: &mut [Block], heights: &[f64]) {
    let middles: Vec<f64> = blocks.iter().map(|block| f64::midpoint(block.top, block.bottom)).collect();
    let middle = |part: &Part| match *part {
        Part::Frame(frame) => middles[frame],
        Part::Place(place) => heights[place],
    };
    for block in blocks {
        block.parts.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    }
}

/// The parts of each frame, which are sorted by their middles, so that those before others in a rank come before them.
fn sort_by_ranks(blocks: &mut [Block], levels: &Levels, order: &[Vec<usize>]) {
    let frames = blocks.len() - 1;
    let number = |part: &Result<usize, usize>| part.unwrap_or_else(|place| frames + place);
    let mut later: Vec<Vec<usize>> = vec![Vec::new(); frames + levels.rank.len()];
    let mut waits_for = vec![0_usize; later.len()];
    for pair in order.iter().flat_map(|places| places.windows(2)) {
        let &[above, below] = pair else { continue };
        let (above, below) = levels.apart(above, below);
        later[number(&above)].push(number(&below));
        waits_for[number(&below)] += 1;
    }
    for block in blocks {
        let numbers: Vec<usize> = block
            .parts
            .iter()
            .map(|part| match *part {
                Part::Frame(frame) => frame,
                Part::Place(place) => frames + place,
            })
            .collect();
        let mut index = rustc_hash::FxHashMap::default();
        index.extend(numbers.iter().enumerate().map(|(index, &number)| (number, index)));
        let mut free: BinaryHeap<Reverse<usize>> =
            (0..numbers.len()).filter(|&index| waits_for[numbers[index]] == 0).map(Reverse).collect();
        let mut is_done = vec![false; numbers.len()];
        let mut sorted = Vec::with_capacity(numbers.len());
        let mut rest = 0..numbers.len();
        // Where frames wait for each other in a circle, the highest goes first.
        while let Some(next) = free.pop().map(|Reverse(next)| next).or_else(|| rest.find(|&index| !is_done[index])) {
            if std::mem::replace(&mut is_done[next], true) {
                continue;
            }
            sorted.push(block.parts[next]);
            for other in &later[numbers[next]] {
                waits_for[*other] = waits_for[*other].saturating_sub(1);
                if waits_for[*other] == 0
                    && let Some(&other) = index.get(other)
                {
                    free.push(Reverse(other));
                }
            }
        }
        block.parts = sorted;
    }
}

/// Which frames hold what.
pub struct Holders<'d> {
    drawing: &'d Drawing,
    depths: Vec<usize>,
    /// The first and the last rank of the boxes in each frame; none for a frame that is empty.
    pub spans: Vec<Option<(usize, usize)>>,
}

impl<'d> Holders<'d> {
    pub fn new(drawing: &'d Drawing, tree: &Tree) -> Self {
        let mut spans: Vec<Option<(usize, usize)>> = vec![None; drawing.frames.len()];
        let mut grow = |frame: usize, first: usize, last: usize| {
            let own = spans[frame].unwrap_or((first, last));
            spans[frame] = Some((own.0.min(first), own.1.max(last)));
        };
        for (node, &item) in drawing.nodes.iter().zip(&tree.items) {
            if let Some(frame) = node.frame {
                grow(frame, tree.all[item].rank, tree.all[item].rank);
            }
        }
        for frame in (0..spans.len()).rev() {
            if let (Some(around), Some((first, last))) = (drawing.frames[frame], spans[frame]) {
                let own = spans[around].unwrap_or((first, last));
                spans[around] = Some((own.0.min(first), own.1.max(last)));
            }
        }
        Self { drawing, depths: depths(&drawing.frames), spans }
    }

    /// The innermost frame that holds a place of the tree. An edge leaves the frames of its first box at their right ends
    /// and enters those of its last box at their left ends.
    pub fn of(&self, item: &Item) -> Option<usize> {
        let index = match item.kind {
            Kind::Node(node) => return self.drawing.nodes[node].frame,
            Kind::Point(edge) => edge,
            Kind::Space | Kind::Root => return None,
        };
        let edge = self.drawing.edges[index];
        let common = common(self.drawing, &self.depths, index);
        let own = |node: usize| {
            let around = self.drawing.nodes[node].frame;
            let around = std::iter::successors(around, |&frame| self.drawing.frames[frame]);
            around.take_while(|&frame| Some(frame) != common)
        };
        let span = |frame: usize| self.spans[frame].unwrap_or((usize::MAX, 0));
        let left = own(edge.from).find(|&frame| item.rank <= span(frame).1);
        left.or_else(|| own(edge.to).find(|&frame| item.rank >= span(frame).0)).or(common)
    }
}

/// The outermost frame that an edge leaves.
pub fn outermost_left(drawing: &Drawing, depths: &[usize], edge: usize) -> Option<usize> {
    let common = common(drawing, depths, edge);
    let around = drawing.nodes[drawing.edges[edge].from].frame;
    let around = std::iter::successors(around, |&frame| drawing.frames[frame]);
    around.take_while(|&frame| Some(frame) != common).last()
}

/// The innermost frame around both ends of an edge.
fn common(drawing: &Drawing, depths: &[usize], edge: usize) -> Option<usize> {
    let edge = drawing.edges[edge];
    let (mut a, mut b) = (drawing.nodes[edge.from].frame, drawing.nodes[edge.to].frame);
    while a != b {
        let depth = |frame: Option<usize>| frame.map_or(0, |frame| depths[frame] + 1);
        let deeper = if depth(a) < depth(b) { &mut b } else { &mut a };
        *deeper = deeper.and_then(|frame| drawing.frames[frame]);
    }
    a
}

/// Sets everything, from the top down.
fn settle(drawing: &Drawing, tree: &Tree, blocks: &[Block], heights: &mut [f64]) {
    let ranks = tree.all.iter().map(|item| item.rank + 1).max().unwrap_or(0);
    let gap = drawing.spacing.gap;
    let mut floors = vec![f64::NEG_INFINITY; ranks];
    let wanted = heights.to_vec();
    // The frames that are open: which, its next part, and how far it was moved.
    let mut open = vec![(blocks.len() - 1, 0, 0.0)];
    while let Some((frame, next, moved)) = open.last_mut() {
        let block = &blocks[*frame];
        let Some(&part) = block.parts.get(*next) else {
            let ended = *frame;
            open.pop();
            if ended + 1 < blocks.len()
                && let Some((first, last)) = block.ranks
            {
                let bottom = floors[first..=last].iter().copied().fold(f64::NEG_INFINITY, f64::max);
                // The gap below the lowest box becomes the padding; a gap comes after that.
                floors[first..=last].fill(bottom + FRAME_PADDING);
            }
            continue;
        };
        *next += 1;
        match part {
            Part::Frame(inner) => {
                let Some((first, last)) = blocks[inner].ranks else { continue };
                let floor = floors[first..=last].iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let above = FRAME_PADDING + FRAME_TITLE;
                let top = (blocks[inner].top + *moved - above - gap / 2.0).max(floor);
                let moved = top + above + gap / 2.0 - blocks[inner].top;
                // Half of the gap to a neighbour is on this side of the border.
                floors[first..=last].fill(top + above);
                open.push((inner, 0, moved));
            }
            Part::Place(place) => {
                let item = &tree.all[place];
                let half = match item.kind {
                    Kind::Node(node) => f64::midpoint(drawing.nodes[node].height, gap),
                    _ => gap / 4.0,
                };
                let parent = item.parent;
                let with_parent = heights[parent] - wanted[parent];
                let height = (wanted[place] + moved.max(with_parent)).max(floors[item.rank] + half);
                heights[place] = height;
                floors[item.rank] = height + half;
            }
        }
    }
}
