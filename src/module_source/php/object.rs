//! What an object of a class holds after its constructor.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use crate::base::source::{FileId, Sources, Span};
use crate::module_source::budget::Budget;
use crate::module_source::syntax::{children, span};
use crate::module_source::value::Value;

use super::{Base, Class, Classes, Line};

/// An object while it is made.
pub(super) struct Object<'c> {
    pub properties: FxHashMap<String, Value>,
    pub constants: FxHashMap<String, Value>,
    /// The variables of the constructor that is at work.
    pub locals: FxHashMap<String, Value>,
    pub budget: Budget,
    pub has_labels: bool,
    /// The file that is read.
    pub file: FileId,
    pub source: &'c str,
}

impl<'c> Object<'c> {
    pub(super) fn new(classes: &'c Classes, sources: &'c Sources, line: &Line) -> Self {
        let file = line.classes[0].file;
        let mut object = Self {
            properties: FxHashMap::default(),
            constants: FxHashMap::default(),
            locals: FxHashMap::default(),
            budget: Budget::new(),
            has_labels: false,
            file,
            source: sources.text(file),
        };
        if let Base::BuiltIn(base) = &line.base {
            object.has_labels = base.has_labels;
            for (name, value) in &base.properties {
                object.properties.insert((*name).to_owned(), value.clone());
            }
            // MISP's names for how often a trigger fires.
            for (name, value) in [("OVERHEAD_LOW", 1), ("OVERHEAD_MEDIUM", 2), ("OVERHEAD_HIGH", 3)] {
                object.constants.insert(name.to_owned(), Value::Integer(value));
            }
        }
        for class in line.classes.iter().rev() {
            object.enter(sources, *class);
            object.declarations(classes.node(*class));
        }
        object.construct(classes, sources, line, 0);
        object
    }

    /// Goes on to read the file of a class.
    pub(super) fn enter(&mut self, sources: &'c Sources, class: Class) {
        self.file = class.file;
        self.source = sources.text(class.file);
    }

    pub(super) fn text(&self, node: Node<'_>) -> &'c str {
        &self.source[node.byte_range()]
    }

    pub(super) fn span(&self, node: Node<'_>) -> Span {
        span(self.file, node)
    }

    /// The constants and properties that a class declares.
    fn declarations(&mut self, class: Node<'_>) {
        let members = class.child_by_field_name("body").map(children).unwrap_or_default();
        for member in &members {
            if member.kind() == "const_declaration" {
                for element in children(*member).into_iter().filter(|element| element.kind() == "const_element") {
                    if let [name, value] = children(element)[..] {
                        let value = self.expression(value);
                        self.constants.insert(self.text(name).to_owned(), value);
                    }
                }
            }
        }
        for member in members.iter().filter(|member| member.kind() == "property_declaration") {
            for element in children(*member).into_iter().filter(|element| element.kind() == "property_element") {
                let Some(name) = element.child_by_field_name("name") else { continue };
                let value = element.child_by_field_name("default_value");
                let value = value.map_or(Value::Null, |value| self.expression(value));
                self.properties.insert(self.text(name).trim_start_matches('$').to_owned(), value);
            }
        }
    }

    /// Runs the constructor of the class at `from` in the line, or of the nearest one that has one.
    pub(super) fn construct(&mut self, classes: &'c Classes, sources: &'c Sources, line: &Line, from: usize) {
        for (at, class) in line.classes.iter().enumerate().skip(from) {
            let node = classes.node(*class);
            let members = node.child_by_field_name("body").map(children).unwrap_or_default();
            self.enter(sources, *class);
            let is_constructor = |member: &&Node<'_>| {
                member.kind() == "method_declaration"
                    && member
                        .child_by_field_name("name")
                        .is_some_and(|name| self.text(name).eq_ignore_ascii_case("__construct"))
            };
            let Some(constructor) = members.iter().find(is_constructor) else { continue };
            let outer = std::mem::take(&mut self.locals);
            if let Some(body) = constructor.child_by_field_name("body") {
                let mut parents = |object: &mut Self| {
                    object.construct(classes, sources, line, at + 1);
                    object.enter(sources, *class);
                };
                self.run(body, &mut parents);
            }
            self.locals = outer;
            return;
        }
        if let Base::BuiltIn(base) = &line.base {
            for (name, value) in &base.constructed {
                self.properties.insert((*name).to_owned(), value.clone());
            }
        }
    }
}
