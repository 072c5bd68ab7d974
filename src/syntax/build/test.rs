//! `test` items.

use pest::iterators::Pair;

use crate::syntax::grammar::reading::Rule;
use crate::syntax::syntax_error::Expectation;
use crate::syntax::tree::{Clause, ClauseKind, Name, Test, Text, Value, ValueKind};

use super::builder::Builder;

impl<'s> Builder<'_, 's> {
    pub(super) fn test(&self, pair: Pair<'_, Rule>) -> Test<'s> {
        let span = self.span(&pair);
        let mut open = span;
        let mut test = Test {
            title: Text { content: "".into(), block: false, span },
            workflow: Name { text: "", span },
            clauses: Vec::new(),
            span,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::text => test.title = self.text_literal(&part),
                Rule::name => test.workflow = self.name(&part),
                Rule::open_brace => open = self.span(&part),
                Rule::bad_entry => self.unreadable(part, Expectation::Clause),
                Rule::end_of_block => self.end_of_block(part, open),
                Rule::given
                | Rule::when
                | Rule::expect_ran
                | Rule::expect_effect
                | Rule::expect_log
                | Rule::expect_outcome => {
                    test.clauses.push(self.clause(part));
                }
                _ => {}
            }
        }
        test
    }

    fn clause(&self, pair: Pair<'_, Rule>) -> Clause<'s> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::given => {
                let values = pair.into_inner().filter(|part| part.as_rule() == Rule::value);
                ClauseKind::Given(values.map(|part| self.value(part)).collect())
            }
            Rule::when => self.when(pair),
            Rule::expect_ran => self.expect_ran(pair),
            Rule::expect_effect => self.expect_effect(pair),
            Rule::expect_log => self.expect_log(pair),
            _ => self.expect_outcome(pair),
        };
        Clause { kind, span }
    }

    fn when(&self, pair: Pair<'_, Rule>) -> ClauseKind<'s> {
        let span = self.span(&pair);
        let mut target = Name { text: "", span };
        let mut fails = false;
        let mut value = Self::nothing(span);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::target => target = self.target(part),
                Rule::kw_fails => fails = true,
                Rule::value => value = self.value(part),
                _ => {}
            }
        }
        if fails { ClauseKind::WhenFails { target, message: value } } else { ClauseKind::WhenReturns { target, value } }
    }

    fn expect_ran(&self, pair: Pair<'_, Rule>) -> ClauseKind<'s> {
        let mut negated = false;
        let mut targets = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_not => negated = true,
                Rule::target => targets.push(self.target(part)),
                _ => {}
            }
        }
        ClauseKind::ExpectRan { negated, targets }
    }

    fn expect_effect(&self, pair: Pair<'_, Rule>) -> ClauseKind<'s> {
        let span = self.span(&pair);
        let mut target = Name { text: "", span };
        let (mut negated, mut value) = (false, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_no | Rule::kw_not => negated = true,
                Rule::target => target = self.target(part),
                Rule::object => {
                    let span = self.span(&part);
                    value = Some(Value { kind: ValueKind::Object(self.arguments(part)), span });
                }
                _ => {}
            }
        }
        ClauseKind::ExpectEffect { negated, target, value }
    }

    fn expect_log(&self, pair: Pair<'_, Rule>) -> ClauseKind<'s> {
        let mut negated = false;
        let mut text = Self::nothing(self.span(&pair));
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_no | Rule::kw_not => negated = true,
                Rule::text => {
                    let content = self.text_literal(&part);
                    text = Value { span: content.span, kind: ValueKind::Text(content) };
                }
                _ => {}
            }
        }
        ClauseKind::ExpectLog { negated, text }
    }

    fn expect_outcome(&self, pair: Pair<'_, Rule>) -> ClauseKind<'s> {
        let span = self.span(&pair);
        let mut outcome = Name { text: "", span };
        let mut message = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::outcome => outcome = self.name(&part),
                Rule::text => {
                    let text = self.text_literal(&part);
                    message = Some(Value { span: text.span, kind: ValueKind::Text(text) });
                }
                _ => {}
            }
        }
        ClauseKind::ExpectOutcome { outcome, message }
    }

    /// A module's id or a label, which keeps its `@`.
    fn target(&self, pair: Pair<'_, Rule>) -> Name<'s> {
        let span = self.span(&pair);
        let mut target = Name { text: "", span };
        for part in pair.into_inner() {
            target = if part.as_rule() == Rule::label { self.name(&part) } else { self.any_name(&part) };
        }
        target
    }
}
