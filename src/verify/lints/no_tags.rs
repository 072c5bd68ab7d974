//! Steps about tags that name none.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // In a blueprint the tags may be picked where it is used.
    if facts.trigger.is_none() {
        return;
    }
    for &node in module_ids::LISTING_TAGS.iter().flat_map(|module| facts.nodes_of(module)) {
        let module = facts.module(node);
        let asks = module != module_ids::TAG_OPERATION;
        if !facts.is_empty(node, "tags") || asks && !facts.is_empty(node, "clusters") {
            continue;
        }
        // All of no tags are there, and none of them is.
        let holds = matches!(facts.text(node, "condition"), Some("in_and" | "not_in_or"));
        let consequence = match (module, holds) {
            (module_ids::TAG_IF, true) => "so the answer is always yes",
            (module_ids::TAG_IF, false) => "so the answer is always no",
            (module_ids::FILTER_TAG, true) => "so it keeps everything",
            (module_ids::FILTER_TAG, false) => "so it keeps nothing",
            _ => "so it does nothing",
        };
        diagnostics.push(
            facts
                .finding(Code::NoTags, node, format!("{} names no tag, {consequence}", facts.name(node)), "no tags")
                .note("MISP takes an empty list of tags silently")
                .help("name at least one: `tags: [\"tlp:clear\"]`"),
        );
    }
}
