//! Values for comparing and for showing.

use crate::format::quote;
use crate::graph::{ParamText, ParamValue, TextPart};

/// A value as JSON, with text from the environment by its name. Different values never look the
/// same.
pub(super) fn shown(value: &ParamValue<'_>) -> String {
    match value {
        ParamValue::Null => "null".to_owned(),
        ParamValue::Boolean(value) => value.to_string(),
        ParamValue::Number(number) => number.to_string(),
        ParamValue::Text(text) => shown_text(text),
        ParamValue::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        ParamValue::Object(entries) => {
            // The order of keys means nothing.
            let mut entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", quote(key), shown(value))).collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Text as JSON.
pub(super) fn shown_text(text: &ParamText<'_>) -> String {
    match text {
        ParamText::Plain(text) => quote(text),
        ParamText::Parts(parts) => parts.iter().map(part).collect::<Vec<_>>().join(" + "),
    }
}

fn part(part: &TextPart<'_>) -> String {
    match part {
        TextPart::Plain(text) => quote(text),
        TextPart::Env { name, default: None, .. } => format!("env({})", quote(name)),
        TextPart::Env { name, default: Some(default), .. } => format!("env({}, {})", quote(name), quote(default)),
        TextPart::Secret { name, .. } => format!("secret({})", quote(name)),
    }
}
