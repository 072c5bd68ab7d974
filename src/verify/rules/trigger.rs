//! A workflow has exactly one trigger.

use super::view::View;
use crate::diagnostics::{Code, Diagnostic};

const REASON: &str = "MISP refuses to save a workflow with no trigger or with more than one";

pub(super) fn check(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !view.expects_trigger {
        return;
    }
    match view.triggers[..] {
        [_] => {}
        [] => diagnostics.push(
            Diagnostic::maybe_at(Code::TriggerCount, view.place(), "the workflow has no trigger")
                .label("no trigger")
                .note(REASON)
                .help("add the trigger that the workflow listens to, and lead it to the first step"),
        ),
        [first, ref others @ ..] => {
            let count = view.triggers.len();
            let mut finding = Diagnostic::maybe_at(
                Code::TriggerCount,
                view.span(others[0]),
                format!("the workflow has {count} triggers: {}", list(view, &view.triggers)),
            )
            .label("a trigger too many");
            finding = view.also(finding, first, "the first trigger");
            diagnostics
                .push(finding.note(REASON).help("keep one, and make a workflow of its own for each other trigger"));
        }
    }
}

/// Nodes in words, separated by commas; only the first few of many.
pub(super) fn list(view: &View<'_, '_>, nodes: &[usize]) -> String {
    const MAX_LISTED: usize = 8;
    let mut list = nodes.iter().take(MAX_LISTED).map(|&node| view.name(node)).collect::<Vec<_>>().join(", ");
    if nodes.len() > MAX_LISTED {
        list.push_str(", …");
    }
    list
}
