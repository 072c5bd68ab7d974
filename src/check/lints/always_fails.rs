//! Steps that MISP counts as failed in every run.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let is_mute = facts.module(node) == "notify-user-toast"
            && facts.is_empty(node, "toast_header")
            && facts.is_empty(node, "toast_body");
        if !is_mute {
            continue;
        }
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
