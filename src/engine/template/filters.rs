//! The other filters, and what Jinja2 does not have.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Value};

use super::arguments::{Given, bind, truth, wrong};
use super::lists::Group;
use super::methods;
use super::pretty;
use super::printing::float;
use super::values::Method;

pub(super) fn add(environment: &mut Environment<'static>) {
    for name in ["bool", "chain", "lines", "split", "zip"] {
        environment.remove_filter(name);
    }
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    environment.add_filter("attr", attr);
    environment.add_filter("pprint", |value: Value| pretty::print(&value));
    environment.add_filter("tojson", to_json);
}

fn default(value: Value, args: Given) -> Result<Value, Error> {
    let [default, boolean] = bind(&args, ["default_value", "boolean"])?;
    let replaces = value.is_undefined() || (truth(boolean.as_ref(), false) && !value.is_true());
    Ok(if replaces { default.unwrap_or(Value::from("")) } else { value })
}

/// An attribute, never an entry. Of the data only methods are such.
fn attr(value: Value, name: &str) -> Result<Value, Error> {
    let is_method = match value.kind() {
        ValueKind::String => super::strings::is_of_string(name),
        ValueKind::Map => methods::OF_DICTS.contains(&name),
        _ => false,
    };
    if is_method {
        return Ok(Value::from_object(Method));
    }
    let has_attributes = value.downcast_object_ref::<Group>().is_some();
    if has_attributes { value.get_attr(name) } else { Ok(Value::UNDEFINED) }
}

fn to_json(value: Value, args: Given) -> Result<Value, Error> {
    let [indent] = bind(&args, ["indent"])?;
    let indent = match indent.filter(|indent| !indent.is_none()) {
        None => None,
        Some(indent) if indent.kind() == ValueKind::String => Some(indent.as_str().unwrap_or_default().to_owned()),
        Some(indent) => Some(" ".repeat(usize::try_from(i64::try_from(indent)?.clamp(0, 100)).unwrap_or_default())),
    };
    let mut text = String::new();
    write_json(&mut text, &value, indent.as_deref(), 0)?;
    Ok(Value::from_safe_string(text))
}

/// How deep JSON is written.
const MAX_DEPTH: usize = 200;

/// JSON as Python's `json.dumps` writes it with sorted keys, in ASCII, with what HTML reads otherwise escaped.
fn write_json(text: &mut String, value: &Value, indent: Option<&str>, depth: usize) -> Result<(), Error> {
    super::bounds::check_length(text.len())?;
    if depth > MAX_DEPTH {
        return Err(wrong("nested too deep"));
    }
    let line = |text: &mut String, depth: usize| {
        if let Some(indent) = indent {
            text.push('\n');
            (0..depth).for_each(|_| text.push_str(indent));
        }
    };
    let comma = if indent.is_some() { "," } else { ", " };
    match value.kind() {
        ValueKind::None => text.push_str("null"),
        ValueKind::Bool => text.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number if value.is_integer() => text.push_str(&value.to_string()),
        ValueKind::Number => {
            let number = float(f64::try_from(value.clone())?);
            text.push_str(match number.as_str() {
                "nan" => "NaN",
                "inf" => "Infinity",
                "-inf" => "-Infinity",
                number => number,
            });
        }
        ValueKind::String => write_json_string(text, value.as_str().unwrap_or_default()),
        ValueKind::Map => {
            let mut entries = Vec::new();
            for key in value.try_iter()? {
                let item = value.get_item(&key)?;
                let name = match key.kind() {
                    ValueKind::String => key.as_str().unwrap_or_default().to_owned(),
                    ValueKind::None => "null".into(),
                    ValueKind::Bool => key.is_true().to_string(),
                    ValueKind::Number if key.is_integer() => key.to_string(),
                    ValueKind::Number => float(f64::try_from(key)?),
                    _ => return Err(wrong("no key of JSON")),
                };
                entries.push((name, item));
            }
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            text.push('{');
            for (index, (name, item)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { comma } else { "" });
                line(text, depth + 1);
                write_json_string(text, name);
                text.push_str(": ");
                write_json(text, item, indent, depth + 1)?;
            }
            if !entries.is_empty() {
                line(text, depth);
            }
            text.push('}');
        }
        ValueKind::Seq | ValueKind::Iterable => {
            text.push('[');
            let mut is_empty = true;
            for item in value.try_iter()? {
                text.push_str(if is_empty { "" } else { comma });
                is_empty = false;
                line(text, depth + 1);
                write_json(text, &item, indent, depth + 1)?;
            }
            if !is_empty {
                line(text, depth);
            }
            text.push(']');
        }
        _ => return Err(wrong("not serializable")),
    }
    Ok(())
}

fn write_json_string(text: &mut String, string: &str) {
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
}
