//! Which tags a node asks for, and which it sets.

use super::facts::{Facts, plain};
use crate::catalogue::module_ids;
use crate::model::ParamValue;

pub use crate::tags::GALAXY;

/// The tags that a node asks for.
pub fn asked<'f>(facts: &Facts<'f, '_>, node: usize) -> Vec<&'f str> {
    match facts.module(node) {
        module_ids::TAG_IF | module_ids::FILTER_TAG => {
            facts.list(node, "tags").chain(facts.list(node, "clusters")).collect()
        }
        module_ids::GENERIC_IF | module_ids::GENERIC_FILTER_DATA => {
            let is_name = facts.text(node, "hash_path").is_some_and(|path| {
                let selector = facts.text(node, "selector").unwrap_or_default();
                let inside = |path: &str| path.contains("Tag.") || path.contains("_allTags.");
                path.ends_with("name") && (inside(path) || selector.contains("Tag"))
            });
            if !is_name {
                return Vec::new();
            }
            match facts.value(node, "operator").and_then(plain) {
                Some("in_or") => facts.list(node, "value_list").collect(),
                Some("any_value") => Vec::new(),
                _ => facts.text(node, "value").filter(|value| !value.is_empty()).into_iter().collect(),
            }
        }
        _ => Vec::new(),
    }
}

/// The tags that a node adds or removes.
pub fn set<'f>(facts: &Facts<'f, '_>, node: usize) -> Vec<&'f str> {
    if facts.module(node) == module_ids::TAG_OPERATION { facts.list(node, "tags").collect() } else { Vec::new() }
}

/// The tag that the module filter of a node asks for.
pub fn asked_by_filter<'f>(facts: &Facts<'f, '_>, node: usize) -> Option<&'f str> {
    let filter = &facts.node(node).filter;
    let asks_tags = filter.path.ends_with("Tag.{n}.name") || filter.path.ends_with("_allTags.{n}.name");
    filter.value.as_plain().filter(|_| asks_tags)
}

/// The galaxy clusters that a node asks for, without `misp-galaxy:`.
pub fn clusters<'f>(facts: &Facts<'f, '_>, node: usize) -> impl Iterator<Item = &'f str> {
    let asks = module_ids::asks_for_tags(facts.module(node));
    asks.then(|| facts.list(node, "clusters")).into_iter().flatten()
}

/// All tags that a node names in its parameters.
pub fn named<'f>(facts: &Facts<'f, '_>, node: usize) -> Vec<&'f str> {
    let mut tags: Vec<&str> = match facts.module(node) {
        module_ids::TAG_IF | module_ids::FILTER_TAG => facts.list(node, "tags").collect(),
        _ => asked(facts, node),
    };
    tags.extend(set(facts, node));
    tags.extend(asked_by_filter(facts, node));
    // Clusters have tags of their own.
    tags.retain(|tag| !tag.starts_with(GALAXY) && !tag.is_empty());
    tags
}

/// Whether a node takes tags away.
pub fn removes(facts: &Facts<'_, '_>, node: usize) -> bool {
    matches!(facts.value(node, "action"), Some(ParamValue::Text(text)) if text.as_plain() == Some("remove"))
}
