//! Python's literal syntax.

use tree_sitter::Node;

use crate::base::source::Span;
use crate::module_source::syntax::{children, first_child};
use crate::module_source::value::{Entries, Value, integer};

use super::Reader;
use super::strings::decode;

impl<'t> Reader<'t> {
    /// What an expression is, as far as it is written out.
    pub(super) fn expression(&mut self, node: Node<'t>) -> Value {
        let span = self.span(node);
        if !self.budget.enter() {
            return Value::Open(span);
        }
        let value = self.literal(node).unwrap_or(Value::Open(span));
        self.budget.leave();
        self.budget.made(value, span)
    }

    fn literal(&mut self, node: Node<'t>) -> Option<Value> {
        let span = self.span(node);
        match node.kind() {
            "none" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "integer" => integer(self.text(node)).map(Value::Integer),
            "float" => self.text(node).replace('_', "").parse().ok().map(Value::Float),
            "string" => self.string(node).map(Value::Text),
            "concatenated_string" => {
                let parts = children(node).into_iter().map(|part| self.string(part));
                parts.collect::<Option<String>>().map(Value::Text)
            }
            "parenthesized_expression" => first_child(node).map(|inner| self.expression(inner)),
            "list" | "tuple" => {
                let mut entries = Entries::default();
                for member in children(node) {
                    if member.kind() == "list_splat" {
                        match first_child(member).map(|inner| self.expression(inner)) {
                            Some(Value::Entries(more)) if more.is_list() => entries.merge(more),
                            _ => entries.open = Some(self.span(member)),
                        }
                    } else {
                        let value = self.expression(member);
                        entries.push(value);
                    }
                }
                Some(Value::Entries(entries))
            }
            "dictionary" => Some(self.dictionary(node)),
            "unary_operator" => {
                let argument = self.expression(node.child_by_field_name("argument")?);
                argument.signed(self.text(node.child_by_field_name("operator")?).chars().next()?)
            }
            "binary_operator" => {
                let left = self.expression(node.child_by_field_name("left")?);
                let right = self.expression(node.child_by_field_name("right")?);
                let operator = self.text(node.child_by_field_name("operator")?);
                Some(self.combined(operator, left, right, span))
            }
            "identifier" => {
                let value = self.names.get(self.text(node))?;
                Some(self.budget.copy(value, span))
            }
            "subscript" => {
                let object = self.expression(node.child_by_field_name("value")?);
                let key = self.expression(node.child_by_field_name("subscript")?).as_key()?;
                match object {
                    Value::Entries(entries) => entries.get(&key).cloned(),
                    _ => None,
                }
            }
            "call" => self.dict(node),
            _ => None,
        }
    }

    fn dictionary(&mut self, node: Node<'t>) -> Value {
        let mut entries = Entries::map();
        for member in children(node) {
            if member.kind() == "pair" {
                let (Some(key), Some(value)) = (member.child_by_field_name("key"), member.child_by_field_name("value"))
                else {
                    continue;
                };
                let key_value = self.expression(key);
                let value = self.expression(value);
                match key_value.as_text() {
                    Some(key) => entries.insert(key, value),
                    None => entries.open = Some(self.span(key)),
                }
            } else {
                // `**more`
                match first_child(member).map(|inner| self.expression(inner)) {
                    Some(Value::Entries(more)) if more.is_map => {
                        more.iter().for_each(|(key, value)| entries.insert(key.to_owned(), value.clone()));
                        entries.open = entries.open.or(more.open);
                    }
                    _ => entries.open = Some(self.span(member)),
                }
            }
        }
        Value::Entries(entries)
    }

    /// `dict(a=1)`
    fn dict(&mut self, call: Node<'t>) -> Option<Value> {
        if self.text(call.child_by_field_name("function")?) != "dict" || self.names.contains_key("dict") {
            return None;
        }
        let mut entries = Entries::map();
        for argument in children(call.child_by_field_name("arguments")?) {
            if argument.kind() != "keyword_argument" {
                return None;
            }
            let name = self.text(argument.child_by_field_name("name")?).to_owned();
            let value = self.expression(argument.child_by_field_name("value")?);
            entries.insert(name, value);
        }
        Some(Value::Entries(entries))
    }

    /// What an operator makes of two values: texts and lists are put together, maps laid over each other.
    pub(super) fn combined(&mut self, operator: &str, left: Value, right: Value, span: Span) -> Value {
        let value = match (operator, left, right) {
            ("+", Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
            ("+", Value::Entries(mut left), Value::Entries(right)) if left.is_list() && right.is_list() => {
                left.merge(right);
                Value::Entries(left)
            }
            ("|", Value::Entries(mut left), Value::Entries(right)) if left.is_map && right.is_map => {
                right.iter().for_each(|(key, value)| left.insert(key.to_owned(), value.clone()));
                left.open = left.open.or(right.open);
                Value::Entries(left)
            }
            _ => Value::Open(span),
        };
        self.budget.made(value, span)
    }

    /// A string without anything computed in it.
    fn string(&self, node: Node<'t>) -> Option<String> {
        if children(node).iter().any(|part| part.kind() == "interpolation") {
            return None;
        }
        decode(self.text(node))
    }
}
