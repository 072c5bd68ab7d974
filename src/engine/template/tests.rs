//! Tests, as in `{% if x is mapping %}`.

use minijinja::value::ValueKind;
use minijinja::{Environment, Value};

pub(super) fn add(environment: &mut Environment<'static>) {
    for name in ["endingwith", "int", "safe", "startingwith"] {
        environment.remove_test(name);
    }
    environment.add_test("escaped", |value: Value| value.is_safe());
    environment.add_test("callable", |value: Value| value.kind() == ValueKind::Plain);
    environment.add_test("integer", |value: Value| value.is_integer());
    environment.add_test("number", |value: Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool));
    environment.add_test("sequence", |value: Value| {
        matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::String | ValueKind::Undefined)
    });
    environment.add_test("iterable", |value: Value| {
        let kind = value.kind();
        !matches!(kind, ValueKind::Number | ValueKind::Bool | ValueKind::None | ValueKind::Plain)
    });
}
