//! Values of the data that a template prints: who may have written them, and whether quotes of JSON are around them.

use std::ops::Range;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr};

use super::walker::Walker;
use super::{Printed, Quoted};

/// Keys under which anybody may write anything.
const FREE: [&str; 9] = ["info", "comment", "value", "value1", "value2", "name", "description", "content", "title"];
/// Filters and methods that leave quotes and line breaks where they are.
const KEEPING: [&str; 18] = [
    "trim",
    "upper",
    "lower",
    "title",
    "capitalize",
    "string",
    "default",
    "d",
    "safe",
    "center",
    "first",
    "last",
    "truncate",
    "strip",
    "lstrip",
    "rstrip",
    "swapcase",
    "join",
];

/// Whether the text so far ends inside of quotes of JSON.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Quotes {
    Closed,
    /// What they hold begins here.
    Open(usize),
    /// It depends, or the text is not JSON.
    #[default]
    Unknown,
}

impl<'t> Walker<'t> {
    /// Whether anybody may have written any character into what an expression gives.
    fn is_free(&self, expression: &Expr<'t>) -> bool {
        match expression {
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => {
                let path = self.path(expression);
                path.is_some_and(|path| {
                    path.contains('.') && FREE.contains(&path.rsplit('.').next().unwrap_or_default())
                })
            }
            Expr::Filter(filter) => match &filter.expr {
                Some(value) if KEEPING.contains(&filter.name) => self.is_free(value) || gives_free(value),
                _ => false,
            },
            Expr::Call(call) => match &call.expr {
                Expr::GetAttr(method) => KEEPING.contains(&method.name) && self.is_free(&method.expr),
                _ => false,
            },
            Expr::BinOp(operation) => {
                matches!(operation.op, BinOpKind::Concat | BinOpKind::Add)
                    && (self.is_free(&operation.left) || self.is_free(&operation.right))
            }
            Expr::IfExpr(choice) => {
                self.is_free(&choice.true_expr) || choice.false_expr.as_ref().is_some_and(|other| self.is_free(other))
            }
            _ => false,
        }
    }

    pub(super) fn printed(&mut self, expression: &Expr<'t>, at: Range<usize>) {
        let Some(text) = self.text.get(at.clone()) else { return };
        if !self.is_free(expression) {
            return;
        }
        let (before, after) = (&self.text[..at.start], &self.text[at.end..]);
        let open = before.trim_end().trim_end_matches(['-', '+']);
        let close = after.trim_start().trim_start_matches(['-', '+']);
        if !open.ends_with("{{") || !close.starts_with("}}") {
            return;
        }
        let whole = open.len() - 2..self.text.len() - close.len() + 2;
        let in_quotes = match self.quotes {
            Quotes::Open(start) if start == whole.start && self.text[whole.end..].starts_with('"') => {
                Some(Quoted::Alone)
            }
            Quotes::Open(_) => Some(Quoted::AmongText),
            Quotes::Closed | Quotes::Unknown => None,
        };
        self.slips.printed.push(Printed { written: text.to_owned(), at: whole, in_quotes });
    }

    /// Fixed text: whether it opens or closes quotes. A text that begins with an expression is not JSON.
    pub(super) fn raw(&mut self, text: &str, end: usize) {
        if !std::mem::replace(&mut self.started, true) {
            self.quotes = if text.trim_start().starts_with(['{', '[']) { Quotes::Closed } else { Quotes::Unknown };
        }
        let start = end.saturating_sub(text.len());
        if self.text.get(start..end) != Some(text) {
            self.quotes = Quotes::Unknown;
        }
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            self.quotes = match (self.quotes, byte) {
                (Quotes::Unknown, _) => return,
                (quotes, _) if escaped => {
                    escaped = false;
                    quotes
                }
                (Quotes::Open(_), b'"') => Quotes::Closed,
                (Quotes::Closed, b'"') => Quotes::Open(start + at + 1),
                (quotes, _) => {
                    escaped = byte == b'\\' && quotes != Quotes::Closed;
                    quotes
                }
            };
        }
    }
}

/// Whether a list that is made of attributes holds what anybody may have written: `map(attribute='name')`.
fn gives_free(expression: &Expr<'_>) -> bool {
    match expression {
        Expr::Filter(filter) if filter.name == "map" => filter.args.iter().any(|argument| match argument {
            CallArg::Kwarg("attribute", Expr::Const(name)) => {
                name.value.as_str().is_some_and(|name| FREE.contains(&name))
            }
            _ => false,
        }),
        Expr::Filter(filter) if matches!(filter.name, "list" | "unique" | "sort" | "select" | "reject") => {
            filter.expr.as_ref().is_some_and(gives_free)
        }
        _ => false,
    }
}
