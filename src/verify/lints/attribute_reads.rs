//! Which keys of attributes a node reads for certain.

use super::facts::Facts;
use super::reads::has_word;
use crate::catalogue::{ParameterKind, module_ids};
use crate::model::ParamValue;

/// Whether a node reads a key of attributes: in a hash path that leads through them, in a module filter over them, or as IF :: Tag
/// does. Templates are left out: they may take the key from elsewhere.
pub fn reads_of_attributes(facts: &Facts<'_, '_>, node: usize, key: &str) -> bool {
    let about_attributes = |path: &str| ["Attribute", "_AttributeFlattened"].iter().any(|list| has_word(path, list));
    let filter = &facts.node(node).filter;
    if about_attributes(&filter.selector)
        && [&filter.path, &filter.selector].into_iter().any(|path| has_word(path, key))
    {
        return true;
    }
    let text = |id| facts.text(node, id).unwrap_or_default();
    match facts.module(node) {
        module_ids::TAG_IF | module_ids::FILTER_TAG => match text("scope") {
            "attribute" => key == "Tag",
            "event_attribute" => key == "_allTags",
            _ => false,
        },
        module_ids::GENERIC_FILTER_DATA => about_attributes(text("selector")) && has_word(text("hash_path"), key),
        _ => paths(facts, node).any(|path| about_attributes(path) && has_word(path, key)),
    }
}

/// The hash paths among the parameters of a node.
pub fn paths<'f>(facts: &Facts<'f, '_>, node: usize) -> impl Iterator<Item = &'f str> + use<'f> {
    let signature = facts.signature(node);
    facts.node(node).params.iter().filter_map(move |(id, value)| {
        let ParamValue::Text(text) = value else { return None };
        let is_path = signature?.parameter(id)?.kind == ParameterKind::HashPath;
        text.as_plain().filter(|_| is_path)
    })
}
