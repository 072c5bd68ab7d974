//! Placeholders, `${NAME}`, of which the node says what they stand for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::json::Json;
use super::oddity::Notes;
use super::path::{Path, quoted};
use crate::misp::placeholder::placeholder;
use crate::model::{Node, ParamText, ParamValue, TextPart};

/// A placeholder as the node tells of it.
struct Entry {
    /// The keys and indices that lead to its text.
    at: Vec<String>,
    part: TextPart<'static>,
    name: String,
    /// Which of those with this name in the text, from 1.
    occurrence: usize,
}

/// Reads `placeholders`, and puts what they stand for into the texts of the node.
pub(super) fn apply(json: Json<'_>, node: &mut Node<'static>, path: &Path<'_>, notes: &mut Notes) {
    let Json::List(items) = json else {
        notes.add(path, format!("a list is expected here, not {}; it is not kept", json.kind()));
        return;
    };
    let mut of_texts: BTreeMap<Vec<String>, Vec<(Range<usize>, TextPart<'static>)>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let here = path.index(index);
        let Some(entry) = entry(item) else {
            notes.add(&here, "this does not describe a placeholder; it is not kept");
            continue;
        };
        let written = placeholder(&entry.name);
        let place = text_at(node, &entry.at)
            .and_then(|text| text.as_plain())
            .and_then(|text| text.match_indices(&written).nth(entry.occurrence - 1).map(|(at, _)| at));
        match place {
            Some(at) => of_texts.entry(entry.at).or_default().push((at..at + written.len(), entry.part)),
            None => notes.add(
                &here,
                format!("there is no {} at the place it names; nothing is filled in there", quoted(&written)),
            ),
        }
    }
    for (at, mut places) in of_texts {
        let Some(text) = text_at(node, &at) else { continue };
        let Some(plain) = text.as_plain().map(str::to_owned) else { continue };
        places.sort_by_key(|(range, _)| range.start);
        let mut parts = Vec::new();
        let mut end = 0;
        let add = |text: &str, parts: &mut Vec<TextPart<'static>>| {
            if !text.is_empty() {
                parts.push(TextPart::Plain(Cow::Owned(text.to_owned())));
            }
        };
        for (range, part) in places {
            // Two entries for one place: the first counts.
            if range.start >= end {
                add(&plain[end..range.start], &mut parts);
                parts.push(part);
                end = range.end;
            }
        }
        add(&plain[end..], &mut parts);
        *text = ParamText::Parts(parts);
    }
}

fn entry(json: &Json<'_>) -> Option<Entry> {
    let text = |key| match json.get(key) {
        Some(Json::Text(text)) => Some(text.to_string()),
        _ => None,
    };
    let (name, part) = match (text("secret"), text("env")) {
        (Some(name), None) => (name.clone(), TextPart::Secret { name: Cow::Owned(name), origin: None }),
        (None, Some(name)) => {
            let default = text("default").map(Cow::Owned);
            (name.clone(), TextPart::Env { name: Cow::Owned(name), default, origin: None })
        }
        _ => return None,
    };
    let occurrence = match json.get("occurrence") {
        None => 1,
        Some(Json::Number(number)) => usize::try_from(number.as_u64()?).ok().filter(|number| *number > 0)?,
        Some(_) => return None,
    };
    let Some(Json::List(steps)) = json.get("at") else { return None };
    let step = |step: &Json<'_>| match step {
        Json::Text(key) => Some(key.to_string()),
        Json::Number(index) => Some(index.to_string()),
        _ => None,
    };
    Some(Entry { at: steps.iter().map(step).collect::<Option<_>>()?, part, name, occurrence })
}

/// The text of a node to which these keys lead.
fn text_at<'n>(node: &'n mut Node<'static>, at: &[String]) -> Option<&'n mut ParamText<'static>> {
    match at {
        [first, second] if first == "saved_filters" && second == "value" => Some(&mut node.filter.value),
        [first, name, rest @ ..] if first == "indexed_params" => {
            let mut value = node.params.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)?;
            for step in rest {
                value = match value {
                    ParamValue::List(items) => items.get_mut(step.parse::<usize>().ok()?)?,
                    ParamValue::Object(entries) => {
                        entries.iter_mut().find(|(known, _)| known == step).map(|(_, value)| value)?
                    }
                    _ => return None,
                };
            }
            match value {
                ParamValue::Text(text) => Some(text),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::misp::read;

    /// The headers of a node with these placeholders, and what is unusual.
    fn headers(text: &str, placeholders: &serde_json::Value) -> (ParamText<'static>, Vec<String>) {
        let data = json!({
            "placeholders": placeholders, "id": "webhook", "name": "Webhook", "module_type": "action",
            "indexed_params": { "headers": text }, "saved_filters": [], "multiple_output_connection": false,
            "module_version": "0.7",
        });
        let node = json!({
            "id": 1, "name": "Webhook", "data": data, "class": "", "typenode": false,
            "inputs": { "input_1": { "connections": [] } }, "outputs": {}, "pos_x": 0, "pos_y": 0,
        });
        let read = read(&json!({ "1": node, "_frames": [] }).to_string()).unwrap();
        let ParamValue::Text(text) = read.documents[0].graph.nodes[0].params[0].1.clone() else { panic!("no text") };
        (text, read.oddities.into_iter().map(|oddity| oddity.message).collect())
    }

    #[test]
    fn what_no_entry_tells_of_is_text() {
        assert_eq!(headers("X: ${A}", &json!([])), (ParamText::from(Cow::from("X: ${A}")), vec![]));
    }

    #[test]
    fn entries_that_fit_nothing() {
        let at = json!(["indexed_params", "headers"]);
        for (entry, said) in [
            (json!({ "secret": "B", "at": at }), "there is no \"${B}\" at the place it names"),
            (json!({ "secret": "A", "at": at, "occurrence": 2 }), "there is no \"${A}\" at the place it names"),
            (json!({ "secret": "A", "at": ["indexed_params", "payload"] }), "there is no \"${A}\""),
            (json!({ "secret": "A", "at": ["indexed_params", "headers", 0] }), "there is no \"${A}\""),
            (json!({ "secret": "A", "at": ["placeholders"] }), "there is no \"${A}\""),
            (json!({ "secret": "A" }), "this does not describe a placeholder"),
            (json!({ "secret": "A", "env": "A", "at": at }), "this does not describe a placeholder"),
            (json!({ "secret": "A", "at": at, "occurrence": 0 }), "this does not describe a placeholder"),
            (json!("A"), "this does not describe a placeholder"),
        ] {
            let (text, oddities) = headers("X: ${A}", &json!([entry]));
            assert_eq!(text.as_plain(), Some("X: ${A}"), "{entry}");
            assert!(oddities.len() == 1 && oddities[0].starts_with(said), "{entry}: {oddities:?}");
        }
        let (text, oddities) = headers("X: ${A}", &json!({}));
        assert_eq!((text.as_plain(), oddities.len()), (Some("X: ${A}"), 1));
    }

    #[test]
    fn two_entries_for_one_place() {
        let at = json!(["indexed_params", "headers"]);
        let (text, _) = headers("${A}", &json!([{ "secret": "A", "at": at }, { "env": "A", "at": at }]));
        assert_eq!(text, ParamText::Parts(vec![TextPart::Secret { name: Cow::Borrowed("A"), origin: None }]));
    }
}
