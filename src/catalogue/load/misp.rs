//! Modules as MISP reports them: `moduleIndex`, `triggers` and `moduleView`.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::catalogue::{CatalogueError, Parameter, ParameterKind, Provenance, Shape, Signature};
use crate::model::ModuleType;

use super::names_a_secret;
use super::options::options;
use super::scalar::{is_set, members, small_number_at, text, text_at};

/// Reads MISP's list of modules. A trigger's `Workflow` and whatever else is not part of a
/// signature is left aside.
pub(super) fn load(entries: &[Json]) -> Result<Vec<Signature>, CatalogueError> {
    entries.iter().enumerate().map(|(index, entry)| signature(entry, index + 1)).collect()
}

fn signature(entry: &Json, number: usize) -> Result<Signature, CatalogueError> {
    let id = text_at(entry, "id");
    if id.is_empty() {
        return Err(CatalogueError::new(format!("module number {number} of MISP's answer has no `id`")));
    }
    let module_type = match entry.get("module_type").and_then(Json::as_str) {
        Some("trigger") => ModuleType::Trigger,
        Some("logic") => ModuleType::Logic,
        Some("action") => ModuleType::Action,
        _ => {
            return Err(CatalogueError::new(format!(
                "the `module_type` of `{id}` is none of `trigger`, `logic` and `action`"
            )));
        }
    };
    let outputs = match entry.get("outputs") {
        None | Some(Json::Null) => 1,
        Some(_) => small_number_at(entry, "outputs")
            .ok_or_else(|| CatalogueError::new(format!("the `outputs` of `{id}` is not a small number")))?,
    };
    let parameters =
        members(entry.get("params")).into_iter().map(|entry| parameter(entry, &id)).collect::<Result<_, _>>()?;
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    Ok(Signature {
        name: or(text_at(entry, "name"), &id),
        module_type,
        description: text_at(entry, "description"),
        version: or(text_at(entry, "version"), super::misp_modules::VERSION),
        blocking: is_set(entry, "blocking"),
        outputs,
        shape: shape(entry, module_type),
        multiple_output_connection: is_set(entry, "multiple_output_connection"),
        supports_filters: is_set(entry, "support_filters"),
        expects_core_format: is_set(entry, "expect_misp_core_format"),
        gives_core_format: is_set(entry, "misp_core_format"),
        disabled: is_set(entry, "disabled"),
        scope: entry.get("scope").and_then(text),
        overhead: small_number_at(entry, "trigger_overhead"),
        provenance: provenance(entry),
        traps: Vec::new(),
        parameters,
        id,
    })
}

fn shape(entry: &Json, module_type: ModuleType) -> Shape {
    match entry.get("html_template").and_then(Json::as_str) {
        Some("if") => Shape::If,
        Some("concurrent") => Shape::Concurrent,
        Some("trigger") => Shape::Trigger,
        None if module_type == ModuleType::Trigger => Shape::Trigger,
        _ => Shape::Default,
    }
}

fn provenance(entry: &Json) -> Provenance {
    if is_set(entry, "is_misp_module") {
        Provenance::MispModules
    } else if is_set(entry, "is_custom") {
        Provenance::Custom
    } else {
        Provenance::BuiltIn
    }
}

fn parameter(entry: &Json, module: &str) -> Result<Parameter, CatalogueError> {
    let id = text_at(entry, "id");
    if id.is_empty() {
        return Err(CatalogueError::new(format!("a parameter of `{module}` has no `id`")));
    }
    let kind = if is_set(entry, "_isHashPath") { ParameterKind::HashPath } else { kind(&text_at(entry, "type")) };
    let options = options(entry.get("options"));
    let create_new = is_set(entry, "picker_create_new");
    let chooses = matches!(kind, ParameterKind::Select | ParameterKind::Picker | ParameterKind::Radio);
    let default = entry.get("default").filter(|default| !default.is_null()).cloned();
    // In a widget that is chosen from, MISP's placeholder is a prompt and no value.
    let example = if chooses { String::new() } else { text_at(entry, "placeholder") };
    Ok(Parameter {
        label: text_at(entry, "label"),
        kind,
        description: text_at(entry, "description"),
        open: create_new || (chooses && options.is_empty()),
        options,
        multiple: kind == ParameterKind::Picker && (create_new || is_set(entry, "multiple")),
        jinja: is_set(entry, "jinja_supported"),
        json: false,
        lines: None,
        sensitive: !chooses && names_a_secret(&id),
        display_on: display_on(entry.get("display_on")),
        sub_selector: kind == ParameterKind::HashPath && is_sub_selector(entry, default.as_ref()),
        required: None,
        default,
        example,
        id,
    })
}

fn kind(name: &str) -> ParameterKind {
    match name {
        "textarea" => ParameterKind::Textarea,
        "select" => ParameterKind::Select,
        "picker" => ParameterKind::Picker,
        "hashpath" => ParameterKind::HashPath,
        "number" => ParameterKind::Number,
        "checkbox" => ParameterKind::Checkbox,
        "radio" => ParameterKind::Radio,
        _ => ParameterKind::Text,
    }
}

/// MISP marks some paths as read inside items although their default starts at the root.
fn is_sub_selector(entry: &Json, default: Option<&Json>) -> bool {
    let from_root = default.and_then(Json::as_str).is_some_and(|path| path.starts_with("Event."));
    !from_root && entry.get("hashpath").is_some_and(|hash_path| is_set(hash_path, "is_sub_selector"))
}

fn display_on(value: Option<&Json>) -> IndexMap<String, Vec<String>> {
    let Some(Json::Object(conditions)) = value else { return IndexMap::new() };
    conditions
        .iter()
        .map(|(parameter, values)| {
            let values = match values {
                Json::Array(values) => values.iter().filter_map(text).collect(),
                value => text(value).into_iter().collect(),
            };
            (parameter.clone(), values)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::ParamValue;

    fn one(entry: Json) -> Signature {
        load(&[entry]).unwrap().remove(0)
    }

    fn message(entry: Json) -> String {
        load(&[entry]).unwrap_err().message
    }

    #[test]
    fn a_trigger_is_read_without_its_workflow() {
        let trigger = one(json!({
            "id": "tea-ready", "scope": "tea", "name": "Tea Ready", "description": "The tea is ready", "inputs": 0,
            "outputs": 1, "blocking": true, "misp_core_format": true, "trigger_overhead": 2, "version": "0.3",
            "params": [], "module_type": "trigger", "html_template": "trigger", "disabled": false,
            "saved_filters": [{"text": "selector", "value": ""}], "Workflow": {"id": "7", "data": []}
        }));
        assert_eq!(trigger.module_type, ModuleType::Trigger);
        assert_eq!((trigger.shape, trigger.outputs, trigger.inputs()), (Shape::Trigger, 1, 0));
        assert_eq!((trigger.scope.as_deref(), trigger.overhead), (Some("tea"), Some(2)));
        assert!(trigger.blocking && trigger.gives_core_format && !trigger.expects_core_format);
        assert_eq!(trigger.version, "0.3");
        assert_eq!(trigger.provenance, Provenance::BuiltIn);
    }

    #[test]
    fn a_logic_module_is_read_with_its_oddities() {
        let module = one(json!({
            "id": "tea-if", "name": "IF :: Tea", "module_type": "logic", "html_template": "if", "outputs": "2",
            "is_custom": true, "version": 0.2, "params": {"1": {"id": "kind", "type": "select", "default": "0",
            "options": [{"name": " Green", "value": 0}], "placeholder": "Pick a tea"}}
        }));
        assert!(module.is_condition());
        assert_eq!(module.version, "0.2");
        assert_eq!(module.provenance, Provenance::Custom);
        assert_eq!(module.css_class(), "block-type-if block-type-logic");
        let kind = module.parameter("kind").unwrap();
        assert_eq!(kind.option_by_label("green"), Some("0"));
        assert_eq!((kind.open, kind.example.as_str()), (false, ""));
    }

    #[test]
    fn options_close_a_parameter_and_their_absence_opens_it() {
        let module = one(json!({"id": "brew", "module_type": "action", "params": [
            {"id": "tags", "type": "picker", "multiple": "true", "options": ["tea:green"]},
            {"id": "cups", "type": "picker", "multiple": false, "options": []},
            {"id": "words", "type": "picker", "picker_create_new": true, "options": ["hot"]},
            {"id": "pots", "type": "picker", "picker_options": {"select_options_url": "/pots.json"}},
        ]}));
        let facts: Vec<_> = module.parameters.iter().map(|parameter| (parameter.open, parameter.multiple)).collect();
        assert_eq!(facts, [(false, true), (true, false), (true, true), (true, false)]);
        assert_eq!(module.parameters[0].editor_default(), Some(ParamValue::List(Vec::new())));
        assert_eq!(module.parameters[1].editor_default(), Some(ParamValue::Null));
    }

    #[test]
    fn texts_paths_and_conditions_are_read() {
        let module = one(json!({"id": "brew", "module_type": "action", "params": [
            {"id": "note", "type": "textarea", "placeholder": "Earl Grey", "jinja_supported": true,
             "display_on": {"action": ["add", 2], "size": "4"}},
            {"id": "api_token", "type": "input", "default": null},
            {"id": "inner", "type": "hashpath", "placeholder": "Tag.name", "hashpath": {"is_sub_selector": true}},
            {"id": "outer", "type": "hashpath", "default": "Event.uuid", "hashpath": {"is_sub_selector": true}},
            {"id": "old", "type": "input", "_isHashPath": true},
            {"id": "new", "type": "slider"},
        ]}));
        let parameter = |id: &str| module.parameter(id).unwrap();
        assert!(parameter("note").jinja);
        assert_eq!(parameter("note").example, "Earl Grey");
        assert_eq!(parameter("note").display_on["action"], ["add", "2"]);
        assert_eq!(parameter("note").display_on["size"], ["4"]);
        assert!(parameter("api_token").sensitive);
        assert_eq!(parameter("api_token").default, None);
        assert!(parameter("inner").sub_selector);
        assert!(!parameter("outer").sub_selector);
        assert_eq!(parameter("old").kind, ParameterKind::HashPath);
        assert_eq!(parameter("new").kind, ParameterKind::Text);
    }

    #[test]
    fn what_a_module_cannot_do_without_is_an_error() {
        assert_eq!(message(json!({"module_type": "action"})), "module number 1 of MISP's answer has no `id`");
        assert_eq!(message(json!([])), "module number 1 of MISP's answer has no `id`");
        assert_eq!(
            message(json!({"id": "a", "module_type": "tea"})),
            "the `module_type` of `a` is none of `trigger`, `logic` and `action`"
        );
        assert_eq!(
            message(json!({"id": "a", "module_type": "action", "outputs": -1})),
            "the `outputs` of `a` is not a small number"
        );
        assert_eq!(
            message(json!({"id": "a", "module_type": "action", "params": [3]})),
            "a parameter of `a` has no `id`"
        );
    }
}
