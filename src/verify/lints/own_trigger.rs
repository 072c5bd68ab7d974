//! Actions that make the workflow's own trigger fire again.

use super::facts::Facts;
use super::filters::is_filter;
use super::reads::names_key;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// A trigger, an action that makes it fire, and how.
const FIRED_BY: [(&str, &[&str], &str); 8] = [
    ("event-publish", &["publish-event"], "publishes the event"),
    ("enrichment-before-query", &["attach-enrichment", "enrich-event"], "asks an enrichment module"),
    (
        "attribute-after-save",
        &[
            "attribute_ids_flag_operation",
            "Module_attribute_comment_operation",
            "attribute_distribution_operation",
            "enrich-event",
        ],
        "saves attributes",
    ),
    ("event-after-save", &["Module_event_distribution_operation"], "saves the event"),
    ("event-before-save", &["Module_event_distribution_operation"], "saves the event"),
    ("object-after-save", &["enrich-event"], "saves objects"),
    (
        "tag-attached-after-save",
        &["tag_operation", "tag_replacement_tlp", "tag_replacement_pap", "tag_replacement_generic", "assign_country"],
        "attaches a tag",
    ),
    ("analyst-data-after-save", &["add_analyst_data"], "saves analyst data"),
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    let own = facts.module(trigger);
    let Some((_, actions, what)) = FIRED_BY.iter().find(|(fired, ..)| *fired == own) else { return };
    // A condition may well be what ends the loop, but not where publishing publishes.
    let guarded =
        facts.behind(|node| facts.node(node).module_type == ModuleType::Logic && facts.node(node).outputs.len() > 1);
    let behind_filter = facts.behind(|node| is_filter(facts, node) && asks_for_change(facts, node));
    for &node in &facts.order {
        let module = facts.module(node);
        let narrows = own == "tag-attached-after-save"
            && (module == "tag_operation" && facts.text(node, "action") != Some("add")
                || names_tag(facts, trigger)
                || is_sorted_out(facts, trigger, node));
        let ends_itself = takes_filter(facts, node)
            && (facts.is_filtered(node) && asks_for_change(facts, node)
                || facts.filters.must[node] != 0 && behind_filter[node]);
        if !actions.contains(&module) || narrows || (guarded[node] && own != "event-publish") || ends_itself {
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
        "attribute_ids_flag_operation" | "Module_attribute_comment_operation" | "attribute_distribution_operation" => {
            true
        }
        "tag_operation" => facts.text(node, "scope") == Some("attribute"),
        _ => false,
    }
}

/// Whether a filter asks for what such a step changes, so that it may find nothing in the next run.
fn asks_for_change(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == "filter-tag"
        || ["to_ids", "comment", "distribution", "Tag", "_allTags"].iter().any(|key| names_key(facts, node, key))
}

/// Whether the trigger fires for one tag only.
fn names_tag(facts: &Facts<'_, '_>, trigger: usize) -> bool {
    facts.text(trigger, "tag").is_some_and(|tag| !tag.is_empty())
}
