//! The hash paths among the parameters of a node.

use crate::catalogue::{ParameterKind, module_ids};
use crate::condition::Operator;
use crate::model::ParamValue;
use crate::schema::{About, PathFinding, Reader};
use crate::typing::{FollowedPath, Items, Start};
use crate::wording;

use super::found::Part;
use super::node::{Given, NodeChecker};

/// A path of a node.
pub(super) struct SavedPath<'g> {
    pub(super) found: FollowedPath,
    pub(super) text: &'g str,
    pub(super) part: Part<'g>,
}

impl<'g> NodeChecker<'_, 'g> {
    /// Checks the paths, also those that start in what another one selects, and what is asked of them.
    pub(super) fn check_paths(&mut self, values: &[Given<'g>]) {
        let signature = self.signature;
        let of_kind = |sub: bool| {
            let parameters = signature.parameters.iter().zip(values);
            parameters.filter_map(move |(parameter, given)| match given.own {
                Some(ParamValue::Text(text))
                    if parameter.kind == ParameterKind::HashPath && parameter.sub_selector == sub =>
                {
                    Some((parameter.id.as_str(), text.as_plain().filter(|path| !path.is_empty())?))
                }
                _ => None,
            })
        };
        let mut selector = None;
        for (id, path) in of_kind(false) {
            selector = self.check_path(path, self.parameter(id), Start::Root).or(selector);
        }
        match (signature.id.as_str(), &selector) {
            (module_ids::GENERIC_IF, selector) => self.check_comparison(Reader::GenericIf, values, selector.as_ref()),
            (module_ids::COUNT_IF, _) => self.check_count(values),
            _ => {}
        }
        let items = selector.as_ref().map_or_else(Items::open, |selector| selector.found.items());
        let is_filter = signature.id == module_ids::GENERIC_FILTER_DATA;
        let mut compared = None;
        for (id, path) in of_kind(true) {
            let part = self.parameter(id);
            if is_filter && self.check_swapped(path, self.compared_value(values), part) {
                continue;
            }
            compared = self.check_path(path, part, Start::Items(&items));
            if compared.is_some()
                && let Some(selector) = &selector
            {
                self.check_items(selector);
            }
        }
        if is_filter {
            self.check_comparison(Reader::Filter, values, compared.as_ref());
        }
    }

    /// `None` for a malformed path.
    pub(super) fn check_path(&mut self, text: &'g str, part: Part<'g>, start: Start<'_>) -> Option<SavedPath<'g>> {
        match FollowedPath::new(text, start, &self.typer) {
            Ok(found) => {
                for finding in &found.followed.findings {
                    self.report_path(finding, text, part);
                }
                Some(SavedPath { found, text, part })
            }
            Err(error) => {
                self.report_within(part, text, error.at.clone(), wording::invalid_path(&error));
                None
            }
        }
    }

    pub(super) fn report_path(&mut self, finding: &PathFinding, text: &'g str, part: Part<'g>) {
        match &finding.about {
            About::Path(at) => {
                self.report_within(part, text, at.clone(), wording::path_finding(finding));
            }
            About::Value(_) => self.report(part, wording::path_finding(finding)),
        }
    }

    /// Checks that a filter can look into the items that its selector selects.
    pub(super) fn check_items(&mut self, selector: &SavedPath<'g>) {
        if selector.found.selects_single_values() {
            let (last, before) = selector.found.last_step();
            self.report_within(selector.part, selector.text, last, wording::single_values_selected(before));
        }
    }

    fn check_comparison(&mut self, reader: Reader, values: &[Given<'g>], written: Option<&SavedPath<'g>>) {
        let operator = self.value(values, "operator").and_then(super::values::single);
        let Some(operator) = operator.and_then(|operator| Operator::from_name(&operator)) else { return };
        self.check_operands(reader, operator, values, written);
    }
}
