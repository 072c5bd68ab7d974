//! What a source says becomes what a server reports, and what it leaves open becomes findings.

use serde_json::{Map, Number, Value as Json};

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};

use super::value::{Entries, Value};

/// Of a value with entries, those whose keys matter; of a list of such values, those of each.
pub(super) fn with_keys(value: &Value, keys: &[&str]) -> Value {
    let Value::Entries(entries) = value else { return value.clone() };
    if entries.is_list() && entries.len() > 0 {
        let mut list = Entries { open: entries.open, ..Entries::default() };
        entries.iter().for_each(|(_, value)| list.push(with_keys(value, keys)));
        return Value::Entries(list);
    }
    let mut kept = Entries { open: entries.open, ..Entries::map() };
    for (key, value) in entries.iter().filter(|(key, _)| keys.contains(key)) {
        kept.insert(key.to_owned(), value.clone());
    }
    Value::Entries(kept)
}

/// JSON of a value; `None` if it is computed. `name` says where it is, such as `params[0].options`.
pub(super) fn json(value: &Value, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Json> {
    match value {
        Value::Null => Some(Json::Null),
        Value::Bool(value) => Some(Json::Bool(*value)),
        Value::Integer(number) => Some(Json::Number((*number).into())),
        Value::Float(number) => Number::from_f64(*number).map(Json::Number),
        Value::Text(text) => Some(Json::String(text.clone())),
        Value::Entries(entries) => {
            if let Some(span) = entries.open {
                diagnostics.push(left_open(name, span));
                if entries.len() == 0 {
                    return None;
                }
            }
            if entries.is_list() {
                let mut members = Vec::new();
                for (index, (_, value)) in entries.iter().enumerate() {
                    members.extend(json(value, &format!("{name}[{index}]"), diagnostics));
                }
                return Some(Json::Array(members));
            }
            let mut members = Map::new();
            for (key, value) in entries.iter() {
                if let Some(value) = json(value, &format!("{name}.{key}"), diagnostics) {
                    members.insert(key.to_owned(), value);
                }
            }
            Some(Json::Object(members))
        }
        Value::Open(span) => {
            diagnostics.push(left_open(name, *span));
            None
        }
    }
}

fn left_open(name: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::at(Code::NotLiteral, span, format!("`{name}` is computed, and is left open"))
        .label("only a running server knows what this is");
    finding.help("what the server answers at `/workflows/moduleIndex/type:all.json`, or misp-modules at `/modules`, has the value")
}
