//! Modules as the misp-modules service reports them at `/modules`.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::catalogue::{CatalogueError, Parameter, ParameterKind, Provenance, Shape, Signature};
use crate::model::ModuleType;

use super::names_a_secret;
use super::scalar::{is_set, members, text_at};

/// The version that a module has in MISP when it states none. MISP does not look at the version
/// that misp-modules reports.
pub(super) const VERSION: &str = "0.1";

/// Reads the action modules of the service's list; others (expansion, import, export) are no
/// modules of a workflow.
pub(super) fn load(entries: &[Json]) -> Result<Vec<Signature>, CatalogueError> {
    entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| is_action(entry))
        .map(|(index, entry)| signature(entry, index + 1))
        .collect()
}

fn is_action(entry: &Json) -> bool {
    let kinds = members(entry.get("meta").and_then(|meta| meta.get("module-type")));
    entry.get("type").and_then(Json::as_str) == Some("action_mod")
        || kinds.iter().any(|kind| kind.as_str() == Some("action"))
}

fn signature(entry: &Json, number: usize) -> Result<Signature, CatalogueError> {
    let name = text_at(entry, "name");
    if name.is_empty() {
        return Err(CatalogueError::new(format!("module number {number} of the misp-modules answer has no `name`")));
    }
    let nothing = Json::Null;
    let meta = entry.get("meta").unwrap_or(&nothing);
    let config = entry
        .get("mispattributes")
        .and_then(|attributes| attributes.get("config"))
        .or_else(|| meta.get("config"))
        .unwrap_or(&nothing);
    let parameters = match config.get("params") {
        Some(Json::Object(parameters)) => parameters.iter().map(|(name, entry)| parameter(name, entry)).collect(),
        _ => Vec::new(),
    };
    Ok(Signature {
        id: identifier(&name),
        name,
        module_type: ModuleType::Action,
        description: text_at(meta, "description"),
        version: VERSION.to_owned(),
        blocking: is_set(config, "blocking"),
        outputs: 1,
        shape: Shape::Default,
        multiple_output_connection: false,
        supports_filters: is_set(config, "support_filters"),
        expects_core_format: is_set(config, "expect_misp_core_format"),
        gives_core_format: false,
        disabled: false,
        scope: None,
        overhead: None,
        provenance: Provenance::MispModules,
        traps: Vec::new(),
        parameters,
    })
}

/// The `value` that the service reports is not a default: MISP shows it as a placeholder.
fn parameter(name: &str, entry: &Json) -> Parameter {
    let kind = match entry.get("type").and_then(Json::as_str) {
        Some("large_string") => ParameterKind::Textarea,
        Some("hash_path") => ParameterKind::HashPath,
        _ => ParameterKind::Text,
    };
    let id = identifier(name);
    Parameter {
        label: title(&id),
        kind,
        description: text_at(entry, "description"),
        example: text_at(entry, "value"),
        default: None,
        options: IndexMap::new(),
        open: false,
        multiple: false,
        jinja: is_set(entry, "jinja_supported"),
        json: false,
        lines: None,
        sensitive: names_a_secret(&id),
        display_on: IndexMap::new(),
        sub_selector: false,
        required: None,
        id,
    }
}

/// MISP's id for a name of misp-modules.
fn identifier(name: &str) -> String {
    name.to_lowercase().replace(' ', "_")
}

/// MISP's label for an id: its words, each with a capital.
fn title(id: &str) -> String {
    let capital = |word: &str| {
        let mut characters = word.chars();
        characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
    };
    id.split('_').map(capital).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_action_modules_are_read() {
        let modules = load(&[
            json!({"name": "lookup", "type": "expansion", "meta": {"module-type": ["expansion", "hover"]}}),
            json!({"name": "Tea Bot", "type": "action_mod", "meta": {"version": "7"}}),
        ])
        .unwrap();
        assert_eq!(modules.len(), 1);
        let module = &modules[0];
        assert_eq!((module.id.as_str(), module.name.as_str(), module.version.as_str()), ("tea_bot", "Tea Bot", "0.1"));
        assert_eq!(module.provenance, Provenance::MispModules);
        assert_eq!(module.parameters, []);
    }

    #[test]
    fn parameters_are_named_as_misp_names_them() {
        let module = load(&[json!({"name": "tea", "type": "action_mod", "meta": {"description": "Makes tea"},
        "mispattributes": {"config": {"blocking": true, "support_filters": true, "expect_misp_core_format": false,
        "params": {
            "Cup size": {"type": "string", "description": "How large", "value": "big"},
            "message_template": {"type": "large_string", "jinja_supported": true},
            "where": {"type": "hash_path", "value": "Event.info"},
            "pot_token": {"type": "string"},
            "nonsense": 3
        }}}})])
        .unwrap()
        .remove(0);
        assert!(module.blocking && module.supports_filters && !module.expects_core_format);
        assert_eq!(module.description, "Makes tea");
        let ids: Vec<_> = module.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
        assert_eq!(ids, ["cup_size", "message_template", "where", "pot_token", "nonsense"]);
        let size = &module.parameters[0];
        assert_eq!((size.label.as_str(), size.example.as_str()), ("Cup Size", "big"));
        assert_eq!((size.kind, size.editor_default()), (ParameterKind::Text, None));
        assert_eq!(module.parameters[1].kind, ParameterKind::Textarea);
        assert!(module.parameters[1].jinja);
        assert_eq!(module.parameters[2].kind, ParameterKind::HashPath);
        assert!(module.parameters[3].sensitive);
    }

    #[test]
    fn a_module_without_a_name_is_an_error() {
        let error = load(&[json!({"type": "action_mod", "meta": {}})]).unwrap_err();
        assert_eq!(error.message, "module number 1 of the misp-modules answer has no `name`");
    }
}
