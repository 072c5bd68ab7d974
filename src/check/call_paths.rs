//! The hash paths among the arguments of a call.

use crate::catalogue::{ParameterKind, Signature, module_ids};
use crate::diagnostics::Audience;
use crate::resolve::{Constant, ConstantKind};
use crate::typing::{NodePath, NodePaths, PathChecker, PlacedValue};
use crate::wording;

use super::flow::FlowChecker;
use super::hash_path::WrittenPlace;

/// An argument: the number of its parameter, and its value.
pub type Argument<'a> = (usize, Constant<'a>);

impl<'a> FlowChecker<'_, 'a> {
    /// Checks the paths, and what is compared with what they find.
    pub(super) fn check_call_paths(&mut self, signature: &'a Signature, arguments: &[Argument<'a>]) {
        let argument = |name: &str| {
            let found = arguments.iter().find(|(index, _)| signature.parameters[*index].id == name);
            found.map(|(_, constant)| constant)
        };
        if signature.id == module_ids::COUNT_IF
            && let Some(value) = argument("value")
        {
            self.check_call_count(value);
        }
        let paths = arguments.iter().filter_map(|(index, constant)| {
            let parameter = &signature.parameters[*index];
            let (text, place) = self.path(constant).filter(|_| parameter.kind == ParameterKind::HashPath)?;
            Some(NodePath { is_sub_selector: parameter.sub_selector, text, place })
        });
        let default = || signature.parameter("operator")?.default.as_ref()?.as_str();
        let node = NodePaths {
            module: &signature.id,
            paths: paths.collect(),
            operator: argument("operator").map_or_else(default, |operator| literal(operator).0),
            value: argument("value").map(literal),
            list: match argument("value_list") {
                Some(Constant { kind: ConstantKind::List(items), .. }) => items.iter().map(literal).collect(),
                _ => Vec::new(),
            },
        };
        self.check_node_paths(&node);
    }

    /// `None` for what is not a path, and for an empty one.
    fn path<'v>(&self, constant: &'v Constant<'a>) -> Option<(&'v str, WrittenPlace)> {
        match &constant.kind {
            ConstantKind::Path(path) | ConstantKind::Word(path) => {
                Some((path, WrittenPlace { span: constant.span, exact: true }))
            }
            ConstantKind::Text(text) => {
                let path = text.as_plain().filter(|path| !path.is_empty())?;
                Some((path, self.written_place(path, constant.span)))
            }
            _ => None,
        }
    }

    /// Checks the number that count-if compares with.
    fn check_call_count(&mut self, value: &Constant<'a>) {
        if let ConstantKind::Text(text) = &value.kind
            && text.as_plain().is_some_and(|text| !text.is_empty() && text.trim().parse::<f64>().is_err())
        {
            self.report(wording::not_a_count(value.kind.describe(), Audience::Text).placed_at(value.span));
        }
    }
}

fn literal<'v>(constant: &'v Constant<'_>) -> PlacedValue<'v, WrittenPlace> {
    let text = match &constant.kind {
        ConstantKind::Text(text) => text.as_plain(),
        ConstantKind::Number(text) | ConstantKind::Word(text) => Some(*text),
        _ => None,
    };
    (text, WrittenPlace { span: constant.span, exact: false })
}
