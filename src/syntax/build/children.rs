//! The parts of a pair, without its comments.

use std::cell::{Cell, RefCell};

use pest::iterators::{Pair, Pairs};

use crate::source::{FileId, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Comment;

/// What every walk over the pairs leaves behind.
pub struct Trail<'s> {
    pub file: FileId,
    pub comments: RefCell<Vec<Comment<'s>>>,
    /// Where the last token ended. The span of a pair may reach over blanks and comments behind it.
    pub end: Cell<usize>,
}

impl<'s> Trail<'s> {
    pub fn children<'t>(&'t self, pair: Pair<'s, Rule>) -> Children<'t, 's> {
        Children { pairs: pair.into_inner(), trail: self }
    }

    /// From `start` to the end of the last token.
    pub fn span_from(&self, start: usize) -> Span {
        Span::new(self.file, start, self.end.get())
    }
}

/// Iterates over the parts of a pair; comments go to the trail, also those behind the last part.
pub struct Children<'t, 's> {
    pairs: Pairs<'s, Rule>,
    trail: &'t Trail<'s>,
}

impl<'s> Iterator for Children<'_, 's> {
    type Item = Pair<'s, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let pair = self.pairs.next()?;
            let rule = pair.as_rule();
            let span = pair.as_span();
            if rule == Rule::COMMENT {
                self.trail
                    .comments
                    .borrow_mut()
                    .push(Comment { text: pair.as_str(), span: Span::new(self.trail.file, span.start(), span.end()) });
                continue;
            }
            if !may_end_in_blanks(rule) {
                self.trail.end.set(span.end());
            }
            return Some(pair);
        }
    }
}

impl Drop for Children<'_, '_> {
    fn drop(&mut self) {
        while self.next().is_some() {}
    }
}

/// Whether a rule ends in something optional, so that its pair covers the blanks before it.
fn may_end_in_blanks(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::file
            | Rule::import
            | Rule::let_item
            | Rule::trigger
            | Rule::blueprint_parameter
            | Rule::module_parameter
            | Rule::field
            | Rule::given
            | Rule::when
            | Rule::expect_outcome
            | Rule::step
            | Rule::call_step
            | Rule::module_filter
            | Rule::if_step
            | Rule::filter_step
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
            | Rule::value
            | Rule::missing_brace
            | Rule::end_of_block
            | Rule::bad_step
            | Rule::bad_item
            | Rule::bad_entry
    )
}
