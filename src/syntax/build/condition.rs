//! Conditions and predicates.

use pest::iterators::Pair;

use crate::base::source::Span;
use crate::syntax::grammar::reading::Rule;
use crate::syntax::tree::{CompareOperator, Condition, Name, Predicate, PredicateKind, Value, ValueKind};

use super::builder::Builder;

impl<'s> Builder<'_, 's> {
    pub(super) fn condition(&self, pair: Pair<'_, Rule>) -> Condition<'s> {
        self.joined(pair, Rule::and_condition, Self::and_condition, Condition::Or)
    }

    fn and_condition(&self, pair: Pair<'_, Rule>) -> Condition<'s> {
        self.joined(pair, Rule::not_condition, Self::not_condition, Condition::And)
    }

    /// One part stands for itself, several are joined.
    fn joined(
        &self,
        pair: Pair<'_, Rule>,
        part_rule: Rule,
        build: fn(&Self, Pair<'_, Rule>) -> Condition<'s>,
        join: fn(Vec<Condition<'s>>) -> Condition<'s>,
    ) -> Condition<'s> {
        let mut parts: Vec<_> =
            pair.into_inner().filter(|part| part.as_rule() == part_rule).map(|part| build(self, part)).collect();
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                join(parts)
            }
        }
    }

    fn not_condition(&self, pair: Pair<'_, Rule>) -> Condition<'s> {
        let span = self.span(&pair);
        let mut times = 0;
        let mut inner = Condition::And(Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_not => times += 1,
                Rule::condition => inner = self.condition(part),
                Rule::predicate => {
                    let (predicate, negated) = self.predicate(part);
                    times += u32::from(negated);
                    inner = Condition::Predicate(predicate);
                }
                _ => {}
            }
        }
        if times == 0 {
            return inner;
        }
        Condition::Not { times, inner: Box::new(inner), span }
    }

    /// The condition of a filter, where `not "v" in PATH` and `"v" not in PATH` are the same.
    pub(super) fn filter_condition(&self, pair: Pair<'_, Rule>) -> Condition<'s> {
        let mut condition = self.condition(pair);
        if let Condition::Not { times, inner, .. } = &mut condition
            && let Condition::Predicate(Predicate { kind: PredicateKind::Compare { operator, .. }, .. }) = &mut **inner
            && let Some(opposite) = operator.opposite_in()
        {
            if *times % 2 == 1 {
                *operator = opposite;
            }
            return std::mem::replace(&mut **inner, Condition::And(Vec::new()));
        }
        condition
    }

    /// The question, and whether its opposite is asked.
    fn predicate(&self, pair: Pair<'_, Rule>) -> (Predicate<'s>, bool) {
        let span = self.span(&pair);
        let mut pin = None;
        let mut kind = PredicateKind::Published;
        let mut negated = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::pin => pin = Some(self.pin(part)),
                Rule::call => kind = PredicateKind::Call(self.call(part)),
                Rule::tagged => kind = self.tagged(part),
                Rule::any => kind = self.any(part),
                Rule::count => kind = self.count(part),
                Rule::comparison => (kind, negated) = self.comparison(part),
                _ => {
                    kind = match part.into_inner().next().map(|word| self.words(&word)) {
                        Some("unpublished") => PredicateKind::Unpublished,
                        _ => PredicateKind::Published,
                    };
                }
            }
        }
        (Predicate { pin, kind, span }, negated)
    }

    fn tagged(&self, pair: Pair<'_, Rule>) -> PredicateKind<'s> {
        let span = self.span(&pair);
        let mut subject = Name { text: "", span };
        let (mut negated, mut all) = (false, false);
        let mut tags = Value { kind: ValueKind::Null, span };
        for part in pair.into_inner() {
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

    fn any(&self, pair: Pair<'_, Rule>) -> PredicateKind<'s> {
        let Sides { left: path, operator, operator_span, right } = self.sides(pair);
        match (operator, right) {
            (_, None) => PredicateKind::Any { path },
            // Which of two names is the list is not known here.
            (CompareOperator::In, Some(right)) if are_names(&path, &right) => {
                PredicateKind::Compare { left: path, operator, operator_span, right }
            }
            (CompareOperator::In, Some(list)) => PredicateKind::Among { path, list },
            (_, Some(value)) => PredicateKind::AnyCompare { path, operator, operator_span, value },
        }
    }

    fn count(&self, pair: Pair<'_, Rule>) -> PredicateKind<'s> {
        let span = self.span(&pair);
        let Sides { left: path, operator, operator_span, right } = self.sides(pair);
        let value = right.unwrap_or(Value { kind: ValueKind::Null, span });
        PredicateKind::Count { path, operator, operator_span, value }
    }

    /// The comparison, and whether its opposite is asked.
    fn comparison(&self, pair: Pair<'_, Rule>) -> (PredicateKind<'s>, bool) {
        let span = self.span(&pair);
        let Sides { left, operator, operator_span, right } = self.sides(pair);
        let right = right.unwrap_or(Value { kind: ValueKind::Null, span });
        let is_in = matches!(operator, CompareOperator::In | CompareOperator::NotIn);
        if is_in && left.is_looked_up_in(&right) {
            return (PredicateKind::Among { path: left, list: right }, operator == CompareOperator::NotIn);
        }
        (PredicateKind::Compare { left, operator, operator_span, right }, false)
    }

    fn sides(&self, pair: Pair<'_, Rule>) -> Sides<'s> {
        let span = self.span(&pair);
        let nothing = || Value { kind: ValueKind::Null, span };
        let (mut left, mut right) = (None, None);
        let (mut operator, mut operator_span) = (CompareOperator::Equal, span);
        for part in pair.into_inner() {
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
        Sides { left: left.unwrap_or_else(nothing), operator, operator_span, right }
    }

    fn operator(&self, pair: Pair<'_, Rule>) -> CompareOperator {
        let mut operator = CompareOperator::In;
        for part in pair.into_inner() {
            operator = match part.as_rule() {
                Rule::kw_not => CompareOperator::NotIn,
                Rule::symbol => match self.words(&part) {
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

/// What is on the sides of an operator; nothing right of one that did not come.
struct Sides<'s> {
    left: Value<'s>,
    operator: CompareOperator,
    operator_span: Span,
    right: Option<Value<'s>>,
}

fn are_names(left: &Value<'_>, right: &Value<'_>) -> bool {
    matches!((&left.kind, &right.kind), (ValueKind::Name(_), ValueKind::Name(_)))
}
