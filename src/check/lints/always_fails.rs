//! Steps that MISP counts as failed in every run.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let is_mute = |&&node: &&usize| facts.is_empty(node, "toast_header") && facts.is_empty(node, "toast_body");
    for &node in facts.nodes_of("notify-user-toast").iter().filter(is_mute) {
        diagnostics.push(
            facts
                .finding(
                    Code::AlwaysFails,
                    node,
                    format!("{} fails in every run: it has neither a header nor a body", facts.name(node)),
                    "nothing to show",
                )
                .note(
                    "a step that fails ends its path where the trigger does not block, with no trace but the debug log",
                )
                .help("give it a text: `toast_body: \"{{ Event.info }}\"`"),
        );
    }
}
