//! Conditions and predicates.

use crate::syntax::tree::{CompareOperator, Condition, Predicate, PredicateKind, Value};

use super::comment::Blanks;
use super::writer::Writer;

impl<'s> Writer<'s> {
    /// The condition of an `if`, and the space before the block. Parentheses stand where `and`, `or`
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
                self.leave_out_all("(");
                self.predicate(predicate);
            }
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

    pub(super) fn predicate(&mut self, predicate: &'s Predicate<'s>) {
        if let Some(pin) = &predicate.pin {
            self.pin(pin);
            self.add(" ");
        }
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
                self.value(left);
                self.comparison(*operator, right);
            }
            PredicateKind::Any { path, among } => {
                self.token("any");
                self.add(" ");
                self.value(path);
                if let Some(among) = among {
                    self.comparison(CompareOperator::In, among);
                }
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
        if operator == CompareOperator::NotIn {
            self.token("not");
            self.add(" ");
            self.token("in");
        } else {
            self.token(operator.as_str());
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
