//! The arguments of a call: which parameters they are, what is missing, what is too much.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::{ParameterKind, Signature};
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::{ParamValue, SavedFilter};
use crate::resolve::{ConstantKind, Seen, duplicate, evaluate};
use crate::syntax::tree::{Argument, Call, ModuleFilter, Name, ValueKind};
use crate::typing::{Positions, hiding};
use crate::wording;

use super::flow::FlowChecker;
use super::positional::Slot;
use super::verbatim::verbatim;

/// The parameters of a node, in the editor's order.
pub type Params<'a> = Vec<(Cow<'a, str>, ParamValue<'a>)>;

/// A parameter's value, and where it is written if it is.
struct Given<'a> {
    value: Option<ParamValue<'a>>,
    at: Option<Span>,
    /// Whether the value is taken as it is, also where it is empty.
    verbatim: bool,
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
        let mut seen = Seen::default();
        let known = Positions::new(signature, call.arguments.len());
        let has_paths = signature.parameters.iter().any(|parameter| parameter.kind == ParameterKind::HashPath);
        let mut for_paths = Vec::new();
        let mut failed = false;
        for argument in &call.arguments {
            if argument.is_positional() {
                failed = true;
                continue;
            }
            let quoted = is_quoted(argument.name);
            let index = known.of(argument.name.text);
            // Without quotes the word is the module filter, not a parameter that may be called so.
            let is_filter = index.is_none() && !quoted && argument.name.text == "filters";
            let before = if is_filter { raw_filter.map(|first| first.name.span) } else { seen.before(argument.name) };
            if let Some(before) = before {
                self.report(duplicate("parameter", argument.name, before));
                continue;
            }
            match index {
                Some(index) => {
                    let parameter = &signature.parameters[index];
                    let constant = evaluate(&argument.value, self);
                    let left_out = quoted && matches!(constant.kind, ConstantKind::Word("absent"));
                    let value = match (left_out, quoted) {
                        (true, _) => None,
                        (false, true) => verbatim(&constant, self),
                        (false, false) => self.at(argument.value.span, |checker| {
                            checker.parameter_value(signature, parameter, &constant)
                        }),
                    };
                    failed |= value.is_none() && !left_out;
                    if left_out && let Some(finding) = wording::empty_value_replaced(parameter, Audience::Text) {
                        self.report(finding.placed_at(argument.span));
                    }
                    if has_paths && !quoted && value.is_some() {
                        for_paths.push((index, constant));
                    }
                    given[index] = Some(Given { value, at: Some(argument.span), verbatim: quoted });
                }
                None if is_filter => raw_filter = Some(argument),
                None if quoted => {
                    let constant = evaluate(&argument.value, self);
                    if let Some(value) = verbatim(&constant, self) {
                        self.report(kept_parameter(signature, argument.name));
                        kept.push((Cow::Borrowed(argument.name.text), value));
                    }
                }
                None => {
                    failed = true;
                    self.report(unknown_parameter(signature, argument, self.context.budget.take_suggestion()));
                }
            }
        }
        self.check_positional_arguments(call, || Slot::of_module(signature, call));
        self.at(call.span, |checker| checker.check_call_paths(signature, &for_paths));
        let saved = match (filter, raw_filter) {
            (Some(filter), None) => {
                self.at(filter.span, |checker| checker.module_filter(signature, filter, call.span)).unwrap_or_default()
            }
            (None, Some(argument)) => self.at(argument.span, |checker| checker.typed_filter(signature, argument)),
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
            values.push(given.unwrap_or_else(|| Given {
                value: parameter.editor_default(),
                at: None,
                verbatim: false,
            }));
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

    /// Parameters that others hide, and those that must not be empty.
    fn check_presence(&mut self, signature: &'a Signature, call: &Call<'_>, values: &[Given<'a>]) {
        for (parameter, given) in signature.parameters.iter().zip(values) {
            let hidden_by = hiding(signature, parameter, |index| values[index].value.as_ref());
            let empty = given.value.as_ref().is_none_or(ParamValue::is_empty);
            match (hidden_by, given.at) {
                (Some((other, wanted)), Some(at)) if !empty => {
                    let finding = wording::hidden_parameter(parameter, other, wanted, Audience::Text);
                    self.report(finding.placed_at(at));
                }
                (None, at) if empty && !given.verbatim => {
                    let Some(reason) = &parameter.required else { continue };
                    let finding =
                        wording::missing_parameter(signature, parameter, reason, at.is_some(), Audience::Text);
                    self.report(finding.placed_at(at.unwrap_or(call.name.span)));
                }
                _ => {}
            }
        }
    }
}

/// Whether a name is between quotes: then its value is taken as it is.
pub(super) fn is_quoted(name: Name<'_>) -> bool {
    (name.span.end - name.span.start) as usize != name.text.len()
}

pub(super) fn kept_parameter(signature: &Signature, name: Name<'_>) -> Diagnostic {
    Diagnostic::at(
        Code::KeptParameter,
        name.span,
        format!("`{}` has no parameter `{}`; it is kept because it is quoted", signature.id, name.text),
    )
    .note("MISP ignores it, and its editor drops it as soon as the workflow is opened there")
    .help("remove it unless the exact JSON matters")
}

fn unknown_parameter(signature: &Signature, argument: &Argument<'_>, worth_while: bool) -> Diagnostic {
    let name = argument.name;
    let (finding, suggestion) = wording::unknown_parameter(signature, name.text, worth_while, Audience::Text);
    let finding = finding.placed_at(name.span);
    let Some(close) = suggestion else { return finding };
    let takes_list = signature.parameter(close).is_some_and(|parameter| parameter.multiple);
    let finding = finding.unsafe_fix(name.span, close);
    // A parameter for one value takes no list.
    match &argument.value.kind {
        ValueKind::List(items) if !takes_list => match items.as_slice() {
            [only] => {
                let list = argument.value.span;
                let (before, after) = (only.span.start - list.start, only.span.end - list.start);
                let length = list.end - list.start;
                finding
                    .unsafe_fix(list.part(0, before as usize), "")
                    .unsafe_fix(list.part(after as usize, length as usize), "")
            }
            _ => finding,
        },
        _ => finding,
    }
}
