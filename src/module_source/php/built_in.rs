//! The classes of MISP that modules extend.

use crate::catalogue::{Catalogue, Parameter, ParameterKind, Signature, module_ids};
use crate::model::ModuleType;
use crate::module_source::value::{Entries, Value};

/// A class of MISP.
pub(super) struct BuiltIn {
    /// The kind of module, where the class says it.
    pub module_type: Option<&'static str>,
    /// What its properties hold from the start.
    pub properties: Vec<(&'static str, Value)>,
    /// What its constructor gives them.
    pub constructed: Vec<(&'static str, Value)>,
    /// The labels of filters, which filtering modules have.
    pub has_labels: bool,
}

/// MISP's labels of filters.
pub(super) fn labels() -> Value {
    let mut labels = Entries::map();
    for letter in ["A", "B", "C", "D", "E", "F"] {
        labels.insert(letter.to_owned(), Value::Text(format!("Label {letter}")));
    }
    Value::Entries(labels)
}

impl BuiltIn {
    /// The class with this name: a base class, or the class of a module of MISP itself.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (module_type, outputs, own): (_, _, &[(&'static str, Value)]) = match name {
            "WorkflowBaseModule" => (None, 0, &[]),
            "WorkflowBaseActionModule" => (Some("action"), 0, &[]),
            "WorkflowBaseLogicModule" | "WorkflowFilteringLogicModule" => (Some("logic"), 2, &[]),
            "WorkflowBaseTriggerModule" => (
                Some("trigger"),
                1,
                &[("misp_core_format", Value::Bool(false)), ("trigger_overhead", Value::Integer(1))],
            ),
            _ => return Self::of_module(name),
        };
        let mut properties = vec![
            ("blocking", Value::Bool(false)),
            ("expect_misp_core_format", Value::Bool(false)),
            ("version", Value::Text("0.1".to_owned())),
            ("multiple_output_connection", Value::Bool(false)),
            ("support_filters", Value::Bool(false)),
            ("params", Value::Entries(Entries::default())),
            ("outputs", Value::Integer(outputs)),
        ];
        properties.extend(own.iter().cloned());
        if module_type == Some("trigger") {
            properties.push(("scope", Value::Text("others".to_owned())));
        }
        let has_labels = name == "WorkflowFilteringLogicModule";
        Some(Self { module_type, properties, constructed: Vec::new(), has_labels })
    }

    /// The class of a module that MISP has, as the newest known release has it.
    fn of_module(class: &str) -> Option<Self> {
        let suffix = class.strip_prefix("Module_")?;
        let id = if suffix == "assign_country_from_enrichment" { module_ids::ASSIGN_COUNTRY } else { suffix };
        let is_it = |module: &&Signature| {
            module.id.replace('-', "_").eq_ignore_ascii_case(id) || module.id.eq_ignore_ascii_case(class)
        };
        let module = Catalogue::built_in().modules().find(is_it)?;
        let properties = vec![
            ("id", text(&module.id)),
            ("name", text(&module.name)),
            ("version", text(&module.version)),
            ("description", text(&module.description)),
            ("blocking", Value::Bool(module.blocking)),
            ("outputs", Value::Integer(module.outputs.into())),
            ("multiple_output_connection", Value::Bool(module.multiple_output_connection)),
            ("support_filters", Value::Bool(module.supports_filters)),
            ("expect_misp_core_format", Value::Bool(module.expects_core_format)),
            ("html_template", text(module.shape.as_str())),
            ("params", Value::Entries(Entries::default())),
        ];
        let parameters = Value::list(module.parameters.iter().map(parameter));
        let module_type = match module.module_type {
            ModuleType::Trigger => "trigger",
            ModuleType::Logic => "logic",
            ModuleType::Action => "action",
        };
        Some(Self {
            module_type: Some(module_type),
            properties,
            constructed: vec![("params", parameters)],
            has_labels: false,
        })
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A parameter as MISP's classes write it.
fn parameter(parameter: &Parameter) -> Value {
    let kind = if parameter.kind == ParameterKind::Text { "input" } else { parameter.kind.as_str() };
    let mut entries = Entries::map();
    let mut set = |key: &str, value: Value| entries.insert(key.to_owned(), value);
    set("id", text(&parameter.id));
    set("label", text(&parameter.label));
    set("type", text(kind));
    set("placeholder", text(&parameter.example));
    set("multiple", Value::Bool(parameter.multiple));
    set("jinja_supported", Value::Bool(parameter.jinja));
    if !parameter.options.is_empty() && !parameter.open {
        let mut options = Entries::map();
        parameter.options.iter().for_each(|(key, label)| options.insert(key.clone(), text(label)));
        set("options", Value::Entries(options));
    }
    match &parameter.default {
        Some(serde_json::Value::String(default)) => set("default", text(default)),
        Some(serde_json::Value::Number(default)) => {
            set("default", Value::Integer(default.as_i64().unwrap_or_default()));
        }
        Some(serde_json::Value::Array(values)) => {
            set("default", Value::list(values.iter().filter_map(|value| value.as_str().map(text))));
        }
        _ => {}
    }
    if !parameter.display_on.is_empty() {
        let mut conditions = Entries::map();
        for (other, values) in &parameter.display_on {
            conditions.insert(other.clone(), Value::list(values.iter().map(|value| text(value))));
        }
        set("display_on", Value::Entries(conditions));
    }
    if parameter.sub_selector {
        let mut hash_path = Entries::map();
        hash_path.insert("is_sub_selector".to_owned(), Value::Bool(true));
        set("hashpath", Value::Entries(hash_path));
    }
    Value::Entries(entries)
}
