//! Values of the data that a template prints: who may have written them, and whether quotes of JSON are around them.

use std::ops::{BitOr, Range};

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, Filter};

use super::walker::{Bound, Walker};
use super::{Printed, Quoted};

/// Keys under which anybody may write anything.
const FREE: [&str; 9] = ["info", "comment", "value", "value1", "value2", "name", "description", "content", "title"];
/// Filters and methods that leave quotes and line breaks where they are.
const KEEPING: [&str; 21] = [
    "trim",
    "upper",
    "lower",
    "title",
    "capitalize",
    "string",
    "safe",
    "center",
    "ljust",
    "rjust",
    "truncate",
    "strip",
    "lstrip",
    "rstrip",
    "swapcase",
    "indent",
    "wordwrap",
    "casefold",
    "removeprefix",
    "removesuffix",
    "reverse",
];
/// Filters that give the items of a list, some or all of them.
pub(super) const SAME_ITEMS: [&str; 8] =
    ["list", "sort", "unique", "select", "reject", "selectattr", "rejectattr", "reverse"];

/// What a value may hold that breaks a text in which it is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Breaks {
    /// Quotes and backslashes.
    pub(super) quotes: bool,
    /// Line breaks.
    pub(super) lines: bool,
}

impl Breaks {
    const NONE: Self = Self { quotes: false, lines: false };
    const ALL: Self = Self { quotes: true, lines: true };

    pub(super) fn is_any(self) -> bool {
        self.quotes || self.lines
    }
}

impl BitOr for Breaks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self { quotes: self.quotes || other.quotes, lines: self.lines || other.lines }
    }
}

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

/// What anybody may have written under a path.
fn of_path(path: &str) -> Breaks {
    let is_free = path.contains('.') && FREE.contains(&path.rsplit('.').next().unwrap_or_default());
    if is_free { Breaks::ALL } else { Breaks::NONE }
}

/// The positional arguments of a call, and those with names.
fn values<'e, 't>(arguments: &'e [CallArg<'t>]) -> impl Iterator<Item = &'e Expr<'t>> {
    arguments.iter().filter_map(|argument| match argument {
        CallArg::Pos(value) | CallArg::Kwarg(_, value) => Some(value),
        CallArg::PosSplat(_) | CallArg::KwargSplat(_) => None,
    })
}

/// The string that an argument is.
fn string<'e>(arguments: &'e [CallArg<'_>], at: usize) -> Option<&'e str> {
    match arguments.get(at)? {
        CallArg::Pos(Expr::Const(constant)) => constant.value.as_str(),
        _ => None,
    }
}

impl<'t> Walker<'t> {
    /// What may be in a value that anybody may have written, and that breaks the text around it.
    pub(super) fn breaks(&self, expression: &Expr<'t>) -> Breaks {
        if let Expr::Var(name) = expression
            && let Some(Bound::Written(breaks) | Bound::String { breaks, .. }) = self.bound(name.id)
        {
            return *breaks;
        }
        if let Some(path) = self.path(expression) {
            return of_path(&path);
        }
        match expression {
            Expr::Filter(filter) => filter.expr.as_ref().map_or(Breaks::NONE, |value| self.filtered(value, filter)),
            Expr::Call(call) => self.called(call),
            Expr::BinOp(operation) => {
                let (left, right) = (&operation.left, &operation.right);
                match operation.op {
                    BinOpKind::Concat | BinOpKind::Add | BinOpKind::Mul | BinOpKind::ScOr => {
                        self.breaks(left) | self.breaks(right)
                    }
                    BinOpKind::ScAnd => self.breaks(right),
                    BinOpKind::Rem if prints_strings(left) => self.breaks(right) | self.items(right),
                    _ => Breaks::NONE,
                }
            }
            Expr::IfExpr(choice) => {
                let otherwise = choice.false_expr.as_ref().map_or(Breaks::NONE, |other| self.breaks(other));
                self.breaks(&choice.true_expr) | otherwise
            }
            Expr::Slice(slice) => self.breaks(&slice.expr),
            Expr::GetItem(item) => self.items(&item.expr),
            _ => Breaks::NONE,
        }
    }

    fn filtered(&self, value: &Expr<'t>, filter: &Filter<'t>) -> Breaks {
        let given = || values(&filter.args).map(|value| self.breaks(value)).fold(Breaks::NONE, BitOr::bitor);
        match filter.name {
            name if KEEPING.contains(&name) => self.breaks(value),
            "default" | "d" => self.breaks(value) | given(),
            "replace" => replaced(self.breaks(value), string(&filter.args, 0)),
            "e" | "escape" | "forceescape" => Breaks { quotes: false, ..self.breaks(value) },
            "striptags" => Breaks { lines: false, ..self.breaks(value) },
            "format" if prints_strings(value) => given(),
            "join" => self.items(value) | given(),
            "first" | "last" | "min" | "max" | "random" => self.items(value),
            _ => Breaks::NONE,
        }
    }

    fn called(&self, call: &Call<'t>) -> Breaks {
        let Expr::GetAttr(method) = &call.expr else { return Breaks::NONE };
        match method.name {
            name if KEEPING.contains(&name) => self.breaks(&method.expr),
            "replace" => replaced(self.breaks(&method.expr), string(&call.args, 0)),
            "format" if prints_strings(&method.expr) => {
                values(&call.args).map(|value| self.breaks(value)).fold(Breaks::NONE, BitOr::bitor)
            }
            "join" => values(&call.args).map(|value| self.items(value)).fold(Breaks::NONE, BitOr::bitor),
            _ => Breaks::NONE,
        }
    }

    /// What may be in the items of a list.
    pub(super) fn items(&self, expression: &Expr<'t>) -> Breaks {
        if let Expr::Var(name) = expression
            && let Some(Bound::Items { path: None, breaks }) = self.bound(name.id)
        {
            return *breaks;
        }
        if let Some(path) = self.item_path(expression) {
            return of_path(path.strip_suffix(".{n}").unwrap_or(&path));
        }
        match expression {
            Expr::List(list) => list.items.iter().map(|item| self.breaks(item)).fold(Breaks::NONE, BitOr::bitor),
            Expr::Tuple(tuple) => tuple.items.iter().map(|item| self.breaks(item)).fold(Breaks::NONE, BitOr::bitor),
            Expr::Filter(filter) if SAME_ITEMS.contains(&filter.name) => {
                filter.expr.as_ref().map_or(Breaks::NONE, |value| self.items(value))
            }
            Expr::Slice(slice) => self.items(&slice.expr),
            Expr::Call(call) => match &call.expr {
                // Between white space there is none, and no line break.
                Expr::GetAttr(method) if matches!(method.name, "split" | "rsplit") => {
                    let breaks = self.breaks(&method.expr);
                    let keeps_lines = string(&call.args, 0).is_some_and(|separator| separator != "\n");
                    Breaks { lines: breaks.lines && keeps_lines, ..breaks }
                }
                Expr::GetAttr(method) if method.name == "splitlines" => {
                    Breaks { lines: false, ..self.breaks(&method.expr) }
                }
                _ => Breaks::NONE,
            },
            _ => Breaks::NONE,
        }
    }

    pub(super) fn printed(&mut self, expression: &Expr<'t>, at: Range<usize>) {
        let Some(text) = self.text.get(at.clone()) else { return };
        let breaks = self.breaks(expression);
        if !breaks.is_any() {
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
        self.slips.printed.push(Printed { written: text.to_owned(), at: whole, in_quotes, lines: breaks.lines });
    }

    /// Fixed text: whether it opens or closes quotes. A text that begins with an expression is not JSON.
    pub(super) fn raw(&mut self, text: &str, end: usize) {
        // White space at the beginning, as of a template that first sets its variables, says nothing.
        if !self.started && text.trim().is_empty() {
            return;
        }
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

/// What is left when something is replaced: who replaces quotes or line breaks has thought of them.
fn replaced(breaks: Breaks, wanted: Option<&str>) -> Breaks {
    match wanted {
        Some("\n") => Breaks { lines: false, ..breaks },
        Some("\"" | "\\") => Breaks { quotes: false, ..breaks },
        // What is not written out may be anything.
        None => Breaks::NONE,
        Some(_) => breaks,
    }
}

/// Whether a format puts strings in as they are: `%s` or `{}`.
fn prints_strings(format: &Expr<'_>) -> bool {
    matches!(format, Expr::Const(constant) if constant.value.as_str().is_some_and(|text| text.contains("%s") || text.contains('{')))
}
