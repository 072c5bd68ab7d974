//! Tests, as in `{% if x is mapping %}`.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::wrong;

pub(super) fn add(environment: &mut Environment<'static>) {
    for name in ["endingwith", "int", "safe", "startingwith"] {
        environment.remove_test(name);
    }
    environment.add_test("escaped", |value: Value| value.is_safe());
    environment.add_test("callable", |value: Value| matches!(value.kind(), ValueKind::Plain | ValueKind::Undefined));
    environment.add_test("odd", |value: Value| remainder(&value).map(|rest| rest.to_bits() == 1.0_f64.to_bits()));
    environment.add_test("even", |value: Value| remainder(&value).map(|rest| rest == 0.0));
    environment.add_test("divisibleby", |value: Value, divisor: Value| {
        let number = |value: &Value| match value.kind() {
            ValueKind::Bool => Ok(f64::from(u8::from(value.is_true()))),
            ValueKind::Number => f64::try_from(value.clone()),
            _ => Err(wrong("a number is wanted")),
        };
        match (value.as_i64(), divisor.as_i64()) {
            (_, Some(0)) => Err(wrong("nothing is divided by 0")),
            (Some(value), Some(divisor)) => Ok(value.checked_rem(divisor).is_none_or(|rest| rest == 0)),
            _ => Ok((number(&value)? % number(&divisor)?) == 0.0),
        }
    });
    environment.add_test("integer", |value: Value| value.is_integer());
    environment.add_test("number", |value: Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool));
    environment.add_test("sequence", |value: Value| {
        matches!(
            value.kind(),
            ValueKind::Seq | ValueKind::Iterable | ValueKind::Map | ValueKind::String | ValueKind::Undefined
        )
    });
    environment.add_test("iterable", |value: Value| {
        let kind = value.kind();
        !matches!(kind, ValueKind::Number | ValueKind::Bool | ValueKind::None | ValueKind::Plain)
    });
}

/// What is left of a number divided by two.
fn remainder(value: &Value) -> Result<f64, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => Ok(match value.as_i64() {
            Some(number) if value.is_integer() => f64::from(u8::from(number % 2 != 0)),
            _ => f64::try_from(value.clone())?.rem_euclid(2.0),
        }),
        _ => Err(wrong("a number is wanted")),
    }
}
