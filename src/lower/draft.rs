//! Nodes before they have ids.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::Lowering;
use super::flow::{End, Flow, Source};
use crate::base::source::Span;
use crate::check::NodeTemplate;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Connection, Frame, Graph, Node, NodeId};

/// A node whose connections name other drafts by index.
pub(super) struct Draft<'a> {
    /// The node, without id and connections.
    pub node: Node<'a>,
    /// The id it must get.
    pub pinned_id: Option<(NodeId, Span)>,
    /// Where each output leads; a slot is empty while it is an open end.
    pub links: Vec<Vec<Option<usize>>>,
    /// Whether it is left out where nothing follows: a reset that nothing but the end of a scope asks for.
    pub is_optional: bool,
}

impl Draft<'_> {
    /// Whether no node is made of it.
    fn is_left_out(&self) -> bool {
        self.is_optional && self.links.iter().flatten().flatten().next().is_none()
    }
}

/// A frame around drafts.
pub(super) struct DraftFrame<'a> {
    /// Its title.
    pub title: Cow<'a, str>,
    /// The drafts inside.
    pub drafts: std::ops::Range<usize>,
}

impl<'a> Lowering<'a, '_> {
    /// Adds a node that nothing leads to yet.
    pub(super) fn add(&mut self, template: NodeTemplate<'a>, inlined: bool) -> usize {
        let NodeTemplate { mut node, mut pinned_id, span } = template;
        if inlined {
            pinned_id = None;
            node.position = None;
        }
        node.origin = node.origin.or(Some(span));
        let links = vec![Vec::new(); node.outputs.len()];
        self.drafts.push(Draft { node, pinned_id, links, is_optional: false });
        self.drafts.len() - 1
    }

    /// Leads all ends to a node.
    pub(super) fn connect(&mut self, ends: &[End], to: usize) {
        for end in ends {
            match end.source {
                Source::Output { draft, output, slot } => {
                    // A node without this output was reported by whoever made it.
                    if let Some(slots) = self.drafts[draft].links.get_mut(output) {
                        if slots.len() <= slot {
                            slots.resize(slot + 1, None);
                        }
                        slots[slot] = Some(to);
                    }
                }
                Source::Label(label) => self.labels[label].entry = Some(to),
            }
        }
    }

    /// Adds a node that all ends of the flow lead to, with the filters of `scope` on.
    pub(super) fn attach(&mut self, template: NodeTemplate<'a>, flow: &mut Flow, scope: usize, inlined: bool) -> usize {
        let ends = self.settle(std::mem::take(&mut flow.ends), scope);
        let draft = self.add(template, inlined);
        self.connect(&ends, draft);
        draft
    }
}

/// Gives every draft its id and turns it into a node. The ids come too, in the order of the drafts; what is left out has none.
pub(super) fn finish<'a>(
    drafts: Vec<Draft<'a>>,
    frames: Vec<DraftFrame<'a>>,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Graph<'a>, Vec<Option<NodeId>>) {
    let ids = number(&drafts, diagnostics);
    let mut nodes: Vec<Node<'a>> = drafts
        .into_iter()
        .zip(&ids)
        .filter_map(|(Draft { mut node, links, .. }, &id)| {
            node.id = id?;
            let connection = |to: usize| ids[to].map(|node| Connection { node, input: 1 });
            node.outputs =
                links.into_iter().map(|slots| slots.into_iter().flatten().filter_map(connection).collect()).collect();
            Some(node)
        })
        .collect();
    nodes.sort_by_key(|node| node.id);
    let frames = frames
        .into_iter()
        .enumerate()
        .map(|(index, frame)| {
            let mut nodes: Vec<NodeId> = ids[frame.drafts].iter().copied().flatten().collect();
            nodes.sort_unstable();
            let seed = format!("mispflow:frame:{name}:{index}");
            Frame {
                uuid: Uuid::new_v5(&Uuid::NAMESPACE_URL, seed.as_bytes()).to_string().into(),
                text: frame.title,
                nodes,
                class: Cow::Borrowed(""),
            }
        })
        .collect();
    (Graph { nodes, frames }, ids)
}

/// The id of each draft that is not left out: the pinned one, or the next that nobody pins.
fn number(drafts: &[Draft<'_>], diagnostics: &mut Vec<Diagnostic>) -> Vec<Option<NodeId>> {
    let mut pinned: FxHashMap<NodeId, (usize, Span)> = FxHashMap::default();
    for (index, draft) in drafts.iter().enumerate() {
        let Some((id, span)) = draft.pinned_id else { continue };
        if let Some(&(_, first)) = pinned.get(&id) {
            diagnostics.push(
                Diagnostic::at(Code::InvalidPin, span, format!("two nodes are pinned to the id {id}"))
                    .label("the second one")
                    .also(first, "the first one")
                    .note("a node's id is its key in MISP's JSON: the second node would replace the first")
                    .help("give one of them another id, or remove its pin: nodes without a pin are numbered in source order"),
            );
        } else {
            pinned.insert(id, (index, span));
        }
    }
    let mut next = 1;
    drafts
        .iter()
        .enumerate()
        .map(|(index, draft)| match draft.pinned_id {
            Some((id, _)) if pinned[&id].0 == index => Some(id),
            _ if draft.is_left_out() => None,
            _ => {
                while pinned.contains_key(&next) {
                    next += 1;
                }
                next += 1;
                Some(next - 1)
            }
        })
        .collect()
}
