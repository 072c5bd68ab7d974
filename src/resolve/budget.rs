//! How much work a program may cause beyond what its length explains.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::typing::Renderings;

/// How much constants may bring into all places that name them, in entries of lists and pieces of
/// text: lists of lists multiply.
const MAX_VALUES: usize = 10_000_000;
/// How many steps blueprints may bring into all places that use them.
const MAX_INLINED: usize = 500_000;
/// How many unknown names are compared with the known ones.
const MAX_SUGGESTIONS: usize = 100;

/// What is spent of it, counted over the whole program: texts of a few lines can ask for more than any
/// machine has. Each limit is reported once, where it is reached.
///
/// Where a limit is reached depends on what was done before. Work on several threads is done with a [fork](Self::fork),
/// and done again, in order, where the fork [ran out](Self::ran_out).
#[derive(Clone, Default)]
pub struct Budget {
    values: Amount,
    inlined: Amount,
    suggestions: Amount,
    /// What templates cost that are rendered to see whether they can be.
    pub renderings: Renderings,
}

impl Budget {
    /// Whether `amount` more values may be copied to the place `at`.
    pub fn take_values(&self, amount: usize, at: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
        self.values.spend(amount, MAX_VALUES, || {
            diagnostics.push(
                Diagnostic::at(
                    Code::TooManyNodes,
                    at,
                    format!("the constants expand to more than {MAX_VALUES} values"),
                )
                .label("this place is too much")
                .note("every place that names a constant gets a copy, and lists of lists multiply")
                .help("name long lists in fewer places"),
            );
        })
    }

    /// Whether another step may be inlined by the `use` at `at`.
    pub fn take_inlined(&self, at: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
        self.inlined.spend(1, MAX_INLINED, || {
            diagnostics.push(
                Diagnostic::at(
                    Code::TooManyNodes,
                    at,
                    format!("the blueprints expand to more than {MAX_INLINED} steps"),
                )
                .label("this place is too much")
                .note("every `use` of a blueprint repeats its steps, and blueprints that use others multiply them")
                .help("use the blueprints in fewer places"),
            );
        })
    }

    /// Whether something was left out because too much was asked for.
    pub fn is_spent(&self) -> bool {
        self.values.ran_out() || self.inlined.ran_out()
    }

    /// Whether it is worth while to look for a known name that resembles an unknown one.
    pub fn take_suggestion(&self) -> bool {
        self.suggestions.spend(1, MAX_SUGGESTIONS, || {})
    }

    /// The same budget, to be spent on several threads.
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// Takes over what was spent of a fork.
    pub fn join(&self, fork: &Self) {
        self.values.become_as(&fork.values);
        self.inlined.become_as(&fork.inlined);
        self.suggestions.become_as(&fork.suggestions);
        self.renderings.become_as(&fork.renderings);
    }

    /// Whether anything was refused since this budget was made: in another order something else would have been.
    pub fn ran_out(&self) -> bool {
        self.is_spent() || self.suggestions.ran_out() || self.renderings.ran_out()
    }
}

/// What was spent of one kind, and whether that was too much.
#[derive(Default)]
struct Amount {
    spent: AtomicUsize,
    ran_out: AtomicBool,
}

impl Amount {
    /// Spends `amount`, unless that is more than `limit` in all; the first time it is, `report` is called.
    fn spend(&self, amount: usize, limit: usize, report: impl FnOnce()) -> bool {
        if self.ran_out() {
            return false;
        }
        let before = self.spent.fetch_add(amount, Ordering::Relaxed);
        let is_enough = before.saturating_add(amount) <= limit;
        if !is_enough && !self.ran_out.swap(true, Ordering::Relaxed) {
            report();
        }
        is_enough
    }

    fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::Relaxed)
    }

    fn become_as(&self, other: &Self) {
        self.spent.store(other.spent.load(Ordering::Relaxed), Ordering::Relaxed);
        self.ran_out.store(other.ran_out(), Ordering::Relaxed);
    }
}

impl Clone for Amount {
    fn clone(&self) -> Self {
        let same = Self::default();
        same.become_as(self);
        same
    }
}
