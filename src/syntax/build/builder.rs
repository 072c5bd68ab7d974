//! The state of the building of one file's tree.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::ops::Range;

use pest::iterators::Pair;

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic, Label};
use crate::syntax::compact::{Compact, is_blank};
use crate::syntax::grammar::reading::Rule;
use crate::syntax::misplaced::misplaced_item;
use crate::syntax::syntax_error::{Expectation, explain};
use crate::syntax::text::unescape;
use crate::syntax::tree::{Comment, Name, Text};

/// More errors than these in one file say no more about it.
const MAX_SYNTAX_ERRORS: usize = 100;

/// Builds the tree of one file.
pub struct Builder<'c, 's> {
    pub(super) sources: &'s Sources,
    pub(super) file: FileId,
    pub(super) text: &'s str,
    compact: &'c Compact,
    pub(super) incomplete: Cell<bool>,
    comments: Vec<Comment<'s>>,
    /// The list files that were named.
    lists: RefCell<Vec<Text<'s>>>,
    /// What could not be read.
    unread: RefCell<Vec<Range<usize>>>,
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

impl<'c, 's> Builder<'c, 's> {
    /// For the file `id` of `sources`, of which `compact` was read.
    pub fn new(sources: &'s Sources, id: FileId, compact: &'c Compact) -> Self {
        let text = sources.text(id);
        let comment =
            |range: &Range<usize>| Comment { span: Span::new(id, range.start, range.end), text: &text[range.clone()] };
        Self {
            sources,
            file: id,
            text,
            compact,
            comments: compact.comments.iter().map(comment).collect(),
            lists: RefCell::default(),
            unread: RefCell::default(),
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

    pub(super) fn name_list(&self, name: &Text<'s>) {
        self.lists.borrow_mut().push(name.clone());
    }

    pub(super) fn lists(&self) -> Vec<Text<'s>> {
        self.lists.take()
    }

    /// The span of a pair, without the blank after its last token.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let place = self.place(pair);
        Span::new(self.file, place.start, place.end)
    }

    /// What is written there.
    pub(super) fn words(&self, pair: &Pair<'_, Rule>) -> &'s str {
        &self.text[self.place(pair)]
    }

    /// Where a pair begins.
    pub(super) fn start(&self, pair: &Pair<'_, Rule>) -> usize {
        self.compact.start(pair.as_span().start())
    }

    fn place(&self, pair: &Pair<'_, Rule>) -> Range<usize> {
        let span = pair.as_span();
        let blanks = span.as_str().bytes().rev().take_while(|byte| is_blank(*byte)).count();
        self.compact.place(span.start()..span.end() - blanks)
    }

    pub(super) fn report(&self, diagnostic: Diagnostic) {
        let mut diagnostics = self.diagnostics.borrow_mut();
        if diagnostics.len() < MAX_SYNTAX_ERRORS {
            diagnostics.push(diagnostic);
        } else if diagnostics.len() == MAX_SYNTAX_ERRORS {
            let place = diagnostic.primary.map_or(Span::new(self.file, 0, 0), |label| label.span);
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
    pub(super) fn unreadable(&self, pair: Pair<'_, Rule>, expectation: Expectation) {
        self.incomplete.set(true);
        let start = self.start(&pair);
        let until = self.unreadable_until.get();
        let same_line = until <= start && !self.text[until..start].contains('\n');
        if !same_line && !self.quiet.get() && self.diagnostics.borrow().len() <= MAX_SYNTAX_ERRORS {
            let diagnostic = explain(self.text, self.file, start, expectation);
            // What is after the quotes of a block string that nobody closes is its text.
            let opens_block = |label: &Label| self.sources.snippet(label.span) == "\"\"\"";
            self.quiet.set(diagnostic.primary.as_ref().is_some_and(opens_block));
            self.report(diagnostic);
        }
        let mut end = start;
        for part in pair.into_inner() {
            end = self.span(&part).end as usize;
            match part.as_rule() {
                Rule::junk | Rule::balanced_line => self.left_out(&part),
                Rule::block => {
                    self.block(part);
                }
                // The lines of tests, module declarations and JSON are not steps.
                Rule::body if !["test", "module", "{"].iter().any(|word| self.text[start..].starts_with(word)) => {
                    self.body(part);
                }
                Rule::bad_else => {
                    for inner in part.into_inner() {
                        match inner.as_rule() {
                            Rule::block => drop(self.block(inner)),
                            Rule::junk | Rule::balanced_line => self.left_out(&inner),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        self.unreadable_until.set(self.text[..end].trim_end().len());
    }

    /// The end of the last token before `at`.
    fn before(&self, at: usize) -> Span {
        let end_of = |at: usize| {
            self.text[..at].trim_end_matches(|character: char| character.is_ascii() && is_blank(character as u8)).len()
        };
        let mut end = end_of(at);
        for comment in self.comments.iter().rev() {
            match (comment.span.end as usize).cmp(&end) {
                Ordering::Greater => {}
                Ordering::Equal => end = end_of(comment.span.start as usize),
                Ordering::Less => break,
            }
        }
        Span::new(self.file, end, end)
    }

    /// Comments inside of what cannot be read belong to nothing.
    fn left_out(&self, part: &Pair<'_, Rule>) {
        self.unread.borrow_mut().push(self.span(part).range());
    }

    /// All comments that belong to something.
    pub(super) fn comments(&mut self) -> Vec<Comment<'s>> {
        let mut unread = self.unread.take();
        unread.sort_unstable_by_key(|range| range.start);
        let mut unread = unread.into_iter().peekable();
        let mut comments = std::mem::take(&mut self.comments);
        comments.retain(|comment| {
            let at = comment.span.start as usize;
            while unread.next_if(|range| range.end <= at).is_some() {}
            !unread.peek().is_some_and(|range| range.contains(&at))
        });
        comments
    }

    /// Handles the end of a block that `open` begins.
    pub(super) fn end_of_block(&self, pair: Pair<'_, Rule>, open: Span) {
        for part in pair.into_inner() {
            if part.as_rule() == Rule::missing_brace && !self.unclosed.replace(true) {
                self.incomplete.set(true);
                let at = self.start(&part);
                if let Some(diagnostic) = misplaced_item(self.text, open, at, self.item.get()) {
                    // What follows would be read as if the block ended here.
                    self.quiet.set(true);
                    return self.report(diagnostic);
                }
                self.report(
                    Diagnostic::at(Code::SyntaxError, open, "this `{` is never closed")
                        .label("opened here")
                        .also(self.before(at), "a `}` is missing before the end of this")
                        .help("every `{` needs a `}`: look for a block whose last line lacks it"),
                );
            }
        }
    }

    /// A name that cannot be quoted.
    pub(super) fn name(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        let span = self.span(pair);
        Name { text: &self.text[span.range()], span }
    }

    /// A name that may be quoted.
    pub(super) fn any_name(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        let span = self.span(pair);
        let text = &self.text[span.range()];
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
    pub(super) fn label(&self, pair: &Pair<'_, Rule>) -> Name<'s> {
        let Name { text, span } = self.name(pair);
        Name { text: text.trim_start_matches('@'), span }
    }
}

/// An escape that does not exist.
pub fn bad_escape(span: Span) -> Diagnostic {
    Diagnostic::at(Code::InvalidEscape, span, "this escape does not exist")
        .label("unknown escape")
        .help("the escapes are `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` `\\u` with four hexadecimal digits and `\\u{…}` with the number of a character; a backslash itself is `\\\\`")
}
