//! Two tags of which only one can hold.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::tags::{removes, set};
use super::taxonomy::taxonomy_of;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let sets = facts.module(node) == "tag_operation" && !removes(facts, node);
        let asks = facts.module(node) == "tag-if" && facts.text(node, "condition") == Some("in_and");
        if !sets && !asks {
            continue;
        }
        let tags = if sets { set(facts, node) } else { facts.list(node, "tags").collect() };
        let mut first: FxHashMap<&str, &str> = FxHashMap::default();
        let mut pairs = tags.into_iter().filter_map(|tag| {
            let taxonomy = taxonomy_of(tag).filter(|taxonomy| taxonomy.exclusive && taxonomy.has(tag))?;
            let before = *first.entry(taxonomy.namespace).or_insert(tag);
            (before != tag).then_some((before, tag, taxonomy.namespace))
        });
        let Some((one, other, namespace)) = pairs.next() else { continue };
        let message = format!("`{one}` and `{other}` exclude each other");
        let label = if sets { "sets both" } else { "asks for both at once" };
        diagnostics.push(
            facts
                .finding(Code::ExclusiveTags, node, message, label)
                .note(format!("only one tag of the taxonomy `{namespace}` can hold at a time"))
                .help(if sets { "set one of them" } else { "ask for any of them: `tagged any […]`" }),
        );
    }
}
