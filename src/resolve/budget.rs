//! How much work a program may cause beyond what its length explains.

use std::cell::Cell;

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
#[derive(Default)]
pub struct Budget {
    values: Cell<usize>,
    inlined: Cell<usize>,
    suggestions: Cell<usize>,
    /// What templates cost that are rendered to see whether they can be.
    pub renderings: Renderings,
}

impl Budget {
    /// Whether `amount` more values may be copied to the place `at`.
    pub fn take_values(&self, amount: usize, at: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
        spend(&self.values, amount, MAX_VALUES, || {
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
        spend(&self.inlined, 1, MAX_INLINED, || {
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
        self.values.get() > MAX_VALUES || self.inlined.get() > MAX_INLINED
    }

    /// Whether it is worth while to look for a known name that resembles an unknown one.
    pub fn take_suggestion(&self) -> bool {
        spend(&self.suggestions, 1, MAX_SUGGESTIONS, || {})
    }
}

/// Spends `amount`, unless that is more than `limit` in all; the first time it is, `report` is called.
fn spend(spent: &Cell<usize>, amount: usize, limit: usize, report: impl FnOnce()) -> bool {
    let before = spent.get();
    let after = before.saturating_add(amount);
    if before > limit {
        return false;
    }
    spent.set(after);
    if after > limit {
        report();
    }
    after <= limit
}
