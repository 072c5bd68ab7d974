//! The arguments of a call: which parameters they are, what is missing, what is too much.

use std::borrow::Cow;

use crate::catalogue::{Parameter, ParameterKind, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::graph::{ParamText, ParamValue, SavedFilter};
use crate::source::Span;
use crate::suggest::closest;
use crate::syntax::tree::{Argument, Call, ModuleFilter, Name};

use super::constant::ConstantKind;
use super::declaration::duplicate;
use super::evaluate::evaluate;
use super::flow::FlowChecker;
use super::verbatim::verbatim;

/// The parameters of a node, in the editor's order.
pub type Params<'a> = Vec<(Cow<'a, str>, ParamValue<'a>)>;

/// A parameter's value, and where it is written if it is.
struct Given<'a> {
    value: Option<ParamValue<'a>>,
    at: Option<Span>,
}

impl<'a> FlowChecker<'_, 'a> {
    /// The parameters and the module filter that a call gives its node.
    pub(super) fn arguments(
        &mut self,
        signature: &'a Signature,
        call: &'a Call<'a>,
        filter: Option<&'a ModuleFilter<'a>>,
    ) -> (Params<'a>, SavedFilter<'a>) {
        let mut given: Vec<Option<Given<'a>>> = signature.parameters.iter().map(|_| None).collect();
        let mut kept: Params<'a> = Vec::new();
        let mut raw_filter: Option<&'a Argument<'a>> = None;
        let mut seen: Vec<Name<'a>> = Vec::with_capacity(call.arguments.len());
        let has_paths = signature.parameters.iter().any(|parameter| parameter.kind == ParameterKind::HashPath);
        let mut for_paths = Vec::new();
        let mut failed = false;
        for argument in &call.arguments {
            if let Some(before) = seen.iter().find(|before| before.text == argument.name.text) {
                self.report(duplicate("parameter", argument.name, before.span));
                continue;
            }
            seen.push(argument.name);
            let quoted = self.is_quoted(argument.name);
            let index = signature.parameters.iter().position(|parameter| parameter.id == argument.name.text);
            match index {
                Some(index) => {
                    let parameter = &signature.parameters[index];
                    let constant = evaluate(&argument.value, self);
                    let left_out = quoted && matches!(constant.kind, ConstantKind::Word("absent"));
                    let value = match (left_out, quoted) {
                        (true, _) => None,
                        (false, true) => verbatim(&constant, self),
                        (false, false) => self.parameter_value(signature, parameter, &constant),
                    };
                    failed |= value.is_none() && !left_out;
                    if has_paths && !quoted && value.is_some() {
                        for_paths.push((index, constant));
                    }
                    given[index] = Some(Given { value, at: Some(argument.span) });
                }
                None if argument.name.text == "filters" && !quoted => raw_filter = Some(argument),
                None if quoted => {
                    let constant = evaluate(&argument.value, self);
                    if let Some(value) = verbatim(&constant, self) {
                        self.report(kept_parameter(signature, argument.name));
                        kept.push((Cow::Borrowed(argument.name.text), value));
                    }
                }
                None => {
                    failed = true;
                    self.report(unknown_parameter(signature, argument.name));
                }
            }
        }
        self.check_call_paths(signature, &for_paths);
        let saved = match (filter, raw_filter) {
            (Some(filter), None) => self.module_filter(signature, filter).unwrap_or_default(),
            (None, Some(argument)) => self.raw_filter(argument),
            (None, None) => SavedFilter::default(),
            (Some(filter), Some(argument)) => {
                self.report(
                    Diagnostic::at(Code::DuplicateParameter, filter.span, "this step has two module filters")
                        .label("a filter here")
                        .also(argument.span, "and another here")
                        .help("a node has one module filter: remove one of them"),
                );
                SavedFilter::default()
            }
        };
        let mut values = Vec::with_capacity(given.len());
        for (parameter, given) in signature.parameters.iter().zip(given) {
            values.push(given.unwrap_or_else(|| Given { value: parameter.editor_default(), at: None }));
        }
        if !failed {
            self.check_presence(signature, call, &values);
        }
        let known = signature.parameters.iter().zip(values);
        let mut params: Params<'a> =
            known.filter_map(|(parameter, given)| Some((Cow::Borrowed(parameter.id.as_str()), given.value?))).collect();
        params.extend(kept);
        (params, saved)
    }

    /// Whether a name stands between quotes: then its value is taken as it is.
    fn is_quoted(&self, name: Name<'_>) -> bool {
        (name.span.end - name.span.start) as usize != name.text.len()
    }

    /// Parameters that others hide, and those that must not be empty.
    fn check_presence(&mut self, signature: &'a Signature, call: &Call<'_>, values: &[Given<'a>]) {
        for (parameter, given) in signature.parameters.iter().zip(values) {
            let hidden_by = hiding(signature, parameter, values);
            let empty = given.value.as_ref().is_none_or(ParamValue::is_empty);
            match (hidden_by, given.at) {
                (Some((other, wanted)), Some(at)) if !empty => {
                    let wanted: Vec<_> = wanted.iter().map(|value| format!("`{value}`")).collect();
                    self.report(
                        Diagnostic::at(
                            Code::HiddenParameter,
                            at,
                            format!("`{}` has no effect here: `{other}` hides it", parameter.id),
                        )
                        .note(format!(
                            "the editor shows `{}` only while `{other}` is {}",
                            parameter.id,
                            wanted.join(" or ")
                        ))
                        .help(format!("remove `{}`, or change `{other}`", parameter.id)),
                    );
                }
                (None, at) if empty => {
                    let Some(reason) = &parameter.required else { continue };
                    let message = match at {
                        Some(_) => format!("`{}` is empty, and `{}` cannot do without it", parameter.id, signature.id),
                        None => format!("`{}` needs the parameter `{}`", signature.id, parameter.id),
                    };
                    let mut diagnostic = Diagnostic::at(Code::MissingParameter, at.unwrap_or(call.name.span), message);
                    if !reason.is_empty() {
                        diagnostic = diagnostic.note(format!("in MISP: {reason}"));
                    }
                    let example = if parameter.example.is_empty() { "…" } else { &parameter.example };
                    self.report(diagnostic.help(format!(
                        "write for example `{}: {}`",
                        parameter.id,
                        example_value(parameter, example)
                    )));
                }
                _ => {}
            }
        }
    }
}

fn example_value(parameter: &Parameter, example: &str) -> String {
    match parameter.kind {
        ParameterKind::Picker if parameter.multiple => format!("[\"{example}\"]"),
        ParameterKind::HashPath | ParameterKind::Number => example.to_owned(),
        _ => serde_json::Value::from(example).to_string(),
    }
}

/// The parameter that hides another one, with the values under which it would not.
fn hiding<'s>(
    signature: &'s Signature,
    parameter: &'s Parameter,
    values: &[Given<'_>],
) -> Option<(&'s str, &'s [String])> {
    parameter.display_on.iter().find_map(|(other, wanted)| {
        let index = signature.parameters.iter().position(|known| known.id == *other)?;
        let shown = match &values[index].value {
            Some(ParamValue::Text(ParamText::Plain(text))) => wanted.iter().any(|value| *value == *text),
            Some(ParamValue::Text(ParamText::Parts(_))) => true,
            _ => false,
        };
        (!shown).then_some((other.as_str(), wanted.as_slice()))
    })
}

fn kept_parameter(signature: &Signature, name: Name<'_>) -> Diagnostic {
    Diagnostic::at(
        Code::KeptParameter,
        name.span,
        format!("`{}` has no parameter `{}`; it is kept because it is quoted", signature.id, name.text),
    )
    .note("MISP ignores it, and its editor drops it as soon as the workflow is opened there")
    .help("remove it unless the exact JSON matters")
}

fn unknown_parameter(signature: &Signature, name: Name<'_>) -> Diagnostic {
    let names = signature.parameters.iter().map(|parameter| parameter.id.as_str());
    let suggestion = closest(name.text, names.clone());
    let diagnostic = Diagnostic::at(
        Code::UnknownParameter,
        name.span,
        format!("`{}` has no parameter `{}`", signature.id, name.text),
    )
    .note("MISP ignores a parameter it does not know, and its editor drops it");
    let known: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    match (suggestion, known.is_empty()) {
        (Some(close), _) => diagnostic.help(format!("did you mean `{close}`?")).unsafe_fix(name.span, close),
        (None, true) => diagnostic.help(format!("`{}` takes no parameters: write `{}()`", signature.id, signature.id)),
        (None, false) => diagnostic.help(format!("its parameters are {}", known.join(", "))),
    }
}
