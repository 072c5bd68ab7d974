//! Where the boxes of a graph go, and how its edges run between them.
//!
//! The method is the layered one (Sugiyama, Tagawa and Toda 1981): ranks from left to right, chains of points for edges
//! that span several ranks, an order within each rank, then heights.
//!
//! Workflows come from programs, and in the order of the source their edges rarely cross. So that order is kept where nothing
//! crosses in it. Heights are then those of a tidy tree (Reingold and Tilford 1981) over the tree of dominators (after Cooper,
//! Harvey and Kennedy 2001): a join hangs from the node that all ways to it share, and its branches lie above and below the
//! straight line between the two. Of branches that can still grow, or did, each makes room for the others and none for itself,
//! and a join comes after all that its branches hold. So a step that is added at the end of a branch moves no box before it.
//!
//! Where edges cross, other orders are searched for (`order.rs`), also with ranks that make edges short, and the heights follow
//! the order (`coordinates.rs`). One of them is taken only if fewer edges cross in it. All this is done without the boxes that
//! only end branches; they are placed last (`ends.rs`). So here too a step at the end of a branch moves no box before it.
//!
//! What a frame holds lies in a rectangle of its own, and what comes after a frame to the right of it. There a step may, in rare
//! cases, move what is before it, and everything where edges cross.
//!
//! All phases take time linear to nodes, edges and the points of edges, but for logarithms where something is sorted and where
//! joins are hung up, and for boxes that end branches: each is put into the row of its rank, which moves the rest of the row. The
//! number of points is limited, and so is the search.

mod coordinates;
mod dominators;
mod edges;
mod ends;
mod frames;
mod growth;
mod levels;
mod nested;
mod order;
mod random;
mod ranks;
#[cfg(test)]
mod samples;
mod tidy;
mod tree;

pub use nested::nested;
use ranks::Joins;

/// Least space between two boxes of a rank in MISP's editor, in pixels.
pub const GAP: f64 = 60.0;
/// Space between the border of a frame and what it holds, in pixels.
pub const FRAME_PADDING: f64 = 20.0;
/// Space for the title of a frame.
pub const FRAME_TITLE: f64 = 30.0;
/// Distance between two outputs of a box.
pub const PORT_DISTANCE: f64 = 25.0;

/// A box to be placed. The order of boxes is that of the source: the first is where reading begins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Node {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// How many outputs it has, one below the other on its right side.
    pub ports: usize,
    /// The innermost frame that holds it.
    pub frame: Option<usize>,
}

/// A connection from an output to the middle of the left side of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The index of the box it leaves.
    pub from: usize,
    /// The output, from 0.
    pub port: usize,
    /// The index of the box it leads to.
    pub to: usize,
}

/// The space between boxes, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spacing {
    /// The least space between two boxes of a rank.
    pub gap: f64,
    /// The space between two ranks.
    pub rank_gap: f64,
    /// The least width of a rank.
    pub rank_width: f64,
    /// Half the height of a box that is expected to follow where a branch can grow, with its gap.
    pub expected: f64,
}

impl Spacing {
    /// For MISP's editor: ranks are as wide as its boxes, and there is room for steps to come.
    pub const EDITOR: Self = Self { gap: GAP, rank_gap: 100.0, rank_width: 340.0, expected: 160.0 };
}

impl Default for Spacing {
    fn default() -> Self {
        Self::EDITOR
    }
}

/// What is to be laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// The boxes.
    pub nodes: Vec<Node>,
    /// The connections, in the order of the source.
    pub edges: Vec<Edge>,
    /// For each frame the one around it, which comes before it in the list.
    pub frames: Vec<Option<usize>>,
    /// How far apart things are.
    pub spacing: Spacing,
}

/// A rectangle, by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rectangle {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// Where everything goes. The first box begins at the height 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The boxes, as in the drawing.
    pub nodes: Vec<Rectangle>,
    /// For each edge the points it goes through. Between an odd and an even point (the first is the zeroth) it may bend;
    /// between an even and an odd one it is level.
    pub edges: Vec<Vec<(f64, f64)>>,
    /// The frames, as in the drawing. A frame that holds nothing is empty.
    pub frames: Vec<Rectangle>,
}

/// The height of an output over the middle of a box with this many; below it where that is positive.
pub fn port_offset(ports: usize, port: usize) -> f64 {
    let middle = number(ports.saturating_sub(1)) / 2.0;
    (number(port.min(ports.saturating_sub(1))) - middle) * PORT_DISTANCE
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Lays a graph out. Boxes that an edge leads to lie to the right of where it comes from, unless it closes a loop.
pub fn layout(drawing: &Drawing) -> Layout {
    if !drawing.frames.is_empty() {
        return Placed::best(drawing, Placed::in_order(drawing)).layout(drawing);
    }
    let growth = growth::Growth::new(drawing);
    if drawing.edges.iter().all(|edge| growth.is_loose[edge.to]) {
        // Trees.
        return Placed::in_order(drawing).layout(drawing);
    }
    let trunk = ends::Trunk::new(drawing, &growth);
    let placed = Placed::in_order(&trunk.drawing);
    if placed.crossings == 0 && trunk.is_of_program() {
        return Placed::in_order(drawing).layout(drawing);
    }
    trunk.with_ends(drawing, &growth, &Placed::best(&trunk.drawing, placed)).layout(drawing)
}

/// What has more boxes and points of edges is given one order only.
const MOST_PLACES: usize = 40_000;

/// A way to lay a graph out.
struct Placed {
    ranks: ranks::Ranks,
    tree: tree::Tree,
    heights: Vec<f64>,
    crossings: usize,
}

impl Placed {
    /// In the order of the source.
    fn in_order(drawing: &Drawing) -> Self {
        Self::new(drawing, ranks::Ranks::new(drawing, Joins::ClearWhereOpen))
    }

    /// The way in which the fewest edges cross, of this one and of others if any cross in it.
    fn best(drawing: &Drawing, mut best: Self) -> Self {
        if best.crossings > 0 {
            best.take_if_better(Self::new(drawing, ranks::Ranks::new(drawing, Joins::Clear)));
        }
        if best.crossings > 0 {
            best.reorder(drawing);
        }
        for joins in [Joins::Near, Joins::Shortened] {
            if best.crossings > 0 && best.tree.all.len() < MOST_PLACES {
                let mut other = Self::new(drawing, ranks::Ranks::new(drawing, joins));
                other.reorder(drawing);
                best.take_if_better(other);
            }
        }
        best
    }

    /// In the order of the source, with these ranks.
    fn new(drawing: &Drawing, ranks: ranks::Ranks) -> Self {
        let tree = tree::Tree::new(drawing, &ranks);
        let mut heights = tidy::heights(drawing, &tree);
        frames::keep_apart(drawing, &tree, &mut heights, None);
        let crossings = levels::crossings(drawing, &tree, &heights);
        Self { ranks, tree, heights, crossings }
    }

    /// Takes another order where fewer edges cross in it.
    fn reorder(&mut self, drawing: &Drawing) {
        let levels = levels::Levels::new(drawing, &self.tree, &self.heights);
        if let Some(order) = order::improved(&levels) {
            self.take_order_if_better(drawing, &levels, &order);
        }
        if self.crossings == 0 || drawing.frames.is_empty() || self.tree.all.len() > MOST_PLACES {
            return;
        }
        // Without frames there is more freedom; what comes of that is another start.
        let mut bare = drawing.clone();
        bare.frames.clear();
        bare.nodes.iter_mut().for_each(|node| node.frame = None);
        let levels = levels::Levels::new(&bare, &self.tree, &self.heights);
        let order = order::improved(&levels);
        let mut heights = coordinates::heights(&levels, order.as_deref().unwrap_or(&levels.ranks));
        frames::keep_apart(drawing, &self.tree, &mut heights, None);
        let levels = levels::Levels::new(drawing, &self.tree, &heights);
        let order = order::improved(&levels);
        self.take_order_if_better(drawing, &levels, order.as_deref().unwrap_or(&levels.ranks));
    }

    /// Takes another way if fewer edges cross in it.
    fn take_if_better(&mut self, other: Self) {
        if other.crossings < self.crossings {
            *self = other;
        }
    }

    /// Takes an order if fewer edges cross in it.
    fn take_order_if_better(&mut self, drawing: &Drawing, levels: &levels::Levels, order: &[Vec<usize>]) {
        let mut heights = coordinates::heights(levels, order);
        heights.truncate(self.heights.len());
        frames::keep_apart(drawing, &self.tree, &mut heights, Some((levels, order)));
        let crossings = levels::crossings(drawing, &self.tree, &heights);
        if crossings < self.crossings {
            (self.heights, self.crossings) = (heights, crossings);
        }
    }

    fn layout(mut self, drawing: &Drawing) -> Layout {
        if let Some(node) = drawing.nodes.first() {
            let origin = self.heights[self.tree.items[0]] - node.height / 2.0;
            for height in &mut self.heights {
                *height -= origin;
            }
        }
        let columns = columns(drawing, &self.ranks);
        let nodes: Vec<Rectangle> = drawing
            .nodes
            .iter()
            .zip(&self.tree.items)
            .zip(&self.ranks.of)
            .map(|((node, &item), &rank)| Rectangle {
                x: columns[rank].0,
                y: self.heights[item] - node.height / 2.0,
                width: node.width,
                height: node.height,
            })
            .collect();
        let edges = edges::points(drawing, &self.tree, &nodes, &self.heights, &columns);
        let frames = frames::rectangles(drawing, &nodes);
        Layout { nodes, edges, frames }
    }
}

/// The left and right end of each rank.
fn columns(drawing: &Drawing, ranks: &ranks::Ranks) -> Vec<(f64, f64)> {
    let mut widths = vec![drawing.spacing.rank_width; ranks.count];
    for (node, &rank) in drawing.nodes.iter().zip(&ranks.of) {
        widths[rank] = widths[rank].max(node.width);
    }
    let deepest = frames::depths(&drawing.frames).into_iter().max().unwrap_or(0);
    let gap = drawing.spacing.rank_gap.max(2.0 * FRAME_PADDING * number(deepest + 1));
    let mut x = 0.0;
    let column = |width| {
        let left = x;
        x += width + gap;
        (left, left + width)
    };
    widths.into_iter().map(column).collect()
}

#[cfg(test)]
mod tests;
