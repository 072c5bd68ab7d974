//! The walk through a template's syntax tree.

use std::collections::HashMap;
use std::ops::{BitOr, Range};

use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, Stmt, UnaryOpKind};

use crate::jinja::names::{FILTERS, TESTS};

use super::printed::{Breaks, Quotes};
use super::{GeneratorSlip, ListUse, Once, Slips, UnknownName};

/// Filters that give a generator.
const GENERATORS: [&str; 9] =
    ["map", "select", "reject", "selectattr", "rejectattr", "unique", "batch", "slice", "items"];
/// Filters that give a list.
const LISTS: [&str; 4] = ["list", "sort", "dictsort", "groupby"];
/// Filters that need a length or places.
const OF_LISTS: [&str; 5] = ["length", "count", "last", "random", "tojson"];
/// Those that a view has not either.
const NOT_OF_VIEWS: [&str; 2] = ["random", "tojson"];

/// What a variable of the template is.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    /// A value of the data, by its hash path.
    Path(String),
    /// A string, what it is where that is written out, and what may be in it.
    String {
        string: Option<String>,
        breaks: Breaks,
    },
    /// A list: the hash path of its items if they are of the data, or else what may be in them.
    Items {
        path: Option<String>,
        breaks: Breaks,
    },
    /// A generator or a view, how often it was gone through, and the hash path of its items.
    Generator {
        made: Made,
        uses: usize,
        path: Option<String>,
    },
    /// Something in which anybody may have written this.
    Written(Breaks),
    Unknown,
}

/// What gives a generator or a view.
#[derive(Clone, Debug)]
pub(super) struct Made {
    filter: String,
    once: Once,
    at: Range<usize>,
}

#[derive(Default)]
pub(super) struct Walker<'t> {
    pub(super) text: &'t str,
    pub(super) slips: Slips,
    /// How often each name is assigned to.
    assigned: HashMap<&'t str, usize>,
    scope: Vec<(&'t str, Bound)>,
    pub(super) quotes: Quotes,
    pub(super) started: bool,
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

/// What the statements of a template do that may not be meant.
pub(super) fn walk<'t>(text: &'t str, statements: &[Stmt<'t>]) -> Slips {
    let mut walker = Walker { text, ..Walker::default() };
    for statement in statements {
        walker.count(statement);
    }
    walker.body(statements);
    walker.slips
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

    pub(super) fn bound(&self, name: &str) -> Option<&Bound> {
        self.scope.iter().rev().find(|(known, _)| *known == name).map(|(_, bound)| bound)
    }

    /// What an expression gives a variable.
    fn value(&self, expression: &Expr<'t>) -> Bound {
        if let Some(made) = self.made(expression) {
            return Bound::Generator { made, uses: 0, path: self.item_path(expression) };
        }
        if let Some(path) = self.path(expression) {
            return Bound::Path(path);
        }
        if let Some(path) = self.item_path(expression) {
            return Bound::Items { path: Some(path), breaks: Breaks::default() };
        }
        let breaks = self.breaks(expression);
        if let Some(string) = self.string(expression) {
            return Bound::String { string, breaks };
        }
        let items = self.items(expression);
        match (breaks.is_any(), items.is_any()) {
            (true, _) => Bound::Written(breaks),
            (false, true) => Bound::Items { path: None, breaks: items },
            (false, false) => Bound::Unknown,
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
                let breaks = self.items(&each.iter);
                let items = match (self.item_path(&each.iter), &each.iter) {
                    (Some(path), _) => Bound::Path(path),
                    (None, Expr::List(list)) if list.items.iter().all(|item| self.string(item).is_some()) => {
                        Bound::String { string: None, breaks }
                    }
                    _ if breaks.is_any() => Bound::Written(breaks),
                    _ => Bound::Unknown,
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
                let breaks = self.aside(&set.body);
                self.bind(&set.target, if breaks.is_any() { Bound::Written(breaks) } else { Bound::Unknown });
            }
            Stmt::FilterBlock(block) => {
                self.aside(&block.body);
            }
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

    /// A body whose text goes elsewhere, and what may be in that.
    fn aside(&mut self, statements: &[Stmt<'t>]) -> Breaks {
        let quotes = std::mem::take(&mut self.quotes);
        let printed = self.slips.printed.len();
        self.body(statements);
        // Where it is printed nobody knows.
        let inside = self.slips.printed.drain(printed..);
        let breaks = inside.map(|slip| Breaks { quotes: true, lines: slip.lines });
        let breaks = breaks.fold(Breaks::default(), BitOr::bitor);
        self.quotes = quotes;
        breaks
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
            if let Bound::Generator { made, uses, .. } = bound
                && uses > before
                && *before == 0
            {
                reused.push(made.clone());
            }
        }
        for made in reused {
            self.slip(ListUse::Reused, made);
        }
    }

    fn slip(&mut self, used: ListUse, made: Made) {
        // A view is printed with its entries, is true if it has any, and can be gone through again.
        if made.once == Once::View && !matches!(used, ListUse::Fails | ListUse::FindsNothing) {
            return;
        }
        let Made { filter, once, at } = made;
        if !self.slips.generators.iter().any(|known| known.at == at) {
            self.slips.generators.push(GeneratorSlip { used, filter, once, at });
        }
    }

    /// The generator or view that an expression is, if it is one.
    fn generator(&self, expression: &Expr<'t>) -> Option<Made> {
        match expression {
            Expr::Var(name) => match self.bound(name.id) {
                Some(Bound::Generator { made, .. }) => Some(made.clone()),
                _ => None,
            },
            expression => self.made(expression),
        }
    }

    /// The generator or view that an expression makes.
    fn made(&self, expression: &Expr<'t>) -> Option<Made> {
        match expression {
            Expr::Filter(filter) => {
                let value = filter.expr.as_ref()?;
                // Of a string it gives a string, of a generator a list.
                let is_generator =
                    GENERATORS.contains(&filter.name) || (filter.name == "reverse" && self.is_list(value));
                let span = filter.span();
                let at = span.start_offset as usize..span.end_offset as usize;
                is_generator.then(|| Made { filter: filter.name.to_owned(), once: Once::Generator, at })
            }
            Expr::Call(call) => match &call.expr {
                Expr::GetAttr(method) if matches!(method.name, "keys" | "values" | "items") && call.args.is_empty() => {
                    let span = call.span();
                    let at = span.start_offset as usize..span.end_offset as usize;
                    Some(Made { filter: format!("{}()", method.name), once: Once::View, at })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is surely a list, or an object, whose keys are gone through. MISP's lists have names like `Tag`.
    fn is_list(&self, expression: &Expr<'t>) -> bool {
        match expression {
            Expr::List(_) | Expr::Tuple(_) => true,
            Expr::Filter(filter) => LISTS.contains(&filter.name),
            _ => self.path(expression).is_some_and(|path| {
                path.rsplit('.').next().is_some_and(|key| key.starts_with(|first: char| first.is_ascii_uppercase()))
            }),
        }
    }

    /// Goes through an expression that is used as a list by `used`.
    fn as_list(&mut self, expression: &Expr<'t>, used: ListUse) {
        if let Some(made) = self.generator(expression) {
            self.slip(used, made);
        }
        if !matches!(expression, Expr::Var(_)) {
            self.expression(expression, Use::Other);
        }
    }

    fn expression(&mut self, expression: &Expr<'t>, used: Use) {
        if used != Use::Other
            && let Some(made) = self.generator(expression)
        {
            self.slip(if used == Use::Printed { ListUse::Printed } else { ListUse::AlwaysTrue }, made);
        }
        match expression {
            Expr::Var(name) if used == Use::Other => {
                let at = self.scope.iter().rposition(|(known, _)| *known == name.id);
                let Some((_, Bound::Generator { made, uses, .. })) = at.map(|at| &mut self.scope[at]) else { return };
                *uses += 1;
                if *uses > 1 {
                    let made = made.clone();
                    self.slip(ListUse::Reused, made);
                }
            }
            Expr::Filter(filter) => {
                self.known(filter.name, false, filter.span().end_offset as usize);
                if let Some(value) = &filter.expr {
                    let is_view = self.generator(value).is_some_and(|made| made.once == Once::View);
                    if OF_LISTS.contains(&filter.name) && (!is_view || NOT_OF_VIEWS.contains(&filter.name)) {
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
}
