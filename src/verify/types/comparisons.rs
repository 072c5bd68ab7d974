//! What nodes compare, and what can never be.

use std::borrow::Cow;

use crate::condition::Operator;
use crate::diagnostics::Audience;
use crate::model::ParamValue;
use crate::schema::{About, Question, Reader, swapped};
use crate::wording;

use super::found::Part;
use super::node::{Given, NodeChecker};
use super::paths::SavedPath;
use super::values::{describe, entries, single};

impl<'g> NodeChecker<'_, 'g> {
    /// The value of a parameter that counts in a run.
    pub(super) fn value<'v>(&self, values: &'v [Given<'g>], id: &str) -> Option<&'v ParamValue<'g>> {
        let index = self.signature.parameters.iter().position(|parameter| parameter.id == id)?;
        values[index].value.as_deref()
    }

    /// The single value that generic-if or generic-filter-data compares with, if it is a text.
    pub(super) fn compared_value(&self, values: &[Given<'g>]) -> Option<&'g str> {
        let index = self.signature.parameters.iter().position(|parameter| parameter.id == "value")?;
        match values[index].own? {
            ParamValue::Text(text) => text.as_plain(),
            _ => None,
        }
    }

    /// The question of generic-if or generic-filter-data.
    pub(super) fn check_operands(
        &mut self,
        reader: Reader,
        operator: Operator,
        values: &[Given<'g>],
        written: Option<&SavedPath<'g>>,
    ) {
        let mut operands: Vec<(Cow<'_, str>, Part<'g>)> = Vec::new();
        if operator.compares_with_list() {
            let list = self.value(values, "value_list").map(entries).unwrap_or_default();
            if list.is_empty() {
                let is_given = self.node.params.iter().any(|(name, _)| name == "value_list");
                let part = if is_given { self.parameter("value_list") } else { Part::Node(self.index) };
                self.report(part, wording::empty_list(Audience::Editor));
            }
            operands.extend(list.into_iter().filter_map(|(number, entry)| {
                let part = number.map_or(Part::Parameter(self.index, "value_list"), |number| {
                    Part::Entry(self.index, "value_list", number)
                });
                Some((single(entry)?, part))
            }));
        } else if let Some(value) = self.value(values, "value").and_then(single) {
            operands.push((value, self.parameter("value")));
        }
        if let Some(written) = written {
            self.check_question(reader, operator, written, &operands);
        }
    }

    /// What the question can never find.
    pub(super) fn check_question(
        &mut self,
        reader: Reader,
        operator: Operator,
        written: &SavedPath<'g>,
        operands: &[(Cow<'_, str>, Part<'g>)],
    ) {
        let known: Vec<_> = operands.iter().map(|(value, _)| Some(&**value)).collect();
        let question = Question { reader, operator, values: &known };
        for finding in self.typer.check_question(&question, &written.found.path, &written.found.followed) {
            let part = match finding.about {
                About::Value(index) => operands.get(index).map_or(written.part, |(_, part)| *part),
                About::Path(_) => written.part,
            };
            self.report_path(&finding, written.text, part);
        }
    }

    /// Whether a field stands where the value should and the value where the field should, which is then reported.
    pub(super) fn check_swapped(&mut self, path: &'g str, value: Option<&str>, part: Part<'g>) -> bool {
        let Some(field) = value.and_then(|value| swapped(path, value)) else { return false };
        let finding = wording::field_and_value_swapped(field, path);
        self.report(part, finding.help(format!("compare `{field}` with `{path}`")));
        true
    }

    /// The number that count-if compares with.
    pub(super) fn check_count(&mut self, values: &[Given<'g>]) {
        let Some(value) = self.value(values, "value").filter(|value| !value.is_empty()) else { return };
        // What is no single value has been reported.
        if single(value).is_some_and(|text| text.trim().parse::<f64>().is_err()) {
            let finding = wording::not_a_count(describe(value), Audience::Editor);
            self.report(self.parameter("value"), finding);
        }
    }
}
