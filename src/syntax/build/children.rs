//! The parts of a pair, and the comments before each.

use std::cell::{Cell, RefCell};

use pest::iterators::{Pair, Pairs};

use crate::base::source::{FileId, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Comment;

/// What the walk over the pairs of a file leaves after.
pub struct Trail<'s> {
    pub file: FileId,
    pub text: &'s str,
    pub comments: RefCell<Vec<Comment<'s>>>,
    /// Where the last token ended. The span of a pair may reach over blanks and comments after it.
    pub end: Cell<usize>,
    /// How far comments were looked for.
    scanned: Cell<usize>,
}

impl<'s> Trail<'s> {
    pub fn new(file: FileId, text: &'s str) -> Self {
        Self { file, text, comments: RefCell::default(), end: Cell::new(0), scanned: Cell::new(0) }
    }

    pub fn children<'t>(&'t self, pair: Pair<'s, Rule>) -> Children<'t, 's> {
        Children { pairs: pair.into_inner(), trail: self }
    }

    /// From `start` to the end of the last token.
    pub fn span_from(&self, start: usize) -> Span {
        Span::new(self.file, start, self.end.get())
    }

    /// Keeps the comments between the last token and `start`, where the next one begins.
    fn keep_comments(&self, start: usize) {
        let mut at = self.scanned.replace(start.max(self.scanned.get()));
        while let Some(found) = self.text.get(at..start).and_then(|gap| gap.find('#')) {
            let from = at + found;
            let length = self.text[from..start].find(['\n', '\r']).unwrap_or(start - from);
            at = from + length;
            let span = Span::new(self.file, from, at);
            self.comments.borrow_mut().push(Comment { text: &self.text[from..at], span });
        }
    }
}

/// Iterates over the parts of a pair. Dropped early, it still walks over the rest, so that no
/// comment is lost.
pub struct Children<'t, 's> {
    pairs: Pairs<'s, Rule>,
    trail: &'t Trail<'s>,
}

impl<'s> Iterator for Children<'_, 's> {
    type Item = Pair<'s, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = self.pairs.next()?;
        let span = pair.as_span();
        self.trail.keep_comments(span.start());
        if is_token(pair.as_rule()) {
            self.trail.end.set(span.end());
            self.trail.scanned.set(span.end());
        }
        Some(pair)
    }
}

impl Drop for Children<'_, '_> {
    fn drop(&mut self) {
        while self.next().is_some() {}
    }
}

/// Whether a rule is read as one token. All others are made of tokens, and their pairs may cover the
/// blanks before something optional that did not come.
fn is_token(rule: Rule) -> bool {
    !matches!(
        rule,
        Rule::file
            | Rule::import
            | Rule::let_item
            | Rule::workflow
            | Rule::trigger
            | Rule::blueprint
            | Rule::blueprint_parameters
            | Rule::blueprint_parameter
            | Rule::module
            | Rule::module_parameter
            | Rule::test
            | Rule::given
            | Rule::any_event
            | Rule::when
            | Rule::expect_ran
            | Rule::expect_effect
            | Rule::expect_log
            | Rule::expect_outcome
            | Rule::target
            | Rule::body
            | Rule::block
            | Rule::field
            | Rule::step
            | Rule::pin
            | Rule::call_step
            | Rule::module_filter
            | Rule::if_step
            | Rule::else_if
            | Rule::filter_step
            | Rule::filter_label
            | Rule::concurrent_step
            | Rule::branch
            | Rule::use_step
            | Rule::goto_step
            | Rule::detached_step
            | Rule::call
            | Rule::arguments
            | Rule::attributes
            | Rule::positional
            | Rule::bare_call
            | Rule::argument
            | Rule::condition
            | Rule::and_condition
            | Rule::not_condition
            | Rule::predicate
            | Rule::tagged
            | Rule::any
            | Rule::count
            | Rule::published
            | Rule::comparison
            | Rule::operator
            | Rule::value
            | Rule::function
            | Rule::list
            | Rule::object
            | Rule::end_of_block
            | Rule::missing_brace
            | Rule::bad_item
            | Rule::bad_step
            | Rule::bad_else
            | Rule::bad_entry
    )
}
