//! Tags that a taxonomy does not have.

use super::facts::Facts;
use super::tags::named;
use super::taxonomy::{taxonomies, taxonomy_of};
use crate::diagnostics::{Code, Diagnostic};
use crate::suggest::closest;

/// How many tags a message lists.
const SHOWN: usize = 8;

/// How many unknown tags get a suggestion: each one is compared with all tags of its taxonomy.
const MAX_SUGGESTIONS: usize = 50;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut suggestions = 0;
    for &node in &facts.order {
        for tag in named(facts, node) {
            let (message, suggestion, known) = match taxonomy_of(tag) {
                Some(taxonomy) if taxonomy.has(tag) => continue,
                Some(taxonomy) => {
                    let message = format!("the taxonomy `{}` has no tag `{tag}`", taxonomy.namespace);
                    let known = (taxonomy.tags.len() <= SHOWN).then(|| {
                        let shown: Vec<_> = taxonomy.tags.iter().map(|tag| format!("`{tag}`")).collect();
                        format!("its tags are {}", shown.join(", "))
                    });
                    suggestions += 1;
                    let tags = taxonomy.tags.iter().map(String::as_str).filter(|_| suggestions <= MAX_SUGGESTIONS);
                    (message, closest(tag, tags), known)
                }
                None => match misspelt_namespace(tag) {
                    Some(meant) => {
                        (format!("`{tag}` is no tag of a common taxonomy, but much like one"), Some(meant), None)
                    }
                    None => continue,
                },
            };
            let finding = facts
                .finding_in(Code::UnknownTag, (node, tag), message, "no such tag")
                .note("MISP compares tags letter by letter, capitals too, and takes an unknown one without a word")
                .maybe_help(suggestion.map(|meant| format!("did you mean `{meant}`?")))
                .maybe_help(known.filter(|_| suggestion.is_none()));
            diagnostics.push(match (suggestion, facts.quoted_place(node, tag)) {
                (Some(meant), Some(place)) => finding.unsafe_fix(place, serde_json::Value::from(meant).to_string()),
                _ => finding,
            });
        }
    }
}

/// The tag that is meant where only the namespace is misspelt.
fn misspelt_namespace(tag: &str) -> Option<&'static str> {
    let (namespace, value) = tag.split_once(':')?;
    // A short namespace is near to many, so the length must be right.
    let near = taxonomies().iter().filter(|taxonomy| {
        taxonomy.namespace.len() == namespace.len() && closest(namespace, [taxonomy.namespace]).is_some()
    });
    near.flat_map(|taxonomy| &taxonomy.tags)
        .map(String::as_str)
        .find(|known| known.split_once(':').is_some_and(|(_, own)| own.eq_ignore_ascii_case(value)))
}

#[cfg(test)]
mod tests {
    use super::misspelt_namespace;

    #[test]
    fn namespaces_with_a_typo() {
        assert_eq!(misspelt_namespace("tpl:red"), Some("tlp:red"));
        assert_eq!(misspelt_namespace("tlp-internal:red"), None);
        assert_eq!(misspelt_namespace("team:red"), None);
        assert_eq!(misspelt_namespace("red"), None);
    }
}
