//! Values for comparing and for showing.

use std::borrow::Cow;

use crate::format::quote;
use crate::model::{ParamText, ParamValue, TextPart};

/// A value as JSON, with text from the environment by its name. Different values never look the
/// same.
pub(super) fn shown(value: &ParamValue<'_>) -> String {
    match value {
        ParamValue::Null => "null".to_owned(),
        ParamValue::Boolean(value) => value.to_string(),
        ParamValue::Number(number) => match number.as_f64() {
            // MISP stores 567.0 as 567.
            Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
            _ => number.to_string(),
        },
        ParamValue::Text(text) => shown_text(text),
        ParamValue::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        // For PHP an object with the keys of a list is one.
        ParamValue::Object(entries) if is_list(entries) => {
            format!("[{}]", entries.iter().map(|(_, value)| shown(value)).collect::<Vec<_>>().join(", "))
        }
        ParamValue::Object(entries) => {
            // The order of keys means nothing.
            let mut entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", quote(key), shown(value))).collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn is_list(entries: &[(Cow<'_, str>, ParamValue<'_>)]) -> bool {
    entries.iter().enumerate().all(|(index, (key, _))| *key == index.to_string())
}

/// Picked values: their order and how often they come mean nothing.
pub(super) fn shown_set(items: &[ParamValue<'_>]) -> String {
    let mut items: Vec<String> = items.iter().map(shown).collect();
    items.sort_unstable();
    items.dedup();
    format!("[{}]", items.join(", "))
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
