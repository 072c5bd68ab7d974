//! Jinja templates and JSON payloads in text parameters.

use crate::catalogue::{Parameter, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Sources, Span};

/// Checks a text: its templates where MISP renders them, their presence where it does not, and
/// whether a JSON payload can be JSON.
pub fn check_template(
    signature: &Signature,
    parameter: &Parameter,
    text: &str,
    span: Span,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let templated = text.contains("{{") || text.contains("{%");
    if parameter.jinja {
        if (templated || text.contains("{#"))
            && let Err(error) = parse(text)
        {
            let place = error.range().and_then(|range| place_of(text, range, span, sources)).unwrap_or(span);
            let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            diagnostics.push(
                Diagnostic::at(Code::InvalidTemplate, place, format!("this is no valid Jinja template: {reason}"))
                    .note("MISP puts an empty text in the place of a template that fails")
                    .help("expressions stand between `{{` and `}}`, statements between `{%` and `%}`"),
            );
            return;
        }
    } else if templated && text.contains("}}") | text.contains("%}") {
        diagnostics.push(
            Diagnostic::at(
                Code::TemplateNotRendered,
                span,
                format!("MISP does not render templates in `{}`", parameter.id),
            )
            .note(format!("`{}` would take the text as it is, braces and all", signature.id))
            .help(format!("`mispflow modules {}` shows which parameters are rendered", signature.id)),
        );
    }
    if parameter.json && looks_like_json(text) && !can_be_json(text) {
        diagnostics.push(
            Diagnostic::at(Code::InvalidJsonPayload, span, "this payload begins like JSON and cannot be JSON")
                .note("MISP then sends the whole text as one JSON string")
                .maybe_help(json_error(text).map(|error| format!("the JSON reader says: {error}")))
                .help("look for a missing quote, comma or brace"),
        );
    }
}

fn parse(text: &str) -> Result<(), minijinja::Error> {
    let mut environment = minijinja::Environment::new();
    environment.set_debug(true);
    environment.template_from_str(text).map(|_| ())
}

/// The place of a part of a text, where the text stands in the source as it is.
fn place_of(text: &str, range: std::ops::Range<usize>, span: Span, sources: &Sources) -> Option<Span> {
    let part = text.get(range).filter(|part| !part.is_empty())?;
    let literal = sources.snippet(span);
    let at = literal.find(part)?;
    literal[at + part.len()..].find(part).is_none().then(|| span.part(at, at + part.len()))
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    !text.contains("{%") && !text.starts_with("{{") && text.starts_with(['{', '['])
}

/// Whether a text can be JSON once its expressions have values.
fn can_be_json(text: &str) -> bool {
    json_error(text).is_none()
}

fn json_error(text: &str) -> Option<serde_json::Error> {
    // A digit is good inside a string and as a value of its own.
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        filled.push_str(&rest[..open]);
        let Some(close) = rest[open..].find("}}") else { break };
        filled.push('1');
        rest = &rest[open + close + 2..];
    }
    filled.push_str(rest);
    serde_json::from_str::<serde::de::IgnoredAny>(&filled).err()
}

#[cfg(test)]
mod tests {
    use super::{can_be_json, looks_like_json};

    #[test]
    fn payloads_with_expressions_are_json_when_any_value_makes_them_so() {
        for text in [r#"{"text": "{{ Event.info }} is out"}"#, r#"[{{ Event.id }}, {"a": {{ x | tojson }}}]"#, "{}"] {
            assert!(looks_like_json(text) && can_be_json(text), "{text}");
        }
        for text in [r#"{"text": "{{ Event.info }} is out}"#, "{text: 1}", r#"{"a": 1,}"#, "[1 2]"] {
            assert!(looks_like_json(text) && !can_be_json(text), "{text}");
        }
        for text in ["{% if a %}{}{% endif %}", "hello", "{{ Event | tojson }}"] {
            assert!(!looks_like_json(text), "{text}");
        }
    }
}
