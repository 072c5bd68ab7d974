//! Reading catalogues from JSON: our own format, and what MISP and misp-modules answer.

mod misp;
mod misp_modules;
mod options;
mod own;
mod scalar;

use serde_json::Value as Json;

use super::server_tags::open_pickers;
use super::{CatalogueError, Signature};

/// The formats that [`load`] tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Our own: a list of [`Signature`].
    Own,
    /// MISP's `/workflows/moduleIndex`, `/workflows/triggers` or `/workflows/moduleView`.
    Misp,
    /// The `/modules` answer of the misp-modules service.
    MispModules,
}

/// Reads the modules of a catalogue in any known format: our own, MISP's `moduleIndex`, `triggers`
/// and `moduleView` answers, and the `/modules` answer of misp-modules, of which only the action
/// modules are modules of a workflow.
///
/// A server's answer is complete: where it lists options, no others are right, unless the picker
/// takes new values or lists tags. Where it lists none, any value may be right.
///
/// # Errors
/// If the text is not JSON, of no known format, or lacks what a module cannot do without.
pub fn load(text: &str) -> Result<Vec<Signature>, CatalogueError> {
    let text = text.trim_start_matches('\u{feff}');
    let json: Json = serde_json::from_str(text).map_err(|error| CatalogueError::json(&error, text))?;
    let entries = match &json {
        Json::Array(entries) => entries.as_slice(),
        Json::Object(_) => std::slice::from_ref(&json),
        _ => return Err(CatalogueError::new(UNKNOWN_FORMAT)),
    };
    let Some(first) = entries.first() else { return Ok(Vec::new()) };
    let mut signatures = match format(first) {
        Some(Format::Own) => own::load(text, json.is_object())?,
        Some(Format::Misp) => misp::load(entries)?,
        Some(Format::MispModules) => misp_modules::load(entries)?,
        None => return Err(CatalogueError::new(refusal(first))),
    };
    for signature in &signatures {
        if signature.id.is_empty() || signature.parameters.iter().any(|parameter| parameter.id.is_empty()) {
            return Err(CatalogueError::new(format!("the module `{}` has an empty id", signature.name)));
        }
    }
    open_pickers(&mut signatures);
    Ok(signatures)
}

const UNKNOWN_FORMAT: &str = "this is not a catalogue: expected a list of modules as this tool, MISP's \
    `/workflows/moduleIndex/type:all.json` or `/workflows/triggers.json`, or the `/modules` of misp-modules give it";

fn format(entry: &Json) -> Option<Format> {
    if entry.get("module_type").is_some() {
        Some(Format::Misp)
    } else if entry.get("meta").is_some_and(Json::is_object) {
        Some(Format::MispModules)
    } else if entry.get("type").is_some() && entry.get("id").is_some() {
        Some(Format::Own)
    } else {
        None
    }
}

/// MISP answers `{"name": …, "message": …}` when it refuses a request; that is worth showing.
fn refusal(entry: &Json) -> String {
    match (entry.get("id"), entry.get("name").and_then(Json::as_str)) {
        (None, Some(reason)) => format!("this is an error that MISP answered, not a catalogue: {reason}"),
        _ => UNKNOWN_FORMAT.to_owned(),
    }
}

/// Whether a parameter of this name holds a secret. Neither MISP nor misp-modules says so.
fn names_a_secret(id: &str) -> bool {
    let id = id.to_ascii_lowercase().replace(['-', ' '], "_");
    ["token", "password", "passphrase", "secret", "apikey", "api_key", "private_key"]
        .iter()
        .any(|word| id.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Position;

    fn message(text: &str) -> String {
        load(text).unwrap_err().message
    }

    #[test]
    fn formats_are_told_apart() {
        let format = |text: &str| format(&serde_json::from_str(text).unwrap());
        assert_eq!(format(r#"{"id": "a", "type": "action"}"#), Some(Format::Own));
        assert_eq!(format(r#"{"id": "a", "module_type": "trigger", "Workflow": {}}"#), Some(Format::Misp));
        assert_eq!(format(r#"{"name": "a", "type": "expansion", "meta": {}}"#), Some(Format::MispModules));
        assert_eq!(format("3"), None);
        assert_eq!(format("{}"), None);
    }

    #[test]
    fn broken_json_has_a_place() {
        let error = load("[\n  {\"id\": \"é\", x}\n]").unwrap_err();
        assert!(error.message.starts_with("this is not valid JSON: "), "{error}");
        assert_eq!(error.position, Some(Position { line: 2, column: 15 }));
    }

    #[test]
    fn a_mistake_in_our_format_has_a_place() {
        let error = load("[{\"id\": \"a\", \"name\": \"A\", \"type\": \"action\",\n\"versoin\": \"1\"}]").unwrap_err();
        assert!(error.message.contains("unknown field `versoin`"), "{error}");
        assert_eq!(error.position.map(|position| position.line), Some(2));
    }

    #[test]
    fn other_json_is_refused_with_words() {
        for text in ["3", "\"text\"", "null", "[3]", "[[]]", "{}", "[{\"id\": 1}]"] {
            assert_eq!(message(text), UNKNOWN_FORMAT, "{text}");
        }
        assert_eq!(
            message(r#"{"name": "Authentication failed.", "url": "/workflows"}"#),
            "this is an error that MISP answered, not a catalogue: Authentication failed."
        );
        assert_eq!(load("[]"), Ok(Vec::new()));
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        let deep = "[".repeat(100_000);
        assert!(message(&deep).starts_with("this is not valid JSON: recursion limit exceeded"));
    }

    #[test]
    fn every_built_in_module_survives_our_format() {
        let built_in: Vec<_> = crate::catalogue::Catalogue::built_in().modules().cloned().collect();
        let text = serde_json::to_string_pretty(&built_in).unwrap();
        assert_eq!(load(&text).unwrap(), built_in);
    }

    #[test]
    fn empty_ids_are_refused() {
        assert_eq!(
            message(r#"[{"id": "", "name": "A", "type": "action", "version": "1"}]"#),
            "the module `A` has an empty id"
        );
    }

    #[test]
    fn secrets_are_told_by_name() {
        assert!(names_a_secret("hec_token") && names_a_secret("API-Key") && names_a_secret("password"));
        assert!(!names_a_secret("tokyo") && !names_a_secret("keyword"));
    }
}
