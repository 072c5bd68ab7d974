//! The hash paths of a node, and what is asked of what they find. The steps of a text and the nodes of a graph say where a
//! value is; what is checked of it is the same, and is here.

use std::ops::Range;

use crate::catalogue::module_ids;
use crate::condition::Operator;
use crate::diagnostics::Diagnostic;
use crate::schema::{About, PathFinding, PathFix, Question, Reader, Typer};
use crate::wording;

use super::followed::{FollowedPath, Items, Start};

/// A path with what it finds, and where it is.
pub struct PlacedPath<P> {
    /// The path, and what it finds.
    pub found: FollowedPath,
    /// Where it is.
    pub place: P,
}

/// A value that something is compared with, if it is known, and where it is.
pub type PlacedValue<'v, P> = (Option<&'v str>, P);

/// A hash path among the parameters of a node.
pub struct NodePath<'v, P> {
    /// Whether it starts in what another path of the node selects.
    pub is_sub_selector: bool,
    /// The path.
    pub text: &'v str,
    /// Where it is.
    pub place: P,
}

/// What a node has of paths, and of values that it compares with what they find.
pub struct NodePaths<'v, P> {
    /// The module.
    pub module: &'v str,
    /// The paths, in the order of the module's parameters.
    pub paths: Vec<NodePath<'v, P>>,
    /// The operator of a comparison.
    pub operator: Option<&'v str>,
    /// The value of a comparison with one value.
    pub value: Option<PlacedValue<'v, P>>,
    /// The values of a comparison with a list.
    pub list: Vec<PlacedValue<'v, P>>,
}

/// Who has paths to check.
pub trait PathChecker {
    /// Where a value is.
    type Place: Clone;

    /// What is known of the data.
    fn typer(&self) -> Typer<'static>;

    /// Reports something about a value, or about these bytes of it, with an edit of the value if one is known.
    fn report_at(&mut self, place: &Self::Place, at: Option<Range<usize>>, finding: Diagnostic, fix: Option<PathFix>);

    /// Reports that a filter's path and value are swapped, if this is where that is said. Such a path is not followed.
    fn report_swapped(&mut self, _path: &str, _value: Option<&str>, _place: &Self::Place) -> bool {
        false
    }

    /// Reports that a comparison with a list has none, if this is where that is said.
    fn report_empty_list(&mut self) {}

    /// Follows a path; `None` for a malformed one.
    fn follow(&mut self, path: &str, place: Self::Place, start: Start<'_>) -> Option<PlacedPath<Self::Place>> {
        match FollowedPath::new(path, start, &self.typer()) {
            Ok(found) => {
                for finding in &found.followed.findings {
                    self.report_path(finding.clone(), &place, &[]);
                }
                Some(PlacedPath { found, place })
            }
            Err(error) => {
                let words = wording::invalid_path(&error);
                self.report_at(&place, Some(error.at), words, None);
                None
            }
        }
    }

    /// Checks that a filter can look into the items that its selector selects.
    fn check_items(&mut self, selector: &PlacedPath<Self::Place>) {
        if selector.found.selects_single_values() {
            let (last, before) = selector.found.last_step();
            self.report_at(&selector.place, Some(last), wording::single_values_selected(before), None);
        }
    }

    /// Checks what is asked of what a path finds.
    fn check_question(
        &mut self,
        reader: Reader,
        operator: Operator,
        path: &PlacedPath<Self::Place>,
        values: &[PlacedValue<'_, Self::Place>],
    ) {
        let known: Vec<_> = values.iter().map(|(value, _)| *value).collect();
        let question = Question { reader, operator, values: &known };
        for finding in self.typer().check_question(&question, &path.found.path, &path.found.followed) {
            self.report_path(finding, &path.place, values);
        }
    }

    /// Reports something about a path, or about a value that it is compared with.
    fn report_path(&mut self, finding: PathFinding, path: &Self::Place, values: &[PlacedValue<'_, Self::Place>]) {
        let words = wording::path_finding(&finding);
        match finding.about {
            About::Path(at) => self.report_at(path, Some(at), words, finding.fix),
            About::Value(index) => {
                let place = values.get(index).map_or(path, |(_, place)| place);
                self.report_at(place, None, words, finding.fix);
            }
        }
    }

    /// Checks all paths of a node, also those that start in what another one selects, and what is asked of them.
    fn check_node_paths(&mut self, node: &NodePaths<'_, Self::Place>) {
        let of_kind = |sub: bool| node.paths.iter().filter(move |path| path.is_sub_selector == sub);
        let mut selector = None;
        for path in of_kind(false) {
            selector = self.follow(path.text, path.place.clone(), Start::Root).or(selector);
        }
        if node.module == module_ids::GENERIC_IF {
            self.check_comparison(Reader::GenericIf, node, selector.as_ref());
        }
        let items = selector.as_ref().map_or_else(Items::open, |selector| selector.found.items());
        let is_filter = node.module == module_ids::GENERIC_FILTER_DATA;
        let mut compared = None;
        for path in of_kind(true) {
            let value = node.value.as_ref().and_then(|(value, _)| *value);
            if is_filter && self.report_swapped(path.text, value, &path.place) {
                continue;
            }
            let Some(followed) = self.follow(path.text, path.place.clone(), Start::Items(&items)) else { continue };
            if let Some(selector) = &selector {
                self.check_items(selector);
            }
            compared = Some(followed);
        }
        if is_filter {
            self.check_comparison(Reader::Filter, node, compared.as_ref());
        }
    }

    /// Checks what a node compares with what its path finds.
    fn check_comparison(
        &mut self,
        reader: Reader,
        node: &NodePaths<'_, Self::Place>,
        path: Option<&PlacedPath<Self::Place>>,
    ) {
        let Some(operator) = node.operator.and_then(Operator::from_name) else { return };
        if operator.compares_with_list() && node.list.is_empty() {
            self.report_empty_list();
        }
        let Some(path) = path else { return };
        let values = if operator.compares_with_list() { &node.list[..] } else { node.value.as_slice() };
        self.check_question(reader, operator, path, values);
    }
}
