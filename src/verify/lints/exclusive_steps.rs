//! A tag that a step sets although an earlier step of the run has set one that it excludes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::exclusive_tags::{adds, exclusive_part, finding};
use super::facts::{Facts, plain};
use super::tags::set;
use crate::catalogue::module_ids;
use crate::diagnostics::Diagnostic;
use crate::model::ParamValue;

/// So many different tags are followed through a graph.
const FOLLOWED: usize = 64;

/// What a step puts tags on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum TagTarget {
    Event,
    AllAttributes,
    SomeAttributes,
}

impl TagTarget {
    /// `None` if the step puts them on nothing, or nobody knows on what.
    fn of(facts: &Facts<'_, '_>, node: usize) -> Option<Self> {
        let filtered = facts.node(node).filter.is_active();
        match facts.text(node, "scope") {
            Some("event") => (!filtered).then_some(Self::Event),
            Some("attribute") if filtered || facts.filters.may[node] != 0 => Some(Self::SomeAttributes),
            Some("attribute") => Some(Self::AllAttributes),
            _ => None,
        }
    }

    /// Whether something is in both, whatever the data are.
    fn meets(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Event, Self::Event)
                | (Self::AllAttributes, Self::AllAttributes | Self::SomeAttributes)
                | (Self::SomeAttributes, Self::AllAttributes)
        )
    }
}

/// A tag that is followed.
struct Followed<'f> {
    target: TagTarget,
    tag: &'f str,
    part: &'f str,
    /// The first step that sets it.
    node: usize,
}

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let followed = followed(facts);
    if followed.len() < 2 {
        return;
    }
    let bits: FxHashMap<(TagTarget, &str), usize> =
        followed.iter().enumerate().map(|(bit, known)| ((known.target, known.tag), bit)).collect();
    // What is set after each node, on every way to it.
    let mut behind = vec![0u64; facts.graph.nodes.len()];
    for &node in &facts.order {
        let before = facts.incoming(node).iter().map(|edge| behind[edge.from]).reduce(|all, one| all & one);
        let before = before.unwrap_or_default();
        behind[node] = if may_take_off(facts, node) { 0 } else { before };
        if !adds(facts, node) {
            continue;
        }
        let Some(target) = TagTarget::of(facts, node) else { continue };
        for tag in set(facts, node) {
            let Some(&bit) = bits.get(&(target, tag)) else { continue };
            let part = followed[bit].part;
            let mut set_before = followed.iter().enumerate().filter(|(other, _)| before & (1 << other) != 0);
            let other =
                set_before.find(|(_, other)| other.part == part && other.tag != tag && target.meets(other.target));
            if let Some((_, other)) = other {
                let found = finding(facts, node, (other.tag, tag), "sets the other one in the same run");
                diagnostics.push(facts.also(found, other.node, "one is set here").help(format!(
                    "set one of them, or take `{}` off first: `tag_operation` with `action: remove`",
                    other.tag
                )));
            }
            behind[node] |= 1 << bit;
        }
    }
}

/// The tags that exclude others and that no step takes off.
fn followed<'f>(facts: &Facts<'f, '_>) -> Vec<Followed<'f>> {
    let operations = || facts.order.iter().copied().filter(|&node| facts.module(node) == module_ids::TAG_OPERATION);
    let taken_off: FxHashSet<&str> =
        operations().filter(|&node| !adds(facts, node)).flat_map(|node| set(facts, node)).collect();
    let mut seen = FxHashSet::default();
    let mut followed = Vec::new();
    for node in operations().filter(|&node| adds(facts, node)) {
        let Some(target) = TagTarget::of(facts, node) else { continue };
        for tag in set(facts, node).into_iter().filter(|tag| !taken_off.contains(tag)) {
            let Some(part) = exclusive_part(facts, tag) else { continue };
            if followed.len() < FOLLOWED && seen.insert((target, tag)) {
                followed.push(Followed { target, tag, part, node });
            }
        }
    }
    followed
}

/// Whether a step may take off tags that nobody can name.
fn may_take_off(facts: &Facts<'_, '_>, node: usize) -> bool {
    let module = facts.module(node);
    let unknown = match facts.value(node, "tags") {
        _ if module != module_ids::TAG_OPERATION || adds(facts, node) => false,
        Some(ParamValue::List(tags)) => tags.iter().any(|tag| plain(tag).is_none()),
        Some(tag) => plain(tag).is_none(),
        None => false,
    };
    unknown || module_ids::replaces_tags(module) || module == module_ids::RUN_WORKFLOW || facts.is_foreign(node)
}
