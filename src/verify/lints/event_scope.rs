//! A module filter on a step that acts on the event.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let filter = &facts.node(node).filter;
        // Without a selector the filter keeps or drops the event itself, which works.
        if !filter.is_active() || filter.selector.is_empty() {
            continue;
        }
        let module = facts.module(node);
        let on_event = match module {
            module_ids::TAG_OPERATION | module_ids::ASSIGN_COUNTRY => facts.text(node, "scope") == Some("event"),
            module_ids::PROPOSAL_ACTION => true,
            _ => false,
        };
        if !on_event {
            continue;
        }
        let help = if module == module_ids::PROPOSAL_ACTION {
            "remove the filter, and decide with `if` before the step"
        } else {
            "write `scope: attribute` to act on the attributes that the filter finds, or decide with `if` before the step"
        };
        let finding = facts
            .finding(
                Code::EventScopeFiltered,
                node,
                format!("{} acts on the event, and with a module filter it finds no event", facts.name(node)),
                "does nothing",
            )
            .note("MISP hands a filtered module the list of attributes in place of the event")
            .help(help);
        diagnostics.push(facts.edited(finding, node, "", "scope: event", "scope: attribute"));
    }
}
