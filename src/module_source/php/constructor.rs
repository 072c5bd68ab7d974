//! The statements of a constructor.

use tree_sitter::Node;

use crate::base::source::Span;
use crate::module_source::budget::MAX_VALUE_NESTING;
use crate::module_source::syntax::{children, first_child, walk};
use crate::module_source::value::{Entries, Value};

use super::object::Object;

/// Something that can be assigned: a property or a variable, and the way into it. `None` is `[]`.
struct Target {
    root: Root,
    keys: Vec<Option<String>>,
}

enum Root {
    Property(String),
    Variable(String),
}

impl Object<'_> {
    /// Runs statements in their order; `parents` runs the constructor of the parent.
    pub(super) fn run(&mut self, body: Node<'_>, parents: &mut dyn FnMut(&mut Self)) {
        for statement in children(body) {
            match statement.kind() {
                "expression_statement" => {
                    if let Some(expression) = first_child(statement) {
                        self.effect(expression, parents);
                    }
                }
                "return_statement" => return,
                "compound_statement" => self.run(statement, parents),
                "unset_statement" => {
                    for target in children(statement) {
                        self.unset(target);
                    }
                }
                // What depends on something is not known.
                _ => self.open_all(statement),
            }
        }
    }

    fn effect(&mut self, expression: Node<'_>, parents: &mut dyn FnMut(&mut Self)) {
        match expression.kind() {
            "assignment_expression" => {
                let (Some(left), Some(right)) =
                    (expression.child_by_field_name("left"), expression.child_by_field_name("right"))
                else {
                    return;
                };
                let value = if right.kind() == "assignment_expression" {
                    self.effect(right, parents);
                    right.child_by_field_name("left").map(|first| self.expression(first))
                } else {
                    Some(self.expression(right))
                };
                let value = value.unwrap_or_else(|| Value::Open(self.span(right)));
                self.assign(left, value);
            }
            "augmented_assignment_expression" => {
                let fields = ["left", "operator", "right"].map(|name| expression.child_by_field_name(name));
                let [Some(left), Some(operator), Some(right)] = fields else { return };
                let (old, new) = (self.expression(left), self.expression(right));
                let value = self.combined(self.text(operator).trim_end_matches('='), old, new, self.span(expression));
                self.assign(left, value);
            }
            "scoped_call_expression" if self.is_parents_constructor(expression) => parents(self),
            "function_call_expression" => self.call_for_effect(expression),
            _ => self.open_all(expression),
        }
    }

    fn is_parents_constructor(&self, call: Node<'_>) -> bool {
        let is = |field: &str, name: &str| {
            call.child_by_field_name(field).is_some_and(|node| self.text(node).eq_ignore_ascii_case(name))
        };
        is("scope", "parent") && is("name", "__construct")
    }

    /// A function that is called for what it does to its arguments, as `sort` or `array_push`.
    fn call_for_effect(&mut self, call: Node<'_>) {
        let arguments = Self::arguments(call);
        let name = call.child_by_field_name("function").map(|name| self.text(name)).unwrap_or_default();
        if name == "array_push"
            && let [target, values @ ..] = &arguments[..]
            && let Value::Entries(mut list) = self.expression(*target)
        {
            for value in values {
                let value = self.expression(*value);
                list.push(value);
            }
            return self.assign(*target, Value::Entries(list));
        }
        for argument in arguments {
            if let Some(target) = self.target(argument) {
                self.set(&target, Value::Open(self.span(call)));
            }
        }
    }

    fn assign(&mut self, left: Node<'_>, value: Value) {
        match self.target(left) {
            Some(target) => self.set(&target, value),
            None => self.open_below(left, self.span(left)),
        }
    }

    fn unset(&mut self, target: Node<'_>) {
        let Some(mut place) = self.target(target) else { return };
        let last = place.keys.pop().flatten();
        let span = self.span(target);
        match (last, self.place(&place)) {
            (Some(key), Some(Value::Entries(entries))) => entries.remove(&key),
            (_, Some(value)) => *value = Value::Open(span),
            _ => {}
        }
    }

    /// All that something below assigns may be anything afterwards.
    fn open_all(&mut self, statement: Node<'_>) {
        let mut targets = Vec::new();
        walk(statement, &mut |node| match node.kind() {
            "assignment_expression" | "augmented_assignment_expression" | "reference_assignment_expression" => {
                targets.extend(node.child_by_field_name("left"));
            }
            "foreach_statement" => targets.extend(children(node).into_iter().skip(1).take(1)),
            "unset_statement" => targets.extend(children(node)),
            "update_expression" => targets.extend(node.child_by_field_name("argument")),
            "function_call_expression"
                if node.parent().is_some_and(|parent| parent.kind() == "expression_statement") =>
            {
                targets.extend(Self::arguments(node));
            }
            _ => {}
        });
        let span = self.span(statement);
        for target in targets {
            self.open_below(target, span);
        }
    }

    /// Opens what a target names: the one property or variable, or those of a pattern such as `[$a, $b]`.
    fn open_below(&mut self, target: Node<'_>, span: Span) {
        if let Some(target) = self.target(target) {
            return self.set(&Target { keys: Vec::new(), ..target }, Value::Open(span));
        }
        let mut names = Vec::new();
        walk(target, &mut |node| {
            if matches!(node.kind(), "variable_name" | "member_access_expression") {
                names.push(node);
            }
        });
        for name in names {
            if let Some(target) = self.target(name) {
                self.set(&Target { keys: Vec::new(), ..target }, Value::Open(span));
            }
        }
    }

    fn target(&mut self, node: Node<'_>) -> Option<Target> {
        let mut keys = Vec::new();
        let mut at = node;
        while at.kind() == "subscript_expression" {
            match children(at)[..] {
                [inner, key] => {
                    keys.push(Some(self.expression(key).as_key()?));
                    at = inner;
                }
                [inner] => {
                    keys.push(None);
                    at = inner;
                }
                _ => return None,
            }
        }
        if keys.len() > MAX_VALUE_NESTING {
            return None;
        }
        keys.reverse();
        let root = match at.kind() {
            "variable_name" if self.text(at) != "$this" => Root::Variable(self.text(at).to_owned()),
            "member_access_expression" => Root::Property(self.own_property(at)?.to_owned()),
            _ => return None,
        };
        Some(Target { root, keys })
    }

    fn set(&mut self, target: &Target, value: Value) {
        let value = match self.place(target) {
            Some(place) => {
                *place = value;
                return;
            }
            None => value,
        };
        // The way leads through something that is computed: nobody knows what is there.
        if let Some(root) = self.place(&Target { root: target.root.copy(), keys: Vec::new() })
            && !matches!(root, Value::Open(_))
            && let Value::Open(span) = value
        {
            *root = Value::Open(span);
        }
    }

    fn place(&mut self, target: &Target) -> Option<&mut Value> {
        let map = match &target.root {
            Root::Property(_) => &mut self.properties,
            Root::Variable(_) => &mut self.locals,
        };
        let (Root::Property(name) | Root::Variable(name)) = &target.root;
        let mut value = map.entry(name.clone()).or_insert(Value::Null);
        for key in &target.keys {
            if *value == Value::Null {
                *value = Value::Entries(Entries::default());
            }
            let Value::Entries(entries) = value else { return None };
            let key = key.clone().unwrap_or_else(|| {
                entries.push(Value::Null);
                entries.iter().last().map(|(key, _)| key.to_owned()).unwrap_or_default()
            });
            value = entries.entry(&key);
        }
        Some(value)
    }
}

impl Root {
    fn copy(&self) -> Self {
        match self {
            Self::Property(name) => Self::Property(name.clone()),
            Self::Variable(name) => Self::Variable(name.clone()),
        }
    }
}
