//! About parameters and their values.

use crate::base::suggest::closest;
use crate::catalogue::{Parameter, ParameterKind, Signature};
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::ModuleType;
use crate::wording::other_releases::{option_elsewhere, parameter_elsewhere};

/// A value of the wrong kind, which is `given`: a description with its article.
pub fn wrong_type(parameter: &Parameter, given: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("`{}` takes {}, not {given}", parameter.id, wanted(parameter)))
}

/// An entry of a list that is not text.
pub fn entry_of_wrong_type(parameter: &Parameter, given: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("an entry of `{}` must be a string, not {given}", parameter.id))
}

/// An option that is not offered; with the option that may be meant.
pub fn unknown_option<'s>(
    signature: &Signature,
    parameter: &'s Parameter,
    given: &str,
    audience: Audience,
) -> (Diagnostic, Option<&'s str>) {
    let names = parameter.options.iter().flat_map(|(key, label)| [key.as_str(), label.as_str()]);
    let suggestion = closest(given, names).map(|name| parameter.option_by_label(name).unwrap_or(name));
    let finding = Diagnostic::new(Code::UnknownOption, format!("`{}` does not offer `{given}`", parameter.id))
        .note("MISP saves any option; the module then finds none of its own and does nothing or something else");
    let finding = match parameter.kind {
        ParameterKind::Picker => {
            finding.note("when somebody opens the workflow in MISP's editor and saves it, the value is dropped")
        }
        _ => finding,
    };
    // A label stands for its key in a text, but not in what MISP saved.
    let is_label = audience == Audience::Editor && parameter.option_by_label(given).is_some();
    let (finding, known) =
        if is_label { (finding, false) } else { option_elsewhere(finding, signature, &parameter.id, given) };
    // What another release has is not a slip.
    let suggestion = suggestion.filter(|_| !known);
    let finding = finding
        .maybe_help(suggestion.map(|close| format!("did you mean `{close}`?")))
        .help(the_options(parameter, audience));
    (finding, suggestion)
}

/// A parameter that the module does not have; with the one that may be meant, which is only looked for where that is
/// `worth_while`.
pub fn unknown_parameter<'s>(
    signature: &'s Signature,
    name: &str,
    worth_while: bool,
    audience: Audience,
) -> (Diagnostic, Option<&'s str>) {
    const SHOWN: usize = 20;
    let names = signature.parameters.iter().map(|parameter| parameter.id.as_str());
    let suggestion = if worth_while { closest(name, names.clone()) } else { None };
    let id = &signature.id;
    let finding = Diagnostic::new(Code::UnknownParameter, format!("`{id}` has no parameter `{name}`"))
        .note("MISP ignores a parameter it does not know, and its editor drops it");
    let (finding, elsewhere) = parameter_elsewhere(finding, signature, name);
    // What another release has is not a slip.
    let suggestion = suggestion.filter(|_| !elsewhere);
    let mut known: Vec<_> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    if signature.parameters.len() > SHOWN {
        known.push(format!("{} more", signature.parameters.len() - SHOWN));
    }
    let finding = match (suggestion, known.is_empty(), audience) {
        (Some(close), ..) => finding.help(format!("did you mean `{close}`?")),
        (None, true, Audience::Editor) => finding.help(format!("`{id}` takes no parameters")),
        (None, true, Audience::Text) if signature.module_type == ModuleType::Trigger => {
            finding.help(format!("`{id}` takes no parameters: write `on {id}`"))
        }
        (None, true, Audience::Text) => finding.help(format!("`{id}` takes no parameters: write `{id}()`")),
        (None, false, _) => finding.help(format!("its parameters are {}", known.join(", "))),
    };
    (finding, suggestion)
}

/// A parameter that the module cannot do without; `given` if it is there and empty.
pub fn missing_parameter(
    signature: &Signature,
    parameter: &Parameter,
    reason: &str,
    given: bool,
    audience: Audience,
) -> Diagnostic {
    let message = if given {
        format!("`{}` is empty, and `{}` cannot do without it", parameter.id, signature.id)
    } else {
        format!("`{}` needs the parameter `{}`", signature.id, parameter.id)
    };
    let mut finding = Diagnostic::new(Code::MissingParameter, message);
    if !reason.is_empty() {
        finding = finding.note(format!("in MISP: {reason}"));
    }
    finding.help(match audience {
        Audience::Text => format!("write for example `{}: {}`", parameter.id, example_value(parameter)),
        Audience::Editor => fill_in(parameter),
    })
}

/// A parameter that a node lacks, where the default that MISP's editor adds makes another run: a template is rendered if the
/// node carries it, and a module's own default is not.
pub fn empty_value_replaced(parameter: &Parameter, audience: Audience) -> Option<Diagnostic> {
    let id = &parameter.id;
    let is_rendered = parameter.jinja && parameter.editor_default().is_some_and(|default| !default.is_empty());
    is_rendered.then(|| {
        Diagnostic::new(Code::EmptyValueReplaced, format!("the node has no `{id}`, and MISP's editor adds the default"))
            .note("the editor adds it as soon as somebody opens the workflow and saves it")
            .note("from then on misp-modules renders the value; the module's own default is used as it is")
            .help(audience.choose(
                format!("remove `\"{id}\": absent` to have the default in the node, or give it a value"),
                format!("give `{id}` a value, so that a save changes nothing"),
            ))
    })
}

/// A parameter that `other` hides while it has none of the `wanted` values.
pub fn hidden_parameter(parameter: &Parameter, other: &str, wanted: &[String], audience: Audience) -> Diagnostic {
    let id = &parameter.id;
    let wanted: Vec<_> = wanted.iter().map(|value| format!("`{value}`")).collect();
    let wanted = wanted.join(" or ");
    Diagnostic::new(Code::HiddenParameter, format!("`{id}` has no effect here: `{other}` hides it"))
        .note(format!("the editor shows `{id}` only while `{other}` is {wanted}"))
        .help(audience.choose(
            format!("remove `{id}`, or change `{other}`"),
            format!("if `{id}` is meant to count, choose {wanted} for `{other}`; else it does no harm"),
        ))
}

fn wanted(parameter: &Parameter) -> &'static str {
    match parameter.kind {
        ParameterKind::Number => "a number",
        ParameterKind::HashPath => "a hash path",
        ParameterKind::Select | ParameterKind::Radio => "one of its options",
        ParameterKind::Picker if parameter.multiple => "a list",
        ParameterKind::Picker | ParameterKind::Text | ParameterKind::Textarea => "a string",
        ParameterKind::Checkbox => "`true` or `false`",
    }
}

/// The options as a phrase, with the labels that say more than the keys.
fn options(parameter: &Parameter, audience: Audience) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<String> = parameter
        .options
        .iter()
        .take(SHOWN)
        .map(|(key, label)| {
            let written = match audience {
                Audience::Text => written_option(key),
                Audience::Editor => key.clone(),
            };
            let label = label.trim();
            if label.is_empty() || label == key { format!("`{written}`") } else { format!("`{written}` ({label})") }
        })
        .collect();
    if parameter.options.len() > SHOWN {
        shown.push(format!("{} more", parameter.options.len() - SHOWN));
    }
    shown.join(", ")
}

/// What to choose from, as a sentence.
pub fn the_options(parameter: &Parameter, audience: Audience) -> String {
    if parameter.options.is_empty() {
        // Which there are, a server knows.
        return "give one option, as a string".to_owned();
    }
    format!("the options are {}", options(parameter, audience))
}

/// An option as one writes it: bare where that is possible.
pub fn written_option(key: &str) -> String {
    let bare = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    if bare || number { key.to_owned() } else { serde_json::Value::from(key).to_string() }
}

/// A value as the text has it.
fn example_value(parameter: &Parameter) -> String {
    let example = match parameter.example.as_str() {
        "" if parameter.sensitive => return "secret(\"NAME\")".to_owned(),
        "" => "…",
        list if list.starts_with('[') => return list.to_owned(),
        example => example,
    };
    match parameter.kind {
        ParameterKind::Picker if parameter.multiple => format!("[\"{example}\"]"),
        ParameterKind::HashPath | ParameterKind::Number => example.to_owned(),
        _ => serde_json::Value::from(example).to_string(),
    }
}

/// What to do in the editor.
fn fill_in(parameter: &Parameter) -> String {
    let shown = match parameter.label.trim() {
        "" => parameter.id.as_str(),
        label => label,
    };
    let picked = matches!(parameter.kind, ParameterKind::Picker | ParameterKind::Select | ParameterKind::Radio);
    let what = if picked { "choose" } else { "fill in" };
    let example = serde_json::from_str::<Vec<String>>(&parameter.example).ok().and_then(|list| list.into_iter().next());
    match example.as_deref().unwrap_or(&parameter.example) {
        "" => format!("{what} `{shown}` in the node"),
        example => format!("{what} `{shown}` in the node, for example `{example}`"),
    }
}
