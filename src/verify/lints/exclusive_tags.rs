//! Two tags of which only one can hold.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::tags::set;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let sets = adds(facts, node);
        let asks = facts.module(node) == module_ids::TAG_IF && facts.text(node, "condition") == Some("in_and");
        if !sets && !asks {
            continue;
        }
        let tags = if sets { set(facts, node) } else { facts.list(node, "tags").collect() };
        let mut first: FxHashMap<&str, &str> = FxHashMap::default();
        let mut pairs = tags.into_iter().filter_map(|tag| {
            let part = exclusive_part(facts, tag)?;
            let before = *first.entry(part).or_insert(tag);
            (before != tag).then_some((before, tag))
        });
        let Some(pair) = pairs.next() else { continue };
        let (label, help) = if sets {
            ("sets both", "set one of them")
        } else {
            ("asks for both at once", "ask for any of them: `tagged any […]`")
        };
        diagnostics.push(finding(facts, node, pair, label).help(help));
    }
}

/// Whether a node puts tags on.
pub(super) fn adds(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == module_ids::TAG_OPERATION && facts.text(node, "action") == Some("add")
}

/// What a tag shares with those it excludes.
pub(super) fn exclusive_part<'t>(facts: &Facts<'_, '_>, tag: &'t str) -> Option<&'t str> {
    facts.tags.taxonomies().of(tag)?.exclusive_part(tag)
}

/// A finding about two tags that share such a part.
pub(super) fn finding(facts: &Facts<'_, '_>, node: usize, (one, other): (&str, &str), label: &str) -> Diagnostic {
    let part = exclusive_part(facts, other).unwrap_or_default();
    let what = if part.contains(':') { "predicate" } else { "taxonomy" };
    facts
        .finding(Code::ExclusiveTags, node, format!("`{one}` and `{other}` exclude each other"), label)
        .note(format!("only one tag of the {what} `{part}` can hold at a time"))
}
