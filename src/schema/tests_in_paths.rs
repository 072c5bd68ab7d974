//! The tests in brackets, by the shape of what they look at.

use std::ops::Range;

use crate::diagnostics::Code;
use crate::hashpath::{Operation, Path, Segment, Test};
use crate::php::{Array, Value};

use super::finding::PathFinding;
use super::follow::{SILENT, Typer};
use super::shape::Shape;

impl Typer<'_> {
    /// Checks the tests of a segment on what lies under its key. What they drop for certain is taken out of `here`.
    /// Returns whether anything can be left.
    pub(super) fn check_tests(
        &self,
        path: &Path,
        segment: &Segment,
        here: &mut Vec<Shape>,
        findings: &mut Vec<PathFinding>,
    ) -> bool {
        if let Some(scalar) = here.iter().copied().find(|shape| shape.is_scalar()) {
            here.retain(|shape| !shape.is_scalar());
            if here.is_empty() {
                let at = segment.key_span.end..segment.span.end;
                let key = &path.as_str()[segment.span.start..segment.key_span.end];
                let message = format!("a test looks into an object, and `{key}` is {}", self.schema.describe(scalar));
                findings.push(
                    PathFinding::in_path(
                        Code::NotAnObject,
                        at,
                        message,
                        "where there is a test, MISP drops everything except objects and lists",
                    )
                    .help("put the test after the object that holds the value: `….{n}[key=value].key`"),
                );
                return false;
            }
        }
        segment.tests.iter().all(|test| self.check_test(path, segment, test, here, findings))
    }

    fn check_test(
        &self,
        path: &Path,
        segment: &Segment,
        test: &Test,
        here: &[Shape],
        findings: &mut Vec<PathFinding>,
    ) -> bool {
        let written = path.as_str();
        let mut tested = Vec::new();
        let mut miss = None;
        for &shape in here {
            match shape {
                Shape::Object(id) => match self.key(id, test.attribute.as_ref()) {
                    Some(shape) => tested.push(shape),
                    None => miss = miss.or(Some(shape)),
                },
                Shape::List(id) => match test.attribute {
                    crate::php::Key::Int(_) => tested.push(self.schema.entry(id)),
                    crate::php::Key::String(_) => miss = miss.or(Some(shape)),
                },
                _ => tested.push(Shape::Open),
            }
        }
        if tested.is_empty() {
            let at = attribute_range(written, test);
            match miss {
                Some(Shape::Object(id)) => findings.push(self.unknown_tested_key(written, at, id)),
                Some(list) => findings.push(self.test_on_list(written, segment, test, list)),
                None => {}
            }
            return false;
        }
        // Where the comparison is wrong, what lies after it can be right all the same.
        findings.extend(self.check_operand(written, test, &tested));
        true
    }

    fn unknown_tested_key(&self, written: &str, at: Range<usize>, id: super::ObjectId) -> PathFinding {
        let object = self.schema.object(id);
        let key = &written[at.clone()];
        let message = format!("{} has no key `{key}`", object.one);
        let finding =
            PathFinding::in_path(Code::UnknownKey, at.clone(), message, "a test on a missing key keeps nothing");
        match crate::base::suggest::closest(key, object.keys.keys().map(String::as_str)) {
            Some(close) => finding.help(format!("did you mean `{close}`?")).fix(at, close),
            None => finding.help("test a key that is there"),
        }
    }

    fn test_on_list(&self, written: &str, segment: &Segment, test: &Test, list: Shape) -> PathFinding {
        let end = segment.key_span.end;
        let message =
            format!("`{}` is {}: the test asks the list, not its entries", &written[..end], self.schema.describe(list));
        PathFinding::in_path(Code::NotAnObject, test.span.clone(), message, SILENT)
            .help(format!("`{{n}}` goes to each entry: `{}.{{n}}{}`", &written[..end], &written[end..]))
            .fix(end..end, ".{n}")
    }

    /// What a test compares with that can never be.
    fn check_operand(&self, written: &str, test: &Test, tested: &[Shape]) -> Option<PathFinding> {
        let (operator, operand) = match &test.operation {
            Operation::Present | Operation::Matches(Err(_)) => return None,
            Operation::Equal(operand) => ("=", operand.as_str()),
            Operation::NotEqual(operand) => ("!=", operand.as_str()),
            Operation::Greater(operand) => (">", operand.as_str()),
            Operation::GreaterOrEqual(operand) => (">=", operand.as_str()),
            Operation::Less(operand) => ("<", operand.as_str()),
            Operation::LessOrEqual(operand) => ("<=", operand.as_str()),
            Operation::Matches(Ok(_)) => {
                let content = &written[test.span.start..test.span.end - 1];
                let from = content.find('=').and_then(|equals| Some(equals + content[equals..].find('/')?))?;
                ("=", &content[from..])
            }
        };
        let end = test.span.end - 1;
        let at = end - operand.len()..end;
        if tested.iter().all(|shape| shape.is_array()) {
            let key = &written[attribute_range(written, test)];
            let what = self.schema.describe(tested[0]);
            let message = format!("`{key}` is {what}, and a test compares a single value");
            return Some(
                PathFinding::in_path(Code::ObjectCompared, test.span.clone(), message, SILENT)
                    .help("compare a value inside it, in a step of its own: `….{n}[name=value]`"),
            );
        }
        let matches = matches!(test.operation, Operation::Matches(_));
        let passes = |shape: Shape| match (shape, operator) {
            (Shape::Number | Shape::OneOf(_), "=" | "!=") if !matches => self.schema.can_equal(shape, operand),
            (Shape::Open | Shape::Text | Shape::Number | Shape::List(_) | Shape::Object(_), _) => true,
            (Shape::OneOf(id), _) => {
                let values = self.schema.enumeration(id).values.keys();
                some_pass(operator, operand, values.map(|value| Value::from(value.as_str())))
            }
            // As a text, a boolean is `1` or `0` to a number and `true` or `false` to anything else.
            (Shape::Boolean, _) => {
                let operator = if operator == "!=" { "=" } else { operator };
                let values = [Value::Bool(true), Value::Bool(false), Value::from("1"), Value::from("0")];
                some_pass(operator, operand, values.into_iter())
            }
        };
        if tested.iter().any(|shape| passes(*shape)) {
            return None;
        }
        let shape = tested[0];
        let what = self.schema.describe(shape);
        let always = matches!(test.operation, Operation::NotEqual(_));
        let note =
            if always { "the test keeps everything" } else { "the test keeps nothing, and MISP does not complain" };
        let finding = |code, message| PathFinding::in_path(code, at.clone(), message, note);
        Some(match operator {
            _ if matches => {
                let grows = matches!(shape, Shape::OneOf(id) if self.schema.enumeration(id).grows);
                let code = if grows { Code::UnknownValue } else { Code::ImpossibleValue };
                finding(code, format!("this expression matches {}", no(&what)))
            }
            "=" | "!=" => {
                self.name_impossible(finding(Code::ImpossibleValue, String::new()), shape, operand, at.clone())
            }
            _ => finding(Code::AlwaysFalse, format!("`{operator}{operand}` holds for {}", no(&what))),
        })
    }
}

/// Where the name of the key stands that a test looks at.
fn attribute_range(written: &str, test: &Test) -> Range<usize> {
    let start = test.span.start + 1;
    let content = &written[start..test.span.end];
    let end = content.find(['=', '<', '>', '!', ']']).unwrap_or(content.len());
    start..start + content[..end].trim_end().len()
}

/// Whether the test keeps one of the values, by the rules of the evaluation itself.
fn some_pass<'v>(operator: &str, operand: &str, values: impl Iterator<Item = Value<'v>>) -> bool {
    let Ok(path) = Path::compile(&format!("{{n}}[x{operator}{operand}]")) else { return true };
    let items = values.map(|value| {
        let mut item = Array::new();
        item.set("x", value);
        Value::from(item)
    });
    let items = Value::from(items.collect::<Vec<_>>());
    path.extract(&items).map_or(true, |kept| !kept.is_empty())
}

/// `an attribute type` as `no attribute type`.
fn no(what: &str) -> String {
    let bare = what.strip_prefix("an ").or_else(|| what.strip_prefix("a ")).unwrap_or(what);
    format!("no {bare}")
}
