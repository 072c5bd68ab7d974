//! Values that MISP never reads.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let modules =
        [module_ids::TAG_OPERATION, module_ids::MS_TEAMS_WEBHOOK, module_ids::WEBHOOK, module_ids::ADD_ANALYST_DATA];
    for &node in modules.iter().flat_map(|module| facts.nodes_of(module)) {
        let (id, note, help) = match facts.module(node) {
            module_ids::TAG_OPERATION => (
                "clusters",
                "the editor offers galaxy clusters for this module, and the module works on `tags` only",
                "name the tags of the clusters instead: `tags: [\"misp-galaxy:country=\\\"belgium\\\"\"]`",
            ),
            module_ids::MS_TEAMS_WEBHOOK if facts.signature(node).is_some_and(|known| known.version == "0.5") => (
                "data_extraction_path",
                "the module posts all data of the run as one string and ignores the path",
                "write the message with `webhook(…)`, `content_type: json` and a `payload`",
            ),
            module_ids::WEBHOOK if facts.text(node, "request_method") == Some("get") => (
                "payload",
                "a request of the method GET is sent without a body",
                "write `request_method: post`, or put what the server needs into `url`",
            ),
            module_ids::ADD_ANALYST_DATA => (
                "author",
                "MISP stores the user of the server as the author, whatever is written here",
                "leave it out, and name the author in the note or the comment itself",
            ),
            _ => continue,
        };
        if facts.is_empty(node, id) {
            continue;
        }
        diagnostics.push(
            facts
                .finding_on(
                    Code::IgnoredParameter,
                    (node, id),
                    format!("MISP never reads `{id}` of {} here", facts.name(node)),
                    "has no effect",
                )
                .note(note)
                .help(help),
        );
    }
}
