//! Where placeholders are in a node.

use serde_json::{Value, json};

use crate::misp::placeholder::placeholder;
use crate::model::{Node, ParamText, ParamValue, TextPart};

/// Says of each placeholder in a node where it stands and for what. A text may hold `${NAME}` by itself: without this
/// nobody could tell one from the other.
pub(super) fn placeholders(node: &Node<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    for (name, value) in &node.params {
        in_value(value, &mut vec![json!("indexed_params"), json!(name)], &mut found);
    }
    in_text(&node.filter.value, &[json!("saved_filters"), json!("value")], &mut found);
    found
}

/// Recursive: values nest no deeper than the parser and the reader let them.
fn in_value(value: &ParamValue<'_>, path: &mut Vec<Value>, found: &mut Vec<Value>) {
    match value {
        ParamValue::Text(text) => in_text(text, path, found),
        ParamValue::List(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(json!(index));
                in_value(item, path, found);
                path.pop();
            }
        }
        ParamValue::Object(entries) => {
            for (key, item) in entries {
                path.push(json!(key));
                in_value(item, path, found);
                path.pop();
            }
        }
        ParamValue::Null | ParamValue::Boolean(_) | ParamValue::Number(_) => {}
    }
}

fn in_text(text: &ParamText<'_>, path: &[Value], found: &mut Vec<Value>) {
    let ParamText::Parts(parts) = text else { return };
    let mut before = String::new();
    for part in parts {
        let (kind, name, default) = match part {
            TextPart::Plain(text) => {
                before.push_str(text);
                continue;
            }
            TextPart::Env { name, default, .. } => ("env", name, default.as_deref()),
            TextPart::Secret { name, .. } => ("secret", name, None),
        };
        let written = placeholder(name);
        let mut entry = json!({ kind: name, "at": path });
        if let Some(default) = default {
            entry["default"] = json!(default);
        }
        let earlier = before.matches(&written).count();
        if earlier > 0 {
            entry["occurrence"] = json!(earlier + 1);
        }
        before.push_str(&written);
        found.push(entry);
    }
}
