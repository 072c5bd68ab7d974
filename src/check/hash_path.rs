//! Hash paths of the text: their form, and whether the data can have what they look for.

use crate::base::source::Span;
use crate::condition::Operator;
use crate::schema::{About, PathFinding, Question, Reader, Typer};
use crate::typing::{FollowedPath, Start, root_of_blueprint};
use crate::wording;

use super::flow::FlowChecker;

/// A path with the place where it is written.
pub struct WrittenPath {
    /// The path, and what it finds.
    pub found: FollowedPath,
    span: Span,
    /// Whether the bytes of the path are those under the span.
    exact: bool,
}

/// A value that something is compared with, if it is known, and where it is written.
pub type WrittenValue<'v> = (Option<&'v str>, Span);

impl FlowChecker<'_, '_> {
    /// Knows from now on that the data is that of a blueprint.
    pub fn expect_data_of_blueprint(&mut self, description: &str) {
        let root = root_of_blueprint(description, |trigger| self.context.signature(self.file, trigger));
        self.typer = Typer::new(root);
    }

    /// Checks a path that is written bare.
    pub(super) fn check_path(&mut self, path: &str, span: Span, start: Start<'_>) -> Option<WrittenPath> {
        self.check_path_at(path, (span, true), start)
    }

    /// Checks a path that is written as text between quotes.
    pub(super) fn check_quoted_path(&mut self, path: &str, span: Span, start: Start<'_>) -> Option<WrittenPath> {
        let inner = span.part(1, ((span.end - span.start) as usize).saturating_sub(1));
        let literal = self.context.program.sources.snippet(inner) == path;
        self.check_path_at(path, (if literal { inner } else { span }, literal), start)
    }

    /// Checks a path that is a value, which may stand between quotes or be a constant.
    pub(super) fn check_path_value(&mut self, path: &str, span: Span, start: Start<'_>) -> Option<WrittenPath> {
        let snippet = self.context.program.sources.snippet(span);
        if snippet.starts_with('"') {
            return self.check_quoted_path(path, span, start);
        }
        let is_bare = snippet == path;
        self.check_path_at(path, (span, is_bare), start)
    }

    fn check_path_at(&mut self, path: &str, (span, exact): (Span, bool), start: Start<'_>) -> Option<WrittenPath> {
        let found = match FollowedPath::new(path, start, &self.typer) {
            Ok(found) => found,
            Err(error) => {
                let place = if exact { span.part(error.at.start, error.at.end) } else { span };
                self.report(wording::invalid_path(&error).placed_at(place));
                return None;
            }
        };
        let written = WrittenPath { found, span, exact };
        for finding in written.found.followed.findings.clone() {
            self.report_finding(finding, &written, &[]);
        }
        Some(written)
    }

    /// Checks that a filter can look into the items that its selector selects.
    pub(super) fn check_items(&mut self, selector: &WrittenPath) {
        if !selector.found.selects_single_values() {
            return;
        }
        let (last, before) = selector.found.last_step();
        let place = if selector.exact { selector.span.part(last.start, last.end) } else { selector.span };
        self.report(wording::single_values_selected(before).placed_at(place));
    }

    /// Checks what is asked of what a path finds.
    pub(super) fn check_question(
        &mut self,
        reader: Reader,
        operator: &str,
        written: &WrittenPath,
        values: &[WrittenValue<'_>],
    ) {
        let Some(operator) = Operator::from_name(operator) else { return };
        let known: Vec<_> = values.iter().map(|(value, _)| *value).collect();
        let question = Question { reader, operator, values: &known };
        for finding in self.typer.check_question(&question, &written.found.path, &written.found.followed) {
            self.report_finding(finding, written, values);
        }
    }

    fn report_finding(&mut self, finding: PathFinding, written: &WrittenPath, values: &[WrittenValue<'_>]) {
        let place = match &finding.about {
            About::Path(at) if written.exact => written.span.part(at.start, at.end),
            About::Path(_) => written.span,
            About::Value(index) => values.get(*index).map_or(written.span, |(_, span)| *span),
        };
        let diagnostic = wording::path_finding(&finding).placed_at(place);
        self.report(match (finding.about, finding.fix) {
            (About::Path(_), Some(fix)) if written.exact => {
                diagnostic.unsafe_fix(written.span.part(fix.at.start, fix.at.end), fix.replacement)
            }
            (About::Value(_), Some(fix)) => {
                let quoted = self.context.program.sources.snippet(place).starts_with('"');
                let replacement =
                    if quoted { serde_json::Value::from(fix.replacement).to_string() } else { fix.replacement };
                diagnostic.unsafe_fix(place, replacement)
            }
            _ => diagnostic,
        });
    }
}
