//! IF :: Organisation without an organisation.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        if facts.module(node) != module_ids::ORGANISATION_IF
            || facts.value(node, "org_id").is_some_and(|ids| !ids.is_empty())
        {
            continue;
        }
        let negated = facts.value(node, "condition") == Some(&ParamValue::text("not_in"));
        let answer = if negated { "yes" } else { "no" };
        diagnostics.push(
            facts
                .finding(
                    Code::NoOrganisation,
                    node,
                    format!("no organisation is named here, so the answer is always {answer}"),
                    "compares with nothing",
                )
                .note("the default of `org_id` is the organisation 1, but the editor of MISP empties it when it opens the node")
                .help("name at least one: `org_id: [\"1\"]`"),
        );
    }
}
