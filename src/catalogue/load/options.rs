//! The options of a parameter, in the three shapes that MISP gives them.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::scalar::{text, text_at};

/// Reads options: an object from key to label, a list of keys that are their own labels, or a list
/// of `{name, value}`. The empty entry that some lists begin with stands for no choice and is left
/// out, and so is whatever has no key.
pub(super) fn options(value: Option<&Json>) -> IndexMap<String, String> {
    let mut options = IndexMap::new();
    let mut add = |key: String, label: String| {
        if !key.is_empty() {
            options.insert(key, label.trim().to_owned());
        }
    };
    match value {
        Some(Json::Object(map)) => {
            for (key, label) in map {
                add(key.clone(), text(label).unwrap_or_else(|| key.clone()));
            }
        }
        Some(Json::Array(entries)) => {
            for entry in entries {
                if entry.is_object() {
                    add(text_at(entry, "value"), text_at(entry, "name"));
                } else if let Some(key) = text(entry) {
                    add(key.clone(), key);
                }
            }
        }
        _ => {}
    }
    options
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Json) -> Vec<(String, String)> {
        options(Some(value)).into_iter().collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect()
    }

    #[test]
    fn all_three_shapes_are_read() {
        assert_eq!(read(&json!({"in": "In", "2": 7})), pairs(&[("in", "In"), ("2", "7")]));
        assert_eq!(read(&json!(["", "tlp:red", 3])), pairs(&[("tlp:red", "tlp:red"), ("3", "3")]));
        assert_eq!(
            read(&json!([{"name": "All", "value": 3}, {"name": " Sharing Group", "value": 4}])),
            pairs(&[("3", "All"), ("4", "Sharing Group")])
        );
    }

    #[test]
    fn nonsense_is_no_option() {
        assert_eq!(read(&json!("from the server")), []);
        assert_eq!(read(&json!([null, [], {"name": "no value"}])), []);
    }
}
