//! Kinds of content that arrive broken.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        if facts.text(node, "content_type") != Some("form") {
            continue;
        }
        let (note, help) = match facts.module(node) {
            module_ids::WEBHOOK => {
                let sends = facts.text(node, "request_method") != Some("get");
                if !sends || facts.value(node, "payload").is_some_and(|payload| !payload.is_empty()) {
                    continue;
                }
                (
                    "without a payload MISP sends its data as a multipart body with the content type of a plain form, which no server can read",
                    "write `content_type: json`, or a `payload` in the form that the server wants",
                )
            }
            module_ids::MS_TEAMS_WEBHOOK => (
                "the message is sent as a multipart body with the content type of a plain form; Teams accepts only JSON",
                "write `content_type: \"json\"`",
            ),
            _ => continue,
        };
        let finding = facts
            .finding_on(
                Code::BrokenContentType,
                (node, "content_type"),
                format!("what {} sends as a form cannot be read at the other end", facts.name(node)),
                "`content_type` is `form`",
            )
            .note(note)
            .help(help);
        diagnostics.push(facts.edited(finding, node, "", "content_type: form", "content_type: json"));
    }
}
