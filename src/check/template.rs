//! Jinja templates and JSON payloads in text parameters.

use std::ops::Range;

use crate::catalogue::{Parameter, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{Sources, Span};

/// The longest expression that is read; see [`longest_expression`].
const MAX_EXPRESSION: usize = 4_000;
/// The most lines that a template may have, and the most bytes of a line: Jinja's reader counts both
/// with 16 bits.
const MAX_LINES: usize = 65_000;
/// The longest expression that is read on the stack at hand.
const SHORT_EXPRESSION: usize = 200;
/// The stack for longer ones, in bytes: enough for the deepest within the limit.
const STACK: usize = 64 * 1024 * 1024;

/// Something that is wrong with a text.
pub struct TemplateFinding {
    /// What, without a place.
    pub finding: Diagnostic,
    /// The bytes of the text that are wrong; `None` for all of them.
    pub at: Option<Range<usize>>,
}

impl From<Diagnostic> for TemplateFinding {
    fn from(finding: Diagnostic) -> Self {
        Self { finding, at: None }
    }
}

/// Checks a text: its templates where MISP renders them, their presence where it does not, and
/// whether a JSON payload can be JSON.
pub fn check_template(signature: &Signature, parameter: &Parameter, text: &str) -> Vec<TemplateFinding> {
    let mut findings = Vec::new();
    let templated = text.contains("{{") || text.contains("{%");
    if parameter.jinja {
        if let Some(invalid) = invalid_template(text, templated || text.contains("{#")) {
            return vec![invalid];
        }
    } else if templated && text.contains("}}") | text.contains("%}") {
        findings.push(
            Diagnostic::new(Code::TemplateNotRendered, format!("MISP does not render templates in `{}`", parameter.id))
                .note(format!("`{}` would take the text as it is, braces and all", signature.id))
                .help(format!("`mispflow modules {}` shows which parameters are rendered", signature.id))
                .into(),
        );
    }
    if parameter.json && looks_like_json(text) && !can_be_json(text) {
        findings.push(
            Diagnostic::new(Code::InvalidJsonPayload, "this payload begins like JSON and cannot be JSON")
                .note("MISP then sends the whole text as one JSON string")
                .maybe_help(json_error(text).map(|error| format!("the JSON reader says: {error}")))
                .help("look for a missing quote, comma or brace")
                .into(),
        );
    }
    findings
}

/// Why a text that MISP renders, and that is a template if it is `templated`, cannot be rendered.
fn invalid_template(text: &str, templated: bool) -> Option<TemplateFinding> {
    if !templated {
        return None;
    }
    let invalid = |message: String| Diagnostic::new(Code::InvalidTemplate, message);
    let length = longest_expression(text);
    if length > MAX_EXPRESSION {
        let finding = invalid(format!("this template has an expression of {length} bytes"))
            .note(format!("expressions of more than {MAX_EXPRESSION} bytes are not read"))
            .help("give its parts names with `{% set name = … %}`");
        return Some(finding.into());
    }
    if is_too_large(text) {
        let finding = invalid("this template is too large to be read".to_owned())
            .note(format!("it has more than {MAX_LINES} lines, or a line of more than {MAX_LINES} bytes"))
            .help("break the line, or move fixed text out of the template");
        return Some(finding.into());
    }
    let error = parse(text, length).err()?;
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let finding = invalid(format!("this is no valid Jinja template: {reason}"))
        .note("MISP puts an empty text in the place of a template that fails")
        .help("expressions stand between `{{` and `}}`, statements between `{%` and `%}`");
    Some(TemplateFinding { finding, at: error.range() })
}

/// The variables of a template that it does not set itself, with the keys inside them: `Event.info`. Sorted; none for
/// what is no template, or none that can be read.
pub fn undeclared_variables(text: &str) -> Vec<String> {
    if !text.contains("{{") && !text.contains("{%") {
        return Vec::new();
    }
    let length = longest_expression(text);
    if length > MAX_EXPRESSION || is_too_large(text) {
        return Vec::new();
    }
    let mut variables = Vec::new();
    let read = with_template(text, length, |template| template.undeclared_variables(true));
    variables.extend(read.into_iter().flatten());
    variables.sort_unstable();
    variables
}

/// Whether a template has more lines, or a longer one, than Jinja's reader can count.
fn is_too_large(text: &str) -> bool {
    text.lines().count() > MAX_LINES || text.lines().any(|line| line.len() > MAX_LINES)
}

/// Reads a template whose longest expression has `length` bytes.
fn parse(text: &str, length: usize) -> Result<(), minijinja::Error> {
    with_template(text, length, |_| ())
}

/// Reads a template whose longest expression has `length` bytes, and asks it something.
fn with_template<T: Default + Send>(
    text: &str,
    length: usize,
    ask: impl Fn(&minijinja::Template<'_, '_>) -> T + Send + Sync,
) -> Result<T, minijinja::Error> {
    let read = || {
        let mut environment = minijinja::Environment::new();
        environment.set_debug(true);
        environment.template_from_str(text).map(|template| ask(&template))
    };
    if length <= SHORT_EXPRESSION {
        return read();
    }
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        // Without a thread, or without an answer of it, nothing can be said against the template.
        reader.map_or_else(|_| Ok(T::default()), |reader| reader.join().unwrap_or_else(|_| Ok(T::default())))
    })
}

/// The length in bytes of the longest `{{ … }}` or `{% … %}`, or more. Jinja's reader goes down into an
/// expression once for each of its operators, whatever limits it has for brackets.
fn longest_expression(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut longest = 0;
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'{' || !matches!(bytes[at + 1], b'{' | b'%') {
            at += 1;
            continue;
        }
        let start = at;
        let mut quote = None;
        at += 2;
        while at < bytes.len() {
            match (quote, bytes[at]) {
                (Some(_), b'\\') => at += 1,
                (Some(open), byte) if byte == open => quote = None,
                (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
                (None, b'}' | b'%') if bytes.get(at + 1) == Some(&b'}') => break,
                _ => {}
            }
            at += 1;
        }
        longest = longest.max(at.min(bytes.len()) - start);
    }
    longest
}

/// The place of a part of a text, where the text stands in the source as it is.
pub fn place_of(text: &str, range: Range<usize>, span: Span, sources: &Sources) -> Option<Span> {
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
    use super::{MAX_EXPRESSION, can_be_json, longest_expression, looks_like_json, parse};

    #[test]
    fn the_longest_expression_is_found_behind_quotes() {
        assert_eq!(longest_expression("no expression"), 0);
        assert_eq!(longest_expression("a {{ b }} {% if x %}"), "{% if x ".len());
        assert_eq!(longest_expression(r#"{{ "}}" + '\'}}' }}"#), r#"{{ "}}" + '\'}}' "#.len());
        assert_eq!(longest_expression("{{ never closed"), "{{ never closed".len());
        assert_eq!(longest_expression("{"), 0);
    }

    /// Or else the limit is too high for the stack.
    #[test]
    fn the_deepest_expressions_within_the_limit_can_be_read() {
        for operator in ["-", "not ", ".a", "[a", "(", "|a", "+a", " if a else a", "==a", " and a", " is a", "~a", "{"]
        {
            let repeated = operator.repeat((MAX_EXPRESSION - 5) / operator.len());
            for text in [
                format!("{{{{a{repeated}}}}}"),
                format!("{{{{{repeated}a}}}}"),
                format!("{{%if a{repeated}%}}{{%endif%}}"),
            ] {
                let _ = parse(&text, longest_expression(&text));
            }
        }
    }

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
