//! A template as minijinja runs it: what Python does otherwise is written as filters of ours.
//!
//! minijinja's operators follow rules of their own, and nothing can be put in their place. So the template is read
//! into minijinja's syntax tree and written again, with `a + b` as a filter on `a`. What Jinja2 refuses when it
//! compiles a template is refused here.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;

use minijinja::machinery::ast::{
    BinOpKind, Call, CallArg, CompareOpKind, Expr, Filter, IfCond, Macro, Stmt, UnaryOpKind,
};
use minijinja::machinery::parse;
use minijinja::value::ValueKind;

use super::names::{FILTERS, TESTS};

/// What the names of our own filters begin with. A template that names one names a filter that Jinja2 does not have.
macro_rules! own {
    ($name:literal) => {
        concat!("mispflow_", $name)
    };
}
pub(super) use own;

/// How many `for` may be inside each other: Python nests no more loops.
const MAX_LOOPS: usize = 20;
/// How many `if`, `with` and the like may be inside each other.
const MAX_BLOCKS: usize = 98;
/// The longest fixed text that is left as it is. A longer one goes through the formatter, where it is counted.
const SHORT_TEXT: usize = 16;
/// How many items a list may have to be built by a filter; minijinja takes 2,000 arguments.
const MAX_ARGUMENTS: usize = 1_500;

/// Why Jinja2 does not compile a template.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// It is not well formed.
    Syntax,
    /// It has the tag `do`, which an extension brings.
    Do,
    /// More than [`MAX_LOOPS`] loops are inside each other.
    Loops,
    /// More than [`MAX_BLOCKS`] blocks are inside each other.
    Blocks,
    /// It names a filter or test that there is none of.
    Name,
    /// It sets what cannot be set.
    Target,
    /// A list or dict in it has too many items.
    Items,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax => to.write_str("it is not well formed"),
            Self::Do => to.write_str("it has the tag `do`, which Jinja has only with an extension"),
            Self::Loops => write!(to, "it has more than {MAX_LOOPS} `for` inside each other"),
            Self::Blocks => write!(to, "it has more than {MAX_BLOCKS} blocks inside each other"),
            Self::Name => to.write_str("it names a filter or test that Jinja does not have"),
            Self::Target => to.write_str("it sets something that is not a name"),
            Self::Items => write!(to, "a dict in it has more than {} entries", MAX_ARGUMENTS / 2),
        }
    }
}

/// The template for minijinja, if Jinja2 compiles it. Its last newline is gone; it has to be rendered with
/// `keep_trailing_newline`.
///
/// # Errors
///
/// Why Jinja2 does not compile it.
pub(super) fn rewritten(template: &str) -> Result<String, Refusal> {
    written(template).map_err(|(refusal, _)| refusal)
}

/// Why Jinja2 does not compile a template, and what of it that is about, if that can be told.
pub(super) fn refused(template: &str) -> Option<(Refusal, Option<Range<usize>>)> {
    written(template).err()
}

fn written(template: &str) -> Result<String, (Refusal, Option<Range<usize>>)> {
    let tree = parse(template, "template", minijinja::syntax::SyntaxConfig::default());
    let tree = tree.map_err(|_| (Refusal::Syntax, None))?;
    let mut writer = Writer { out: String::with_capacity(template.len() * 2), ..Writer::default() };
    if let Stmt::Template(template) = &tree {
        template.children.iter().for_each(|child| writer.find(child));
        writer.body(&template.children, ExpressionPlace::default());
    }
    writer.refused.map_or(Ok(writer.out), Err)
}

/// Where a part of the template is.
#[derive(Clone, Copy, Default)]
struct ExpressionPlace {
    /// Inside an `if`, where unknown filters are noticed only when they are used.
    is_soft: bool,
    loops: usize,
    blocks: usize,
}

impl ExpressionPlace {
    fn inner(self) -> Self {
        Self { is_soft: false, blocks: self.blocks + 1, ..self }
    }

    fn soft(self) -> Self {
        Self { is_soft: true, ..self }
    }
}

#[derive(Default)]
struct Writer<'t> {
    out: String,
    /// Jinja2 does not compile this.
    refused: Option<(Refusal, Option<Range<usize>>)>,
    /// The macros of which a parameter has a default.
    macros: HashSet<&'t str>,
    /// Whether what is printed may be escaped.
    escapes: bool,
}

impl<'t> Writer<'t> {
    /// Finds macros and escaped blocks.
    fn find(&mut self, statement: &Stmt<'t>) {
        let mut bodies: Vec<&[Stmt<'t>]> = Vec::new();
        match statement {
            Stmt::ForLoop(inner) => bodies.extend([inner.body.as_slice(), &inner.else_body]),
            Stmt::IfCond(inner) => bodies.extend([inner.true_body.as_slice(), &inner.false_body]),
            Stmt::WithBlock(inner) => bodies.push(&inner.body),
            Stmt::SetBlock(inner) => bodies.push(&inner.body),
            Stmt::FilterBlock(inner) => bodies.push(&inner.body),
            Stmt::Block(inner) => bodies.push(&inner.body),
            Stmt::AutoEscape(inner) => {
                self.escapes = true;
                bodies.push(&inner.body);
            }
            Stmt::Macro(inner) => {
                if !inner.defaults.is_empty() {
                    self.macros.insert(inner.name);
                }
                bodies.push(&inner.body);
            }
            Stmt::CallBlock(inner) => {
                if !inner.macro_decl.defaults.is_empty() {
                    self.macros.insert("caller");
                }
                bodies.push(&inner.macro_decl.body);
            }
            _ => {}
        }
        for child in bodies.into_iter().flatten() {
            self.find(child);
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refused.get_or_insert((refusal, None));
    }

    fn body(&mut self, statements: &[Stmt<'t>], place: ExpressionPlace) {
        if place.loops > MAX_LOOPS {
            self.refuse(Refusal::Loops);
        } else if place.blocks > MAX_BLOCKS {
            self.refuse(Refusal::Blocks);
        }
        if self.refused.is_some() {
            return;
        }
        for statement in statements {
            self.statement(statement, place);
        }
    }

    #[expect(clippy::too_many_lines, reason = "an arm for each kind of statement")]
    fn statement(&mut self, statement: &Stmt<'t>, place: ExpressionPlace) {
        match statement {
            Stmt::Template(template) => self.body(&template.children, place),
            Stmt::EmitExpr(emit) => {
                self.out.push_str("{{ ");
                self.alone(&emit.expr, place);
                self.out.push_str(" }}");
            }
            Stmt::EmitRaw(text) => self.text(text.raw),
            Stmt::ForLoop(each) => {
                self.out.push_str("{% for ");
                self.target(&each.target);
                self.out.push_str(" in ");
                self.filtered(&each.iter, place);
                self.out.push_str(concat!("|", own!("iterated")));
                let inner = ExpressionPlace { loops: place.loops + 1, ..place.inner() };
                if let Some(condition) = &each.filter_expr {
                    self.out.push_str(" if ");
                    self.filtered(condition, inner);
                }
                self.out.push_str(if each.recursive { " recursive %}" } else { " %}" });
                self.body(&each.body, if each.recursive { ExpressionPlace { loops: 1, ..inner } } else { inner });
                if !each.else_body.is_empty() {
                    self.out.push_str("{% else %}");
                    self.body(&each.else_body, place.inner());
                }
                self.out.push_str("{% endfor %}");
            }
            Stmt::IfCond(condition) => {
                let inner = ExpressionPlace { blocks: place.blocks + 1, ..place.soft() };
                self.branches("if", condition, inner);
                self.out.push_str("{% endif %}");
            }
            Stmt::WithBlock(block) => {
                self.out.push_str("{% with ");
                for (index, (target, value)) in block.assignments.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.target(target);
                    self.out.push_str(" = ");
                    self.alone(value, place);
                }
                self.out.push_str(" %}");
                self.body(&block.body, ExpressionPlace { is_soft: false, ..place });
                self.out.push_str("{% endwith %}");
            }
            Stmt::Set(set) => {
                self.out.push_str("{% set ");
                self.target(&set.target);
                self.out.push_str(" = ");
                if let Some((name, right)) = growth(&set.target, &set.expr) {
                    self.target(&set.target);
                    self.operator(name, [Some(right)], place);
                } else if has_attribute(&set.target) {
                    // What a namespace holds may hold the namespace, and be deeper each time.
                    self.filtered(&set.expr, place);
                    self.out.push_str(concat!("|", own!("held")));
                } else {
                    self.filtered(&set.expr, place);
                    self.out.push_str(concat!("|", own!("kept")));
                }
                self.out.push_str(" %}");
            }
            Stmt::SetBlock(set) => {
                self.out.push_str("{% set ");
                self.target(&set.target);
                if let Some(filter) = &set.filter {
                    self.out.push_str(" | ");
                    self.alone(filter, place);
                }
                self.out.push_str(" %}");
                self.body(&set.body, place.inner());
                self.out.push_str("{% endset %}");
            }
            Stmt::AutoEscape(block) => {
                self.out.push_str("{% autoescape ");
                self.alone(&block.enabled, place);
                self.out.push_str(" %}");
                self.body(&block.body, place.inner());
                self.out.push_str("{% endautoescape %}");
            }
            Stmt::FilterBlock(block) => {
                self.out.push_str("{% filter ");
                self.alone(&block.filter, place);
                self.out.push_str(concat!("|", own!("text"), " %}"));
                self.body(&block.body, place.inner());
                self.out.push_str("{% endfilter %}");
            }
            Stmt::Block(block) => {
                let _ = write!(self.out, "{{% block {} %}}", block.name);
                self.body(&block.body, ExpressionPlace { loops: 0, ..place.inner() });
                self.out.push_str("{% endblock %}");
            }
            Stmt::Macro(declared) => {
                let _ = write!(self.out, "{{% macro {}(", declared.name);
                self.parameters(declared, place);
                self.out.push_str(" %}");
                self.macro_body(declared, place);
                self.out.push_str("{% endmacro %}");
            }
            Stmt::CallBlock(block) => {
                self.out.push_str("{% call(");
                self.parameters(&block.macro_decl, place);
                self.out.push(' ');
                self.call(&block.call, place);
                self.out.push_str(" %}");
                self.macro_body(&block.macro_decl, place);
                self.out.push_str("{% endcall %}");
            }
            // There are no other templates.
            Stmt::Import(_) | Stmt::FromImport(_) | Stmt::Extends(_) | Stmt::Include(_) => {
                self.out.push_str(concat!("{{ 0|", own!("failure"), " }}"));
            }
            // A tag of an extension that is not there.
            Stmt::Do(tag) => {
                let at = tag.span().start_offset as usize..tag.span().end_offset as usize;
                self.refused.get_or_insert((Refusal::Do, Some(at)));
            }
        }
    }

    fn branches(&mut self, word: &str, condition: &IfCond<'t>, place: ExpressionPlace) {
        let _ = write!(self.out, "{{% {word} ");
        self.alone(&condition.expr, place);
        self.out.push_str(" %}");
        self.body(&condition.true_body, place);
        match condition.false_body.as_slice() {
            [] => {}
            [Stmt::IfCond(next)] => self.branches("elif", next, place),
            otherwise => {
                self.out.push_str("{% else %}");
                self.body(otherwise, place);
            }
        }
    }

    fn parameters(&mut self, declared: &Macro<'t>, place: ExpressionPlace) {
        let first_default = declared.args.len().saturating_sub(declared.defaults.len());
        for (index, parameter) in declared.args.iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.target(parameter);
            if let Some(default) = index.checked_sub(first_default).and_then(|index| declared.defaults.get(index)) {
                self.out.push('=');
                self.alone(default, place.inner());
            }
        }
        self.out.push(')');
    }

    fn macro_body(&mut self, declared: &Macro<'t>, place: ExpressionPlace) {
        if self.macros.contains(declared.name) {
            for parameter in &declared.args {
                if let Expr::Var(parameter) = parameter {
                    let _ = write!(self.out, concat!("{{% set {0} = {0}|", own!("taken"), " %}}"), parameter.id);
                }
            }
        }
        self.body(&declared.body, ExpressionPlace { loops: 0, ..place.inner() });
    }

    /// Fixed text. What is long goes through the formatter, and is counted there.
    fn text(&mut self, text: &str) {
        if text.len() <= SHORT_TEXT && !text.contains('{') {
            self.out.push_str(text);
            return;
        }
        self.out.push_str("{{ ");
        self.string(text);
        self.out.push_str(if self.escapes { "|safe }}" } else { " }}" });
    }

    fn string(&mut self, string: &str) {
        self.out.push('"');
        for char in string.chars() {
            if matches!(char, '"' | '\\') {
                self.out.push('\\');
            }
            self.out.push(char);
        }
        self.out.push('"');
    }

    /// What something is assigned to.
    fn target(&mut self, target: &Expr<'t>) {
        match target {
            Expr::Var(name) => self.out.push_str(name.id),
            Expr::GetAttr(attribute) => {
                self.target(&attribute.expr);
                let _ = write!(self.out, ".{}", attribute.name);
            }
            Expr::List(list) => {
                for (index, item) in list.items.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    let is_list = matches!(item, Expr::List(_));
                    self.out.push_str(if is_list { "(" } else { "" });
                    self.target(item);
                    self.out.push_str(if is_list { ")" } else { "" });
                }
                self.out.push_str(if list.items.len() == 1 { "," } else { "" });
            }
            _ => self.refuse(Refusal::Target),
        }
    }

    /// An expression with nothing around it that could bind more strongly.
    fn alone(&mut self, expression: &Expr<'t>, place: ExpressionPlace) {
        match expression {
            Expr::BinOp(operation) if matches!(operation.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
                let is_and = matches!(operation.op, BinOpKind::ScAnd);
                match &operation.left {
                    Expr::BinOp(left)
                        if matches!((is_and, left.op), (true, BinOpKind::ScAnd) | (false, BinOpKind::ScOr)) =>
                    {
                        self.alone(&operation.left, place);
                    }
                    left => self.filtered(left, place),
                }
                self.out.push_str(if is_and { " and " } else { " or " });
                self.filtered(&operation.right, place);
            }
            Expr::UnaryOp(operation) if matches!(operation.op, UnaryOpKind::Not) => {
                self.out.push_str("not ");
                match &operation.expr {
                    Expr::UnaryOp(inner) if matches!(inner.op, UnaryOpKind::Not) => {
                        self.alone(&operation.expr, place);
                    }
                    inner => self.filtered(inner, place),
                }
            }
            Expr::IfExpr(choice) => {
                let place = place.soft();
                self.filtered(&choice.true_expr, place);
                self.out.push_str(" if ");
                self.filtered(&choice.test_expr, place);
                if let Some(otherwise) = &choice.false_expr {
                    self.out.push_str(" else ");
                    self.alone(otherwise, place);
                }
            }
            Expr::Test(test) => {
                if !(TESTS.contains(&test.name) || place.is_soft) {
                    self.refuse(Refusal::Name);
                }
                self.filtered(&test.expr, place);
                let known = TESTS.contains(&test.name);
                let _ = write!(self.out, " is {}", if known { test.name } else { own!("unknown") });
                self.arguments(&test.args, false, place);
            }
            expression => self.filtered(expression, place),
        }
    }

    /// An expression that filters can be appended to.
    fn filtered(&mut self, expression: &Expr<'t>, place: ExpressionPlace) {
        match expression {
            Expr::Filter(filter) => self.filter(filter, place),
            Expr::BinOp(operation) => {
                let name = match operation.op {
                    BinOpKind::ScAnd | BinOpKind::ScOr => return self.primary(expression, place),
                    BinOpKind::Eq => own!("eq"),
                    BinOpKind::Ne => own!("ne"),
                    BinOpKind::Lt => own!("lt"),
                    BinOpKind::Lte => own!("le"),
                    BinOpKind::Gt => own!("gt"),
                    BinOpKind::Gte => own!("ge"),
                    BinOpKind::Add => own!("add"),
                    BinOpKind::Sub => own!("sub"),
                    BinOpKind::Mul => own!("mul"),
                    BinOpKind::Div => own!("div"),
                    BinOpKind::FloorDiv => own!("floordiv"),
                    BinOpKind::Rem => own!("mod"),
                    BinOpKind::Pow => own!("pow"),
                    BinOpKind::Concat => own!("concat"),
                    BinOpKind::In => own!("in"),
                };
                self.filtered(&operation.left, place);
                self.operator(name, [Some(&operation.right)], place);
            }
            Expr::Compare(chain) => {
                self.filtered(&chain.expr, place);
                self.out.push_str(concat!("|", own!("compare"), "("));
                for (index, operation) in chain.ops.iter().enumerate() {
                    let sign = match operation.op {
                        CompareOpKind::Eq => "==",
                        CompareOpKind::Ne => "!=",
                        CompareOpKind::Lt => "<",
                        CompareOpKind::Lte => "<=",
                        CompareOpKind::Gt => ">",
                        CompareOpKind::Gte => ">=",
                        CompareOpKind::In => "in",
                        CompareOpKind::NotIn => "not in",
                    };
                    let _ = write!(self.out, "{}'{sign}', ", if index > 0 { ", " } else { "" });
                    self.alone(&operation.expr, place);
                }
                self.out.push(')');
            }
            Expr::UnaryOp(operation) if matches!(operation.op, UnaryOpKind::Neg) => {
                self.filtered(&operation.expr, place);
                self.operator(own!("neg"), [], place);
            }
            Expr::Slice(slice) => {
                self.filtered(&slice.expr, place);
                self.operator(own!("slice"), [&slice.start, &slice.stop, &slice.step].map(Option::as_ref), place);
            }
            Expr::List(list) => self.collection(own!("list"), &list.items, place),
            Expr::Tuple(tuple) => self.collection(own!("tuple"), &tuple.items, place),
            Expr::Map(map) => {
                self.out.push_str(concat!("0|", own!("dict"), "("));
                if map.keys.len() * 2 > MAX_ARGUMENTS {
                    self.refuse(Refusal::Items);
                }
                for (key, value) in map.keys.iter().zip(&map.values) {
                    self.alone(key, place);
                    self.out.push_str(", ");
                    self.alone(value, place);
                    self.out.push_str(", ");
                }
                self.out.push(')');
            }
            expression => self.primary(expression, place),
        }
    }

    fn operator<'e, const N: usize>(&mut self, name: &str, operands: [Option<&'e Expr<'t>>; N], place: ExpressionPlace)
    where
        't: 'e,
    {
        let _ = write!(self.out, "|{name}");
        if N == 0 {
            return;
        }
        self.out.push('(');
        for (index, operand) in operands.into_iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            match operand {
                Some(operand) => self.alone(operand, place),
                None => self.out.push_str("none"),
            }
        }
        self.out.push(')');
    }

    fn collection(&mut self, name: &str, items: &[Expr<'t>], place: ExpressionPlace) {
        let is_long = items.len() > MAX_ARGUMENTS;
        let _ = if is_long { write!(self.out, "[") } else { write!(self.out, "0|{name}(") };
        for (index, item) in items.iter().enumerate() {
            self.out.push_str(if index > 0 { ", " } else { "" });
            self.alone(item, place);
        }
        let _ = if is_long { write!(self.out, concat!("]|", own!("held"))) } else { write!(self.out, ")") };
    }

    fn filter(&mut self, filter: &Filter<'t>, place: ExpressionPlace) {
        let is_known = FILTERS.contains(&filter.name);
        if !(is_known || place.is_soft) {
            self.refuse(Refusal::Name);
        }
        if let Some(value) = &filter.expr {
            self.filtered(value, place);
            self.out.push('|');
        }
        self.out.push_str(if is_known { filter.name } else { own!("failure") });
        self.arguments(&filter.args, false, place);
    }

    /// Arguments in brackets; none if there are none.
    fn arguments(&mut self, arguments: &[CallArg<'t>], of_macro: bool, place: ExpressionPlace) {
        if !arguments.is_empty() {
            self.out.push('(');
            for (index, argument) in arguments.iter().enumerate() {
                self.out.push_str(if index > 0 { ", " } else { "" });
                let value = match argument {
                    CallArg::Pos(value) => value,
                    CallArg::Kwarg(name, value) => {
                        let _ = write!(self.out, "{name}=");
                        value
                    }
                    CallArg::PosSplat(value) => {
                        self.out.push('*');
                        self.alone(value, place);
                        continue;
                    }
                    CallArg::KwargSplat(value) => {
                        self.out.push_str("**");
                        self.alone(value, place);
                        continue;
                    }
                };
                if of_macro {
                    self.filtered(value, place);
                    self.out.push_str(concat!("|", own!("given")));
                } else {
                    self.alone(value, place);
                }
            }
            self.out.push(')');
        }
    }

    fn call(&mut self, call: &Call<'t>, place: ExpressionPlace) {
        self.primary(&call.expr, place);
        let name = if let Expr::Var(name) = &call.expr { name.id } else { "" };
        match call.args.as_slice() {
            [] => self.out.push_str("()"),
            [CallArg::Pos(items)] if name == "loop" => {
                self.out.push('(');
                self.filtered(items, place);
                self.out.push_str(concat!("|", own!("iterated"), ")"));
            }
            arguments => self.arguments(arguments, self.macros.contains(name), place),
        }
    }

    /// An expression that `.name` can be appended to.
    fn primary(&mut self, expression: &Expr<'t>, place: ExpressionPlace) {
        match expression {
            Expr::Var(name) => self.out.push_str(name.id),
            Expr::Const(constant) => self.constant(&constant.value),
            Expr::GetAttr(attribute) => {
                if is_internal(attribute.name) {
                    self.out.push('(');
                    self.filtered(&attribute.expr, place);
                    self.out.push_str(concat!("|", own!("forbidden"), ")"));
                } else {
                    self.primary(&attribute.expr, place);
                    let _ = write!(self.out, ".{}", attribute.name);
                }
            }
            Expr::GetItem(item) => {
                self.out.push('(');
                self.filtered(&item.expr, place);
                self.operator(own!("item"), [Some(&item.subscript_expr)], place);
                self.out.push(')');
            }
            Expr::Call(call) => self.call(call, place),
            expression => {
                self.out.push('(');
                self.alone(expression, place);
                self.out.push(')');
            }
        }
    }

    fn constant(&mut self, value: &minijinja::Value) {
        match value.kind() {
            ValueKind::String => self.string(value.as_str().unwrap_or_default()),
            ValueKind::Number if !value.is_integer() => {
                let number = f64::try_from(value.clone()).unwrap_or(f64::INFINITY);
                let _ = if number.is_finite() { write!(self.out, "({number:?})") } else { write!(self.out, "(1e999)") };
            }
            ValueKind::Number => {
                let _ = write!(self.out, "({value})");
            }
            ValueKind::Bool => self.out.push_str(if value.is_true() { "true" } else { "false" }),
            _ => self.out.push_str("none"),
        }
    }
}

/// The right side of `x = x + y` and `x = x ~ y`, where `x` is a name or a name of a namespace, and the filter that does it.
fn growth<'e, 't>(target: &Expr<'t>, value: &'e Expr<'t>) -> Option<(&'static str, &'e Expr<'t>)> {
    fn same(target: &Expr<'_>, value: &Expr<'_>) -> bool {
        match (target, value) {
            (Expr::Var(target), Expr::Var(value)) => target.id == value.id,
            (Expr::GetAttr(target), Expr::GetAttr(value)) => {
                target.name == value.name && same(&target.expr, &value.expr)
            }
            _ => false,
        }
    }
    let Expr::BinOp(operation) = value else { return None };
    let name = match operation.op {
        BinOpKind::Add => own!("grow"),
        BinOpKind::Concat => own!("lengthen"),
        _ => return None,
    };
    same(target, &operation.left).then_some((name, &operation.right))
}

fn has_attribute(target: &Expr<'_>) -> bool {
    match target {
        Expr::GetAttr(_) => true,
        Expr::List(list) => list.items.iter().any(has_attribute),
        _ => false,
    }
}

/// Whether the sandbox does not give an attribute away.
pub(super) fn is_internal(name: &str) -> bool {
    name.len() > 4 && name.starts_with("__") && name.ends_with("__")
}
