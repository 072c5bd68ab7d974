//! Old nodes under an id that means another module today.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let is_old = |&&node: &&usize| facts.node(node).version == "0.1";
    for &node in facts.nodes_of(module_ids::SEND_REPORT_TO_CTI_INFO_EXTRACTOR).iter().filter(is_old) {
        let Some(now) = facts.signature(node).filter(|now| now.version != "0.1") else { continue };
        diagnostics.push(
            facts
                .finding(
                    Code::ReplacedModule,
                    node,
                    format!("{} was saved for another module than the one that has this id today", facts.name(node)),
                    &format!("runs as \"{}\"", now.name),
                )
                .note("version 0.1 sent the report to another service, and had parameters that say what to add to the event; version 0.2 writes a summary, and ignores them")
                .help("make sure that a summary is what you want, and save the step again"),
        );
    }
}
