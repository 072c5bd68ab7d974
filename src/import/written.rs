//! Values as text.

use crate::format::{is_reserved, quote};
use crate::model::{ParamText, ParamValue, TextPart};
use crate::syntax::{block_string, is_name};

/// Before the lines of a text; which one it is does not matter.
const INDENTATION: &str = "    ";
/// How deep brackets nest in a value that can be written.
const MAX_DEPTH: usize = 8;

/// A value as it is written.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Written {
    /// Something that is as it is: a bare word, a number, a function.
    Bare(String),
    /// Text, to be put between quotes.
    Text(String),
    /// A list.
    List(Vec<Written>),
    /// An object.
    Object(Vec<(String, Written)>),
}

/// A name with the value after its colon.
pub(super) type Entry = (String, Written);

impl Written {
    /// The value exactly as it is; `None` if it nests too deep.
    pub fn verbatim(value: &ParamValue<'_>) -> Option<Self> {
        Self::verbatim_at(value, 0)
    }

    fn verbatim_at(value: &ParamValue<'_>, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match value {
            ParamValue::Null => Self::Bare("null".to_owned()),
            ParamValue::Boolean(value) => Self::Bare(value.to_string()),
            ParamValue::Number(number) => Self::Bare(number.to_string()),
            ParamValue::Text(text) => Self::text(text),
            ParamValue::List(items) => {
                Self::List(items.iter().map(|item| Self::verbatim_at(item, depth + 1)).collect::<Option<_>>()?)
            }
            ParamValue::Object(entries) => {
                let entries =
                    entries.iter().map(|(key, value)| Some((name(key), Self::verbatim_at(value, depth + 1)?)));
                Self::Object(entries.collect::<Option<_>>()?)
            }
        })
    }

    /// Text, also such that is known only when the JSON is written.
    pub fn text(text: &ParamText<'_>) -> Self {
        match text {
            ParamText::Plain(text) => Self::Text(text.to_string()),
            ParamText::Parts(parts) => Self::Bare(parts.iter().map(part).collect::<Vec<_>>().join(" + ")),
        }
    }

    /// As text; lines are broken when all is formatted.
    pub fn written(&self) -> String {
        match self {
            Self::Bare(text) => text.clone(),
            Self::Text(text) => block_string(text, INDENTATION).unwrap_or_else(|| quote(text)),
            Self::List(items) => format!("[{}]", items.iter().map(Self::written).collect::<Vec<_>>().join(", ")),
            Self::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Object(entries) => format!("{{ {} }}", entries_of(entries)),
        }
    }
}

/// `name: value, …`
pub(super) fn entries_of(entries: &[Entry]) -> String {
    entries.iter().map(|(name, value)| format!("{name}: {}", value.written())).collect::<Vec<_>>().join(", ")
}

/// A name, between quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    if is_name(name) { name.to_owned() } else { quote(name) }
}

/// The name of something that is called, between quotes also where it is a word of the language.
pub(super) fn called(name: &str) -> String {
    if is_name(name) && !is_reserved(name) { name.to_owned() } else { quote(name) }
}

fn part(part: &TextPart<'_>) -> String {
    match part {
        TextPart::Plain(text) => quote(text),
        TextPart::Env { name, default: None, .. } => format!("env({})", quote(name)),
        TextPart::Env { name, default: Some(default), .. } => format!("env({}, {})", quote(name), quote(default)),
        TextPart::Secret { name, .. } => format!("secret({})", quote(name)),
    }
}
