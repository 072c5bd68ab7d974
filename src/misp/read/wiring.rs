//! Outputs against inputs. MISP walks along the outputs; the editor draws what the inputs list.

use super::node::Draft;
use super::oddity::Notes;
use super::path::{Path, PathStep};
use crate::model::{ModuleType, NodeId};

/// A connection as either end tells it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    source: NodeId,
    output: usize,
    target: NodeId,
    input: u8,
}

/// An edge, and where in the text it is.
struct Told {
    edge: Edge,
    /// Index of the node that tells it.
    node: usize,
    /// Its place in the port's list.
    index: usize,
}

/// Settles how many inputs nodes without `inputs` have, and notes where the two ends of connections
/// disagree. `drafts` are in order of their ids.
pub(super) fn compare(drafts: &mut [Draft], path: &Path<'_>, notes: &mut Notes) {
    let outgoing = outgoing(drafts);
    settle_inputs(drafts, &outgoing, path, notes);
    let incoming = incoming(drafts);

    let mut listed = incoming.iter().peekable();
    for told in &outgoing {
        while let Some(other) = listed.next_if(|other| other.edge < told.edge) {
            note_input_only(drafts, other, path, notes);
        }
        let matched = listed.next_if(|other| other.edge == told.edge).is_some();
        note_output(drafts, told, matched, path, notes);
    }
    for other in listed {
        note_input_only(drafts, other, path, notes);
    }
}

fn outgoing(drafts: &[Draft]) -> Vec<Told> {
    let mut all = Vec::new();
    for (node, draft) in drafts.iter().enumerate() {
        for (output, connections) in draft.node.outputs.iter().enumerate() {
            all.extend(connections.iter().enumerate().map(|(index, connection)| Told {
                edge: Edge {
                    source: draft.node.id,
                    output: output + 1,
                    target: connection.node,
                    input: connection.input,
                },
                node,
                index,
            }));
        }
    }
    all.sort_by_key(|told| told.edge);
    all
}

fn incoming(drafts: &[Draft]) -> Vec<Told> {
    let mut all = Vec::new();
    for (node, draft) in drafts.iter().enumerate() {
        all.extend(draft.inputs.iter().flatten().map(|connection| Told {
            edge: Edge {
                source: connection.source,
                output: usize::from(connection.output),
                target: draft.node.id,
                input: connection.input,
            },
            node,
            index: connection.index,
        }));
    }
    all.sort_by_key(|told| told.edge);
    all
}

fn find(drafts: &[Draft], id: NodeId) -> Option<usize> {
    drafts.binary_search_by_key(&id, |draft| draft.node.id).ok()
}

fn settle_inputs(drafts: &mut [Draft], outgoing: &[Told], path: &Path<'_>, notes: &mut Notes) {
    for draft in drafts.iter_mut().filter(|draft| draft.inputs.is_none()) {
        draft.node.inputs = u8::from(draft.node.module_type != ModuleType::Trigger);
        notes
            .add(&path.step(draft.place.step()), "`inputs` is missing; it is made from the outputs of the other nodes");
    }
    for Told { edge, .. } in outgoing {
        if let Some(index) = find(drafts, edge.target)
            && drafts[index].inputs.is_none()
        {
            let node = &mut drafts[index].node;
            node.inputs = node.inputs.max(edge.input);
        }
    }
}

fn note_output(drafts: &[Draft], told: &Told, matched: bool, path: &Path<'_>, notes: &mut Notes) {
    let Edge { output, target, input, .. } = told.edge;
    let message = match find(drafts, target) {
        None => format!("the connection leads to node {target}, which does not exist; it is kept"),
        Some(_) if matched => return,
        Some(index) if drafts[index].inputs.is_none() => return,
        Some(index) if drafts[index].node.inputs < input => {
            format!("the connection leads to `input_{input}` of node {target}, which has no such input; it is kept")
        }
        Some(_) => format!(
            "the inputs of node {target} do not list this connection, so the editor would not draw it; it is kept"
        ),
    };
    let node = path.step(drafts[told.node].place.step());
    let port = format!("output_{output}");
    at_connection(&node, "outputs", &port, told.index, |path| notes.add(path, message));
}

fn note_input_only(drafts: &[Draft], told: &Told, path: &Path<'_>, notes: &mut Notes) {
    let Edge { source, output, input, .. } = told.edge;
    let message = if find(drafts, source).is_some() {
        format!(
            "`output_{output}` of node {source} does not lead here, and MISP walks along the outputs; this connection is not kept"
        )
    } else {
        format!("the connection comes from node {source}, which does not exist; it is not kept")
    };
    let node = path.step(drafts[told.node].place.step());
    let port = format!("input_{input}");
    at_connection(&node, "inputs", &port, told.index, |path| notes.add(path, message));
}

/// Calls `then` with the path of a connection.
fn at_connection(node: &Path<'_>, side: &str, port: &str, index: usize, then: impl FnOnce(&Path<'_>)) {
    let side = node.key(side);
    let port = side.key(port);
    let list = port.key("connections");
    then(&list.step(PathStep::Index(index)));
}
