//! Steps that MISP counts as failed in every run.

use super::facts::{Facts, plain};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let is_mute = |&&node: &&usize| facts.is_empty(node, "toast_header") && facts.is_empty(node, "toast_body");
    for &node in facts.nodes_of(module_ids::NOTIFY_USER_TOAST).iter().filter(is_mute) {
        diagnostics.push(
            facts
                .finding(
                    Code::AlwaysFails,
                    node,
                    format!("{} fails in every run: it has neither a header nor a body", facts.name(node)),
                    "nothing to show",
                )
                .note(
                    "a step that fails ends its path where the trigger does not block, with no trace but the debug log",
                )
                .help("give it a value: `toast_body: \"{{ Event.info }}\"`"),
        );
    }
    for &node in &facts.order {
        let url = facts.value(node, "url").and_then(plain).filter(|url| has_space(url));
        let Some(url) = url.filter(|_| facts.module(node) == module_ids::WEBHOOK) else { continue };
        let finding = facts.finding_in(
            Code::AlwaysFails,
            (node, url),
            format!("{} fails in every run: there is a space in its address", facts.name(node)),
            "not an address",
        );
        diagnostics.push(
            finding
                .note(
                    "a step that fails ends its path where the trigger does not block, with no trace but the debug log",
                )
                .help("write `%20` for the space, or remove it"),
        );
    }
}

/// Whether there is a space in an address, outside of templates.
fn has_space(url: &str) -> bool {
    let mut rest = url.trim();
    while let Some(open) = rest.find('{') {
        if rest[..open].contains(' ') {
            return true;
        }
        // What a template leaves nobody knows.
        let Some(close) = rest[open..].rfind('}') else { return false };
        rest = &rest[open + close + 1..];
    }
    rest.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::has_space;

    #[test]
    fn spaces_in_addresses() {
        for url in ["https://a.example/a b", "https://a b/{{ x }}", "https://a.example/{{ x }}/a b"] {
            assert!(has_space(url), "{url}");
        }
        for url in ["", " https://a.example/ ", "https://a.example/{{ a b }}/{% if x %} {% endif %}", "{{ x", "{# a #}"]
        {
            assert!(!has_space(url), "{url}");
        }
    }
}
