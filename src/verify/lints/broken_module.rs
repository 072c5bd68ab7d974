//! Modules that cannot work in the release that the catalogue describes, or that are not made to be used.
//! See `docs/misp-semantics.md`, "Modules and their signatures".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// Modules that later releases call without what they need: with something to do they end the run.
const REPLACING: [&str; 4] = [
    module_ids::TAG_REPLACEMENT_TLP,
    module_ids::TAG_REPLACEMENT_PAP,
    module_ids::TAG_REPLACEMENT_GENERIC,
    module_ids::ASSIGN_COUNTRY,
];

/// Modules of MISP that are there for developers.
const SAMPLES: [&str; 4] = [
    module_ids::BLUEPRINT_ACTION_MODULE,
    module_ids::BLUEPRINT_LOGIC_MODULE,
    module_ids::ATTRIBUTE_EDITION_OPERATION,
    module_ids::TAG_REPLACEMENT_GENERIC,
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let samples = SAMPLES.iter().flat_map(|module| facts.nodes_of(module));
    let is_replacing = |node: usize| facts.is_later && REPLACING.contains(&facts.module(node));
    for &node in samples.filter(|&&node| !facts.is_foreign(node) && !is_replacing(node)) {
        diagnostics.push(
            facts
                .finding(
                    Code::BrokenModule,
                    node,
                    format!("{} does nothing: it is there for developers to build on", facts.name(node)),
                    "has no effect",
                )
                .note("MISP's editor offers the module like any other")
                .help(
                    "use the module that does what you want, such as `tag_operation` or `attribute_ids_flag_operation`",
                ),
        );
    }
    let mut broken = |node, note: &str, help: &str| {
        let message = format!("{} does not work in this release of MISP", facts.name(node));
        let finding = facts.finding(Code::BrokenModule, node, message, "ends the run with an internal error");
        diagnostics.push(finding.note(note).help(help));
    };
    let replacing = REPLACING.iter().flat_map(|module| facts.nodes_of(module));
    for &node in replacing.filter(|&&node| !facts.is_foreign(node) && is_replacing(node)) {
        broken(
            node,
            "since `tag_operation` changed, the module dies as soon as there is a tag to add or to remove; otherwise it does nothing",
            "ask for the tags and put the right one on yourself: `if event tagged any \"tlp:white\" { tag_operation(tags: [\"tlp:clear\"]) }`",
        );
    }
    let asks_wrongly = |&&node: &&usize| facts.signature(node).is_some_and(|signature| signature.version == "0.2");
    for &node in facts.nodes_of(module_ids::SPLUNK_HEC_EXPORT).iter().filter(asks_wrongly) {
        broken(
            node,
            "this version of the module asks for a kind of request that does not exist, so nothing is sent",
            "send the data with `webhook(…)`: its `headers` take `Authorization: Splunk …`",
        );
    }
}
