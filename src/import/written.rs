//! Values as text.

use crate::graph::{ParamText, ParamValue, TextPart};
use crate::syntax::{block_string, is_name};

/// How deep brackets nest in a value that can be written.
const MAX_DEPTH: usize = 8;

/// A value as it is written.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Written {
    /// Something that stands as it is: a bare word, a number, a function.
    Bare(String),
    /// Text, to be put between quotes.
    Text(String),
    /// A list.
    List(Vec<Written>),
    /// An object.
    Object(Vec<(String, Written)>),
}

/// A name with the value behind its colon.
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
                let entries = entries.iter().map(|(key, value)| Some((name(key), Self::verbatim_at(value, depth + 1)?)));
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

    /// On one line.
    pub fn flat(&self) -> String {
        match self {
            Self::Bare(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::List(items) => format!("[{}]", items.iter().map(Self::flat).collect::<Vec<_>>().join(", ")),
            Self::Object(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Object(entries) => format!("{{ {} }}", flat_entries(entries)),
        }
    }

    /// On several lines where that is better; `depth` is that of the line it begins on, and `used`
    /// what stands there already.
    pub fn broken(&self, depth: usize, used: usize) -> String {
        if let Self::Text(text) = self
            && let Some(block) = block_string(text, &indentation(depth + 1))
        {
            return block;
        }
        let flat = self.flat();
        let (open, close, lines) = match self {
            Self::List(items) if used + flat.len() > WIDTH => {
                ("[", "]", items.iter().map(|item| item.broken(depth + 1, 0)).collect::<Vec<_>>())
            }
            Self::Object(entries) if used + flat.len() > WIDTH => {
                ("{", "}", entries.iter().map(|entry| broken_entry(entry, depth + 1)).collect())
            }
            _ => return flat,
        };
        let mut text = open.to_owned();
        for line in lines {
            text.push('\n');
            text.push_str(&indentation(depth + 1));
            text.push_str(&line);
            text.push(',');
        }
        text.push('\n');
        text.push_str(&indentation(depth));
        text.push_str(close);
        text
    }

    /// Whether it holds text that is better written on several lines.
    pub fn has_lines(&self) -> bool {
        match self {
            Self::Bare(_) => false,
            Self::Text(text) => block_string(text, "").is_some(),
            Self::List(items) => items.iter().any(Self::has_lines),
            Self::Object(entries) => entries.iter().any(|(_, value)| value.has_lines()),
        }
    }
}

/// How wide a line may become.
pub(super) const WIDTH: usize = 100;

/// The white space before a line.
pub(super) fn indentation(depth: usize) -> String {
    "    ".repeat(depth)
}

/// `name: value, …`
pub(super) fn flat_entries(entries: &[Entry]) -> String {
    entries.iter().map(|(name, value)| format!("{name}: {}", value.flat())).collect::<Vec<_>>().join(", ")
}

/// `name: value`, perhaps on several lines.
pub(super) fn broken_entry((name, value): &Entry, depth: usize) -> String {
    format!("{name}: {}", value.broken(depth, 4 * depth + name.len() + 3))
}

/// A name, between quotes where it needs them.
pub(super) fn name(name: &str) -> String {
    if is_name(name) { name.to_owned() } else { quoted(name) }
}

/// A text between quotes, with the escapes of JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn part(part: &TextPart<'_>) -> String {
    match part {
        TextPart::Plain(text) => quoted(text),
        TextPart::Env { name, default: None, .. } => format!("env({})", quoted(name)),
        TextPart::Env { name, default: Some(default), .. } => format!("env({}, {})", quoted(name), quoted(default)),
        TextPart::Secret { name, .. } => format!("secret({})", quoted(name)),
    }
}
