//! Nodes that a nicer spelling stands for, as the module of the target takes them.

use crate::base::source::Span;
use crate::catalogue::{ParameterKind, Signature};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{FILTER_LABEL, ParamValue};
use crate::syntax::tree::Pin;
use crate::wording::{option_elsewhere, parameter_elsewhere};

use super::call::Params;
use super::checked::NodeTemplate;
use super::flow::FlowChecker;

impl<'a> FlowChecker<'_, 'a> {
    /// The node of a condition or filter that is spelled at `span`. Older releases of a module have
    /// fewer parameters and options: of those that say something and are missing the first is reported, for they came
    /// together.
    pub(super) fn spelled_node(
        &mut self,
        signature: &'a Signature,
        mut params: Params<'a>,
        pin: Option<&'a Pin<'a>>,
        span: Span,
    ) -> NodeTemplate<'a> {
        let mut told = false;
        params.retain(|(id, value)| match signature.parameter(id) {
            None if value.is_empty() => false,
            None => {
                let message = format!("this compiles to the module `{}`, which has no parameter `{id}`", signature.id);
                let finding = Diagnostic::at(Code::UnknownParameter, span, message);
                if !std::mem::replace(&mut told, true) {
                    self.report(or_else(parameter_elsewhere(finding, signature, id)));
                }
                true
            }
            Some(parameter) => {
                let option = match value {
                    // A filter label is written by hand, and checked where it is.
                    ParamValue::Text(text) if parameter.kind == ParameterKind::Select && id != FILTER_LABEL => {
                        text.as_plain()
                    }
                    _ => None,
                };
                let unknown = |option: &&str| {
                    !option.is_empty()
                        && !parameter.open
                        && !parameter.options.is_empty()
                        && !parameter.has_option(option)
                };
                if let Some(option) = option.filter(unknown)
                    && !std::mem::replace(&mut told, true)
                {
                    let message = format!(
                        "this compiles to the module `{}`, whose `{id}` does not offer `{option}`",
                        signature.id
                    );
                    let finding = Diagnostic::at(Code::UnknownOption, span, message);
                    self.report(or_else(option_elsewhere(finding, signature, id, option)));
                }
                true
            }
        });
        self.implied_node(signature, params, pin, span)
    }
}

/// A module of one's own may lack what no release of MISP lacks.
fn or_else((finding, known): (Diagnostic, bool)) -> Diagnostic {
    if known { finding } else { finding.help("write it as a call of the module, with what it takes") }
}
