//! IF :: Distribution about sharing groups, which events without one answer like those that have it.
//! See `docs/misp-semantics.md`, "Modules in a run".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// So far back a question is looked for.
const LOOKED_BACK: usize = 64;

/// The distribution "sharing group".
const SHARING_GROUP: &str = "4";

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // Later releases compare groups only where there is one.
    if facts.is_later {
        return;
    }
    for &node in facts.nodes_of(module_ids::DISTRIBUTION_IF) {
        let condition = facts.text(node, "condition");
        let is_asked = facts.text(node, "distribution") == Some(SHARING_GROUP)
            && matches!(condition, Some("equals" | "not_equals"))
            && facts.list(node, "sharing_group_id").next().is_some();
        if !is_asked || is_shared_with_group(facts, node) {
            continue;
        }
        let what =
            if condition == Some("equals") { "is in these sharing groups" } else { "is in no such sharing group" };
        diagnostics.push(
            facts
                .finding(
                    Code::SharingGroupUnasked,
                    node,
                    format!("the answer \"{what}\" is also given for every event that is not shared with a group"),
                    "yes without any sharing group, whatever the distribution",
                )
                .note("MISP compares only the groups that it finds: where there are none, none of them is another one, and none is one of these")
                .help("ask before it whether the event is shared with a group: `distribution-if(scope: event, distribution: 4)` without groups"),
        );
    }
}

/// Whether an answer on the only way to a node says that the event is shared with a group.
fn is_shared_with_group(facts: &Facts<'_, '_>, node: usize) -> bool {
    let mut at = node;
    for _ in 0..LOOKED_BACK {
        let &[edge] = facts.incoming(at) else { return false };
        at = edge.from;
        let yes = facts.output(edge) == 0;
        let text = |id| facts.text(at, id).unwrap_or_default();
        let says_so = match facts.module(at) {
            module_ids::DISTRIBUTION_IF => {
                text("distribution") == SHARING_GROUP
                    && facts.list(at, "sharing_group_id").next().is_none()
                    && text("condition") == if yes { "equals" } else { "not_equals" }
            }
            module_ids::GENERIC_IF => {
                text("hash_path") == "Event.distribution"
                    && text("value") == SHARING_GROUP
                    && text("operator") == if yes { "equals" } else { "not_equals" }
            }
            _ => false,
        };
        if says_so {
            return true;
        }
    }
    false
}
