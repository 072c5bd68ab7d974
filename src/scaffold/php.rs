//! The class of a module, in PHP.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::catalogue::{Parameter, ParameterKind, Shape, Signature};
use crate::model::ModuleType;

use super::{filled, required};

pub(super) fn source(module: &Signature) -> String {
    let is_logic = module.module_type == ModuleType::Logic;
    let template =
        if is_logic { include_str!("templates/logic.php.txt") } else { include_str!("templates/action.php.txt") };
    let class = format!("Module_{}", module.id.replace('-', "_"));
    let mut properties = String::new();
    let mut property = |name: &str, value: &str| {
        let _ = writeln!(properties, "    public ${name} = {value};");
    };
    property("id", &text(&module.id));
    property("name", &text(&module.name));
    property("version", &text(&module.version));
    property("description", &text(&module.description));
    property("icon", if is_logic { "'code-branch'" } else { "'bell'" });
    property("inputs", "1");
    property("outputs", &module.outputs.to_string());
    if module.shape != Shape::Default {
        property("html_template", &text(module.shape.as_str()));
    }
    property("blocking", boolean(module.blocking));
    property("support_filters", boolean(module.supports_filters));
    property("expect_misp_core_format", boolean(module.expects_core_format));
    property("params", "[]");
    let parameters: String = module.parameters.iter().map(parameter).collect();
    let required: Vec<String> = required(module).into_iter().map(text).collect();
    filled(
        template,
        &[
            ("CLASS", &class),
            ("PROPERTIES", &properties),
            ("PARAMETERS", &parameters),
            ("REQUIRED", &format!("[{}]", required.join(", "))),
        ],
    )
}

fn parameter(parameter: &Parameter) -> String {
    let mut out = String::from("            [\n");
    let mut entry = |key: &str, value: &str| {
        let _ = writeln!(out, "                '{key}' => {value},");
    };
    entry("id", &text(&parameter.id));
    entry("label", &text(if parameter.label.is_empty() { &parameter.id } else { &parameter.label }));
    entry("type", &text(if parameter.kind == ParameterKind::Text { "input" } else { parameter.kind.as_str() }));
    if !parameter.options.is_empty() {
        let options = parameter.options.iter().map(|(key, label)| {
            let label = if label.is_empty() { key } else { label };
            format!("{} => {}", text(key), text(label))
        });
        entry("options", &format!("[{}]", options.collect::<Vec<_>>().join(", ")));
    }
    if parameter.open {
        entry("picker_create_new", "true");
    }
    if parameter.multiple {
        entry("multiple", "true");
    }
    if let Some(default) = &parameter.default {
        entry("default", &value(default));
    }
    if !parameter.example.is_empty() {
        entry("placeholder", &text(&parameter.example));
    }
    if parameter.jinja {
        entry("jinja_supported", "true");
    }
    if parameter.sub_selector {
        entry("hashpath", "['is_sub_selector' => true]");
    }
    if !parameter.display_on.is_empty() {
        let conditions = parameter.display_on.iter().map(|(other, values)| {
            let values: Vec<String> = values.iter().map(|value| text(value)).collect();
            format!("{} => [{}]", text(other), values.join(", "))
        });
        entry("display_on", &format!("[{}]", conditions.collect::<Vec<_>>().join(", ")));
    }
    out.push_str("            ],\n");
    out
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn value(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => boolean(*value).to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(string) => text(string),
        Json::Array(values) => format!("[{}]", values.iter().map(value).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, entry)| format!("{} => {}", text(key), value(entry)));
            format!("[{}]", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
