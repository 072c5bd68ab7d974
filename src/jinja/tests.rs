//! Tests, as in `{% if x is mapping %}`.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::wrong;
use super::kinds::{PythonKind, kind};
use super::names::{FILTERS, SIGNS, TESTS};
use super::operators::same_object;
use super::{bounds, strings};

pub(super) fn add(environment: &mut Environment<'static>) {
    for name in ["endingwith", "int", "safe", "startingwith"] {
        environment.remove_test(name);
    }
    environment.add_test("escaped", |value: Value| value.is_safe());
    environment.add_test("callable", |value: Value| match kind(&value) {
        PythonKind::Undefined => true,
        PythonKind::Other => {
            !(super::values::is_namespace(&value)
                || super::values::is_loop(&value)
                || super::globals::is_cycler(&value))
        }
        _ => false,
    });
    environment.add_test("filter", |name: Value| named(&name, &[FILTERS]));
    environment.add_test("test", |name: Value| named(&name, &[TESTS, SIGNS]));
    environment.add_test("lower", |value: Value| cased(&value, "islower"));
    environment.add_test("upper", |value: Value| cased(&value, "isupper"));
    environment.add_test("mapping", |value: Value| kind(&value) == PythonKind::Dict);
    environment.add_test("boolean", |value: Value| kind(&value) == PythonKind::Bool);
    environment.add_test("float", |value: Value| kind(&value) == PythonKind::Float);
    environment.add_test("string", |value: Value| kind(&value) == PythonKind::String);
    environment.add_test("sameas", |value: Value, other: Value| same(&value, &other));
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
            kind(&value),
            PythonKind::List
                | PythonKind::Tuple
                | PythonKind::Range
                | PythonKind::Dict
                | PythonKind::String
                | PythonKind::Undefined
        )
    });
    environment.add_test("iterable", |value: Value| match kind(&value) {
        PythonKind::None | PythonKind::Bool | PythonKind::Int | PythonKind::Float => false,
        PythonKind::Other => super::values::is_loop(&value),
        _ => true,
    });
}

/// Whether a value is one of these names.
fn named(name: &Value, lists: &[&[&str]]) -> Result<bool, Error> {
    if super::lists::unhashable(name) {
        return Err(wrong("a list or dict is not a name"));
    }
    Ok(name.as_str().is_some_and(|name| lists.iter().any(|names| names.contains(&name))))
}

/// Whether a value, printed, has letters of this case alone.
fn cased(value: &Value, method: &str) -> Result<bool, Error> {
    let text = super::printing::str(value)?;
    bounds::steps(text.len().saturating_mul(4))?;
    Ok(strings::is(&text, method).unwrap_or(false))
}

/// Whether both are one and the same for Python.
fn same(value: &Value, other: &Value) -> Result<bool, Error> {
    Ok(match (kind(value), kind(other)) {
        (PythonKind::None, PythonKind::None) => true,
        (kind @ (PythonKind::Bool | PythonKind::Int | PythonKind::Float | PythonKind::String), other_kind) => {
            kind == other_kind && super::operators::equal(value, other)?
        }
        _ => same_object(value, other),
    })
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
