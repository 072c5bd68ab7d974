//! A new module of one's own: from a signature to source that works, and a workflow that uses it.

mod php;
mod python;
mod workflow;

use serde_json::json;

use crate::catalogue::{Parameter, ParameterKind, Shape, Signature};
use crate::model::ModuleType;
use crate::module_source::Language;

pub use workflow::workflow;

/// The signature of a new module that nobody has described: it takes a message, and a level or a text.
pub fn starter(name: &str, module_type: ModuleType, language: Language) -> Signature {
    let is_logic = module_type == ModuleType::Logic;
    let parameters = if is_logic {
        json!([{"id": "text", "label": "Text", "type": "text", "description": "What the title of the event must hold",
            "example": "phishing", "required": "the answer is always no"}])
    } else {
        json!([
            {"id": "message", "label": "Message", "type": "textarea", "description": "The message", "jinja": true,
             "example": "{{ Event.info }}", "required": "the message is empty"},
            {"id": "level", "label": "Level", "type": if language == Language::Php { "select" } else { "text" },
             "description": "How much it matters", "default": "low", "options": {"low": "Low", "high": "High"}},
        ])
    };
    let mut parameters: Vec<Parameter> = serde_json::from_value(parameters).unwrap_or_default();
    if language == Language::Python {
        for parameter in &mut parameters {
            parameter.options.clear();
            parameter.default = None;
        }
    }
    let mut title = name.replace(['-', '_'], " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let description = if is_logic {
        "Asks whether the title of the event contains a string"
    } else {
        "Tells somebody about the event"
    };
    Signature {
        name: if is_logic { format!("IF :: {title}") } else { title },
        description: description.to_owned(),
        outputs: if is_logic { 2 } else { 1 },
        shape: if is_logic { Shape::If } else { Shape::Default },
        expects_core_format: true,
        parameters,
        ..Signature::custom(
            if language == Language::Php { name.to_owned() } else { name.replace('-', "_") },
            module_type,
        )
    }
}

/// The source of a module, and where it belongs, from the folder of the project.
pub fn source(module: &Signature, language: Language) -> (String, String) {
    let name = module.id.replace('-', "_");
    match language {
        Language::Php => {
            let folder = if module.module_type == ModuleType::Logic { "logic" } else { "action" };
            (format!("WorkflowModules/{folder}/Module_{name}.php"), php::source(module))
        }
        Language::Python => (format!("misp-modules/action_mod/{name}.py"), python::source(module)),
    }
}

/// Why a module cannot be written in a language.
pub fn refusal(module: &Signature, language: Language) -> Option<&'static str> {
    match (module.module_type, language) {
        (ModuleType::Trigger, _) => Some("MISP itself starts triggers: a new one needs changes in MISP"),
        (ModuleType::Logic, Language::Python) => Some("misp-modules has actions only: write a logic module in PHP"),
        _ => None,
    }
}

/// The ids of the parameters that may not be empty.
fn required(module: &Signature) -> Vec<&str> {
    // A path that is empty means the whole data.
    let needs = |parameter: &&Parameter| {
        parameter.required.is_some() && parameter.kind != ParameterKind::HashPath && parameter.display_on.is_empty()
    };
    module.parameters.iter().filter(needs).map(|parameter| parameter.id.as_str()).collect()
}

/// A template with its blanks filled in. What is filled in is not looked at again.
fn filled(template: &str, blanks: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('@') {
        out.push_str(before);
        let found = blanks.iter().find_map(|(name, value)| Some((value, after.strip_prefix(name)?.strip_prefix('@')?)));
        if let Some((value, after)) = found {
            out.push_str(value);
            rest = after;
        } else {
            out.push('@');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
