//! Hash paths of the text: where they are written.

use std::ops::Range;

use crate::base::source::Span;
use crate::condition::Operator;
use crate::diagnostics::Diagnostic;
use crate::schema::{PathFix, Reader, Typer};
use crate::typing::{PathChecker, PlacedPath, Start, root_of_blueprint};

use super::flow::FlowChecker;

/// Where a path or a value is written.
#[derive(Clone, Copy)]
pub struct WrittenPlace {
    /// All of it.
    pub span: Span,
    /// Whether the bytes of the value are those under the span.
    pub exact: bool,
}

/// A path with the place where it is written.
pub type WrittenPath = PlacedPath<WrittenPlace>;

/// A value that something is compared with, if it is known, and where it is written.
pub type WrittenValue<'v> = (Option<&'v str>, Span);

impl PathChecker for FlowChecker<'_, '_> {
    type Place = WrittenPlace;

    fn typer(&self) -> Typer<'static> {
        self.typer
    }

    fn report_at(&mut self, place: &WrittenPlace, at: Option<Range<usize>>, finding: Diagnostic, fix: Option<PathFix>) {
        let WrittenPlace { span, exact } = *place;
        let part = |at: &Range<usize>| span.part(at.start, at.end);
        let finding = match &at {
            Some(at) if exact => finding.placed_at(part(at)),
            _ => finding.placed_at(span),
        };
        self.report(match (at, fix) {
            (Some(_), Some(fix)) if exact => finding.unsafe_fix(part(&fix.at), fix.replacement),
            (None, Some(fix)) => {
                let quoted = self.snippet(span).starts_with('"');
                let replacement =
                    if quoted { serde_json::Value::from(fix.replacement).to_string() } else { fix.replacement };
                finding.unsafe_fix(span, replacement)
            }
            _ => finding,
        });
    }
}

impl FlowChecker<'_, '_> {
    /// Knows from now on that the data is that of a blueprint.
    pub fn expect_data_of_blueprint(&mut self, description: &str) {
        let root = root_of_blueprint(description, |trigger| self.context.signature(self.file, trigger));
        self.typer = Typer::new(root);
    }

    /// Checks a path that is written bare.
    pub(super) fn check_path(&mut self, path: &str, span: Span, start: Start<'_>) -> Option<WrittenPath> {
        self.follow(path, WrittenPlace { span, exact: true }, start)
    }

    /// Checks a path that is a value, which may be quoted or be a constant.
    pub(super) fn check_path_value(&mut self, path: &str, span: Span, start: Start<'_>) -> Option<WrittenPath> {
        let place = self.written_place(path, span);
        self.follow(path, place, start)
    }

    /// Where the bytes of a path are.
    pub(super) fn written_place(&self, path: &str, span: Span) -> WrittenPlace {
        let sources = self.context.program.sources;
        let inner = span.part(1, ((span.end - span.start) as usize).saturating_sub(1));
        let snippet = sources.snippet(span);
        if snippet.starts_with('"') && sources.snippet(inner) == path {
            return WrittenPlace { span: inner, exact: true };
        }
        WrittenPlace { span, exact: snippet == path }
    }

    /// Checks what is asked of what a path finds.
    pub(super) fn check_written_question(
        &mut self,
        reader: Reader,
        operator: &str,
        written: &WrittenPath,
        values: &[WrittenValue<'_>],
    ) {
        let Some(operator) = Operator::from_name(operator) else { return };
        let place = |span| WrittenPlace { span, exact: false };
        let values: Vec<_> = values.iter().map(|&(value, span)| (value, place(span))).collect();
        self.check_question(reader, operator, written, &values);
    }
}
