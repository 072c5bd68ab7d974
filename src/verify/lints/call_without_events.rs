//! Steps that run an ad-hoc workflow of the same files, and hand it other events than the one at hand, or none.
//! See `docs/misp-semantics.md`, "Ad-hoc workflows".

use rustc_hash::FxHashMap;

use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Graph, ModuleType, Node};

use super::circle::{Callee, called};
use super::facts::plain;

/// Looks for callees that get event ids from nobody.
pub fn check_call_input(workflows: &[Callee<'_, '_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut wants_ids: FxHashMap<&str, &Callee<'_, '_>> = FxHashMap::default();
    for workflow in workflows.iter().filter(|workflow| takes_event_ids(workflow.graph)) {
        wants_ids.entry(workflow.name).or_insert(workflow);
    }
    if wants_ids.is_empty() {
        return;
    }
    for workflow in workflows.iter().filter(|workflow| workflow.is_asked) {
        for node in workflow.graph.nodes.iter().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
            let Some(callee) = called(node).find_map(|name| wants_ids.get(name)) else { continue };
            let Some((what, label, note)) = misled(node) else { continue };
            diagnostics.push(
                Diagnostic::at(
                    Code::CallWithoutEvents,
                    node.origin.unwrap_or(workflow.span),
                    format!("`{}` runs on {what}", callee.name.replace('`', "'")),
                )
                .label(label)
                .also(callee.span, "takes the ids of events: `scope: passed_event_ids`")
                .note(note)
                .help(if node.filter.is_active() {
                    "take the filter off this step, and ask with `if` before it"
                } else {
                    "write `input_data: event_ids`, which hands over the event at hand"
                }),
            );
        }
    }
}

/// Whether a workflow runs on the events whose ids it is given.
fn takes_event_ids(graph: &Graph<'_>) -> bool {
    let triggers = graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger);
    triggers
        .filter(|node| module_ids::is_adhoc(&node.module))
        .any(|node| text(node, "scope") == Some("passed_event_ids"))
}

/// What a callee that takes ids runs on, if not on the event at hand.
fn misled(node: &Node<'_>) -> Option<(&'static str, &'static str, &'static str)> {
    match text(node, "input_data") {
        None if node.params.iter().any(|(id, _)| id == "input_data") => None,
        None | Some("nothing" | "yes" | "") => Some((
            "every event of the server",
            "hands over nothing",
            "what is handed over is taken for a search, and a search without a filter finds every event",
        )),
        Some("roaming_data") => Some((
            "no event",
            "hands over the data and no ids",
            "what is handed over is taken for a search, and MISP finds nothing with the data of a run",
        )),
        Some("event_ids") if node.filter.is_active() => Some((
            "another event, or on none",
            "hands over what the filter finds",
            "MISP takes the ids of what the filter finds for ids of events: those of attributes fit no event, and where it finds nothing the workflow runs on event 1",
        )),
        Some(_) => None,
    }
}

fn text<'n>(node: &'n Node<'_>, id: &str) -> Option<&'n str> {
    node.params.iter().find(|(name, _)| name == id).and_then(|(_, value)| plain(value))
}
