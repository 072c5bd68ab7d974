//! The state of the building of one file's tree.

use std::cell::{Cell, RefCell};

use pest::iterators::Pair;

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Label};
use crate::syntax::grammar::Rule;
use crate::syntax::misplaced::misplaced_item;
use crate::syntax::syntax_error::{Expectation, explain};
use crate::syntax::text::unescape;
use crate::syntax::tree::Name;

use super::children::{Children, Trail};

/// More errors than these in one file say no more about it.
const MAX_SYNTAX_ERRORS: usize = 100;

/// Builds the tree of one file.
pub struct Builder<'s> {
    pub(super) sources: &'s Sources,
    pub(super) trail: Trail<'s>,
    pub(super) incomplete: Cell<bool>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    /// Where the last unreadable part ended: what follows on the same line belongs to it.
    unreadable_until: Cell<usize>,
    /// Whether a missing closing brace was reported: one is enough.
    unclosed: Cell<bool>,
    /// Whether nothing more can be said about what is unreadable.
    quiet: Cell<bool>,
    /// Where the item begins that is being built.
    pub(super) item: Cell<usize>,
}

impl<'s> Builder<'s> {
    /// For the file `id` of `sources`.
    pub fn new(sources: &'s Sources, id: FileId) -> Self {
        Self {
            sources,
            trail: Trail::new(id, sources.text(id)),
            incomplete: Cell::new(false),
            diagnostics: RefCell::default(),
            unreadable_until: Cell::new(usize::MAX),
            unclosed: Cell::new(false),
            quiet: Cell::new(false),
            item: Cell::new(0),
        }
    }

    /// What was found wrong.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    pub(super) fn text(&self) -> &'s str {
        self.trail.text
    }

    pub(super) fn children(&self, pair: Pair<'s, Rule>) -> Children<'_, 's> {
        self.trail.children(pair)
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        self.trail.span_from(start)
    }

    /// The span of a pair that ends with a token.
    pub(super) fn span(&self, pair: &Pair<'s, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.trail.file, span.start(), span.end())
    }

    pub(super) fn report(&self, diagnostic: Diagnostic) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if diagnostics.len() < MAX_SYNTAX_ERRORS {
            diagnostics.push(diagnostic);
        } else if diagnostics.len() == MAX_SYNTAX_ERRORS {
            let place = diagnostic.primary.map_or(Span::new(self.trail.file, 0, 0), |label| label.span);
            diagnostics.push(
                Diagnostic::at(
                    Code::SyntaxError,
                    place,
                    "there are too many syntax errors: the rest of the file is not looked at",
                )
                .help("mend the first ones and check again"),
            );
        }
    }

    /// Reports something that could not be read, from its beginning.
    pub(super) fn unreadable(&self, pair: Pair<'s, Rule>, expectation: Expectation) {
        self.incomplete.set(true);
        let start = pair.as_span().start();
        let until = self.unreadable_until.get();
        let same_line = until <= start && !self.text()[until..start].contains('\n');
        if !same_line && !self.quiet.get() && self.diagnostics.borrow().len() <= MAX_SYNTAX_ERRORS {
            let diagnostic = explain(self.text(), self.trail.file, start, expectation);
            // What is after the quotes of a block string that nobody closes is its text.
            let opens_block = |label: &Label| self.sources.snippet(label.span) == "\"\"\"";
            self.quiet.set(diagnostic.primary.as_ref().is_some_and(opens_block));
            self.report(diagnostic);
        }
        let mut end = start;
        for part in self.children(pair) {
            end = part.as_span().end();
            match part.as_rule() {
                Rule::block => {
                    self.block(part);
                }
                // The lines of tests, module declarations and JSON are not steps.
                Rule::body if !["test", "module", "{"].iter().any(|word| self.text()[start..].starts_with(word)) => {
                    self.body(part);
                }
                Rule::bad_else => {
                    for inner in self.children(part) {
                        if inner.as_rule() == Rule::block {
                            self.block(inner);
                        }
                    }
                }
                _ => {}
            }
        }
        self.unreadable_until.set(self.text()[..end].trim_end().len());
    }

    /// Handles the end of a block that `open` begins.
    pub(super) fn end_of_block(&self, pair: Pair<'s, Rule>, open: Span) {
        for part in self.children(pair) {
            if part.as_rule() == Rule::missing_brace && !self.unclosed.replace(true) {
                self.incomplete.set(true);
                if let Some(diagnostic) = misplaced_item(self.text(), open, part.as_span().start(), self.item.get()) {
                    // What follows would be read as if the block ended here.
                    self.quiet.set(true);
                    return self.report(diagnostic);
                }
                self.report(
                    Diagnostic::at(Code::SyntaxError, open, "this `{` is never closed")
                        .label("opened here")
                        .also(self.span_from(self.trail.end.get()), "a `}` is missing before the end of this")
                        .help("every `{` needs a `}`: look for a block whose last line lacks it"),
                );
            }
        }
    }

    /// A name that cannot be quoted.
    pub(super) fn name(&self, pair: &Pair<'s, Rule>) -> Name<'s> {
        Name { text: pair.as_str(), span: self.span(pair) }
    }

    /// A name that may be quoted.
    pub(super) fn any_name(&self, pair: &Pair<'s, Rule>) -> Name<'s> {
        let span = self.span(pair);
        let text = pair.as_str();
        let Some(content) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
            return Name { text, span };
        };
        let text = match unescape(content) {
            Ok(std::borrow::Cow::Borrowed(text)) => text,
            Ok(std::borrow::Cow::Owned(text)) => self.sources.keep(text),
            Err(bad) => {
                self.report(bad_escape(span.part(1 + bad.at.start, 1 + bad.at.end)));
                content
            }
        };
        Name { text, span }
    }

    /// `@label`, without the `@`.
    pub(super) fn label(&self, pair: &Pair<'s, Rule>) -> Name<'s> {
        Name { text: pair.as_str().trim_start_matches('@'), span: self.span(pair) }
    }
}

/// An escape that does not exist.
pub fn bad_escape(span: Span) -> Diagnostic {
    Diagnostic::at(Code::InvalidEscape, span, "this escape does not exist")
        .label("unknown escape")
        .help("the escapes are `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` `\\u` with four hexadecimal digits and `\\u{…}` with the number of a character; a backslash itself is `\\\\`")
}
