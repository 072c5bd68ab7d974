//! Modules that cannot work in the release that the catalogue describes.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let broken = facts.module(node) == "splunk-hec-export"
            && facts.signature(node).is_some_and(|signature| signature.version == "0.2");
        if !broken {
            continue;
        }
        diagnostics.push(
            facts
                .finding(
                    Code::BrokenModule,
                    node,
                    format!("{} does not work in this release of MISP", facts.name(node)),
                    "ends the run with an internal error",
                )
                .note("this version of the module passes on a request method that is none, so nothing is sent")
                .help("send the data with `webhook(…)`: its `headers` take `Authorization: Splunk …`"),
        );
    }
}
