//! A simple grid for nodes without a position: a column for each step from the beginning.

use rustc_hash::FxHashSet;

use crate::base::Components;
use crate::model::Graph;

/// The largest box of the editor that the grid leaves room for, in pixels.
const BOX: (f64, f64) = (340.0, 700.0);
/// The size of the grid's cells: a box and room for the lines between boxes.
const CELL: (f64, f64) = (440.0, 760.0);

/// Gives every node without a position one on a grid: its column is the longest way to it from a
/// beginning, its row the next free one. Positions that are already there stay, and no node is
/// put on top of them. The same graph always gets the same positions.
pub fn place_on_grid(graph: &mut Graph<'_>) {
    let columns = columns(graph);
    let mut taken = FxHashSet::default();
    for (x, y) in graph.nodes.iter().filter_map(|node| node.position) {
        for column in cells_under(x, BOX.0, CELL.0) {
            for row in cells_under(y, BOX.1, CELL.1) {
                taken.insert((column, row));
            }
        }
    }
    let mut next_row = vec![0_u32; graph.nodes.len()];
    for (node, &column) in graph.nodes.iter_mut().zip(&columns) {
        if node.position.is_none() {
            let row = &mut next_row[column as usize];
            while taken.contains(&(i64::from(column), i64::from(*row))) {
                *row += 1;
            }
            node.position = Some((f64::from(column) * CELL.0, f64::from(*row) * CELL.1));
            *row += 1;
        }
    }
}

/// The columns (or rows) whose boxes would overlap a box that begins at `at`.
fn cells_under(at: f64, length: f64, cell: f64) -> std::ops::RangeInclusive<i64> {
    // The conversions saturate, which is as good as outside of the grid.
    let first = (((at - length) / cell).floor() as i64).saturating_add(1);
    let last = (((at + length) / cell).ceil() as i64).saturating_sub(1);
    first..=last.min(first.saturating_add(2))
}

/// The longest way to each node from a beginning, in connections; the nodes of a loop share theirs.
fn columns(graph: &Graph<'_>) -> Vec<u32> {
    let links = graph.nodes.iter().enumerate().flat_map(|(from, node)| {
        node.outputs.iter().flatten().filter_map(|link| graph.index(link.node)).map(move |to| (from, to))
    });
    let components = Components::new(graph.nodes.len(), links);
    let mut columns = vec![0_u32; components.order.len()];
    for (component, nodes) in components.order.iter().enumerate() {
        for successor in nodes.iter().flat_map(|&node| components.successors(node)) {
            let to = components.of[successor];
            if to != component {
                columns[to] = columns[to].max(columns[component] + 1);
            }
        }
    }
    components.of.iter().map(|&component| columns[component]).collect()
}

#[cfg(test)]
mod tests {
    use super::{BOX, place_on_grid};
    use crate::lower::testing::{graph_of, node};

    fn overlap(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < BOX.0 && (a.1 - b.1).abs() < BOX.1
    }

    #[test]
    fn columns_follow_the_longest_way() {
        let mut graph = graph_of("1:1>2 2:1>3 2:2>4 3:1>4");
        place_on_grid(&mut graph);
        let x: Vec<_> = graph.nodes.iter().map(|node| node.position.unwrap().0).collect();
        assert_eq!(x, [0.0, 440.0, 880.0, 1320.0]);
    }

    #[test]
    fn loops_are_placed_too() {
        let mut graph = graph_of("1:1>2 2:1>3 3:1>2 3:2>4");
        place_on_grid(&mut graph);
        let x: Vec<_> = graph.nodes.iter().map(|node| node.position.unwrap().0).collect();
        assert_eq!(x, [0.0, 440.0, 440.0, 880.0]);
    }

    #[test]
    fn pinned_nodes_stay_and_the_others_avoid_them() {
        for pinned in
            [(0.0, 0.0), (-2671.0, 461.7), (300.0, 700.0), (339.9, -699.0), (f64::MAX, f64::NAN), (0.0, 1e300)]
        {
            let mut graph = crate::model::Graph::default();
            for id in 1..=30 {
                let mut node = node("push-zmq", 1).node;
                node.id = id;
                graph.nodes.push(node);
            }
            graph.nodes[7].position = Some(pinned);
            place_on_grid(&mut graph);
            let at: Vec<_> = graph.nodes.iter().map(|node| node.position.unwrap()).collect();
            assert!(at[7] == pinned || pinned.1.is_nan());
            for (index, &a) in at.iter().enumerate() {
                assert!(at[index + 1..].iter().all(|&b| !overlap(a, b)), "{pinned:?}: node {}", index + 1);
            }
        }
    }
}
