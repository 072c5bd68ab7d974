//! The other filters, and what Jinja2 does not have.

use std::fmt::Write;

use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, truth, wrong};
use super::kinds::{PythonKind, kind};
use super::lists::Group;
use super::printing::float;
use super::rewrite::{is_internal, own};
use super::values::Method;
use super::{bounds, methods, pretty};

pub(super) fn add(environment: &mut Environment<'static>) {
    for name in ["bool", "chain", "lines", "split", "zip"] {
        environment.remove_filter(name);
    }
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    environment.add_filter("attr", attr);
    environment.add_filter("pprint", |value: Value| pretty::print(&value));
    environment.add_filter("tojson", to_json);
    // Jinja2 puts links into HTML here.
    environment.add_filter("urlize", |_: Value, _: Given| Err::<Value, _>(wrong("urlize is not supported")));
    environment.add_filter(own!("failure"), |_: Value, _: Given| Err::<Value, _>(wrong("the template fails here")));
    environment.add_test(own!("unknown"), |_: Value, _: Given| Err::<bool, _>(wrong("there is no such test")));
    environment.add_filter(own!("forbidden"), |value: Value| {
        if value.is_undefined() { Err(wrong("what is undefined has no attributes")) } else { Ok(Value::UNDEFINED) }
    });
    environment.add_filter(own!("given"), |value: Value| {
        if value.is_undefined() { Value::from_object(GivenUndefined) } else { value }
    });
    environment.add_filter(own!("taken"), |value: Value| {
        if value.downcast_object_ref::<GivenUndefined>().is_some() { Value::UNDEFINED } else { value }
    });
}

/// What is undefined and was given to a macro all the same, so that no default replaces it.
#[derive(Debug)]
struct GivenUndefined;

impl minijinja::value::Object for GivenUndefined {}

fn default(value: Value, args: Given) -> Result<Value, Error> {
    let [default, boolean] = bind(&args, ["default_value", "boolean"])?;
    let replaces = value.is_undefined() || (truth(boolean.as_ref(), false) && !value.is_true());
    Ok(if replaces { default.unwrap_or(Value::from("")) } else { value })
}

/// An attribute, never an entry. Of the data only methods are such.
fn attr(value: Value, name: &str) -> Result<Value, Error> {
    if is_internal(name) {
        return Ok(Value::UNDEFINED);
    }
    let is_method = match kind(&value) {
        PythonKind::Undefined => return Err(wrong("what is undefined has no attributes")),
        PythonKind::String => super::strings::is_of_string(name),
        PythonKind::Dict => methods::OF_DICTS.contains(&name),
        _ => false,
    };
    if is_method {
        let of = if kind(&value) == PythonKind::String { "str" } else { "dict" };
        return Ok(Value::from_object(Method { name: name.to_owned(), of }));
    }
    let has_attributes = value.downcast_object_ref::<Group>().is_some() || kind(&value) == PythonKind::Other;
    if has_attributes { value.get_attr(name) } else { Ok(Value::UNDEFINED) }
}

fn to_json(value: Value, args: Given) -> Result<Value, Error> {
    let [indent] = bind(&args, ["indent"])?;
    let indent = match indent.filter(|indent| !indent.is_none()) {
        None => None,
        Some(indent) if kind(&indent) == PythonKind::String => Some(indent.as_str().unwrap_or_default().to_owned()),
        Some(indent) => {
            let width = usize::try_from(i64::try_from(indent)?.max(0)).unwrap_or(usize::MAX);
            bounds::made(width)?;
            Some(" ".repeat(width))
        }
    };
    let mut text = String::new();
    write_json(&mut text, &value, indent.as_deref(), 0)?;
    Ok(Value::from_safe_string(text))
}

/// JSON as Python's `json.dumps` writes it with sorted keys, in ASCII, with what HTML reads otherwise escaped.
fn write_json(text: &mut String, value: &Value, indent: Option<&str>, depth: usize) -> Result<(), Error> {
    bounds::values(1)?;
    bounds::deep(depth)?;
    let line = |text: &mut String, depth: usize| {
        if let Some(indent) = indent {
            bounds::made(indent.len().saturating_mul(depth).saturating_add(1))?;
            text.push('\n');
            (0..depth).for_each(|_| text.push_str(indent));
        }
        bounds::made(3)
    };
    let comma = if indent.is_some() { "," } else { ", " };
    match kind(value) {
        PythonKind::None => text.push_str("null"),
        PythonKind::Bool => text.push_str(if value.is_true() { "true" } else { "false" }),
        PythonKind::Int => text.push_str(&value.to_string()),
        PythonKind::Float => {
            let number = float(f64::try_from(value.clone())?);
            text.push_str(match number.as_str() {
                "nan" => "NaN",
                "inf" => "Infinity",
                "-inf" => "-Infinity",
                number => number,
            });
        }
        PythonKind::String => write_json_string(text, value.as_str().unwrap_or_default())?,
        PythonKind::Dict => {
            let mut entries = Vec::new();
            for key in value.try_iter()? {
                let item = value.get_item(&key)?;
                let name = match kind(&key) {
                    PythonKind::String => key.as_str().unwrap_or_default().to_owned(),
                    PythonKind::None => "null".into(),
                    PythonKind::Bool => key.is_true().to_string(),
                    PythonKind::Int => key.to_string(),
                    PythonKind::Float => float(f64::try_from(key)?),
                    _ => return Err(wrong("no key of JSON")),
                };
                bounds::made(name.len() + 64)?;
                entries.push((name, item));
            }
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            text.push('{');
            for (index, (name, item)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { comma } else { "" });
                line(text, depth + 1)?;
                write_json_string(text, name)?;
                text.push_str(": ");
                write_json(text, item, indent, depth + 1)?;
            }
            if !entries.is_empty() {
                line(text, depth)?;
            }
            text.push('}');
        }
        PythonKind::List | PythonKind::Tuple => {
            text.push('[');
            let mut is_empty = true;
            for item in value.try_iter()? {
                text.push_str(if is_empty { "" } else { comma });
                is_empty = false;
                line(text, depth + 1)?;
                write_json(text, &item, indent, depth + 1)?;
            }
            if !is_empty {
                line(text, depth)?;
            }
            text.push(']');
        }
        _ => return Err(wrong("not serializable")),
    }
    Ok(())
}

fn write_json_string(text: &mut String, string: &str) -> Result<(), Error> {
    bounds::steps(string.len().saturating_mul(4))?;
    let before = text.len();
    text.push('"');
    for char in string.chars() {
        let _ = match char {
            '"' => write!(text, "\\\""),
            '\\' => write!(text, "\\\\"),
            '\n' => write!(text, "\\n"),
            '\r' => write!(text, "\\r"),
            '\t' => write!(text, "\\t"),
            '\u{8}' => write!(text, "\\b"),
            '\u{c}' => write!(text, "\\f"),
            '<' | '>' | '&' | '\'' => write!(text, "\\u{:04x}", u32::from(char)),
            ' '..='~' => write!(text, "{char}"),
            char => {
                let mut units = [0; 2];
                char.encode_utf16(&mut units).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}"))
            }
        };
    }
    text.push('"');
    bounds::made(text.len() - before)
}
