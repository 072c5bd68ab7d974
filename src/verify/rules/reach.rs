//! Which nodes a run can reach, and from where.

use super::view::View;

/// For each node, the first of `starts` that leads to it; the starts themselves count only where
/// another node leads back to them.
pub(super) fn reached_from(view: &View<'_, '_>, starts: impl IntoIterator<Item = usize>) -> Vec<Option<usize>> {
    let mut from = vec![None; view.graph.nodes.len()];
    for start in starts {
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            for successor in view.components.successors(node) {
                if from[successor].is_none() {
                    from[successor] = Some(start);
                    stack.push(successor);
                }
            }
        }
    }
    from
}
