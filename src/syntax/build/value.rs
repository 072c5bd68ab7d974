//! Values, arguments, pins.

use std::borrow::Cow;

use pest::iterators::Pair;

use crate::syntax::grammar::reading::Rule;
use crate::syntax::text::{dedent, unescape};
use crate::syntax::tree::{Argument, Call, Name, Pin, Text, Value, ValueKind};

use super::builder::{Builder, bad_escape};

impl<'s> Builder<'_, 's> {
    pub(super) fn value(&self, pair: Pair<'_, Rule>) -> Value<'s> {
        let span = self.span(&pair);
        let mut terms = pair.into_inner();
        let first = terms.next().map(|term| self.term(term));
        let mut parts = Vec::new();
        for term in terms.by_ref() {
            parts.push(self.term(term));
        }
        drop(terms);
        match first {
            Some(first) if parts.is_empty() => first,
            first => {
                parts.splice(0..0, first);
                Value { kind: ValueKind::Concatenation(parts), span }
            }
        }
    }

    fn term(&self, pair: Pair<'_, Rule>) -> Value<'s> {
        let span = self.span(&pair);
        let text = &self.text[span.range()];
        let kind = match pair.as_rule() {
            Rule::text => ValueKind::Text(self.text_literal(&pair)),
            Rule::number => ValueKind::Number(text),
            Rule::function => return self.function(pair),
            Rule::list => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::value);
                ValueKind::List(items.map(|item| self.value(item)).collect())
            }
            Rule::object => ValueKind::Object(self.arguments(pair)),
            _ => match text {
                "true" => ValueKind::Boolean(true),
                "false" => ValueKind::Boolean(false),
                "null" => ValueKind::Null,
                word if word.contains(['.', '{', '[']) => ValueKind::Path(word),
                word => ValueKind::Name(word),
            },
        };
        Value { kind, span }
    }

    fn function(&self, pair: Pair<'_, Rule>) -> Value<'s> {
        let span = self.span(&pair);
        let mut function = "";
        let mut texts = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::function_name => function = self.words(&part),
                Rule::text => texts.push(self.text_literal(&part)),
                _ => {}
            }
        }
        let mut texts = texts.into_iter();
        let Some(name) = texts.next() else { return Value { kind: ValueKind::Null, span } };
        let default = texts.next();
        if function != "env"
            && let Some(surplus) = &default
        {
            self.report(
                crate::diagnostics::Diagnostic::at(
                    crate::diagnostics::Code::SyntaxError,
                    surplus.span,
                    format!("`{function}` takes one string, this is the second"),
                )
                .help(if function == "secret" {
                    "a secret has no default: everyone who reads the file would see it"
                } else {
                    "only `env` takes a second string, its default"
                }),
            );
        }
        let kind = match function {
            "secret" => ValueKind::Secret(name),
            "lines" => {
                self.name_list(&name);
                ValueKind::Lines(name)
            }
            _ => ValueKind::Env { name, default },
        };
        Value { kind, span }
    }

    pub(super) fn text_literal(&self, pair: &Pair<'_, Rule>) -> Text<'s> {
        let span = self.span(pair);
        let literal = &self.text[span.range()];
        if let Some(content) = literal.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")) {
            return Text { content: dedent(content), block: true, span };
        }
        let content = &literal[1..literal.len() - 1];
        let content = unescape(content).unwrap_or_else(|bad| {
            self.report(bad_escape(span.part(1 + bad.at.start, 1 + bad.at.end)));
            Cow::Borrowed(content)
        });
        Text { content, block: false, span }
    }

    /// The arguments between any kind of bracket.
    pub(super) fn arguments(&self, pair: Pair<'_, Rule>) -> Vec<Argument<'s>> {
        let arguments = pair.into_inner().filter_map(|part| match part.as_rule() {
            Rule::argument => Some(self.argument(part)),
            Rule::positional => Some(self.positional(part)),
            _ => None,
        });
        arguments.collect()
    }

    /// A value without the name of its parameter.
    fn positional(&self, pair: Pair<'_, Rule>) -> Argument<'s> {
        let span = self.span(&pair);
        let values = pair.into_inner().filter(|part| part.as_rule() == Rule::value);
        let value = values.map(|part| self.value(part)).last().unwrap_or(Value { kind: ValueKind::Null, span });
        Argument { name: Name { text: "", span: value.span.part(0, 0) }, span: value.span, value }
    }

    /// `name "text"`
    pub(super) fn bare_call(&self, pair: Pair<'_, Rule>) -> Call<'s> {
        let span = self.span(&pair);
        let mut call = Call { name: Name { text: "", span }, arguments: Vec::new(), span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => call.name = self.name(&part),
                Rule::text => {
                    let text = self.text_literal(&part);
                    let span = text.span;
                    let value = Value { kind: ValueKind::Text(text), span };
                    call.arguments.push(Argument { name: Name { text: "", span: span.part(0, 0) }, span, value });
                }
                _ => {}
            }
        }
        call
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Argument<'s> {
        let (name, value) = self.name_and_value(pair);
        Argument { name, span: name.span.to(value.span), value }
    }

    /// `name: value`
    pub(super) fn name_and_value(&self, pair: Pair<'_, Rule>) -> (Name<'s>, Value<'s>) {
        let span = self.span(&pair);
        let mut name = Name { text: "", span };
        let mut value = Value { kind: ValueKind::Null, span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name | Rule::any_name => name = self.any_name(&part),
                Rule::value => value = self.value(part),
                _ => {}
            }
        }
        (name, value)
    }

    /// `name(arguments)`, where the parentheses may be missing (triggers).
    pub(super) fn call(&self, pair: Pair<'_, Rule>) -> Call<'s> {
        let span = self.span(&pair);
        let mut name = Name { text: "", span };
        let mut arguments = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::any_name => name = self.any_name(&part),
                Rule::attributes | Rule::arguments => arguments = self.arguments(part),
                _ => {}
            }
        }
        Call { name, arguments, span }
    }

    pub(super) fn pin(&self, pair: Pair<'_, Rule>) -> Pin<'s> {
        let span = self.span(&pair);
        Pin { entries: self.arguments(pair), span }
    }
}
