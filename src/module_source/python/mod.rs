//! Actions of misp-modules, in Python.

mod expression;
mod strings;

use rustc_hash::FxHashMap;
use serde_json::{Value as Json, json};
use tree_sitter::Node;

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic};

use super::budget::{Budget, MAX_VALUE_NESTING};
use super::syntax::{children, first_child, parse, span, walk};
use super::value::{Entries, Value};
use super::{Language, report, stem};

/// The names that misp-modules reads of a module.
const INFO: &str = "moduleinfo";
const CONFIG: &str = "moduleconfig";
/// What of them matters to MISP.
const OF_INFO: [&str; 3] = ["description", "module-type", "version"];
const OF_CONFIG: [&str; 4] = ["params", "blocking", "support_filters", "expect_misp_core_format"];

/// What the service reports at `/modules` of the module in a file.
pub(super) fn report(sources: &Sources, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Json> {
    let tree = parse(sources, file, Language::Python, diagnostics)?;
    let mut reader = Reader { text: sources.text(file), file, names: FxHashMap::default(), budget: Budget::new() };
    for statement in children(tree.root_node()) {
        reader.statement(statement);
    }
    let name = stem(sources.file(file));
    let Some(info) = reader.names.get(INFO) else {
        diagnostics.push(
            Diagnostic::at(
                Code::InvalidModuleSource,
                Span::new(file, 0, 0),
                format!("`{}` has no `{INFO}`, so misp-modules does not load it", sources.file(file).name),
            )
            .help(format!("an action says what it is in `{INFO} = {{\"module-type\": [\"action\"], …}}`")),
        );
        return None;
    };
    if let Value::Entries(entries) = info
        && let Some(Value::Entries(kinds)) = entries.get("module-type")
        && !kinds.iter().any(|(_, kind)| *kind == Value::Text("action".to_owned()))
    {
        let message = format!("`{name}` is not an action of misp-modules, so that workflows cannot use it");
        let place = reader.places(tree.root_node(), INFO).unwrap_or(Span::new(file, 0, 0));
        diagnostics.push(
            Diagnostic::at(Code::InvalidModuleSource, place, message)
                .help("a module of workflows has `\"module-type\": [\"action\"]` in its `moduleinfo`"),
        );
        return None;
    }
    let none = Value::Entries(Entries::map());
    let config = reader.names.get(CONFIG).unwrap_or(&none);
    let config = report::json(&report::with_keys(config, &OF_CONFIG), CONFIG, diagnostics).unwrap_or_else(|| json!({}));
    let mut info = report::json(&report::with_keys(info, &OF_INFO), INFO, diagnostics).unwrap_or_else(|| json!({}));
    if let Some(info) = info.as_object_mut() {
        info.insert("config".to_owned(), config.clone());
    }
    Some(json!({"name": name, "type": "action_mod", "mispattributes": {"config": config}, "meta": info}))
}

/// Reads the statements of a file, those of its outermost level.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
    names: FxHashMap<&'t str, Value>,
    budget: Budget,
}

impl<'t> Reader<'t> {
    fn span(&self, node: Node<'_>) -> Span {
        span(self.file, node)
    }

    fn text(&self, node: Node<'_>) -> &'t str {
        &self.text[node.byte_range()]
    }

    fn statement(&mut self, statement: Node<'t>) {
        match statement.kind() {
            "function_definition" | "class_definition" | "decorated_definition" | "pass_statement" => {}
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                for name in children(statement) {
                    let last = self.text(name).rsplit([' ', '.']).next().unwrap_or_default();
                    self.names.insert(last, Value::Open(self.span(name)));
                }
            }
            "expression_statement" => {
                if let Some(expression) = first_child(statement) {
                    self.effect(expression);
                }
            }
            // What depends on something is not known.
            _ => self.open_all(statement),
        }
    }

    fn effect(&mut self, expression: Node<'t>) {
        match expression.kind() {
            "assignment" => {
                let (Some(left), Some(right)) =
                    (expression.child_by_field_name("left"), expression.child_by_field_name("right"))
                else {
                    return;
                };
                // `a = b = …` gives both the same.
                if right.kind() == "assignment" {
                    self.effect(right);
                    if let Some(first) = right.child_by_field_name("left") {
                        let value = self.expression(first);
                        return self.assign(left, value);
                    }
                }
                let value = self.expression(right);
                self.assign(left, value);
            }
            "augmented_assignment" => {
                let (Some(left), Some(right), Some(operator)) = (
                    expression.child_by_field_name("left"),
                    expression.child_by_field_name("right"),
                    expression.child_by_field_name("operator"),
                ) else {
                    return;
                };
                let (old, new) = (self.expression(left), self.expression(right));
                let operator = self.text(operator).trim_end_matches('=');
                let value = self.combined(operator, old, new, self.span(expression));
                self.assign(left, value);
            }
            "call" => self.method(expression),
            _ => {}
        }
    }

    /// `NAME.update({…})`, `NAME.append(…)` and `NAME.setdefault(…)`; other methods may do anything to it.
    fn method(&mut self, call: Node<'t>) {
        let Some(function) = call.child_by_field_name("function").filter(|function| function.kind() == "attribute")
        else {
            return self.open_arguments(call);
        };
        let (Some(object), Some(name)) =
            (function.child_by_field_name("object"), function.child_by_field_name("attribute"))
        else {
            return;
        };
        let arguments = call.child_by_field_name("arguments").map(children).unwrap_or_default();
        let span = self.span(call);
        let [argument] = arguments[..] else { return self.assign(object, Value::Open(span)) };
        let (old, new) = (self.expression(object), self.expression(argument));
        let value = match (self.text(name), old, new) {
            ("update", old @ Value::Entries(_), new @ Value::Entries(_)) => self.combined("|", old, new, span),
            ("append", Value::Entries(mut list), new) if list.is_list() => {
                list.push(new);
                Value::Entries(list)
            }
            _ => Value::Open(span),
        };
        self.assign(object, value);
    }

    /// Whoever is given a list or a map may change it.
    fn open_arguments(&mut self, call: Node<'t>) {
        let names = call.child_by_field_name("arguments").map(children).unwrap_or_default();
        for name in names.into_iter().filter(|name| name.kind() == "identifier") {
            self.names.insert(self.text(name), Value::Open(self.span(call)));
        }
    }

    fn assign(&mut self, target: Node<'t>, value: Value) {
        let span = self.span(target);
        if let Some(place) = self.place(target) {
            *place = value;
            return;
        }
        // `a, b = …`, `object.attribute = …`, `a[computed] = …`
        let mut names = Vec::new();
        walk(target, &mut |node| {
            if node.kind() == "identifier" {
                names.push(node.byte_range());
            }
        });
        for name in names {
            self.names.insert(&self.text[name], Value::Open(span));
        }
    }

    /// The value that a name, or a subscript of one, stands for.
    fn place(&mut self, target: Node<'t>) -> Option<&mut Value> {
        let mut keys = Vec::new();
        let mut at = target;
        while at.kind() == "subscript" {
            let key = self.expression(at.child_by_field_name("subscript")?).as_key()?;
            keys.push(key);
            at = at.child_by_field_name("value")?;
        }
        if at.kind() != "identifier" || keys.len() > MAX_VALUE_NESTING {
            return None;
        }
        let mut value = self.names.entry(&self.text[at.byte_range()]).or_insert(Value::Null);
        for key in keys.iter().rev() {
            match value {
                Value::Entries(entries) => value = entries.entry(key),
                _ => return None,
            }
        }
        Some(value)
    }

    /// All names that something below assigns may be anything afterwards.
    fn open_all(&mut self, statement: Node<'t>) {
        let mut targets = Vec::new();
        walk(statement, &mut |node| {
            let target = match node.kind() {
                "assignment" | "augmented_assignment" | "for_statement" => node.child_by_field_name("left"),
                "delete_statement" => Some(node),
                "call" => node.child_by_field_name("function").and_then(|name| name.child_by_field_name("object")),
                "named_expression" => node.child_by_field_name("name"),
                _ => None,
            };
            if let Some(target) = target {
                walk(target, &mut |name| {
                    if name.kind() == "identifier" {
                        targets.push(name.byte_range());
                    }
                });
            }
        });
        let span = self.span(statement);
        for target in targets {
            self.names.insert(&self.text[target], Value::Open(span));
        }
    }

    /// Where a name is assigned.
    fn places(&self, root: Node<'_>, name: &str) -> Option<Span> {
        let mut found = None;
        for statement in children(root) {
            let left = first_child(statement).and_then(|assignment| assignment.child_by_field_name("left"));
            if let Some(left) = left.filter(|left| self.text(*left) == name) {
                found = Some(self.span(left));
            }
        }
        found
    }
}
