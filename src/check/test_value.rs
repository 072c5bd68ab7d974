//! The values in tests: data, as JSON has it.

use std::borrow::Cow;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ParamText, TextPart};
use crate::php::{Array, Key, Text, Value};
use crate::resolve::{Constant, ConstantKind, evaluate};
use crate::syntax::tree::{self, ClauseKind};

use super::checked_test::{Given, GivenKind, TestClause, TestClauseKind};
use super::flow::FlowChecker;

impl<'a> FlowChecker<'_, 'a> {
    /// The values of a clause of a test. `given` gets the events of those that give some.
    pub(super) fn test_clause(
        &mut self,
        clause: &'a tree::Clause<'a>,
        given: &mut Vec<Given<'a>>,
    ) -> Option<TestClause<'a>> {
        let kind = match &clause.kind {
            ClauseKind::Given(values) => {
                given.extend(values.iter().filter_map(|value| self.given(value)));
                return None;
            }
            // Which trigger passes the events is known where the test is checked.
            ClauseKind::GivenAny { .. } => return None,
            ClauseKind::WhenFails { target, message } => {
                TestClauseKind::Fails { target: *target, message: self.message(message)? }
            }
            ClauseKind::WhenReturns { target, value } => {
                TestClauseKind::Returns { target: *target, value: self.data(value)?, value_span: value.span }
            }
            ClauseKind::ExpectOutcome { outcome, message } => {
                let message = match message {
                    Some(message) => Some(self.message(message)?),
                    None => None,
                };
                TestClauseKind::Outcome { outcome: *outcome, message }
            }
            ClauseKind::ExpectRan { negated, targets } => {
                TestClauseKind::Ran { negated: *negated, targets: targets.clone() }
            }
            ClauseKind::ExpectEffect { negated, target, value } => {
                let (value, value_span) = match value {
                    Some(value) => (self.data(value)?, value.span),
                    None => (Value::from(Array::new()), target.span),
                };
                TestClauseKind::Effect { negated: *negated, target: *target, value, value_span }
            }
            ClauseKind::ExpectLog { negated, text } => {
                TestClauseKind::Log { negated: *negated, text: self.message(text)?, text_span: text.span }
            }
        };
        Some(TestClause { kind, span: clause.span })
    }

    fn given(&mut self, value: &'a tree::Value<'a>) -> Option<Given<'a>> {
        let constant = evaluate(value, self);
        let kind = match constant.kind {
            ConstantKind::Text(text) => GivenKind::File(known(text)),
            ConstantKind::Object(_) => GivenKind::Data(self.data_of(constant)?),
            ConstantKind::Unknown => return None,
            other => {
                self.diagnostics.push(
                    Diagnostic::at(Code::WrongType, value.span, format!("{} is not an event", other.describe()))
                        .help("an event is a file, `\"events/red.json\"`, or an object, `{ Event: { … } }`"),
                );
                return None;
            }
        };
        Some(Given { kind, span: value.span })
    }

    fn message(&mut self, value: &'a tree::Value<'a>) -> Option<Cow<'a, str>> {
        match evaluate(value, self).kind {
            ConstantKind::Text(text) => Some(known(text)),
            ConstantKind::Unknown => None,
            other => {
                self.diagnostics.push(
                    Diagnostic::at(Code::WrongType, value.span, format!("{} is not a message", other.describe()))
                        .help("a message is a string in double quotes"),
                );
                None
            }
        }
    }

    fn data(&mut self, value: &'a tree::Value<'a>) -> Option<Value<'a>> {
        let constant = evaluate(value, self);
        self.data_of(constant)
    }

    fn data_of(&mut self, constant: Constant<'a>) -> Option<Value<'a>> {
        let span = constant.span;
        Some(match constant.kind {
            ConstantKind::Null => Value::Null,
            ConstantKind::Boolean(value) => Value::Bool(value),
            ConstantKind::Number(digits) => Value::from_json(digits).ok()?,
            ConstantKind::Text(text) => text_value(known(text)),
            ConstantKind::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.data_of(item)?);
                }
                list.into()
            }
            ConstantKind::Object(entries) => {
                let mut object = Array::new();
                for (name, value) in entries {
                    object.insert(Key::new(Text::Borrowed(name.text)), self.data_of(value)?);
                }
                object.into()
            }
            ConstantKind::Word(word) => {
                self.unknown_word(word, span, None);
                return None;
            }
            ConstantKind::Path(_) => {
                self.diagnostics.push(
                    Diagnostic::at(Code::WrongType, span, "a hash path is not a value of an event")
                        .help("a string needs quotes"),
                );
                return None;
            }
            ConstantKind::Parameter(_) | ConstantKind::Unknown => return None,
        })
    }
}

/// The text as a test knows it: the same everywhere, so nothing comes from the environment. What has no default is
/// named, as a run names it.
fn known(text: ParamText<'_>) -> Cow<'_, str> {
    let parts = match text {
        ParamText::Plain(text) => return text,
        ParamText::Parts(parts) => parts,
    };
    let part = |part: &TextPart<'_>| match part {
        TextPart::Plain(text) => text.to_string(),
        TextPart::Env { name, default, .. } => {
            default.as_ref().map_or_else(|| format!("${{{name}}}"), ToString::to_string)
        }
        TextPart::Secret { name, .. } => format!("${{{name}}}"),
    };
    Cow::Owned(parts.iter().map(part).collect())
}

fn text_value(text: Cow<'_, str>) -> Value<'_> {
    match text {
        Cow::Borrowed(text) => Value::from(text),
        Cow::Owned(text) => Value::string(text),
    }
}
