//! Two versions of a document in one picture.

use rustc_hash::FxHashMap;

use crate::diff::{Change, Difference};
use crate::model::{Connection, Document, NodeId};

use super::build::{Marks, Options};
use super::scene::{Mark, Said, Scene, SourceLines};

/// Two versions of a document, and what differs.
pub struct Versions<'v, 'a> {
    /// The first.
    pub before: &'v Document<'a>,
    /// The second.
    pub after: &'v Document<'a>,
    /// What differs from the first to the second.
    pub difference: &'v Difference,
    /// Which nodes are the same in both: ids of the first and of the second.
    pub partners: &'v [(NodeId, NodeId)],
    /// Where a node of the first is written.
    pub source_before: &'v dyn Fn(NodeId) -> Option<SourceLines>,
}

impl Scene {
    /// Both versions in one picture, which tells apart what was added, removed and changed. `options` are those of the second version.
    pub fn of_versions(versions: &Versions<'_, '_>, options: &Options<'_>) -> Self {
        let mut document = versions.after.clone();
        let graph = &mut document.graph;
        let mut marks = Marks::default();
        for node in &versions.difference.added {
            marks.nodes.insert(node.id, Mark::Added);
        }
        for node in &versions.difference.changed {
            marks.nodes.insert(node.after, Mark::Changed);
            marks.says.insert(node.after, node.changes.iter().map(said).collect());
        }
        // What was removed gets ids that nothing else has.
        let mut now: FxHashMap<NodeId, NodeId> = versions.partners.iter().copied().collect();
        let mut before: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let mut free = (1..).filter(|id| versions.after.graph.node(*id).is_none());
        for node in &versions.difference.removed {
            let Some(old) = versions.before.graph.node(node.id) else { continue };
            // There are fewer nodes than ids.
            let Some(id) = free.next() else { break };
            now.insert(node.id, id);
            before.insert(id, node.id);
            marks.nodes.insert(id, Mark::Removed);
            marks.numbers.insert(id, node.id);
            let mut kept = old.clone();
            kept.id = id;
            kept.outputs.iter_mut().for_each(Vec::clear);
            let place = graph.nodes.partition_point(|other| other.id < id);
            graph.nodes.insert(place, kept);
        }
        for edge in &versions.difference.removed_edges {
            let (Some(&from), Some(&to)) = (now.get(&edge.from), now.get(&edge.to)) else { continue };
            let Some(index) = graph.index(from) else { continue };
            let outputs = &mut graph.nodes[index].outputs;
            if outputs.len() < edge.output {
                outputs.resize(edge.output, Vec::new());
            }
            outputs[edge.output - 1].push(Connection { node: to, input: edge.input });
            marks.wires.push(((from, edge.output - 1, to), Mark::Removed));
        }
        for edge in &versions.difference.added_edges {
            marks.wires.push(((edge.from, edge.output - 1, edge.to), Mark::Added));
        }
        let source = |id: NodeId| match before.get(&id) {
            Some(&old) => (versions.source_before)(old),
            None => (options.source)(id),
        };
        let mut scene = Self::marked(&document, &Options { source: &source, ..*options }, &marks);
        for change in &versions.difference.fields {
            let said = said(change);
            let line = (options.hide)(&said.whole());
            scene.description.push_str(if scene.description.is_empty() { "" } else { "\n" });
            scene.description.push_str(&crate::diagnostics::printable_line(&line));
        }
        scene
    }
}

/// A change as a node says it.
fn said(change: &Change) -> Said {
    let value = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("was not there → {after}"),
        (Some(before), None) => format!("{before} → no longer there"),
        (None, None) => String::new(),
    };
    Said { name: change.what.clone(), value, mark: Mark::Changed }
}
