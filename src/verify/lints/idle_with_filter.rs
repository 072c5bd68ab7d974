//! Modules that take a module filter, and then do nothing.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let modules = [module_ids::TAG_COUNTRY_ASN_FROM_ENRICHMENT, module_ids::TAG_CVE_FROM_ENRICHMENT];
    let nodes = modules.iter().flat_map(|module| facts.nodes_of(module));
    for &node in nodes.filter(|&&node| facts.is_filtered(node)) {
        let module = facts.module(node);
        diagnostics.push(
            facts
                .finding(
                    Code::IdleWithFilter,
                    node,
                    format!("{} does nothing when it has a module filter", facts.name(node)),
                    "tags nothing",
                )
                .note(
                    "the module looks for the attributes of an event, and a module filter hands it a bare list of them",
                )
                .help(format!("put the step into a filter of its own: `filter A: … where … {{ {module}(…) }}`")),
        );
    }
}
