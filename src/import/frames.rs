//! The editor's frames: kept in the head, or as comments.

use rustc_hash::FxHashMap;

use crate::model::{Frame, NodeId};

use super::note::Notes;
use super::written::{Entry, Written};

/// The comments before steps, by the place of their first node in the text: the title of every
/// frame whose nodes are together.
pub(super) fn comments(frames: &[Frame<'_>], sequence: &[NodeId], notes: &mut Notes) -> Vec<Vec<String>> {
    let place: FxHashMap<NodeId, usize> = sequence.iter().enumerate().map(|(place, &id)| (id, place)).collect();
    let mut comments = vec![Vec::new(); sequence.len()];
    for frame in frames {
        let mut places: Vec<usize> = frame.nodes.iter().filter_map(|id| place.get(id).copied()).collect();
        places.sort_unstable();
        places.dedup();
        match (places.first(), places.last()) {
            (Some(&first), Some(&last)) if last - first + 1 == places.len() && !frame.text.trim().is_empty() => {
                comments[first].push(frame.text.trim().to_owned());
            }
            _ => notes.add(format!(
                "the frame \"{}\" is not kept: its steps are not next to each other, or it has no title; `--keep-layout` keeps it",
                frame.text
            )),
        }
    }
    comments
}

/// `frames: […]`
pub(super) fn field(frames: &[Frame<'_>], ids: &dyn Fn(NodeId) -> bool, notes: &mut Notes) -> Entry {
    let written = frames.iter().map(|frame| {
        let text = |text: &str| Written::Text(text.to_owned());
        let mut entries = vec![("uuid".to_owned(), text(&frame.uuid)), ("title".to_owned(), text(&frame.text))];
        if !frame.class.is_empty() {
            entries.push(("class".to_owned(), text(&frame.class)));
        }
        let (there, missing): (Vec<NodeId>, Vec<NodeId>) = frame.nodes.iter().partition(|&&id| ids(id));
        for id in missing {
            notes.add(format!("the frame \"{}\" holds node {id}, which is not kept; it is taken out", frame.text));
        }
        let ids = there.into_iter().map(|id| Written::Bare(id.to_string())).collect();
        entries.push(("nodes".to_owned(), Written::List(ids)));
        Written::Object(entries)
    });
    ("frames".to_owned(), Written::List(written.collect()))
}
