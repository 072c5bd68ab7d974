//! Expressions of PHP that are written out.

use tree_sitter::Node;

use crate::base::source::Span;
use crate::module_source::syntax::{children, first_child};
use crate::module_source::value::{Entries, Value, integer};

use super::built_in::labels;
use super::object::Object;
use super::strings;

impl<'c> Object<'c> {
    /// What an expression is, as far as it is written out.
    pub(super) fn expression(&mut self, node: Node<'_>) -> Value {
        let span = self.span(node);
        if !self.budget.enter() {
            return Value::Open(span);
        }
        let value = self.literal(node).unwrap_or(Value::Open(span));
        self.budget.leave();
        self.budget.made(value, span)
    }

    fn literal(&mut self, node: Node<'_>) -> Option<Value> {
        let span = self.span(node);
        match node.kind() {
            "string" => strings::single(self.text(node)).map(Value::Text),
            "encapsed_string" => {
                let is_plain = |part: &Node<'_>| matches!(part.kind(), "string_content" | "escape_sequence");
                if children(node).iter().all(is_plain) {
                    strings::double(self.text(node)).map(Value::Text)
                } else {
                    None
                }
            }
            "nowdoc" | "heredoc" => self.document(node).map(Value::Text),
            "integer" => integer(self.text(node)).map(Value::Integer),
            "float" => self.text(node).replace('_', "").parse().ok().map(Value::Float),
            "boolean" => Some(Value::Bool(self.text(node).eq_ignore_ascii_case("true"))),
            "null" => Some(Value::Null),
            "parenthesized_expression" => first_child(node).map(|inner| self.expression(inner)),
            "array_creation_expression" => Some(self.array(node)),
            "unary_op_expression" => {
                let argument = node.child_by_field_name("argument").or_else(|| first_child(node))?;
                let value = self.expression(argument);
                match (self.text(node).chars().next()?, value) {
                    ('!', Value::Bool(value)) => Some(Value::Bool(!value)),
                    (sign, value) => value.signed(sign),
                }
            }
            "binary_expression" => {
                let left = self.expression(node.child_by_field_name("left")?);
                let right = self.expression(node.child_by_field_name("right")?);
                let operator = self.text(node.child_by_field_name("operator")?);
                Some(self.combined(operator, left, right, span))
            }
            "variable_name" => {
                let value = self.locals.get(self.text(node))?;
                Some(self.budget.copy(value, span))
            }
            "member_access_expression" => {
                let value = self.properties.get(self.own_property(node)?)?;
                Some(self.budget.copy(value, span))
            }
            "class_constant_access_expression" => {
                let [scope, name] = children(node)[..] else { return None };
                if !matches!(self.text(scope).to_ascii_lowercase().as_str(), "self" | "static" | "parent") {
                    return None;
                }
                let value = self.constants.get(self.text(name))?;
                Some(self.budget.copy(value, span))
            }
            "subscript_expression" => {
                let [object, key] = children(node)[..] else { return None };
                let (object, key) = (self.expression(object), self.expression(key).as_key()?);
                match object {
                    Value::Entries(entries) => entries.get(&key).cloned(),
                    _ => None,
                }
            }
            "function_call_expression" => self.call(node),
            "member_call_expression" => {
                let is_labels = self.has_labels
                    && node.child_by_field_name("name").is_some_and(|name| self.text(name) == "_genFilteringLabels");
                is_labels.then(labels)
            }
            _ => None,
        }
    }

    /// The name of `$this->name`.
    pub(super) fn own_property(&self, node: Node<'_>) -> Option<&'c str> {
        let (object, name) = (node.child_by_field_name("object")?, node.child_by_field_name("name")?);
        (self.text(object) == "$this" && name.kind() == "name").then(|| self.text(name))
    }

    /// What is written between the brackets of a call.
    pub(super) fn arguments(call: Node<'_>) -> Vec<Node<'_>> {
        let arguments = call.child_by_field_name("arguments").map(children).unwrap_or_default();
        arguments.into_iter().map(|argument| children(argument).into_iter().last().unwrap_or(argument)).collect()
    }

    /// Functions that do the same everywhere. `__` translates, and MISP's modules are not translated in its API.
    fn call(&mut self, node: Node<'_>) -> Option<Value> {
        let name = self.text(node.child_by_field_name("function")?).trim_start_matches('\\').to_ascii_lowercase();
        let arguments: Vec<Value> =
            Self::arguments(node).into_iter().map(|argument| self.expression(argument)).collect();
        match (name.as_str(), arguments.as_slice()) {
            ("__", [Value::Text(text)]) => Some(Value::Text(text.clone())),
            ("array_merge", [_, ..]) => {
                let mut merged = Entries::default();
                for argument in arguments {
                    let Value::Entries(entries) = argument else { return None };
                    merged.merge(entries);
                }
                Some(Value::Entries(merged))
            }
            ("array_keys", [Value::Entries(entries)]) if entries.open.is_none() => {
                Some(Value::list(entries.iter().map(|(key, _)| Value::Text(key.to_owned()))))
            }
            ("array_values", [Value::Entries(entries)]) if entries.open.is_none() => {
                Some(Value::list(entries.iter().map(|(_, value)| value.clone())))
            }
            _ => None,
        }
    }

    fn array(&mut self, node: Node<'_>) -> Value {
        let mut entries = Entries::default();
        for element in children(node) {
            match children(element)[..] {
                [spread] if spread.kind() == "variadic_unpacking" => {
                    match first_child(spread).map(|inner| self.expression(inner)) {
                        Some(Value::Entries(more)) => entries.merge(more),
                        _ => entries.open = Some(self.span(spread)),
                    }
                }
                [value] => {
                    let value = self.expression(value);
                    entries.push(value);
                }
                [key, value] => {
                    let value = self.expression(value);
                    match self.expression(key).as_key() {
                        Some(key) => entries.insert(key, value),
                        None => entries.open = Some(self.span(key)),
                    }
                }
                _ => entries.open = Some(self.span(element)),
            }
        }
        Value::Entries(entries)
    }

    /// What an operator makes of two values.
    pub(super) fn combined(&mut self, operator: &str, left: Value, right: Value, span: Span) -> Value {
        let value = match (operator, left, right) {
            (".", left, right) => match (left.as_text(), right.as_text()) {
                (Some(left), Some(right)) => Value::Text(left + &right),
                _ => Value::Open(span),
            },
            // What the left side has stays.
            ("+", Value::Entries(mut left), Value::Entries(right)) => {
                for (key, value) in right.iter() {
                    if left.get(key).is_none() {
                        left.insert(key.to_owned(), value.clone());
                    }
                }
                left.open = left.open.or(right.open);
                Value::Entries(left)
            }
            ("??", left @ (Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Entries(_)), _) => left,
            _ => Value::Open(span),
        };
        self.budget.made(value, span)
    }

    /// A string of several lines, `<<<NAME`.
    fn document(&self, node: Node<'_>) -> Option<String> {
        let end = node.child_by_field_name("end_tag")?;
        let body = node.child_by_field_name("value");
        let is_plain = |part: &Node<'_>| matches!(part.kind(), "string_content" | "escape_sequence" | "nowdoc_string");
        if body.is_some_and(|body| !children(body).iter().all(is_plain)) {
            return None;
        }
        // Everything between the lines of the marks, less what the closing one is indented by.
        let whole = self.text(node);
        let (_, text) = whole.split_once('\n')?;
        let before_end = &self.source[..end.start_byte()];
        let indent = before_end.len() - before_end.trim_end_matches([' ', '\t']).len();
        let text = &text[..text.rfind('\n').unwrap_or(0)];
        let lines = text.lines().map(|line| line.get(indent.min(line.len())..).unwrap_or_default());
        let text = lines.collect::<Vec<_>>().join("\n");
        if node.kind() == "nowdoc" { Some(text) } else { strings::unescaped(&text) }
    }
}
