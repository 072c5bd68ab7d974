//! Positions for nodes that have none.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{SignatureLookup, box_size};
use crate::layout::{Drawing, Edge, GAP, Node, Rectangle, layout, nested};
use crate::model::{Graph, ModuleType};

/// The size of the cells by which boxes near to each other are found, in pixels.
const CELL: f64 = 500.0;
/// How often a box is moved out of the way before it goes below all others.
const MAX_MOVES: usize = 32;

/// What the layout knows of a graph. Node `i` of the drawing is node `order[i]` of the graph.
pub struct Drawn {
    /// The boxes and connections.
    pub drawing: Drawing,
    /// The places in [`Graph::nodes`] of the boxes: triggers first, then as in the graph.
    pub order: Vec<usize>,
    /// The frame in the drawing for each frame of the graph; none for those that a rectangle cannot show.
    pub frames: Vec<Option<usize>>,
}

/// A graph as the layout takes it. `size` gives width and height of a node by its index.
pub fn drawing_of(graph: &Graph<'_>, size: impl Fn(usize) -> (f64, f64)) -> Drawn {
    let is_trigger = |&node: &usize| graph.nodes[node].module_type == ModuleType::Trigger;
    let (mut order, others): (Vec<usize>, Vec<usize>) = (0..graph.nodes.len()).partition(is_trigger);
    order.extend(others);
    let mut place = vec![0; order.len()];
    for (index, &node) in order.iter().enumerate() {
        place[node] = index;
    }
    let mut drawing = Drawing::default();
    for &index in &order {
        let node = &graph.nodes[index];
        let (width, height) = size(index);
        drawing.nodes.push(Node { width, height, ports: node.outputs.len(), frame: None });
        for (port, links) in node.outputs.iter().enumerate() {
            let targets = links.iter().filter_map(|link| graph.index(link.node));
            drawing.edges.extend(targets.map(|to| Edge { from: place[index], port, to: place[to] }));
        }
    }
    let sets: Vec<Vec<usize>> = graph
        .frames
        .iter()
        .map(|frame| {
            let nodes: FxHashSet<usize> = frame.nodes.iter().filter_map(|&id| graph.index(id)).collect();
            let mut nodes: Vec<usize> = nodes.into_iter().map(|node| place[node]).collect();
            nodes.sort_unstable();
            nodes
        })
        .collect();
    let frames = nested(&mut drawing, &sets);
    Drawn { drawing, order, frames }
}

/// Gives every node without a position one, as [`layout`] does. Positions that are already there stay, and no node is put
/// on top of them. The same graph always gets the same positions.
pub fn place(graph: &mut Graph<'_>, signature: &SignatureLookup<'_, '_>) {
    if graph.nodes.iter().all(|node| node.position.is_some()) {
        return;
    }
    let size = |index: usize| {
        let node = &graph.nodes[index];
        box_size(&node.module, node.module_type, signature(&node.module), node.params.len())
    };
    let drawn = drawing_of(graph, size);
    let mut boxes = layout(&drawn.drawing).nodes;
    let pinned = |place: usize| graph.nodes[drawn.order[place]].position;
    // The whole goes to where the first pin wants it.
    let moved = (0..boxes.len()).find_map(|place| {
        let (x, y) = pinned(place)?;
        let by = (x - boxes[place].x, y - boxes[place].y);
        (by.0.abs() < MAX_DISTANCE && by.1.abs() < MAX_DISTANCE).then_some(by)
    });
    let moved = moved.map(|(x, y)| (x.round(), y.round()));
    let mut taken = Taken::default();
    for (place, rectangle) in boxes.iter_mut().enumerate() {
        if let Some((x, y)) = pinned(place) {
            (rectangle.x, rectangle.y) = (x, y);
            taken.add(*rectangle);
        } else if let Some(by) = moved {
            rectangle.x += by.0;
            rectangle.y += by.1;
        }
    }
    for (&index, mut rectangle) in drawn.order.iter().zip(boxes) {
        let node = &mut graph.nodes[index];
        if node.position.is_none() {
            if moved.is_some() {
                taken.avoid(&mut rectangle);
                taken.add(rectangle);
            }
            node.position = Some((rectangle.x, rectangle.y));
        }
    }
}

/// A pin that is farther away does not say where the rest should be.
const MAX_DISTANCE: f64 = 1e6;

/// No box of a layout is as far away.
const FARTHEST: f64 = 1e12;

/// Where boxes are already.
#[derive(Default)]
struct Taken {
    cells: FxHashMap<(i64, i64), Vec<Rectangle>>,
    bottom: f64,
}

impl Taken {
    fn add(&mut self, rectangle: Rectangle) {
        // This also leaves out boxes whose place is not a number.
        if !(rectangle.x.abs() < FARTHEST && rectangle.y.abs() < FARTHEST) {
            return;
        }
        self.bottom = self.bottom.max(rectangle.y + rectangle.height);
        for cell in cells(&rectangle) {
            self.cells.entry(cell).or_default().push(rectangle);
        }
    }

    /// Moves a box down until it is on top of no other.
    fn avoid(&self, rectangle: &mut Rectangle) {
        for _ in 0..MAX_MOVES {
            let near: Vec<&Vec<Rectangle>> = cells(rectangle).filter_map(|cell| self.cells.get(&cell)).collect();
            if near.iter().any(|near| near.len() > MAX_MOVES) {
                break;
            }
            let covered = near.into_iter().flatten().filter(|other| overlap(rectangle, other));
            let Some(lowest) = covered.map(|other| other.y + other.height).reduce(f64::max) else { return };
            rectangle.y = (lowest + GAP).round();
        }
        rectangle.y = (self.bottom + GAP).round();
    }
}

fn overlap(a: &Rectangle, b: &Rectangle) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The cells that a box touches.
fn cells(rectangle: &Rectangle) -> impl Iterator<Item = (i64, i64)> + use<> {
    let range = |from: f64, length: f64| (from / CELL).floor() as i64..=((from + length) / CELL).floor() as i64;
    let rows = range(rectangle.y, rectangle.height);
    range(rectangle.x, rectangle.width).flat_map(move |column| rows.clone().map(move |row| (column, row)))
}

#[cfg(test)]
mod tests {
    use super::place;
    use crate::lower::testing::{graph_of, node};
    use crate::model::{Frame, Graph};

    fn xs(graph: &Graph<'_>) -> Vec<f64> {
        graph.nodes.iter().map(|node| node.position.unwrap().0).collect()
    }

    #[test]
    fn columns_follow_the_longest_way() {
        let mut graph = graph_of("1:1>2 2:1>3 2:2>4 3:1>4");
        place(&mut graph, &|_| None);
        assert_eq!(xs(&graph), [0.0, 440.0, 880.0, 1320.0]);
    }

    #[test]
    fn loops_are_placed_too() {
        let mut graph = graph_of("1:1>2 2:1>3 3:1>2 3:2>4");
        place(&mut graph, &|_| None);
        assert_eq!(xs(&graph), [0.0, 440.0, 880.0, 1320.0]);
    }

    #[test]
    fn the_rest_goes_where_a_pin_is() {
        let mut graph = graph_of("1:1>2 2:1>3");
        graph.nodes[1].position = Some((-2671.0, 461.7));
        place(&mut graph, &|_| None);
        assert_eq!(xs(&graph), [-3111.0, -2671.0, -2231.0]);
        assert_eq!(graph.nodes[1].position, Some((-2671.0, 461.7)));
    }

    #[test]
    fn what_a_frame_does_not_hold_lies_outside() {
        // Two branches meet; the frame holds the ends of the way and not what is between.
        let mut graph = graph_of("1:1>2 2:1>3 2:2>4 3:1>5 4:1>5");
        let frame = |nodes| Frame { uuid: "f".into(), text: "f".into(), nodes, class: "".into() };
        graph.frames.push(frame(vec![2, 5]));
        place(&mut graph, &|_| None);
        let at = |id| graph.node(id).unwrap().position.unwrap().1;
        let (top, bottom) = (at(2).min(at(5)), at(2).max(at(5)) + 84.0);
        for id in [3, 4] {
            assert!(at(id) + 84.0 < top || at(id) > bottom, "node {id}");
        }
    }

    #[test]
    fn pinned_nodes_stay_and_the_others_avoid_them() {
        for pinned in
            [(0.0, 0.0), (-2671.0, 461.7), (300.0, 700.0), (339.9, -699.0), (f64::MAX, f64::NAN), (0.0, 1e300)]
        {
            let mut graph = Graph::default();
            for id in 1..=30 {
                let mut node = node("push-zmq", 1).node;
                node.id = id;
                graph.nodes.push(node);
            }
            graph.nodes[7].position = Some(pinned);
            graph.nodes[9].position = Some((pinned.0 + 10.0, pinned.1 - 100.0));
            place(&mut graph, &|_| None);
            let at: Vec<_> = graph.nodes.iter().map(|node| node.position.unwrap()).collect();
            assert!(at[7] == pinned || pinned.1.is_nan());
            for (index, &a) in at.iter().enumerate() {
                for (other, &b) in at.iter().enumerate().skip(index + 1) {
                    let apart = (a.0 - b.0).abs() >= 318.0 || (a.1 - b.1).abs() >= 129.0;
                    // Both pins are the text's own.
                    assert!(
                        apart || (index, other) == (7, 9) || a.1.is_nan() || b.1.is_nan(),
                        "{pinned:?}: {index} and {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_pile_of_pins_costs_no_more_than_its_size() {
        let mut graph = Graph::default();
        for id in 1..=20_000 {
            let mut node = node("push-zmq", 1).node;
            node.id = id;
            node.position = (id % 2 == 0).then_some((f64::from(id % 7), 0.0));
            graph.nodes.push(node);
        }
        place(&mut graph, &|_| None);
        assert!(graph.nodes.iter().all(|node| node.position.is_some()));
    }
}
