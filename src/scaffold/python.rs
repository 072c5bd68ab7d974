//! The file of an action of misp-modules, in Python.

use std::fmt::Write as _;

use crate::catalogue::{Parameter, ParameterKind, Signature};

use super::{filled, required};

pub(super) fn source(module: &Signature) -> String {
    let parameters: String = module.parameters.iter().map(parameter).collect();
    let required: Vec<String> = required(module).into_iter().map(text).collect();
    let doc = module.description.replace(['"', '\\', '\n'], " ");
    filled(
        include_str!("templates/action.py.txt"),
        &[
            ("DOC", &format!("{}.", doc.trim().trim_end_matches('.'))),
            ("PARAMETERS", &parameters),
            ("BLOCKING", boolean(module.blocking)),
            ("FILTERS", boolean(module.supports_filters)),
            ("CORE_FORMAT", boolean(module.expects_core_format)),
            ("VERSION", &text(&module.version)),
            ("DESCRIPTION", &text(&module.description)),
            ("NAME", &text(&module.name)),
            ("REQUIRED", &format!("[{}]", required.join(", "))),
        ],
    )
}

fn parameter(parameter: &Parameter) -> String {
    let mut out = format!("        {}: {{\n", text(&parameter.id));
    let mut entry = |key: &str, value: &str| {
        let _ = writeln!(out, "            \"{key}\": {value},");
    };
    entry(
        "type",
        match parameter.kind {
            ParameterKind::Textarea => "\"large_string\"",
            ParameterKind::HashPath => "\"hash_path\"",
            _ => "\"string\"",
        },
    );
    let mut description = parameter.description.clone();
    if !parameter.options.is_empty() {
        let options: Vec<&str> = parameter.options.keys().map(String::as_str).collect();
        let colon = if description.is_empty() { "" } else { ": " };
        let _ = write!(description, "{colon}one of {}", options.join(", "));
    }
    if !description.is_empty() {
        entry("description", &text(&description));
    }
    if !parameter.example.is_empty() {
        entry("value", &text(&parameter.example));
    }
    if parameter.jinja {
        entry("jinja_supported", "True");
    }
    out.push_str("        },\n");
    out
}

fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// JSON's strings are Python's too.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
