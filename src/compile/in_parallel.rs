//! Items one after the other, or on several threads with the same findings.

use std::{iter, vec};

use crate::base::parallel;
use crate::resolve::Budget;
use crate::tags::KnownTags;

/// What items have in common and use up.
#[derive(Clone, Copy)]
pub(super) struct Shared<'s, 'c> {
    pub budget: &'s Budget,
    pub tags: &'s KnownTags<'c>,
}

/// Does `work` on every item. `length` is how many bytes of text the items are.
///
/// Where what is shared runs out depends on the order. So threads use up a fork of it, and where that has run out the work
/// is done again in order: the findings are the same on any number of threads.
pub(super) fn each_within<'c, T: Sync, R: Send>(
    shared: Shared<'_, 'c>,
    items: &[T],
    length: usize,
    work: impl Fn(Shared<'_, 'c>, &T) -> R + Send + Sync,
) -> iter::Flatten<vec::IntoIter<Option<R>>> {
    if parallel::is_worthwhile(items.len(), length) {
        let (budget, tags) = (shared.budget.fork(), shared.tags.fork());
        let fork = Shared { budget: &budget, tags: &tags };
        let ran_out = || budget.ran_out() || tags.ran_out();
        let done = parallel::each(items, length, |item| (!ran_out()).then(|| work(fork, item)));
        if !ran_out() {
            shared.budget.join(&budget);
            shared.tags.join(tags);
            return done.into_iter().flatten();
        }
    }
    let done: Vec<Option<R>> = items.iter().map(|item| Some(work(shared, item))).collect();
    done.into_iter().flatten()
}
