//! Jinja templates and JSON payloads in text parameters.

use std::ops::Range;

use crate::base::suggest::closest;
use crate::catalogue::{Parameter, Signature, module_ids};
use crate::diagnostics::{Code, Diagnostic};
use crate::jinja::names::{FILTERS, TESTS};
use crate::jinja::source_limits::{self, MAX_BRANCHES, MAX_CHAIN, MAX_LINES, TooLarge};
use crate::jinja::{Refusal, refusal, slips};

use super::Renderings;

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
pub fn check_template(
    signature: &Signature,
    parameter: &Parameter,
    text: &str,
    renderings: &Renderings,
) -> Vec<TemplateFinding> {
    let mut findings = Vec::new();
    let templated = text.contains("{{") || text.contains("{%");
    if parameter.jinja {
        if let Some(invalid) = invalid_template(text, templated || text.contains("{#")) {
            return vec![invalid];
        }
        if let Some(endless) = endless_template(text, renderings) {
            return vec![endless];
        }
    } else if templated && text.contains("}}") | text.contains("%}") {
        findings.push(
            Diagnostic::new(Code::TemplateNotRendered, format!("MISP does not render templates in `{}`", parameter.id))
                .note(format!("`{}` would use the string as it is, with the braces", signature.id))
                .help(format!("`mispflow modules {}` shows which parameters are rendered", signature.id))
                .into(),
        );
    }
    // What a search makes of it is another matter: `adhoc-filter` says so.
    if parameter.json && signature.id != module_ids::ADHOC_TRIGGER && is_broken_json(text) {
        findings.push(
            Diagnostic::new(Code::InvalidJsonPayload, "this payload begins like JSON and cannot be JSON")
                .note("MISP then sends the whole payload as one JSON string")
                .maybe_help(json_error(text).map(|error| format!("the JSON reader says: {error}")))
                .help("look for a missing quote, comma or brace")
                .into(),
        );
    }
    findings
}

/// Checks the template in a text that is a part of the parameter's value.
pub fn check_template_alone(parameter: &Parameter, text: &str) -> Option<TemplateFinding> {
    let templated = text.contains("{{") || text.contains("{%") || text.contains("{#");
    invalid_template(text, templated && parameter.jinja)
}

/// Why a text that MISP renders, and that is a template if it is `templated`, cannot be rendered.
fn invalid_template(text: &str, templated: bool) -> Option<TemplateFinding> {
    if !templated {
        return None;
    }
    let invalid = |message: String| Diagnostic::new(Code::InvalidTemplate, message);
    let depth = match source_limits::depth(text) {
        Ok(depth) => depth,
        Err(TooLarge::Chain) => {
            let finding = invalid("this template has an expression that is too long to be read".to_owned())
                .note(format!("in a chain of more than {MAX_CHAIN} operators and names, Jinja runs out of stack"))
                .help("give its parts names with `{% set name = … %}`");
            return Some(finding.into());
        }
        Err(TooLarge::Branches) => {
            let finding =
                invalid(format!("this template has more than {MAX_BRANCHES} `if` and `elif` inside each other"))
                    .note("each `elif` is inside the ones before it, and Jinja runs out of stack")
                    .help("look the value up instead: `{{ {'a': 1, 'b': 2}[key] }}`");
            return Some(finding.into());
        }
        Err(TooLarge::Lines) => {
            let finding = invalid("this template is too large to be read".to_owned())
                .note(format!("it has more than {MAX_LINES} lines, or a line of more than {MAX_LINES} bytes"))
                .help("break the line, or move the fixed part out of the template");
            return Some(finding.into());
        }
    };
    let Err(error) = with_template(text, depth, |_| ()) else {
        return refused_template(text, depth).or_else(|| unknown_name(text));
    };
    let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let finding = invalid(format!("this is not a valid Jinja template: {reason}"))
        .note("MISP replaces a template that fails with an empty string")
        .help("write expressions between `{{` and `}}`, statements between `{%` and `%}`");
    Some(TemplateFinding { finding, at: error.range() })
}

/// What Jinja refuses and minijinja reads.
fn refused_template(text: &str, depth: source_limits::Depth) -> Option<TemplateFinding> {
    let (refusal, at) = source_limits::read(depth, || refusal(text)).flatten()?;
    let help = match refusal {
        Refusal::Do => "keep the value with `{% set x = … %}`, or in a `namespace`",
        Refusal::Loops => "move the inner loops into a macro: there the count starts again",
        Refusal::Blocks => "move the inner blocks into a macro",
        // The others are found with their places.
        Refusal::Syntax | Refusal::Name | Refusal::Target | Refusal::Items => return None,
    };
    let finding = Diagnostic::new(Code::InvalidTemplate, format!("Jinja does not take this template: {refusal}"))
        .note("MISP replaces a template that fails with an empty string")
        .help(help);
    Some(TemplateFinding { finding, at })
}

/// A template that comes to a limit whatever the data is.
fn endless_template(text: &str, renderings: &Renderings) -> Option<TemplateFinding> {
    let why = renderings.limit_of(text)?;
    let finding = Diagnostic::new(Code::InvalidTemplate, format!("this template is never rendered: {why}"))
        .note("that is so without any data; the template service of MISP would use up its memory or time")
        .help("make the numbers in it smaller");
    Some(finding.into())
}

/// A filter or test that Jinja does not have, for which it refuses the template.
fn unknown_name(text: &str) -> Option<TemplateFinding> {
    let unknown = slips(text).unknown.into_iter().next()?;
    let (what, names) = if unknown.is_test { ("test", TESTS) } else { ("filter", FILTERS) };
    let name = &unknown.name;
    let finding = Diagnostic::new(Code::InvalidTemplate, format!("Jinja has no {what} named `{name}`"))
        .note("MISP replaces a template that fails with an empty string")
        .maybe_help(closest(name, names.iter().copied()).map(|close| format!("did you mean `{close}`?")))
        .help(format!("the {what}s are {}", names.join(", ")));
    Some(TemplateFinding { finding, at: unknown.at })
}

/// The variables of a template that it does not set itself, with the keys inside them: `Event.info`. Sorted; none for
/// what is not a template, or none that can be read.
pub fn undeclared_variables(text: &str) -> Vec<String> {
    if !text.contains("{{") && !text.contains("{%") {
        return Vec::new();
    }
    let Ok(depth) = source_limits::depth(text) else { return Vec::new() };
    let mut variables = Vec::new();
    let read = with_template(text, depth, |template| template.undeclared_variables(true));
    variables.extend(read.into_iter().flatten());
    variables.sort_unstable();
    variables
}

/// Reads a template of this depth, and asks it something.
fn with_template<T: Default + Send>(
    text: &str,
    depth: source_limits::Depth,
    ask: impl Fn(&minijinja::Template<'_, '_>) -> T + Send + Sync,
) -> Result<T, minijinja::Error> {
    let read = || {
        let mut environment = minijinja::Environment::new();
        environment.set_debug(true);
        environment.template_from_str(text).map(|template| ask(&template))
    };
    // Without an answer, nothing can be said against the template.
    source_limits::read(depth, read).unwrap_or_else(|| Ok(T::default()))
}

/// Whether a payload is meant to be JSON and cannot be.
pub fn is_broken_json(text: &str) -> bool {
    looks_like_json(text) && !can_be_json(text)
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
