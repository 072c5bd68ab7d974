//! Conditions and predicates.

use pest::iterators::Pair;

use crate::syntax::grammar::Rule;
use crate::syntax::tree::{CompareOperator, Condition, Name, Predicate, PredicateKind, Value, ValueKind};

use super::builder::Builder;

impl<'s> Builder<'s> {
    pub(super) fn condition(&self, pair: Pair<'s, Rule>) -> Condition<'s> {
        self.joined(pair, Rule::and_condition, Self::and_condition, Condition::Or)
    }

    fn and_condition(&self, pair: Pair<'s, Rule>) -> Condition<'s> {
        self.joined(pair, Rule::not_condition, Self::not_condition, Condition::And)
    }

    /// One part stands for itself, several are joined.
    fn joined(
        &self,
        pair: Pair<'s, Rule>,
        part_rule: Rule,
        build: fn(&Self, Pair<'s, Rule>) -> Condition<'s>,
        join: fn(Vec<Condition<'s>>) -> Condition<'s>,
    ) -> Condition<'s> {
        let mut parts: Vec<_> =
            self.children(pair).filter(|part| part.as_rule() == part_rule).map(|part| build(self, part)).collect();
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                join(parts)
            }
        }
    }

    fn not_condition(&self, pair: Pair<'s, Rule>) -> Condition<'s> {
        let start = pair.as_span().start();
        let mut times = 0;
        let mut inner = Condition::And(Vec::new());
        for part in self.children(pair) {
            match part.as_rule() {
                Rule::kw_not => times += 1,
                Rule::condition => inner = self.condition(part),
                Rule::predicate => inner = Condition::Predicate(self.predicate(part)),
                _ => {}
            }
        }
        if times == 0 {
            return inner;
        }
        Condition::Not { times, inner: Box::new(inner), span: self.span_from(start) }
    }

    pub(super) fn predicate(&self, pair: Pair<'s, Rule>) -> Predicate<'s> {
        let start = pair.as_span().start();
        let mut pin = None;
        let mut kind = PredicateKind::Published;
        for part in self.children(pair) {
            match part.as_rule() {
                Rule::pin => pin = Some(self.pin(part)),
                Rule::call => kind = PredicateKind::Call(self.call(part)),
                Rule::tagged => kind = self.tagged(part),
                Rule::any => kind = self.any(part),
                Rule::count => kind = self.count(part),
                Rule::comparison => kind = self.comparison(part),
                _ => {
                    kind = match self.children(part).next().map(|word| word.as_str()) {
                        Some("unpublished") => PredicateKind::Unpublished,
                        _ => PredicateKind::Published,
                    };
                }
            }
        }
        Predicate { pin, kind, span: self.span_from(start) }
    }

    fn tagged(&self, pair: Pair<'s, Rule>) -> PredicateKind<'s> {
        let span = self.span(&pair);
        let mut subject = Name { text: "", span };
        let (mut negated, mut all) = (false, false);
        let mut tags = Value { kind: ValueKind::Null, span };
        for part in self.children(pair) {
            match part.as_rule() {
                Rule::subject => subject = self.name(&part),
                Rule::kw_not => negated = true,
                Rule::kw_all => all = true,
                Rule::value => tags = self.value(part),
                _ => {}
            }
        }
        PredicateKind::Tagged { subject, negated, all, tags }
    }

    fn any(&self, pair: Pair<'s, Rule>) -> PredicateKind<'s> {
        let span = self.span(&pair);
        let mut values = self.children(pair).filter(|part| part.as_rule() == Rule::value).map(|part| self.value(part));
        let path = values.next().unwrap_or(Value { kind: ValueKind::Null, span });
        let among = values.next();
        PredicateKind::Any { path, among }
    }

    fn count(&self, pair: Pair<'s, Rule>) -> PredicateKind<'s> {
        let (path, operator, operator_span, value) = self.sides(pair);
        PredicateKind::Count { path, operator, operator_span, value }
    }

    fn comparison(&self, pair: Pair<'s, Rule>) -> PredicateKind<'s> {
        let (left, operator, operator_span, right) = self.sides(pair);
        PredicateKind::Compare { left, operator, operator_span, right }
    }

    fn sides(&self, pair: Pair<'s, Rule>) -> (Value<'s>, CompareOperator, crate::base::source::Span, Value<'s>) {
        let span = self.span(&pair);
        let nothing = || Value { kind: ValueKind::Null, span };
        let (mut left, mut right) = (None, None);
        let (mut operator, mut operator_span) = (CompareOperator::Equal, span);
        for part in self.children(pair) {
            match part.as_rule() {
                Rule::operator => {
                    operator_span = self.span(&part);
                    operator = self.operator(part);
                }
                Rule::value if left.is_none() => left = Some(self.value(part)),
                Rule::value => right = Some(self.value(part)),
                _ => {}
            }
        }
        (left.unwrap_or_else(nothing), operator, operator_span, right.unwrap_or_else(nothing))
    }

    fn operator(&self, pair: Pair<'s, Rule>) -> CompareOperator {
        let mut operator = CompareOperator::In;
        for part in self.children(pair) {
            operator = match part.as_rule() {
                Rule::kw_not => CompareOperator::NotIn,
                Rule::symbol => match part.as_str() {
                    "==" => CompareOperator::Equal,
                    "!=" => CompareOperator::NotEqual,
                    ">" => CompareOperator::Greater,
                    ">=" => CompareOperator::GreaterOrEqual,
                    "<" => CompareOperator::Less,
                    _ => CompareOperator::LessOrEqual,
                },
                _ => operator,
            };
        }
        operator
    }
}
