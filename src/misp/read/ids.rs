//! Gives every node an id that no other has.

use rustc_hash::FxHashSet;

use super::node::Draft;
use super::oddity::Notes;
use super::path::{Path, PathStep};
use super::value::id_of_key;
use crate::model::NodeId;

/// Where in the graph a node is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum NodePlace {
    /// In an object, under this key.
    Key(String),
    /// In a list.
    Index(usize),
}

impl NodePlace {
    pub(super) fn step(&self) -> PathStep<'_> {
        match self {
            Self::Key(key) => PathStep::Key(key),
            Self::Index(index) => PathStep::Index(*index),
        }
    }
}

/// Gives all nodes their ids and sorts them. First come the nodes whose key is an id (in a
/// workflow), then those that tell a free id, then all others, which get new ones.
pub(super) fn assign(drafts: &mut [Draft], path: &Path<'_>, notes: &mut Notes) {
    let mut taken: FxHashSet<NodeId> = FxHashSet::default();
    let mut homeless = Vec::new();
    for (index, draft) in drafts.iter_mut().enumerate() {
        let key = match &draft.place {
            NodePlace::Key(key) if draft.keyed => id_of_key(key),
            _ => None,
        };
        match key {
            Some(id) => {
                taken.insert(id);
                draft.node.id = id;
                if draft.own_id.is_some_and(|own| own != id) {
                    let here = path.step(draft.place.step());
                    notes.add(
                        &here.key("id"),
                        format!("the node's key is {id}, which counts in MISP; its own id is not kept"),
                    );
                }
            }
            None => homeless.push(index),
        }
    }
    homeless.retain(|&index| {
        let draft = &mut drafts[index];
        let own = draft.own_id.filter(|id| taken.insert(*id));
        draft.node.id = own.unwrap_or_default();
        if own.is_some() && draft.keyed && matches!(draft.place, NodePlace::Key(_)) {
            notes.add(&path.step(draft.place.step()), "the node's key is not a number; its own id is taken");
        }
        own.is_none()
    });
    if !homeless.is_empty() {
        renumber(drafts, &homeless, taken, path, notes);
    }
    drafts.sort_by_key(|draft| draft.node.id);
}

/// New ids for those that have none of their own: ids that no connection names either, so that
/// nothing leads to a node that did not lead there before.
fn renumber(
    drafts: &mut [Draft],
    homeless: &[usize],
    mut taken: FxHashSet<NodeId>,
    path: &Path<'_>,
    notes: &mut Notes,
) {
    for draft in drafts.iter() {
        taken.extend(draft.node.outputs.iter().flatten().map(|connection| connection.node));
    }
    let mut free = (1..=NodeId::MAX).filter(|id| !taken.contains(id));
    for &index in homeless {
        let Some(id) = free.next() else { break };
        let draft = &mut drafts[index];
        draft.node.id = id;
        let here = path.step(draft.place.step());
        let why = match draft.own_id {
            Some(own) => format!("another node has the id {own} too; connections to {own} lead to that one"),
            None => "the node has no id".to_owned(),
        };
        notes.add(&here, format!("{why}; this node is numbered {id}"));
    }
}
