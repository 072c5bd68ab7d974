//! The module filter of a node.

use crate::condition::Operator;
use crate::diagnostics::Audience;
use crate::schema::Reader;
use crate::typing::{Items, PathChecker, Start};
use crate::wording;

use super::found::Part;
use super::node::NodeChecker;

impl NodeChecker<'_, '_> {
    pub(super) fn check_filter(&mut self) {
        let filter = &self.node.filter;
        if !filter.is_active() {
            return;
        }
        if !self.signature.supports_filters {
            let finding = wording::filter_not_supported(self.signature, Audience::Editor);
            self.report(Part::Filter(self.index), finding);
            return;
        }
        let field = |name| Part::FilterField(self.index, name);
        let (selector_part, path_part) = (field("selector"), field("path"));
        let (value_part, operator_part) = (field("value"), field("operator"));
        let operator = Operator::from_name(&filter.operator);
        match operator {
            // The lint about half filters says what is missing.
            None if filter.operator.is_empty() => {}
            None => self.warn(operator_part, wording::unknown_filter_operator(&filter.operator)),
            Some(operator) if operator.compares_with_list() => {
                self.report(operator_part, wording::unsupported_in_module_filter(Audience::Editor));
            }
            Some(_) => {}
        }
        let selector = if filter.selector.is_empty() {
            None
        } else {
            self.follow(&filter.selector, (selector_part, &filter.selector), Start::Root)
        };
        if let Some(selector) = &selector {
            self.check_items(selector);
        }
        let items = selector.as_ref().map_or_else(Items::open, |selector| selector.found.items());
        let value = filter.value.as_plain();
        let place = (path_part, &*filter.path);
        if filter.path.is_empty() || self.report_swapped(&filter.path, value, &place) {
            return;
        }
        let path = self.follow(&filter.path, place, Start::Items(&items));
        if let (Some(path), Some(operator), Some(value)) = (path, operator, value)
            && !operator.compares_with_list()
        {
            self.check_question(Reader::Filter, operator, &path, &[(Some(value), (value_part, value))]);
        }
    }
}
