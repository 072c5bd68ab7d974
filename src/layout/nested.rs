//! Sets of boxes as frames.

use super::Drawing;

/// Makes sets of boxes the frames of a drawing. A set that holds only a part of another is none of its frames, for
/// rectangles cannot show it: the larger one is taken, of two as large the first. Nor is an empty set, or one that there is
/// already. Returns the frame of each set.
pub fn nested(drawing: &mut Drawing, sets: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.sort_by_key(|&set| std::cmp::Reverse(sets[set].len()));
    let mut frames = vec![None; sets.len()];
    let mut sizes: Vec<usize> = Vec::new();
    for set in order {
        let nodes = &sets[set];
        let Some(&first) = nodes.first() else { continue };
        let around = drawing.nodes[first].frame;
        let is_smaller = around.is_none_or(|around| nodes.len() < sizes[around]);
        if is_smaller && nodes.iter().all(|&node| drawing.nodes[node].frame == around) {
            let frame = drawing.frames.len();
            drawing.frames.push(around);
            sizes.push(nodes.len());
            frames[set] = Some(frame);
            for &node in nodes {
                drawing.nodes[node].frame = Some(frame);
            }
        }
    }
    frames
}
