//! Steps that work on attributes after one that leaves only some of them.

use super::facts::Facts;
use super::reads::names_key;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// Modules that change or decide by attributes, without naming a path.
const BY_ATTRIBUTE: [&str; 7] = [
    module_ids::BLOCKLIST_ACTION_MODULE,
    module_ids::ATTRIBUTE_IDS_FLAG_OPERATION,
    module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION,
    module_ids::ATTRIBUTE_DISTRIBUTION_OPERATION,
    module_ids::ATTACH_ENRICHMENT,
    module_ids::ATTACH_WARNINGLIST,
    module_ids::ATTACH_DECAY_SCORE,
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.nodes_of(module_ids::BLOCKLIST_ACTION_MODULE).is_empty() {
        return;
    }
    let mut behind: Vec<Option<usize>> = vec![None; facts.graph.nodes.len()];
    let mut reported = vec![false; facts.graph.nodes.len()];
    for &node in &facts.order {
        let narrowed = facts.incoming(node).iter().find_map(|edge| {
            let from = edge.from;
            if facts.module(from) == module_ids::BLOCKLIST_ACTION_MODULE {
                Some(from)
            } else {
                behind[from].filter(|_| !facts.reloads(from))
            }
        });
        behind[node] = narrowed;
        let Some(from) = narrowed.filter(|_| works_on_attributes(facts, node)) else { continue };
        if std::mem::replace(&mut reported[from], true) {
            continue;
        }
        let message = format!("{} sees only the attributes that the blocklist was changed for", facts.name(node));
        let finding = facts.finding(Code::NarrowedAttributes, node, message, "works on some of the attributes");
        diagnostics.push(
            facts
                .also(finding, from, "leaves out all other attributes")
                .note("`blocklist-action-module` takes the attributes that it did not touch out of the data, for all steps after it")
                .help("put the step before it, or `reload-full-event()` between the two"),
        );
    }
}

fn works_on_attributes(facts: &Facts<'_, '_>, node: usize) -> bool {
    let module = facts.module(node);
    let by_path = || ["Attribute", "_AttributeFlattened"].iter().any(|key| names_key(facts, node, key));
    match facts.text(node, "scope") {
        Some("attribute" | "event_attribute") => return true,
        Some(_) if module == module_ids::TAG_IF => return false,
        _ => {}
    }
    BY_ATTRIBUTE.contains(&module) || facts.node(node).module_type == ModuleType::Logic && by_path()
}
