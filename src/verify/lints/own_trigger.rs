//! Actions that make the workflow's own trigger fire again.

use super::facts::Facts;
use super::filters::is_filter;
use super::reads::names_key;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// A trigger, an action that makes it fire, and how.
const FIRED_BY: [(&str, &[&str], &str); 8] = [
    (module_ids::EVENT_PUBLISH, &[module_ids::PUBLISH_EVENT], "publishes the event"),
    (
        module_ids::ENRICHMENT_BEFORE_QUERY,
        &[module_ids::ATTACH_ENRICHMENT, module_ids::ENRICH_EVENT],
        "asks an enrichment module",
    ),
    (
        module_ids::ATTRIBUTE_AFTER_SAVE,
        &[
            module_ids::ATTRIBUTE_IDS_FLAG_OPERATION,
            module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION,
            module_ids::ATTRIBUTE_DISTRIBUTION_OPERATION,
            module_ids::ENRICH_EVENT,
        ],
        "saves attributes",
    ),
    (module_ids::EVENT_AFTER_SAVE, &[module_ids::MODULE_EVENT_DISTRIBUTION_OPERATION], "saves the event"),
    (module_ids::EVENT_BEFORE_SAVE, &[module_ids::MODULE_EVENT_DISTRIBUTION_OPERATION], "saves the event"),
    (module_ids::OBJECT_AFTER_SAVE, &[module_ids::ENRICH_EVENT], "saves objects"),
    (
        module_ids::TAG_ATTACHED_AFTER_SAVE,
        &[
            module_ids::TAG_OPERATION,
            module_ids::TAG_REPLACEMENT_TLP,
            module_ids::TAG_REPLACEMENT_PAP,
            module_ids::TAG_REPLACEMENT_GENERIC,
            module_ids::ASSIGN_COUNTRY,
        ],
        "attaches a tag",
    ),
    (module_ids::ANALYST_DATA_AFTER_SAVE, &[module_ids::ADD_ANALYST_DATA], "saves analyst data"),
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    let own = facts.module(trigger);
    let Some((_, actions, what)) = FIRED_BY.iter().find(|(fired, ..)| *fired == own) else { return };
    // A condition may well be what ends the loop, but not where publishing publishes.
    let guarded = facts
        .reachable_from(|node| facts.node(node).module_type == ModuleType::Logic && facts.node(node).outputs.len() > 1);
    let behind_filter = facts.reachable_from(|node| is_filter(facts, node) && asks_for_change(facts, node));
    for &node in &facts.order {
        let module = facts.module(node);
        let narrows = own == module_ids::TAG_ATTACHED_AFTER_SAVE
            && (module == module_ids::TAG_OPERATION && facts.text(node, "action") != Some("add")
                || names_tag(facts, trigger)
                || is_sorted_out(facts, trigger, node));
        let ends_itself = takes_filter(facts, node)
            && (facts.is_filtered(node) && asks_for_change(facts, node)
                || facts.filters.must[node] != 0 && behind_filter[node]);
        if !actions.contains(&module) || narrows || (guarded[node] && own != module_ids::EVENT_PUBLISH) || ends_itself {
            continue;
        }
        // In later releases that is `publishes-again`.
        if facts.is_later && module == module_ids::PUBLISH_EVENT {
            continue;
        }
        let finding = facts.finding(
            Code::TriggersItself,
            node,
            format!("{} makes the trigger `{own}` fire again, and with it this workflow", facts.name(node)),
            &format!("this {what}"),
        );
        diagnostics.push(
            facts
                .also(finding, trigger, "the workflow starts here")
                .note("MISP looks for loops inside a graph only, not for workflows that set themselves off: each run starts the next one")
                .help(if guarded[node] {
                    "use another trigger, or another workflow, for this step"
                } else {
                    "use another trigger, or ask with `if` for something that is no longer so after the first run"
                }),
        );
    }
}

/// Whether the trigger asks for another scope or locality than that of the tags that a step attaches.
fn is_sorted_out(facts: &Facts<'_, '_>, trigger: usize, node: usize) -> bool {
    [("scope", ["event", "attribute"]), ("locality", ["local", "global"])].iter().any(|(id, both)| {
        let [wanted, set] = [trigger, node].map(|at| facts.text(at, id).filter(|text| both.contains(text)));
        wanted.is_some() && set.is_some() && wanted != set
    })
}

/// Whether a step changes attributes, and only those that its filter finds.
fn takes_filter(facts: &Facts<'_, '_>, node: usize) -> bool {
    match facts.module(node) {
        module_ids::ATTRIBUTE_IDS_FLAG_OPERATION
        | module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION
        | module_ids::ATTRIBUTE_DISTRIBUTION_OPERATION => true,
        module_ids::TAG_OPERATION => facts.text(node, "scope") == Some("attribute"),
        _ => false,
    }
}

/// Whether a filter asks for what such a step changes, so that it may find nothing in the next run.
fn asks_for_change(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == module_ids::FILTER_TAG
        || ["to_ids", "comment", "distribution", "Tag", "_allTags"].iter().any(|key| names_key(facts, node, key))
}

/// Whether the trigger fires for one tag only.
fn names_tag(facts: &Facts<'_, '_>, trigger: usize) -> bool {
    facts.text(trigger, "tag").is_some_and(|tag| !tag.is_empty())
}
