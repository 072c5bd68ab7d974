//! Modules that take a module filter, and then do nothing.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let module = facts.module(node);
        if !matches!(module, "tag_country_asn_from_enrichment" | "tag_cve_from_enrichment") || !facts.is_filtered(node)
        {
            continue;
        }
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
