//! `test` items.

use crate::syntax::tree::{Clause, ClauseKind, Condition, Name, Test, Value};

use super::comment::Blanks;
use super::value::SQUARE;
use super::writer::Writer;

impl<'s> Writer<'s> {
    pub(super) fn test(&mut self, test: &'s Test<'s>) {
        self.token("test");
        self.add(" ");
        self.text(&test.title);
        self.add(" ");
        self.token("of");
        self.add(" ");
        self.copy(test.workflow.span);
        self.add(" ");
        self.block_of(test.clauses.len(), |writer, index| {
            writer.clause(&test.clauses[index]);
            Blanks::Keep
        });
    }

    fn clause(&mut self, clause: &'s Clause<'s>) {
        match &clause.kind {
            ClauseKind::Given(values) => self.given(values),
            ClauseKind::GivenAny { condition } => self.given_any(condition.as_ref()),
            ClauseKind::WhenFails { target, message } => self.when(*target, "fails", message),
            ClauseKind::WhenReturns { target, value } => self.when(*target, "returns", value),
            ClauseKind::ExpectOutcome { outcome, message } => {
                self.expect();
                self.copy(outcome.span);
                if let Some(message) = message {
                    self.add(" ");
                    self.value(message);
                }
            }
            ClauseKind::ExpectRan { negated, targets } => {
                self.expect();
                if *negated {
                    self.token("not");
                    self.add(" ");
                }
                self.token("ran");
                self.add(" ");
                self.entries(SQUARE, targets, |writer, target| writer.target(*target));
            }
            ClauseKind::ExpectEffect { negated, target, value } => {
                self.expect();
                self.no(*negated);
                self.token("effect");
                self.add(" ");
                self.target(*target);
                if let Some(value) = value {
                    self.add(" ");
                    self.value(value);
                }
            }
            ClauseKind::ExpectLog { negated, text } => {
                self.expect();
                self.no(*negated);
                self.token("log");
                self.add(" ");
                self.value(text);
            }
        }
    }

    /// One event is after `given`; several stand one a line if they do not fit.
    fn given(&mut self, values: &'s [Value<'s>]) {
        self.token("given");
        if let [value] = values {
            self.add(" ");
            return self.value(value);
        }
        self.pieces.open();
        self.pieces.indent();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.token(",");
            }
            self.line(true, Blanks::BeforeComments);
            self.value(value);
        }
        self.pieces.dedent();
        self.pieces.close();
    }

    fn given_any(&mut self, condition: Option<&'s Condition<'s>>) {
        self.token("given");
        for word in ["any", "event"] {
            self.add(" ");
            self.token(word);
        }
        let Some(condition) = condition else { return };
        self.pieces.open();
        self.pieces.indent();
        self.line(true, Blanks::BeforeComments);
        self.token("where");
        self.add(" ");
        self.filter_condition(condition);
        self.pieces.dedent();
        self.pieces.close();
    }

    fn when(&mut self, target: Name<'s>, verb: &'static str, value: &'s Value<'s>) {
        self.token("when");
        self.add(" ");
        self.target(target);
        self.add(" ");
        self.token(verb);
        self.add(" ");
        self.value(value);
    }

    /// `not` means the same there.
    fn no(&mut self, negated: bool) {
        if negated {
            self.token("no");
            self.add(" ");
        }
    }

    fn expect(&mut self) {
        self.token("expect");
        self.add(" ");
    }

    /// A module's id or a label.
    fn target(&mut self, target: Name<'s>) {
        if target.text.starts_with('@') && self.snippet(target.span).starts_with('@') {
            self.copy(target.span);
        } else {
            self.name(target);
        }
    }
}
