//! Conditions and predicates.

use crate::syntax::tree::{CompareOperator, Condition, Predicate, PredicateKind, Value};

use super::comment::Blanks;
use super::writer::Writer;

impl<'s> Writer<'s> {
    /// The condition of an `if`, and the space before the block. Parentheses are where `and`, `or`
    /// and `not` meet and nowhere else.
    pub(super) fn head_condition(&mut self, condition: &'s Condition<'s>) {
        let Some((parts, operator)) = parts(condition) else {
            self.operand(condition);
            self.leave_out_all(")");
            return self.add(" ");
        };
        self.pieces.open();
        self.joined(parts, operator);
        self.leave_out_all(")");
        self.line_and_dedent(true, Blanks::BeforeComments);
        self.pieces.close();
    }

    /// The condition of a filter.
    pub(super) fn filter_condition(&mut self, condition: &'s Condition<'s>) {
        if let Some((parts, operator)) = parts(condition) {
            self.joined(parts, operator);
            self.pieces.dedent();
        } else {
            self.operand(condition);
        }
        self.leave_out_all(")");
    }

    /// `a or b`, `a and b` without parentheses; lines break before the operators. Leaves the
    /// indentation open.
    fn joined(&mut self, parts: &'s [Condition<'s>], operator: &'static str) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.leave_out_all(")");
                self.line(true, Blanks::BeforeComments);
                self.token(operator);
                self.add(" ");
            }
            self.operand(part);
            if index == 0 {
                self.pieces.indent();
            }
        }
    }

    /// A part of a condition.
    fn operand(&mut self, condition: &'s Condition<'s>) {
        match condition {
            Condition::Or(_) | Condition::And(_) => self.in_parentheses(condition),
            Condition::Not { times, inner, .. } => {
                if let Condition::Predicate(predicate) = &**inner
                    && let PredicateKind::Among { path, list } = &predicate.kind
                {
                    return self.among(predicate, path, list, *times);
                }
                self.leave_out_all("(");
                for _ in 0..*times {
                    self.token("not");
                    self.add(" ");
                }
                match **inner {
                    Condition::Not { .. } => self.in_parentheses(inner),
                    _ => self.operand(inner),
                }
            }
            Condition::Predicate(predicate) => {
                if let PredicateKind::Among { path, list } = &predicate.kind {
                    return self.among(predicate, path, list, 0);
                }
                self.leave_out_beginning();
                self.predicate(predicate);
            }
        }
    }

    /// `PATH in LIST`, or with `any` where the path can find several values; `times` is how often its opposite is
    /// asked.
    fn among(&mut self, predicate: &'s Predicate<'s>, path: &'s Value<'s>, list: &'s Value<'s>, times: u32) {
        self.leave_out_beginning();
        // What is not plainly a path and a list would be read as something else without the word.
        let has_any = self.finds_several(path) || !path.is_looked_up_in(list);
        let before = if has_any { times } else { times.saturating_sub(1) };
        for _ in 0..before {
            self.add("not ");
        }
        self.pin_before(predicate);
        self.leave_out("any");
        if has_any {
            self.add("any ");
        }
        self.value(path);
        self.leave_out("not");
        self.add(if times > before { " not in " } else { " in " });
        self.leave_out("in");
        self.value(list);
    }

    /// Leaves out what of parentheses and `not`s is before a question.
    fn leave_out_beginning(&mut self) {
        while self.leave_out("(") || self.leave_out("not") {}
    }

    fn pin_before(&mut self, predicate: &'s Predicate<'s>) {
        if let Some(pin) = &predicate.pin {
            self.pin(pin);
            self.add(" ");
        }
    }

    fn in_parentheses(&mut self, condition: &'s Condition<'s>) {
        self.pieces.open();
        self.token_or_new("(");
        if let Some((parts, operator)) = parts(condition) {
            self.joined(parts, operator);
            self.pieces.dedent();
        } else {
            self.operand(condition);
        }
        self.token_or_new(")");
        self.pieces.close();
    }

    fn leave_out_all(&mut self, parenthesis: &'static str) {
        while self.leave_out(parenthesis) {}
    }

    fn predicate(&mut self, predicate: &'s Predicate<'s>) {
        self.pin_before(predicate);
        match &predicate.kind {
            PredicateKind::Call(call) => self.call(call),
            PredicateKind::Tagged { subject, negated, all, tags } => {
                self.copy(subject.span);
                self.add(" ");
                if *negated {
                    self.token("not");
                    self.add(" ");
                }
                self.token("tagged");
                self.add(" ");
                self.token(if *all { "all" } else { "any" });
                self.add(" ");
                self.value(tags);
            }
            PredicateKind::Compare { left, operator, right, .. } => {
                self.leave_out("any");
                self.value(left);
                self.comparison(*operator, right);
            }
            PredicateKind::Any { path } => {
                self.token("any");
                self.add(" ");
                self.value(path);
            }
            // Written by whoever knows how often its opposite is asked.
            PredicateKind::Among { .. } => {}
            PredicateKind::AnyCompare { path, operator, value, .. } => {
                self.token("any");
                self.add(" ");
                self.value(path);
                self.comparison(*operator, value);
            }
            PredicateKind::Count { path, operator, value, .. } => {
                self.token("count");
                self.token("(");
                self.value(path);
                self.token(")");
                self.comparison(*operator, value);
            }
            PredicateKind::Published => self.token("published"),
            PredicateKind::Unpublished => self.token("unpublished"),
        }
    }

    /// ` operator value`
    fn comparison(&mut self, operator: CompareOperator, value: &'s Value<'s>) {
        self.add(" ");
        // Where a `not` before the question was drawn into it, none comes next in the source, or one too many.
        match operator {
            CompareOperator::NotIn => {
                self.token_or_new("not");
                self.add(" ");
                self.token_or_new("in");
            }
            CompareOperator::In => {
                self.leave_out("not");
                self.token_or_new("in");
            }
            _ => self.token(operator.as_str()),
        }
        self.add(" ");
        self.value(value);
    }
}

/// The parts of a condition that joins some, and the operator between them.
fn parts<'c, 's>(condition: &'c Condition<'s>) -> Option<(&'c [Condition<'s>], &'static str)> {
    match condition {
        Condition::Or(parts) => Some((parts, "or")),
        Condition::And(parts) => Some((parts, "and")),
        Condition::Not { .. } | Condition::Predicate(_) => None,
    }
}
