//! Reading taxonomies from JSON.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::source::Position;
use crate::misp::{Json, Path, parse, quoted};

use super::Taxonomy;

/// What one file holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Loaded {
    /// The taxonomies that can be used, in the order of the file.
    pub taxonomies: Vec<Taxonomy>,
    /// What is wrong. A taxonomy with a mistake is left out.
    pub errors: Vec<TaxonomyError>,
}

/// A mistake in a file with taxonomies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaxonomyError {
    /// One sentence without a full stop: what is wrong.
    pub message: String,
    /// The JSON path where it is wrong; empty for the whole file.
    pub path: String,
    /// The place of a mistake in the JSON itself.
    pub position: Option<Position>,
}

/// Reads a file with taxonomies: an object with an entry for each namespace, `{"version": 1, "exclusive": true, "tags":
/// ["NAMESPACE:predicate=\"value\""]}`, or one taxonomy as MISP's own files describe it (`machinetag.json`).
///
/// `file` is how the project names it. There is at most one error for each taxonomy.
pub fn load(text: &str, file: &str) -> Loaded {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { file: file.into(), loaded: Loaded::default() };
    match parse(text, &Path::ROOT) {
        Ok(json) => reader.read(&json),
        Err(error) => reader.loaded.errors.push(TaxonomyError {
            message: error.message,
            path: String::new(),
            position: error.position,
        }),
    }
    reader.loaded
}

struct Reader {
    file: Arc<str>,
    loaded: Loaded,
}

type Entry<'j> = (&'j str, &'j Json<'j>);

impl Reader {
    fn read(&mut self, json: &Json<'_>) {
        let root = Path::ROOT;
        let Json::Object(entries) = json else {
            return self.keep(Err(wrong(&root, format!("this is {}, and taxonomies are an object", json.kind()))));
        };
        if json.get("predicates").is_some() || matches!(json.get("namespace"), Some(Json::Text(_))) {
            return self.keep(machine_tags(json));
        }
        let mut seen = FxHashSet::default();
        for (namespace, entry) in entries {
            let path = root.key(namespace);
            if !seen.insert(namespace.to_lowercase()) {
                self.keep(Err(wrong(&path, format!("the taxonomy {} is there twice", quoted(namespace)))));
                continue;
            }
            self.keep(taxonomy((namespace, entry), &path));
        }
    }

    fn keep(&mut self, read: Result<Taxonomy, TaxonomyError>) {
        match read {
            Ok(mut taxonomy) => {
                taxonomy.file = Some(self.file.clone());
                self.loaded.taxonomies.push(taxonomy);
            }
            Err(error) => self.loaded.errors.push(error),
        }
    }
}

/// An entry of an object of taxonomies.
fn taxonomy((namespace, entry): Entry<'_>, path: &Path<'_>) -> Result<Taxonomy, TaxonomyError> {
    check_namespace(namespace, path)?;
    if !matches!(entry, Json::Object(_)) {
        return Err(wrong(path, format!("this is {}, and a taxonomy is an object", entry.kind())));
    }
    let mut taxonomy = Taxonomy::new(namespace, is_exclusive(entry, path)?);
    let tags = list(entry, "tags", path)?;
    let list_path = path.key("tags");
    for (index, tag) in tags.iter().enumerate() {
        let here = list_path.index(index);
        let Json::Text(tag) = tag else {
            return Err(wrong(&here, format!("this is {}, and a tag is a string", tag.kind())));
        };
        match tag.strip_prefix(namespace).and_then(|rest| rest.strip_prefix(':')) {
            None => {
                let message = format!("the tag {} does not begin with `{namespace}:`", quoted(tag));
                return Err(wrong(&here, message));
            }
            Some("") => return Err(wrong(&here, format!("the tag {} has no value", quoted(tag)))),
            Some(_) if taxonomy.has(tag) => {
                return Err(wrong(&here, format!("the tag {} is there twice", quoted(tag))));
            }
            Some(_) => drop(taxonomy.tags.insert(tag.to_string())),
        }
    }
    Ok(taxonomy)
}

/// A taxonomy as MISP's own files describe it: predicates, and values for some of them.
fn machine_tags(json: &Json<'_>) -> Result<Taxonomy, TaxonomyError> {
    let root = Path::ROOT;
    let namespace = text(json, "namespace", &root)?;
    check_namespace(namespace, &root.key("namespace"))?;
    let mut taxonomy = Taxonomy::new(namespace, is_exclusive(json, &root)?);
    let mut values: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    if json.get("values").is_some() {
        let path = root.key("values");
        for (index, group) in list(json, "values", &root)?.iter().enumerate() {
            let here = path.index(index);
            let of_predicate = values.entry(text(group, "predicate", &here)?).or_default();
            let entries_path = here.key("entry");
            for (index, entry) in list(group, "entry", &here)?.iter().enumerate() {
                of_predicate.push(text(entry, "value", &entries_path.index(index))?);
            }
        }
    }
    let path = root.key("predicates");
    for (index, predicate) in list(json, "predicates", &root)?.iter().enumerate() {
        let here = path.index(index);
        let name = text(predicate, "value", &here)?;
        if is_exclusive(predicate, &here)? {
            taxonomy.exclusive_predicates.insert(name.to_owned());
        }
        match values.get(name) {
            None => drop(taxonomy.tags.insert(format!("{namespace}:{name}"))),
            Some(values) => {
                taxonomy.tags.extend(values.iter().map(|value| format!("{namespace}:{name}=\"{value}\"")));
            }
        }
    }
    Ok(taxonomy)
}

fn check_namespace(namespace: &str, path: &Path<'_>) -> Result<(), TaxonomyError> {
    if namespace.trim().is_empty() || namespace.contains(':') {
        let message = format!("{} cannot be a namespace: it needs letters and has no colon", quoted(namespace));
        return Err(wrong(path, message));
    }
    Ok(())
}

/// Whether only one of the tags in it can hold, which is to be said with a boolean or not at all.
fn is_exclusive(json: &Json<'_>, path: &Path<'_>) -> Result<bool, TaxonomyError> {
    match json.get("exclusive") {
        None => Ok(false),
        Some(Json::Boolean(exclusive)) => Ok(*exclusive),
        Some(other) => {
            let message = format!("`exclusive` is {}, and must be `true` or `false`", other.kind());
            Err(wrong(&path.key("exclusive"), message))
        }
    }
}

fn list<'j>(json: &'j Json<'j>, key: &str, path: &Path<'_>) -> Result<&'j [Json<'j>], TaxonomyError> {
    match json.get(key) {
        Some(Json::List(items)) => Ok(items),
        other => Err(missing(other, key, "a list", path)),
    }
}

fn text<'j>(json: &'j Json<'j>, key: &str, path: &Path<'_>) -> Result<&'j str, TaxonomyError> {
    match json.get(key) {
        Some(Json::Text(text)) => Ok(text),
        other => Err(missing(other, key, "a string", path)),
    }
}

fn missing(found: Option<&Json<'_>>, key: &str, wanted: &str, path: &Path<'_>) -> TaxonomyError {
    match found {
        None => wrong(path, format!("`{key}`, {wanted}, is missing here")),
        Some(other) => wrong(&path.key(key), format!("`{key}` is {}, and must be {wanted}", other.kind())),
    }
}

fn wrong(path: &Path<'_>, message: String) -> TaxonomyError {
    TaxonomyError { message, path: path.to_string(), position: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(String, String)> {
        load(text, "own.json").errors.into_iter().map(|error| (error.path, error.message)).collect()
    }

    fn error(text: &str) -> (String, String) {
        let mut errors = errors(text);
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors.remove(0)
    }

    #[test]
    fn an_object_of_taxonomies() {
        let loaded = load(
            r#"{"tea": {"version": 3, "exclusive": true, "tags": ["tea:green", "tea:kind=\"black\""]},
                "cup": {"tags": []}}"#,
            "own.json",
        );
        assert_eq!(loaded.errors, []);
        let [tea, cup] = loaded.taxonomies.as_slice() else { panic!("{loaded:?}") };
        assert!(tea.exclusive && tea.has("tea:kind=\"black\"") && !tea.has("tea:black"));
        assert_eq!(tea.file.as_deref(), Some("own.json"));
        assert!(!cup.exclusive && cup.tags.is_empty());
    }

    #[test]
    fn a_taxonomy_in_misps_own_form() {
        let loaded = load(
            r#"{"namespace": "tea", "version": 1, "description": "Teas", "predicates": [
                    {"value": "hot", "expanded": "Hot"}, {"value": "kind", "exclusive": true}],
                "values": [{"predicate": "kind", "entry": [{"value": "green", "numerical_value": 5}, {"value": "black"}]}]}"#,
            "machinetag.json",
        );
        assert_eq!(loaded.errors, []);
        let tea = &loaded.taxonomies[0];
        assert!(tea.tags.iter().eq(["tea:hot", "tea:kind=\"green\"", "tea:kind=\"black\""]), "{:?}", tea.tags);
        assert_eq!(tea.exclusive_part("tea:kind=\"green\""), Some("tea:kind"));
        assert_eq!(tea.exclusive_part("tea:hot"), None);
    }

    #[test]
    fn a_mistake_is_told_with_its_path_and_the_rest_is_used() {
        let loaded = load(
            r#"{"a": {"tags": ["a:x", "b:y"]}, "c": {"tags": ["c:x"]}, "d": {"tags": 5}, "e": {"tags": ["e:x", "e:x"]}}"#,
            "own.json",
        );
        let told: Vec<_> = loaded.errors.iter().map(|error| (error.path.as_str(), error.message.as_str())).collect();
        assert_eq!(
            told,
            [
                ("a.tags[1]", "the tag \"b:y\" does not begin with `a:`"),
                ("d.tags", "`tags` is a number, and must be a list"),
                ("e.tags[1]", "the tag \"e:x\" is there twice"),
            ]
        );
        assert_eq!(loaded.taxonomies.len(), 1);
        assert_eq!(loaded.taxonomies[0].namespace, "c");
    }

    #[test]
    fn other_shapes_are_told() {
        for (text, path, message) in [
            ("[]", "", "this is a list, and taxonomies are an object"),
            ("3", "", "this is a number, and taxonomies are an object"),
            (r#"{"a": ["a:x"]}"#, "a", "this is a list, and a taxonomy is an object"),
            (r#"{"a": {"exclusive": true}}"#, "a", "`tags`, a list, is missing here"),
            (
                r#"{"a": {"exclusive": 1, "tags": []}}"#,
                "a.exclusive",
                "`exclusive` is a number, and must be `true` or `false`",
            ),
            (r#"{"a": {"tags": [null]}}"#, "a.tags[0]", "this is `null`, and a tag is a string"),
            (r#"{"a": {"tags": ["a:"]}}"#, "a.tags[0]", "the tag \"a:\" has no value"),
            (
                r#"{"a:b": {"tags": []}}"#,
                "[\"a:b\"]",
                "\"a:b\" cannot be a namespace: it needs letters and has no colon",
            ),
            (r#"{"": {"tags": []}}"#, "[\"\"]", "\"\" cannot be a namespace: it needs letters and has no colon"),
            (r#"{"a": {"tags": []}, "A": {"tags": []}}"#, "A", "the taxonomy \"A\" is there twice"),
            (r#"{"namespace": "a"}"#, "", "`predicates`, a list, is missing here"),
            (r#"{"predicates": []}"#, "", "`namespace`, a string, is missing here"),
            (r#"{"namespace": "a", "predicates": [{}]}"#, "predicates[0]", "`value`, a string, is missing here"),
            (
                r#"{"namespace": "a", "predicates": [], "values": [{"predicate": "b", "entry": [3]}]}"#,
                "values[0].entry[0]",
                "`value`, a string, is missing here",
            ),
        ] {
            assert_eq!(error(text), (path.to_owned(), message.to_owned()), "{text}");
        }
    }

    #[test]
    fn broken_json_has_a_place() {
        let error = load("{\n  \"a\": oops\n}", "own.json").errors.remove(0);
        assert!(error.message.starts_with("this is not valid JSON"), "{}", error.message);
        assert_eq!(error.position.map(|position| position.line), Some(2));
        assert_eq!(error_of_depth().message, "the JSON nests too deep");
    }

    fn error_of_depth() -> TaxonomyError {
        load(&format!("{{\"a\": {}", "[".repeat(1_000_000)), "own.json").errors.remove(0)
    }
}
