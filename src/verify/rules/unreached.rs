//! Nodes that nothing leads to do nothing.

use super::reach::reached_from;
use super::trigger::list;
use super::view::View;
use crate::diagnostics::{Code, Diagnostic};

/// How many nodes get a label.
const MAX_SHOWN: usize = 8;

/// A blueprint is not checked: without a trigger nothing tells where a run begins.
pub(super) fn check(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !view.expects_trigger || view.triggers.is_empty() {
        return;
    }
    let mut reached = reached_from(view, view.triggers.iter().copied());
    for &trigger in &view.triggers {
        reached[trigger] = Some(trigger);
    }
    let detached: Vec<usize> = (0..reached.len()).filter(|&node| reached[node].is_none()).collect();
    let [first, ref others @ ..] = detached[..] else { return };
    let message = match detached.len() {
        1 => format!("no run reaches {}", view.name(first)),
        count => format!("no run reaches {count} nodes: {}", list(view, &detached)),
    };
    let mut finding = Diagnostic::maybe_at(Code::DetachedNodes, view.span(first), message).label("never runs");
    for &node in others.iter().take(MAX_SHOWN) {
        finding = view.also(finding, node, "nor does this");
    }
    diagnostics.push(
        finding.note("MISP keeps such nodes and never runs them").help("remove them, or lead the trigger to them"),
    );
}
