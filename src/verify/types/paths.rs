//! The hash paths among the parameters of a node.

use std::borrow::Cow;
use std::ops::Range;

use crate::catalogue::{ParameterKind, module_ids};
use crate::diagnostics::{Audience, Diagnostic};
use crate::model::ParamValue;
use crate::schema::{PathFix, Typer, swapped};
use crate::typing::{NodePath, NodePaths, PathChecker};
use crate::wording;

use super::found::Part;
use super::node::{Given, NodeChecker};
use super::values::{describe, entries, single};

/// A part of a node, and the text that it has.
pub(super) type PartText<'g> = (Part<'g>, &'g str);

impl<'g> PathChecker for NodeChecker<'_, 'g> {
    type Place = PartText<'g>;

    fn typer(&self) -> Typer<'static> {
        self.typer
    }

    fn report_at(&mut self, place: &PartText<'g>, at: Option<Range<usize>>, finding: Diagnostic, _: Option<PathFix>) {
        let (part, text) = *place;
        match at {
            Some(at) => self.report_within(part, text, at, finding),
            None => self.report(part, finding),
        }
    }

    fn report_swapped(&mut self, path: &str, value: Option<&str>, &(part, _): &PartText<'g>) -> bool {
        let Some(field) = value.and_then(|value| swapped(path, value)) else { return false };
        let finding = wording::field_and_value_swapped(field, path);
        self.report(part, finding.help(format!("compare `{field}` with `{path}`")));
        true
    }

    fn report_empty_list(&mut self) {
        let is_given = self.node.params.iter().any(|(name, _)| name == "value_list");
        let part = if is_given { self.parameter("value_list") } else { Part::Node(self.index) };
        self.report(part, wording::empty_list(Audience::Editor));
    }
}

impl<'g> NodeChecker<'_, 'g> {
    /// Checks the paths, and what is compared with what they find.
    pub(super) fn check_paths(&mut self, values: &[Given<'g>]) {
        let signature = self.signature;
        if signature.id == module_ids::COUNT_IF {
            self.check_count(values);
        }
        let parameters = signature.parameters.iter().zip(values);
        let paths = parameters.filter_map(|(parameter, given)| match given.own {
            Some(ParamValue::Text(text)) if parameter.kind == ParameterKind::HashPath => {
                let text = text.as_plain().filter(|path| !path.is_empty())?;
                let place = (self.parameter(&parameter.id), text);
                Some(NodePath { is_sub_selector: parameter.sub_selector, text, place })
            }
            _ => None,
        });
        let paths = paths.collect();
        let operator = self.value(values, "operator").and_then(single);
        let value = self.value(values, "value").and_then(single);
        let list = self.value(values, "value_list").map(entries).unwrap_or_default();
        let list: Vec<(Cow<'_, str>, Part<'g>)> = list
            .into_iter()
            .filter_map(|(number, entry)| {
                let part =
                    number.map_or(self.parameter("value_list"), |number| Part::Entry(self.index, "value_list", number));
                Some((single(entry)?, part))
            })
            .collect();
        let node = NodePaths {
            module: &signature.id,
            paths,
            operator: operator.as_deref(),
            value: value.as_deref().map(|value| (Some(value), (self.parameter("value"), ""))),
            list: list.iter().map(|(value, part)| (Some(&**value), (*part, ""))).collect(),
        };
        self.check_node_paths(&node);
    }

    /// The value of a parameter that counts in a run.
    fn value<'v>(&self, values: &'v [Given<'g>], id: &str) -> Option<&'v ParamValue<'g>> {
        let index = self.signature.parameters.iter().position(|parameter| parameter.id == id)?;
        values[index].value.as_deref()
    }

    /// The number that count-if compares with.
    fn check_count(&mut self, values: &[Given<'g>]) {
        let Some(value) = self.value(values, "value").filter(|value| !value.is_empty()) else { return };
        // What is not a single value has been reported.
        if single(value).is_some_and(|text| text.trim().parse::<f64>().is_err()) {
            let finding = wording::not_a_count(describe(value), Audience::Editor);
            self.report(self.parameter("value"), finding);
        }
    }
}
