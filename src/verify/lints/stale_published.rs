//! An event that is published and asked about in the same run: the question does not see it.
//! See `docs/misp-semantics.md`, "Modules in a run".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.nodes_of(module_ids::PUBLISH_EVENT).is_empty() {
        return;
    }
    let mut behind: Vec<Option<usize>> = vec![None; facts.graph.nodes.len()];
    for &node in &facts.order {
        behind[node] = facts.incoming(node).iter().find_map(|edge| {
            let from = edge.from;
            let publishes = facts.module(from) == module_ids::PUBLISH_EVENT && !facts.is_foreign(from);
            if publishes { Some(from) } else { behind[from].filter(|_| !facts.reloads(from)) }
        });
        let asks = match facts.module(node) {
            module_ids::PUBLISHED_IF => true,
            module_ids::GENERIC_IF => facts.text(node, "hash_path") == Some("Event.published"),
            _ => false,
        };
        let Some(from) = behind[node].filter(|_| asks) else { continue };
        let message = "the event was published earlier in this run, and this question does not see that";
        let finding = facts.finding(Code::StalePublished, node, message, "asks the data as it was before");
        diagnostics.push(
            facts
                .also(finding, from, "published here")
                .note("MISP publishes the event, but the steps of the run go on with the data that they have")
                .help("put `reload-full-event()` between the two, or ask before the event is published"),
        );
    }
}
