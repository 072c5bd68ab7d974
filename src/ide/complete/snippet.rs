//! Snippets: text with places to fill in.

use crate::format::quote;
use crate::syntax::tree::BlueprintParameter;

/// A value to fill in for a parameter of a blueprint.
pub(super) fn blank(parameter: &BlueprintParameter<'_>) -> String {
    match parameter.kind.text {
        "list" => "[\"…\"]",
        "number" => "0",
        "boolean" => "true",
        "path" => "Event",
        _ => "\"…\"",
    }
    .to_owned()
}

/// What a snippet means literally.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

pub(super) fn placeholder(number: usize, value: &str) -> String {
    // What is to be filled in is between the quotes.
    let inner =
        value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|_| !value.starts_with("\"\"\""));
    match inner {
        Some("…") => format!("\"${number}\""),
        Some(inner) => format!("\"${{{number}:{}}}\"", escaped(inner)),
        None => format!("${{{number}:{}}}", escaped(value)),
    }
}

pub(super) fn call_snippet(name: &str, arguments: &[(String, String)]) -> String {
    let written = arguments.iter().enumerate();
    let written: Vec<String> =
        written.map(|(at, (name, value))| format!("{}: {}", escaped(name), placeholder(at + 1, value))).collect();
    let is_short = written.len() < 2 && written.iter().all(|argument| !argument.contains('\n'));
    if is_short {
        format!("{}({})$0", escaped(name), written.concat())
    } else {
        format!("{}(\n    {},\n)$0", escaped(name), written.join(",\n    "))
    }
}

/// A text as it is written between quotes.
pub(super) fn within_quotes(text: &str) -> String {
    let quoted = quote(text);
    quoted[1..quoted.len() - 1].to_owned()
}
