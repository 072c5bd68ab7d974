//! Distributions and sharing groups that do not fit together.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// The distribution "sharing group".
const SHARING_GROUP: &str = "4";

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let modules = [
        module_ids::MODULE_EVENT_DISTRIBUTION_OPERATION,
        module_ids::ATTRIBUTE_DISTRIBUTION_OPERATION,
        module_ids::ADD_ANALYST_DATA,
    ];
    for &node in modules.iter().flat_map(|module| facts.nodes_of(module)) {
        let swaps = facts.module(node) == module_ids::ADD_ANALYST_DATA;
        let Some(distribution) = facts.text(node, "distribution") else { continue };
        let names_group = !facts.is_empty(node, "sharing_group_id");
        let (message, label, note, help) = match (distribution == SHARING_GROUP, names_group) {
            (true, _) if swaps => (
                format!("{} leaves the sharing group out when the distribution is 4", facts.name(node)),
                "shared with no group",
                "this module uses the sharing group for every distribution but the one that has one",
                "choose another distribution: no value of `sharing_group_id` helps here",
            ),
            (false, true) if swaps => (
                format!("{} stores the sharing group although the distribution is {distribution}", facts.name(node)),
                "a sharing group that does not belong here",
                "this module uses the sharing group for every distribution but the one that has one",
                "leave `sharing_group_id` out",
            ),
            (true, false) => (
                format!("{} sets the distribution to a sharing group, and names none", facts.name(node)),
                "shared with no group",
                "distribution 4 means the members of one sharing group: without a group there is nobody to share with",
                "name the group, `sharing_group_id: \"1\"`, or choose another distribution",
            ),
            _ => continue,
        };
        diagnostics.push(facts.finding(Code::SharingGroupMismatch, node, message, label).note(note).help(help));
    }
}
