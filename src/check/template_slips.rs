//! What a template does that Jinja takes otherwise than its author means, found in its syntax tree.

use std::collections::HashMap;
use std::ops::Range;

use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, Stmt, UnaryOpKind};
use minijinja::machinery::parse;

use crate::template_bounds;
use crate::template_names::{FILTERS, TESTS};

/// What is done to a generator that only a list can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListUse {
    /// `|length`, `|last`, `|random`, a slice, `+`: an error.
    Fails,
    /// `[0]`: nothing is found.
    FindsNothing,
    /// `{% if … %}`: always true.
    AlwaysTrue,
    /// Printed, or joined with `~`: where it is in memory.
    Printed,
    /// A second time: it is empty.
    Reused,
}

/// A generator that is used like a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GeneratorSlip {
    /// What is done to it.
    pub used: ListUse,
    /// The filter that gives it.
    pub filter: String,
    /// The filter with its arguments, in the template: `|list` belongs at its end.
    pub at: Range<usize>,
}

/// A string that is looked for in a value of the data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Membership {
    /// The string, where it is written out.
    pub wanted: Option<String>,
    /// The hash path of what it is looked for in.
    pub path: String,
    /// The same as the template writes it.
    pub written: String,
    /// Where that is in the template.
    pub at: Range<usize>,
    /// Whether it is `not in`.
    pub negated: bool,
}

/// A value of the data that is printed and may hold any character.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Printed {
    /// The expression as it is written.
    pub written: String,
    /// The whole `{{ … }}` in the template.
    pub at: Range<usize>,
    /// Whether it is inside of quotes of JSON, and nothing else is.
    pub in_quotes: Option<Quoted>,
}

/// How an expression is inside of quotes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quoted {
    /// The string is the expression alone.
    Alone,
    /// The string holds other text too.
    AmongText,
}

/// What a template does that may not be meant.
#[derive(Clone, Debug, Default)]
pub struct Slips {
    /// Generators that are used like lists.
    pub generators: Vec<GeneratorSlip>,
    /// Strings that are looked for in values of the data.
    pub memberships: Vec<Membership>,
    /// Values that are printed and may hold any character.
    pub printed: Vec<Printed>,
    /// Names that Jinja does not have, and that it notices whatever the data is.
    pub unknown: Vec<UnknownName>,
}

/// A filter or test that Jinja does not have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownName {
    /// Its name.
    pub name: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// Where the name is, if it can be told.
    pub at: Option<Range<usize>>,
}

/// What a template does that may not be meant; nothing for what cannot be read.
pub fn slips(text: &str) -> Slips {
    if !text.contains("{{") && !text.contains("{%") {
        return Slips::default();
    }
    let Ok(depth) = template_bounds::depth(text) else { return Slips::default() };
    let find = || {
        let Ok(Stmt::Template(template)) = parse(text, "template", minijinja::syntax::SyntaxConfig::default()) else {
            return Slips::default();
        };
        let mut walker = Walker { text, ..Walker::default() };
        template.children.iter().for_each(|child| walker.count(child));
        walker.body(&template.children);
        walker.slips
    };
    template_bounds::read(depth, find).unwrap_or_default()
}

/// Filters that give a generator.
const GENERATORS: [&str; 8] = ["map", "select", "reject", "selectattr", "rejectattr", "unique", "batch", "slice"];
/// Filters that need a length or places.
const OF_LISTS: [&str; 5] = ["length", "count", "last", "random", "tojson"];
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

/// What a variable of the template is.
#[derive(Clone, Debug)]
enum Bound {
    /// A value of the data, by its hash path.
    Path(String),
    /// A string that is written out.
    String(Option<String>),
    /// A generator: its filter, where it is, and how often it was gone through.
    Generator {
        filter: String,
        at: Range<usize>,
        uses: usize,
    },
    Unknown,
}

/// Whether the text so far ends inside of quotes of JSON.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Quotes {
    Closed,
    /// What they hold begins here.
    Open(usize),
    /// It depends, or the text is not JSON.
    #[default]
    Unknown,
}

#[derive(Default)]
struct Walker<'t> {
    text: &'t str,
    slips: Slips,
    /// How often each name is assigned to.
    assigned: HashMap<&'t str, usize>,
    scope: Vec<(&'t str, Bound)>,
    quotes: Quotes,
    started: bool,
    /// Inside an `if`, an unknown name is noticed only when it is used.
    is_soft: bool,
}

/// What an expression is used for.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Use {
    Printed,
    Tested,
    /// Whatever goes through it, or takes it as it is.
    Other,
}

impl<'t> Walker<'t> {
    fn count(&mut self, statement: &Stmt<'t>) {
        let mut targets: Vec<&Expr<'t>> = Vec::new();
        let mut bodies: Vec<&[Stmt<'t>]> = Vec::new();
        match statement {
            Stmt::ForLoop(inner) => {
                targets.push(&inner.target);
                bodies.extend([inner.body.as_slice(), &inner.else_body]);
            }
            Stmt::IfCond(inner) => bodies.extend([inner.true_body.as_slice(), &inner.false_body]),
            Stmt::WithBlock(inner) => {
                targets.extend(inner.assignments.iter().map(|(target, _)| target));
                bodies.push(&inner.body);
            }
            Stmt::Set(inner) => targets.push(&inner.target),
            Stmt::SetBlock(inner) => {
                targets.push(&inner.target);
                bodies.push(&inner.body);
            }
            Stmt::AutoEscape(inner) => bodies.push(&inner.body),
            Stmt::FilterBlock(inner) => bodies.push(&inner.body),
            Stmt::Block(inner) => bodies.push(&inner.body),
            Stmt::Macro(inner) => {
                targets.extend(&inner.args);
                bodies.push(&inner.body);
            }
            Stmt::CallBlock(inner) => {
                targets.extend(&inner.macro_decl.args);
                bodies.push(&inner.macro_decl.body);
            }
            _ => {}
        }
        while let Some(target) = targets.pop() {
            match target {
                Expr::Var(name) => *self.assigned.entry(name.id).or_default() += 1,
                Expr::List(list) => targets.extend(&list.items),
                _ => {}
            }
        }
        for child in bodies.into_iter().flatten() {
            self.count(child);
        }
    }

    fn bind(&mut self, target: &Expr<'t>, bound: Bound) {
        match target {
            Expr::Var(name) => {
                let bound = if self.assigned.get(name.id) == Some(&1) { bound } else { Bound::Unknown };
                self.scope.push((name.id, bound));
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.bind(item, Bound::Unknown)),
            _ => {}
        }
    }

    fn bound(&self, name: &str) -> Option<&Bound> {
        self.scope.iter().rev().find(|(known, _)| *known == name).map(|(_, bound)| bound)
    }

    /// What an expression gives a variable.
    fn value(&self, expression: &Expr<'t>) -> Bound {
        if let Some((filter, at)) = generator(expression) {
            return Bound::Generator { filter, at, uses: 0 };
        }
        if let Some(path) = self.path(expression) {
            return Bound::Path(path);
        }
        match self.string(expression) {
            Some(string) => Bound::String(string),
            None => Bound::Unknown,
        }
    }

    /// A body in a scope of its own.
    fn body(&mut self, statements: &[Stmt<'t>]) {
        let depth = self.scope.len();
        for statement in statements {
            self.statement(statement);
        }
        self.scope.truncate(depth);
    }

    /// A body that may be rendered or not: whether quotes are open after it has to be what it was before.
    fn optional(&mut self, statements: &[Stmt<'t>]) {
        let before = self.quotes;
        self.body(statements);
        let is_open = |quotes| matches!(quotes, Quotes::Open(_));
        let is_same = self.quotes != Quotes::Unknown && is_open(self.quotes) == is_open(before);
        self.quotes = if is_same { before } else { Quotes::Unknown };
    }

    fn statement(&mut self, statement: &Stmt<'t>) {
        match statement {
            Stmt::EmitRaw(text) => self.raw(text.raw, text.span().end_offset as usize),
            Stmt::EmitExpr(emit) => {
                let span = emit.span();
                self.started = true;
                self.printed(&emit.expr, span.start_offset as usize..span.end_offset as usize);
                self.expression(&emit.expr, Use::Printed);
            }
            Stmt::ForLoop(each) => {
                self.expression(&each.iter, Use::Other);
                let depth = self.scope.len();
                let items = match self.value(&each.iter) {
                    Bound::Path(path) => Bound::Path(format!("{path}.{{n}}")),
                    _ => match &each.iter {
                        Expr::List(list) if list.items.iter().all(|item| self.string(item).is_some()) => {
                            Bound::String(None)
                        }
                        _ => Bound::Unknown,
                    },
                };
                self.bind(&each.target, items);
                if let Some(condition) = &each.filter_expr {
                    self.expression(condition, Use::Tested);
                }
                // Once for each item.
                let uses: Vec<usize> = self.uses();
                self.optional(&each.body);
                self.again(&uses);
                self.scope.truncate(depth);
                self.optional(&each.else_body);
            }
            Stmt::IfCond(condition) => {
                let is_soft = std::mem::replace(&mut self.is_soft, true);
                self.expression(&condition.expr, Use::Tested);
                let before = self.uses();
                self.optional(&condition.true_body);
                let after_true = self.uses();
                self.restore(&before);
                self.optional(&condition.false_body);
                self.is_soft = is_soft;
                self.most(&after_true);
            }
            Stmt::WithBlock(block) => {
                let depth = self.scope.len();
                for (target, value) in &block.assignments {
                    self.expression(value, Use::Other);
                    let bound = self.value(value);
                    self.bind(target, bound);
                }
                self.body(&block.body);
                self.scope.truncate(depth);
            }
            Stmt::Set(set) => {
                // Under another name it is still the same.
                let is_name = matches!(&set.expr, Expr::Var(_));
                if !is_name {
                    self.expression(&set.expr, Use::Other);
                }
                let bound = self.value(&set.expr);
                self.bind(&set.target, bound);
            }
            Stmt::SetBlock(set) => {
                self.aside(&set.body);
                self.bind(&set.target, Bound::Unknown);
            }
            Stmt::FilterBlock(block) => self.aside(&block.body),
            Stmt::AutoEscape(block) => self.body(&block.body),
            Stmt::Block(block) => self.body(&block.body),
            Stmt::Macro(declared) => {
                let depth = self.scope.len();
                declared.args.iter().for_each(|arg| self.bind(arg, Bound::Unknown));
                self.aside(&declared.body);
                self.scope.truncate(depth);
            }
            Stmt::CallBlock(block) => {
                let depth = self.scope.len();
                block.macro_decl.args.iter().for_each(|arg| self.bind(arg, Bound::Unknown));
                self.aside(&block.macro_decl.body);
                self.scope.truncate(depth);
            }
            _ => {}
        }
    }

    /// A body whose text goes elsewhere.
    fn aside(&mut self, statements: &[Stmt<'t>]) {
        let quotes = std::mem::take(&mut self.quotes);
        let printed = self.slips.printed.len();
        self.body(statements);
        // Where it is printed nobody knows.
        self.slips.printed.truncate(printed);
        self.quotes = quotes;
    }

    fn uses(&self) -> Vec<usize> {
        let uses = self.scope.iter().map(|(_, bound)| match bound {
            Bound::Generator { uses, .. } => *uses,
            _ => 0,
        });
        uses.collect()
    }

    fn set_uses(&mut self, uses: &[usize], choose: impl Fn(usize, usize) -> usize) {
        for ((_, bound), before) in self.scope.iter_mut().zip(uses) {
            if let Bound::Generator { uses, .. } = bound {
                *uses = choose(*uses, *before);
            }
        }
    }

    fn restore(&mut self, before: &[usize]) {
        self.set_uses(before, |_, before| before);
    }

    fn most(&mut self, other: &[usize]) {
        self.set_uses(other, usize::max);
    }

    /// What was used in a loop is used again in the next round.
    fn again(&mut self, before: &[usize]) {
        let mut reused = Vec::new();
        for ((_, bound), before) in self.scope.iter().zip(before) {
            if let Bound::Generator { filter, at, uses } = bound
                && uses > before
                && *before == 0
            {
                reused.push((filter.clone(), at.clone()));
            }
        }
        for (filter, at) in reused {
            self.slip(ListUse::Reused, filter, at);
        }
    }

    fn slip(&mut self, used: ListUse, filter: String, at: Range<usize>) {
        if !self.slips.generators.iter().any(|known| known.at == at) {
            self.slips.generators.push(GeneratorSlip { used, filter, at });
        }
    }

    /// The generator that an expression is, if it is one.
    fn generator(&self, expression: &Expr<'t>) -> Option<(String, Range<usize>)> {
        match expression {
            Expr::Var(name) => match self.bound(name.id) {
                Some(Bound::Generator { filter, at, .. }) => Some((filter.clone(), at.clone())),
                _ => None,
            },
            expression => generator(expression),
        }
    }

    /// Goes through an expression that is used as a list by `used`.
    fn as_list(&mut self, expression: &Expr<'t>, used: ListUse) {
        if let Some((filter, at)) = self.generator(expression) {
            self.slip(used, filter, at);
        }
        if !matches!(expression, Expr::Var(_)) {
            self.expression(expression, Use::Other);
        }
    }

    fn expression(&mut self, expression: &Expr<'t>, used: Use) {
        if used != Use::Other
            && let Some((filter, at)) = self.generator(expression)
        {
            self.slip(if used == Use::Printed { ListUse::Printed } else { ListUse::AlwaysTrue }, filter, at);
        }
        match expression {
            Expr::Var(name) if used == Use::Other => {
                let at = self.scope.iter().rposition(|(known, _)| *known == name.id);
                let Some((_, Bound::Generator { filter, at, uses })) = at.map(|at| &mut self.scope[at]) else { return };
                *uses += 1;
                if *uses > 1 {
                    let (filter, at) = (filter.clone(), at.clone());
                    self.slip(ListUse::Reused, filter, at);
                }
            }
            Expr::Filter(filter) => {
                self.known(filter.name, false, filter.span().end_offset as usize);
                if let Some(value) = &filter.expr {
                    if OF_LISTS.contains(&filter.name) {
                        self.as_list(value, ListUse::Fails);
                    } else if filter.name == "default" || filter.name == "d" {
                        self.expression(value, if filter.args.len() > 1 { Use::Tested } else { Use::Other });
                    } else {
                        self.expression(value, Use::Other);
                    }
                }
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.known(test.name, true, test.span().end_offset as usize);
                // `is defined` and the like do not go through it.
                if !matches!(test.expr, Expr::Var(_)) {
                    self.expression(&test.expr, Use::Other);
                }
                self.arguments(&test.args);
            }
            Expr::GetItem(item) => {
                self.as_list(&item.expr, ListUse::FindsNothing);
                self.expression(&item.subscript_expr, Use::Other);
            }
            Expr::Slice(slice) => {
                self.as_list(&slice.expr, ListUse::Fails);
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.expression(part, Use::Other);
                }
            }
            Expr::GetAttr(attribute) => self.expression(&attribute.expr, Use::Other),
            Expr::BinOp(operation) => self.operation(operation.op, &operation.left, &operation.right, used),
            Expr::UnaryOp(operation) => match (&operation.op, &operation.expr) {
                (UnaryOpKind::Not, Expr::BinOp(inner)) if matches!(inner.op, BinOpKind::In) => {
                    self.membership(&inner.left, &inner.right, true);
                    self.expression(&inner.left, Use::Other);
                    self.expression(&inner.right, Use::Other);
                }
                (UnaryOpKind::Not, inner) => self.expression(inner, Use::Tested),
                (UnaryOpKind::Neg, inner) => self.expression(inner, Use::Other),
            },
            Expr::Compare(chain) => {
                self.expression(&chain.expr, Use::Other);
                let mut left = &chain.expr;
                for operation in &chain.ops {
                    match operation.op {
                        CompareOpKind::In => self.membership(left, &operation.expr, false),
                        CompareOpKind::NotIn => self.membership(left, &operation.expr, true),
                        _ => {}
                    }
                    self.expression(&operation.expr, Use::Other);
                    left = &operation.expr;
                }
            }
            Expr::IfExpr(choice) => {
                let is_soft = std::mem::replace(&mut self.is_soft, true);
                self.expression(&choice.test_expr, Use::Tested);
                let before = self.uses();
                self.expression(&choice.true_expr, used);
                let after_true = self.uses();
                self.restore(&before);
                if let Some(otherwise) = &choice.false_expr {
                    self.expression(otherwise, used);
                }
                self.is_soft = is_soft;
                self.most(&after_true);
            }
            Expr::Call(call) => {
                self.expression(&call.expr, Use::Other);
                self.arguments(&call.args);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.expression(item, Use::Other)),
            Expr::Tuple(tuple) => tuple.items.iter().for_each(|item| self.expression(item, Use::Other)),
            Expr::Map(map) => map.values.iter().for_each(|value| self.expression(value, Use::Other)),
            Expr::Var(_) | Expr::Const(_) => {}
        }
    }

    fn operation(&mut self, kind: BinOpKind, left: &Expr<'t>, right: &Expr<'t>, used: Use) {
        match kind {
            BinOpKind::ScAnd | BinOpKind::ScOr => {
                self.expression(left, Use::Tested);
                self.expression(right, used);
            }
            BinOpKind::Concat => {
                self.expression(left, Use::Printed);
                self.expression(right, Use::Printed);
            }
            BinOpKind::Add => {
                self.as_list(left, ListUse::Fails);
                self.as_list(right, ListUse::Fails);
            }
            BinOpKind::In => {
                self.membership(left, right, false);
                self.expression(left, Use::Other);
                self.expression(right, Use::Other);
            }
            _ => {
                self.expression(left, Use::Other);
                self.expression(right, Use::Other);
            }
        }
    }

    fn arguments(&mut self, arguments: &[CallArg<'t>]) {
        for argument in arguments {
            let (CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value)) = argument;
            self.expression(value, Use::Other);
        }
    }

    /// Notes a name that Jinja does not have. `end` is where the filter or test ends.
    fn known(&mut self, name: &str, is_test: bool, end: usize) {
        let names = if is_test { TESTS } else { FILTERS };
        if self.is_soft || names.contains(&name) {
            return;
        }
        let at = self.text.get(..end).and_then(|before| before.rfind(name)).map(|at| at..at + name.len());
        self.slips.unknown.push(UnknownName { name: name.to_owned(), is_test, at });
    }

    fn membership(&mut self, left: &Expr<'t>, right: &Expr<'t>, negated: bool) {
        let (Some(wanted), Some(path), Some(written)) = (self.string(left), self.path(right), written(right)) else {
            return;
        };
        let end = right.span().end_offset as usize;
        let Some(start) = end.checked_sub(written.len()) else { return };
        if self.text.get(start..end) == Some(written.as_str()) {
            self.slips.memberships.push(Membership { wanted, path, written, at: start..end, negated });
        }
    }

    /// The string that an expression surely is, and its letters where they are written out.
    #[expect(clippy::option_option, reason = "no string, one that is not known, one that is")]
    fn string(&self, expression: &Expr<'t>) -> Option<Option<String>> {
        match expression {
            Expr::Const(constant) => constant.value.as_str().map(|string| Some(string.to_owned())),
            Expr::BinOp(operation) if matches!(operation.op, BinOpKind::Concat) => Some(None),
            Expr::Var(name) => match self.bound(name.id) {
                Some(Bound::String(string)) => Some(string.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The hash path of a value of the data.
    fn path(&self, expression: &Expr<'t>) -> Option<String> {
        match expression {
            Expr::Var(name) => match self.bound(name.id) {
                None => Some(name.id.to_owned()),
                Some(Bound::Path(path)) => Some(path.clone()),
                Some(_) => None,
            },
            Expr::GetAttr(attribute) => Some(format!("{}.{}", self.path(&attribute.expr)?, attribute.name)),
            Expr::GetItem(item) => match &item.subscript_expr {
                Expr::Const(key) => {
                    let path = self.path(&item.expr)?;
                    match key.value.as_str() {
                        Some(name) => Some(format!("{path}.{name}")),
                        None if key.value.is_integer() => Some(format!("{path}.{{n}}")),
                        None => None,
                    }
                }
                _ => None,
            },
            _ => None,
        }
    }

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

    fn printed(&mut self, expression: &Expr<'t>, at: Range<usize>) {
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
    fn raw(&mut self, text: &str, end: usize) {
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

/// A filter that gives a generator, and where it is.
fn generator(expression: &Expr<'_>) -> Option<(String, Range<usize>)> {
    match expression {
        Expr::Filter(filter) if GENERATORS.contains(&filter.name) && filter.expr.is_some() => {
            let span = filter.span();
            Some((filter.name.to_owned(), span.start_offset as usize..span.end_offset as usize))
        }
        _ => None,
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

/// A chain of names as a template writes it.
fn written(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Var(name) => Some(name.id.to_owned()),
        Expr::GetAttr(attribute) => Some(format!("{}.{}", written(&attribute.expr)?, attribute.name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ListUse, Quoted, slips};

    #[test]
    fn generators_that_are_used_like_lists_are_found() {
        for (template, used) in [
            ("{{ Event.Tag|map(attribute='name')|length }}", Some(ListUse::Fails)),
            ("{{ Event.Tag|selectattr('local')|tojson }}", Some(ListUse::Fails)),
            ("{{ (Event.Tag|map(attribute='name'))[0] }}", Some(ListUse::FindsNothing)),
            ("{{ (Event.Tag|map(attribute='name'))[:2] }}", Some(ListUse::Fails)),
            ("{% if Event.Tag|selectattr('local') %}a{% endif %}", Some(ListUse::AlwaysTrue)),
            ("{{ 'a' if not Event.Tag|select }}", Some(ListUse::AlwaysTrue)),
            ("{{ Event.Tag|map(attribute='name') }}", Some(ListUse::Printed)),
            ("{% set g = Event.Tag|map(attribute='name') %}{{ g|join }}{{ g|join }}", Some(ListUse::Reused)),
            ("{% set g = a|map('upper') %}{% for x in a %}{{ x in g }}{% endfor %}", Some(ListUse::Reused)),
            ("{% set g = a|map('upper') %}{{ g|last }}", Some(ListUse::Fails)),
            ("{% set g = a|map('upper') %}{% if a %}{{ g|join }}{% else %}{{ g|first }}{% endif %}", None),
            ("{% set g = a|map('upper') %}{{ g|join }}", None),
            ("{% set g = a|map('upper')|list %}{{ g|join }}{{ g|length }}", None),
            ("{{ a|map('upper')|join(', ') }}{{ a|map('upper')|list|length }}{{ a|map('upper')|first }}", None),
            ("{% for x in a|selectattr('b') %}{{ x }}{% endfor %}{{ a|map('length')|sum }}", None),
            ("{{ 'x' in a|map(attribute='name') }}{{ a|map('upper') is defined }}", None),
        ] {
            assert_eq!(slips(template).generators.first().map(|slip| slip.used), used, "{template}");
        }
    }

    #[test]
    fn values_in_quotes_are_found() {
        let quoted = |template: &str| slips(template).printed.iter().map(|slip| slip.in_quotes).collect::<Vec<_>>();
        assert_eq!(quoted(r#"{"a": "{{ Event.info }}"}"#), [Some(Quoted::Alone)]);
        assert_eq!(quoted(r#"{"a": "x {{ Event.info|upper }}"}"#), [Some(Quoted::AmongText)]);
        assert_eq!(quoted(r#"{"a": {{ Event.info }}, "b": "\"{{ Event.info }}"}"#), [None, Some(Quoted::AmongText)]);
        assert_eq!(quoted(r#"{"a": "{{ Event.id }}{{ Event.info|tojson }}"}"#), []);
        assert_eq!(quoted(r#"see "{{ Event.info }}""#), [None]);
        assert_eq!(quoted(r#"{"a": "{% if x %}{{ Event.info }}{% endif %}"}"#), [Some(Quoted::AmongText)]);
        assert_eq!(quoted(r#"{"a": {% if x %}"{% else %}1{% endif %}{{ Event.info }}"}"#), [None]);
    }

    #[test]
    fn strings_are_looked_for_in_the_data() {
        let found = |template: &str| {
            slips(template).memberships.iter().map(|found| (found.path.clone(), found.negated)).collect::<Vec<_>>()
        };
        assert_eq!(found("{{ 'a' in Event.Tag }}"), [("Event.Tag".to_owned(), false)]);
        assert_eq!(found("{% if 'a' not in Event.Tag %}{% endif %}"), [("Event.Tag".to_owned(), true)]);
        assert_eq!(
            found("{% for a in Event.Attribute %}{{ 'a' in a.Tag }}{% endfor %}"),
            [("Event.Attribute.{n}.Tag".to_owned(), false)]
        );
        assert_eq!(found("{% for t in ['a'] %}{{ t in Event.Tag }}{% endfor %}"), [("Event.Tag".to_owned(), false)]);
        assert_eq!(found("{{ 'a' in Event.Tag|map(attribute='name') }}{{ x in Event.Tag }}"), []);
    }
}
