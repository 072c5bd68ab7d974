//! The hash paths among the arguments of a call.

use crate::catalogue::{ParameterKind, Signature, module_ids};
use crate::condition::Operator;
use crate::diagnostics::Audience;
use crate::resolve::{Constant, ConstantKind};
use crate::schema::Reader;
use crate::typing::{Items, Start};
use crate::wording;

use super::flow::FlowChecker;
use super::hash_path::{WrittenPath, WrittenValue};

/// An argument: the number of its parameter, and its value.
pub type Argument<'a> = (usize, Constant<'a>);

impl<'a> FlowChecker<'_, 'a> {
    /// Checks the paths, also those that start in what another one selects.
    pub(super) fn check_call_paths(&mut self, signature: &'a Signature, arguments: &[Argument<'a>]) {
        let of_kind = |sub: bool| {
            arguments.iter().filter(move |(index, _)| {
                let parameter = &signature.parameters[*index];
                parameter.kind == ParameterKind::HashPath && parameter.sub_selector == sub
            })
        };
        if signature.id == module_ids::COUNT_IF {
            self.check_call_count(signature, arguments);
        }
        let mut selector = None;
        for (_, constant) in of_kind(false) {
            selector = self.check_constant_path(constant, Start::Root).or(selector);
        }
        let reader = match signature.id.as_str() {
            module_ids::GENERIC_IF => Some(Reader::GenericIf),
            module_ids::GENERIC_FILTER_DATA => Some(Reader::Filter),
            _ => None,
        };
        if reader == Some(Reader::GenericIf)
            && let Some(written) = &selector
        {
            self.check_call_question(Reader::GenericIf, signature, arguments, written);
        }
        let items = selector.as_ref().map_or_else(Items::open, |written| written.found.items());
        for (_, constant) in of_kind(true) {
            let Some(written) = self.check_constant_path(constant, Start::Items(&items)) else { continue };
            if let Some(selector) = &selector {
                self.check_items(selector);
            }
            if reader == Some(Reader::Filter) {
                self.check_call_question(Reader::Filter, signature, arguments, &written);
            }
        }
    }

    /// `None` for what is no path, an empty or a malformed one.
    fn check_constant_path(&mut self, constant: &Constant<'a>, start: Start<'_>) -> Option<WrittenPath> {
        match &constant.kind {
            ConstantKind::Path(path) | ConstantKind::Word(path) => self.check_path(path, constant.span, start),
            ConstantKind::Text(text) => {
                let path = text.as_plain().filter(|path| !path.is_empty())?;
                self.check_quoted_path(path, constant.span, start)
            }
            _ => None,
        }
    }

    /// Checks the number that count-if compares with.
    fn check_call_count(&mut self, signature: &'a Signature, arguments: &[Argument<'a>]) {
        let value = arguments.iter().find(|(index, _)| signature.parameters[*index].id == "value");
        let Some((_, constant)) = value else { return };
        if let ConstantKind::Text(text) = &constant.kind
            && text.as_plain().is_some_and(|text| !text.is_empty() && text.trim().parse::<f64>().is_err())
        {
            self.report(wording::not_a_count(constant.kind.describe(), Audience::Text).placed_at(constant.span));
        }
    }

    fn check_call_question(
        &mut self,
        reader: Reader,
        signature: &'a Signature,
        arguments: &[Argument<'a>],
        written: &WrittenPath,
    ) {
        let argument = |name: &str| {
            let found = arguments.iter().find(|(index, _)| signature.parameters[*index].id == name);
            found.map(|(_, constant)| constant)
        };
        let default = || signature.parameter("operator")?.default.as_ref()?.as_str();
        let operator = argument("operator").map_or_else(default, |operator| literal(operator).0);
        let Some(operator) = operator else { return };
        let Some(known) = Operator::from_name(operator) else { return };
        let values = match (known.compares_with_list(), argument("value"), argument("value_list")) {
            (false, Some(value), _) => vec![literal(value)],
            (true, _, Some(Constant { kind: ConstantKind::List(items), .. })) => items.iter().map(literal).collect(),
            _ => Vec::new(),
        };
        self.check_question(reader, operator, written, &values);
    }
}

fn literal<'v>(constant: &'v Constant<'_>) -> WrittenValue<'v> {
    let text = match &constant.kind {
        ConstantKind::Text(text) => text.as_plain(),
        ConstantKind::Number(text) | ConstantKind::Word(text) => Some(*text),
        _ => None,
    };
    (text, constant.span)
}
