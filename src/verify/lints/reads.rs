//! What a node reads of the data.

use memchr::memmem;

use crate::catalogue::{ParameterKind, module_ids};
use crate::model::{ParamText, ParamValue, TextPart};

use super::facts::Facts;

/// Modules of MISP that hand on the data, or may: as a whole, or what a hash path finds.
const SENDERS: [&str; 8] = [
    module_ids::PUSH_ZMQ,
    module_ids::MS_TEAMS_WEBHOOK,
    module_ids::SPLUNK_HEC_EXPORT,
    module_ids::ATTRIBUTE_EDITION_OPERATION,
    module_ids::BLUEPRINT_ACTION_MODULE,
    module_ids::RUN_WORKFLOW,
    module_ids::FLOWINTEL_CREATE_CASE,
    module_ids::TAG_CVE_FROM_ENRICHMENT,
];

/// Whether a node names a key of the data: in a hash path, a module filter, or a template; or reads it without saying so.
pub fn names_key(facts: &Facts<'_, '_>, index: usize, key: &str) -> bool {
    reads_unsaid(facts.module(index)) == Some(key) || any_text(facts, index, |text| has_word(text, key))
}

/// Keys that are looked for together.
pub struct Keys<const N: usize> {
    keys: [&'static str; N],
    /// The last word of each: a key may be one word after others, `Event.distribution`.
    last: [&'static [u8]; N],
}

impl<const N: usize> Keys<N> {
    /// At most eight.
    pub fn new(keys: [&'static str; N]) -> Self {
        Self { keys, last: keys.map(|key| key.rsplit('.').next().unwrap_or(key).as_bytes()) }
    }

    /// Those that [`names_key`] holds for, a bit each. Each text is gone through once.
    pub fn named(&self, facts: &Facts<'_, '_>, index: usize) -> u8 {
        let unsaid = reads_unsaid(facts.module(index));
        let mut named = 0;
        for (bit, &key) in self.keys.iter().enumerate() {
            if unsaid == Some(key) {
                named |= 1 << bit;
            }
        }
        any_text(facts, index, |text| {
            for word in text.as_bytes().split(|&byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))) {
                let Some(&first) = word.first() else { continue };
                for (bit, last) in self.last.iter().enumerate() {
                    // Nearly all words differ in this, which is told sooner than by comparing them.
                    if last.len() == word.len() && last[0] == first && *last == word {
                        let key = self.keys[bit];
                        if key.len() == last.len() || has_word(text, key) {
                            named |= 1 << bit;
                        }
                    }
                }
            }
            false
        });
        named
    }
}

/// What a module reads without naming it.
fn reads_unsaid(module: &str) -> Option<&'static str> {
    match module {
        module_ids::TAG_COUNTRY_ASN_FROM_ENRICHMENT => Some("enrichment"),
        module_ids::DISTRIBUTION_IF => Some("Event.distribution"),
        _ => None,
    }
}

/// Whether something holds for a text of a node that names parts of the data: a hash path, or an expression of a template.
fn any_text(facts: &Facts<'_, '_>, index: usize, mut holds: impl FnMut(&str) -> bool) -> bool {
    let node = facts.node(index);
    if [&node.filter.selector, &node.filter.path].into_iter().any(|path| holds(path)) {
        return true;
    }
    let Some(signature) = facts.signature(index) else { return false };
    node.params.iter().any(|(id, value)| {
        let ParamValue::Text(text) = value else { return false };
        let Some(parameter) = signature.parameter(id) else { return false };
        match parameter.kind {
            ParameterKind::HashPath => text.as_plain().is_some_and(&mut holds),
            _ if parameter.jinja => pieces(text).any(|text| expressions(text).any(&mut holds)),
            _ => false,
        }
    })
}

/// Whether a node may read any key without naming it.
pub fn may_read_all(facts: &Facts<'_, '_>, index: usize) -> bool {
    let module = facts.module(index);
    if facts.is_foreign(index) || SENDERS.contains(&module) {
        return true;
    }
    if module == module_ids::WEBHOOK {
        let payload = facts.value(index, "payload");
        if payload.is_none_or(ParamValue::is_empty) {
            return true;
        }
    }
    let Some(signature) = facts.signature(index) else { return true };
    facts.node(index).params.iter().any(|(id, value)| {
        let ParamValue::Text(text) = value else { return false };
        signature.parameter(id).is_some_and(|parameter| parameter.jinja)
            && pieces(text).any(|text| expressions(text).any(takes_attributes))
    })
}

/// Whether a node hands on the event as a whole, or its objects.
pub fn hands_on_objects(facts: &Facts<'_, '_>, index: usize) -> bool {
    let is_whole = |path: &str| matches!(path.trim(), "" | "Event") || has_word(path, "Object");
    let handed = || {
        let paths = ["data_extraction_path", "hash_path"];
        paths.into_iter().find_map(|path| facts.text(index, path)).unwrap_or_default()
    };
    match facts.module(index) {
        module_ids::PUSH_ZMQ | module_ids::SPLUNK_HEC_EXPORT => is_whole(handed()),
        module_ids::MS_TEAMS_WEBHOOK => true,
        module_ids::WEBHOOK if facts.value(index, "payload").is_none_or(ParamValue::is_empty) => is_whole(handed()),
        _ => facts.signature(index).is_some_and(|signature| {
            facts.node(index).params.iter().any(|(id, value)| {
                let ParamValue::Text(text) = value else { return false };
                let is_template = signature.parameter(id).is_some_and(|parameter| parameter.jinja);
                let takes = |text| takes_event(text) || has_word(text, "Object");
                is_template && pieces(text).any(|text| expressions(text).any(takes))
            })
        }),
    }
}

/// Whether an expression of a template takes the event as a whole.
fn takes_event(expression: &str) -> bool {
    let is_whole = |(at, word): (usize, &str)| {
        let behind = &expression[at + word.len()..];
        !expression[..at].ends_with(belongs) && !behind.starts_with(belongs) && !behind.starts_with('.')
    };
    expression.match_indices("Event").any(is_whole)
}

/// Whether an expression of a template takes the attributes, or the event, as a whole.
fn takes_attributes(expression: &str) -> bool {
    takes_event(expression)
        || ["_AttributeFlattened", "Attribute", "Object"].iter().any(|key| has_word(expression, key))
}

/// The parts of a text that are known.
pub fn pieces<'t>(text: &'t ParamText<'_>) -> impl Iterator<Item = &'t str> {
    let (single, parts) = match text {
        ParamText::Plain(text) => (Some(&**text), &[][..]),
        ParamText::Parts(parts) => (None, parts.as_slice()),
    };
    single.into_iter().chain(parts.iter().filter_map(|part| match part {
        TextPart::Plain(text) => Some(&**text),
        _ => None,
    }))
}

/// What is between `{{` and `}}`, and between `{%` and `%}`.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let open = first_of(rest, ["{{", "{%"])?;
        let inside = &rest[open + 2..];
        let close = first_of(inside, ["}}", "%}"]).unwrap_or(inside.len());
        rest = inside.get(close + 2..).unwrap_or("");
        Some(&inside[..close])
    })
}

/// Where the first of two marks of two bytes is. Looks no further than there: a template may have very many.
fn first_of(text: &str, marks: [&str; 2]) -> Option<usize> {
    text.as_bytes().windows(2).position(|pair| marks.iter().any(|mark| pair == mark.as_bytes()))
}

/// Whether a character is part of a word.
fn belongs(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '-'
}

/// Whether a text has a word that is not part of a longer one.
pub fn has_word(text: &str, word: &str) -> bool {
    memmem::find_iter(text.as_bytes(), word)
        .any(|at| !text[..at].ends_with(belongs) && !text[at + word.len()..].starts_with(belongs))
}

#[cfg(test)]
mod tests {
    use super::{expressions, has_word, takes_attributes};

    #[test]
    fn words_are_whole() {
        assert!(has_word("Event.Attribute.{n}.enrichment.{n}", "enrichment"));
        assert!(!has_word("enrichment-guard", "enrichment") && !has_word("_AttributeFlattened", "Attribute"));
    }

    #[test]
    fn only_expressions_count() {
        let text = "enrichment {{ a }} b {% if c %} d {{ e";
        assert_eq!(expressions(text).collect::<Vec<_>>(), [" a ", " if c ", " e"]);
    }

    #[test]
    fn what_takes_the_attributes() {
        assert!(takes_attributes(" Event | tojson ") && takes_attributes(" Event.Attribute[0] "));
        assert!(takes_attributes(" set event = Event ") && takes_attributes(" {'event': Event} | tojson "));
        assert!(
            !takes_attributes(" Event.info ")
                && !takes_attributes(" EventReport ")
                && !takes_attributes(" Event.Orgc.name ")
        );
    }
}
