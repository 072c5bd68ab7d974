//! Values without the names of their parameters: which names they should have.

use crate::base::source::Span;
use crate::catalogue::{Parameter, ParameterKind, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{ConstantKind, ValueType, evaluate};
use crate::syntax::tree::{Argument, BlueprintParameter, Call};

use super::flow::FlowChecker;

/// A parameter that a value may be meant for.
pub(super) struct Slot<'a> {
    name: &'a str,
    takes: Takes<'a>,
    /// Whether it is a text that the module cannot do without.
    is_required_text: bool,
}

enum Takes<'a> {
    Parameter(&'a Parameter),
    Type(&'a str),
}

impl<'a> Slot<'a> {
    /// The parameters of a module to which the call gives no value by name.
    pub(super) fn of_module(signature: &'a Signature, call: &Call<'_>) -> Vec<Self> {
        let free = signature.parameters.iter().filter(|parameter| !is_given(call, &parameter.id));
        free.map(|parameter| Self {
            name: &parameter.id,
            takes: Takes::Parameter(parameter),
            is_required_text: parameter.required.is_some()
                && matches!(parameter.kind, ParameterKind::Text | ParameterKind::Textarea),
        })
        .collect()
    }

    /// The parameters of a blueprint to which the call gives no value by name.
    pub(super) fn of_blueprint(parameters: &[BlueprintParameter<'a>], call: &Call<'_>) -> Vec<Self> {
        let free = parameters.iter().filter(|parameter| !is_given(call, parameter.name.text));
        free.map(|parameter| Self {
            name: parameter.name.text,
            takes: Takes::Type(parameter.kind.text),
            is_required_text: parameter.kind.text == "string" && parameter.default.is_none(),
        })
        .collect()
    }

    fn fits(&self, value: &ConstantKind<'_>) -> bool {
        match &self.takes {
            Takes::Type(wanted) => match value {
                ConstantKind::Text(_) => *wanted == "string",
                ConstantKind::Number(_) => *wanted == "number",
                ConstantKind::Boolean(_) => *wanted == "boolean",
                ConstantKind::List(_) => *wanted == "list",
                ConstantKind::Path(_) => *wanted == "path",
                ConstantKind::Word(_) => matches!(*wanted, "string" | "path"),
                _ => false,
            },
            Takes::Parameter(parameter) => fits(parameter, value),
        }
    }

    /// Whether a value is one of the options that the parameter names.
    fn offers(&self, value: &ConstantKind<'_>) -> bool {
        match (&self.takes, value) {
            (Takes::Parameter(parameter), ConstantKind::Text(text)) => {
                text.as_plain().is_some_and(|text| parameter.options.contains_key(text))
            }
            _ => false,
        }
    }
}

fn is_given(call: &Call<'_>, name: &str) -> bool {
    call.arguments.iter().any(|argument| !argument.is_positional() && argument.name.text == name)
}

fn fits(parameter: &Parameter, value: &ConstantKind<'_>) -> bool {
    use ParameterKind::{Checkbox, HashPath, Number, Picker, Radio, Select, Text, Textarea};
    match value {
        ConstantKind::Text(text) => match parameter.kind {
            Text | Textarea | Picker => true,
            Select | Radio => text.as_plain().is_some_and(|text| parameter.has_option(text)),
            HashPath | Number | Checkbox => false,
        },
        ConstantKind::Number(digits) => match parameter.kind {
            Text | Textarea | Number => true,
            Select | Radio => parameter.has_option(digits),
            HashPath | Picker | Checkbox => false,
        },
        ConstantKind::Word(word) => match parameter.kind {
            HashPath => true,
            _ => parameter.has_option(word),
        },
        ConstantKind::Boolean(_) | ConstantKind::Parameter(ValueType::Boolean) => parameter.kind == Checkbox,
        ConstantKind::List(_) => parameter.multiple || parameter.json,
        ConstantKind::Object(_) => parameter.json || parameter.lines.is_some(),
        ConstantKind::Path(_) => parameter.kind == HashPath,
        _ => false,
    }
}

impl<'a> FlowChecker<'_, 'a> {
    /// Reports values without names.
    pub(super) fn check_positional_arguments<'n>(&mut self, call: &'a Call<'a>, slots: impl FnOnce() -> Vec<Slot<'n>>) {
        let without: Vec<_> = call.arguments.iter().filter(|argument| argument.is_positional()).collect();
        let Some(first) = without.first() else { return };
        let slots = slots();
        let places = without.iter().map(|argument| argument.span).reduce(Span::to).unwrap_or(first.span);
        let message = format!("`{}` takes its values by name", call.name.text);
        let finding = Diagnostic::at(Code::UnknownParameter, places, message);
        let chosen = if let [only] = without.as_slice() { self.slot_of(only, &slots) } else { None };
        self.report(match chosen {
            Some((name, is_certain)) => named(finding, call, first, (name, is_certain), self.snippet(first.span)),
            None if slots.is_empty() => finding.help("it has no parameter left: remove the value"),
            None => {
                let names: Vec<_> = slots.iter().map(|slot| format!("`{}`", slot.name)).collect();
                let what = if names.len() == 1 { "parameter is" } else { "parameters are" };
                finding.help(format!("write `name: value`; the {what} {}", names.join(", ")))
            }
        });
    }

    /// The parameter that a value is meant for, and whether no other one can be.
    fn slot_of<'n>(&mut self, argument: &'a Argument<'a>, slots: &[Slot<'n>]) -> Option<(&'n str, bool)> {
        let before = self.diagnostics.len();
        let value = evaluate(&argument.value, self).kind;
        self.diagnostics.truncate(before);
        let fitting: Vec<_> = slots.iter().filter(|slot| slot.fits(&value)).collect();
        if let Some(offering) = fitting.iter().find(|slot| slot.offers(&value)) {
            return Some((offering.name, fitting.len() == 1));
        }
        let mut required = fitting.iter().filter(|slot| slot.is_required_text);
        match (required.next(), required.next(), fitting.as_slice()) {
            (Some(only), None, _) | (_, _, [only]) => Some((only.name, true)),
            (_, _, [first, ..]) => Some((first.name, false)),
            (_, _, []) => None,
        }
    }
}

/// Adds the name, and the parentheses where there are none.
fn named(
    finding: Diagnostic,
    call: &Call<'_>,
    argument: &Argument<'_>,
    (name, is_certain): (&str, bool),
    value: &str,
) -> Diagnostic {
    let has_parentheses = call.span.end > argument.span.end;
    let shown = if value.contains('\n') { "…" } else { value };
    let finding = finding.help(if has_parentheses {
        format!("write `{name}: {shown}`")
    } else {
        format!("write `{}({name}: {shown})`", call.name.text)
    });
    let edits = if has_parentheses {
        vec![(argument.span.part(0, 0), format!("{name}: "))]
    } else {
        let gap = Span { start: call.name.span.end, end: argument.span.start, ..call.span };
        let end = Span { start: argument.span.end, ..argument.span };
        vec![(gap, format!("({name}: ")), (end, ")".to_owned())]
    };
    edits.into_iter().fold(finding, |finding, (span, text)| {
        if is_certain { finding.safe_fix(span, text) } else { finding.unsafe_fix(span, text) }
    })
}
