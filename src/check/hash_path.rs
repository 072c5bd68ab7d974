//! Hash paths of the text: their form, and whether the data can have what they look for.

use crate::condition::Operator;
use crate::graph::ModuleType;
use crate::hashpath::Path;
use crate::schema::{About, Followed, PathFinding, Question, Reader, Root, Shape, Typer};
use crate::source::Span;

use super::flow::FlowChecker;
use super::wording;

/// A path with the place where it is written.
pub struct WrittenPath {
    path: Path,
    followed: Followed,
    span: Span,
    /// Whether the bytes of the path are those under the span.
    exact: bool,
}

/// Where a path starts.
#[derive(Clone, Copy)]
pub enum Start<'p> {
    /// At the root of the data.
    Root,
    /// In each of the items that another path selects.
    Items(&'p Items),
}

/// What a path selects, for paths that start there.
pub struct Items {
    shapes: Vec<Shape>,
    selector: String,
}

impl Items {
    /// Items of which nothing is known.
    pub fn open() -> Self {
        Self { shapes: vec![Shape::Open], selector: String::new() }
    }
}

impl WrittenPath {
    /// What the path selects.
    pub fn items(&self) -> Items {
        // What is wrong with single values is said once, of the selector.
        let shapes = if self.selects_scalars() { vec![Shape::Open] } else { self.followed.selected.clone() };
        Items { shapes, selector: self.path.as_str().to_owned() }
    }

    /// Whether there is nothing but single values in what it selects.
    fn selects_scalars(&self) -> bool {
        let shapes = &self.followed.selected;
        !shapes.is_empty() && shapes.iter().all(|shape| shape.is_scalar())
    }
}

/// A value that something is compared with, if it is known, and where it is written.
pub type WrittenValue<'v> = (Option<&'v str>, Span);

impl FlowChecker<'_, '_> {
    /// Knows from now on that the data is that of a blueprint. Its description begins, by custom, with its trigger.
    pub fn expect_data_of_blueprint(&mut self, description: &str) {
        let named = description.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let trigger = named.and_then(|(trigger, _)| self.context.signature(self.file, trigger.trim()));
        let trigger = trigger.filter(|signature| signature.module_type == ModuleType::Trigger);
        self.typer = Typer::new(trigger.map_or_else(Root::of_any_trigger, Root::of_trigger));
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

    fn check_path_at(&mut self, path: &str, (span, exact): (Span, bool), start: Start<'_>) -> Option<WrittenPath> {
        let compiled = Path::compile(path).and_then(|path| path.check_syntax().map(|()| path));
        let path = match compiled {
            Ok(path) => path,
            Err(error) => {
                let place = if exact { span.part(error.at.start, error.at.end) } else { span };
                self.report(wording::invalid_path(&error).placed_at(place));
                return None;
            }
        };
        let followed = match start {
            Start::Root => self.typer.from_root(&path),
            Start::Items(items) => self.typer.from_items(&path, &items.shapes, &items.selector),
        };
        let written = WrittenPath { path, followed, span, exact };
        for finding in written.followed.findings.clone() {
            self.report_finding(finding, &written, &[]);
        }
        Some(written)
    }

    /// Checks that a filter can look into the items that its selector selects.
    pub(super) fn check_items(&mut self, selector: &WrittenPath) {
        if !selector.selects_scalars() {
            return;
        }
        let last = selector.path.segments().last().map_or(0..0, |last| last.span.clone());
        let place = if selector.exact { selector.span.part(last.start, last.end) } else { selector.span };
        let before = &selector.path.as_str()[..last.start];
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
        for finding in self.typer.check_question(&question, &written.path, &written.followed) {
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
