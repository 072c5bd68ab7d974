//! Actions that make the workflow's own trigger fire again.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};
use crate::graph::ModuleType;

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
    for &node in &facts.order {
        let module = facts.module(node);
        let narrows = own == "tag-attached-after-save"
            && (module == "tag_operation" && facts.text(node, "action") != Some("add") || names_tag(facts, trigger));
        if !actions.contains(&module) || narrows || (guarded[node] && own != "event-publish") {
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
                .note("MISP looks for loops inside a graph only, not for workflows that set themselves off: the next run starts while nobody asked for it")
                .help(if guarded[node] {
                    "use another trigger, or another workflow, for this step"
                } else {
                    "use another trigger, or ask with `if` for something that is no longer so after the first run"
                }),
        );
    }
}

/// Whether the trigger fires for one tag only.
fn names_tag(facts: &Facts<'_, '_>, trigger: usize) -> bool {
    facts.text(trigger, "tag").is_some_and(|tag| !tag.is_empty())
}
