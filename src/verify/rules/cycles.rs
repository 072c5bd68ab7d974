//! No node leads back to itself.

use super::view::View;
use crate::diagnostics::{Code, Diagnostic};

/// How many nodes of a loop a message shows.
const MAX_SHOWN: usize = 40;

pub(super) fn check(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for (component, nodes) in view.components.order.iter().enumerate() {
        if !view.components.is_loop(component) {
            continue;
        }
        let start = nodes[0];
        let way = view.components.way(start, start);
        let mut words: Vec<String> = way.iter().take(MAX_SHOWN).map(|&node| view.name(node)).collect();
        if way.len() > MAX_SHOWN {
            words.push(format!("{} more", way.len() - MAX_SHOWN));
        }
        words.push(view.name(start));
        let message = format!("the nodes form a loop: {}", words.join(" → "));
        let mut finding =
            Diagnostic::maybe_at(Code::Cycle, view.span(start), message).label("1. the loop begins and ends here");
        for (step, &node) in way.iter().enumerate().skip(1).take(MAX_SHOWN) {
            finding = view.also(finding, node, format!("{}. {}", step + 1, view.name(node)));
        }
        diagnostics.push(
            finding
                .note("MISP refuses to save a workflow that contains a loop")
                .help("remove the connection that leads back"),
        );
    }
}
