//! The points that edges go through.

use super::tree::{Kind, Tree};
use super::{Drawing, Rectangle, port_offset};

/// Distance between two edges that lead back.
const BACK: f64 = 20.0;

/// The points of each edge. `columns` are the left and right ends of the ranks.
pub fn points(
    drawing: &Drawing,
    tree: &Tree,
    nodes: &[Rectangle],
    heights: &[f64],
    columns: &[(f64, f64)],
) -> Vec<Vec<(f64, f64)>> {
    let rank = |node: usize| tree.all[tree.items[node]].rank;
    let mut low = nodes.iter().map(|node| node.y + node.height).fold(f64::NEG_INFINITY, f64::max) + drawing.spacing.gap;
    let edges = drawing.edges.iter().zip(&tree.points).map(|(edge, through)| {
        let (from, to) = (nodes[edge.from], nodes[edge.to]);
        let start = from.y + from.height / 2.0 + port_offset(drawing.nodes[edge.from].ports, edge.port);
        let end = (to.x, to.y + to.height / 2.0);
        let right = columns[rank(edge.from)].1;
        let mut points = vec![(from.x + from.width, start), (right, start)];
        if let Some(through) = through {
            for &place in through {
                debug_assert!(matches!(tree.all[place].kind, Kind::Point(_)));
                let (left, right) = columns[tree.all[place].rank];
                points.extend([(left, heights[place]), (right, heights[place])]);
            }
        } else {
            // Below everything.
            low += BACK;
            points.extend([(right, low), (columns[rank(edge.to)].0, low)]);
        }
        points.extend([end, end]);
        points
    });
    edges.collect()
}
