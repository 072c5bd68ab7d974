//! From the data files to the schema.

use std::sync::OnceLock;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use serde::Deserialize;

use super::shape::{Enumeration, EnumerationId, ListId, ObjectId, ObjectShape, Schema, Shape};

type Map<T> = IndexMap<String, T, FxBuildHasher>;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct DataFile {
    enumerations: Map<EnumerationEntry>,
    objects: Map<ObjectEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnumerationEntry {
    what: String,
    #[serde(default)]
    grows: bool,
    values: Values,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    Labelled(Map<String>),
    Plain(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectEntry {
    one: String,
    #[serde(default)]
    many: String,
    main: Option<String>,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    closed: bool,
    keys: Map<ShapeEntry>,
}

/// `"text"` or, for a list, `["text"]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum ShapeEntry {
    One(String),
    List([String; 1]),
}

impl Schema {
    /// The MISP core format as workflows see it.
    ///
    /// Its data files are parsed on the first call only.
    pub fn core() -> &'static Self {
        static CORE: OnceLock<Schema> = OnceLock::new();
        CORE.get_or_init(|| {
            let files = [include_str!("data/core-format.json"), include_str!("data/attribute-types.json")];
            build(&files).expect("the embedded data model is valid")
        })
    }
}

fn build(files: &[&str]) -> Result<Schema, String> {
    let mut data = DataFile::default();
    for file in files {
        let more: DataFile = serde_json::from_str(file).map_err(|error| error.to_string())?;
        data.enumerations.extend(more.enumerations);
        data.objects.extend(more.objects);
    }
    let mut lists = Vec::new();
    let mut objects = Vec::with_capacity(data.objects.len());
    for (name, entry) in &data.objects {
        let mut keys = Map::default();
        for (key, shape) in &entry.keys {
            let shape = match shape {
                ShapeEntry::One(shape) => resolve(&data, shape),
                ShapeEntry::List([shape]) => resolve(&data, shape).map(|entry| list(&mut lists, entry)),
            };
            keys.insert(key.clone(), shape.ok_or_else(|| format!("`{name}.{key}` has a shape that is not defined"))?);
        }
        objects.push(ObjectShape {
            one: entry.one.clone(),
            many: entry.many.clone(),
            main: entry.main.clone(),
            open: entry.open,
            closed: entry.closed,
            keys,
        });
    }
    let names = data.objects.keys().enumerate().map(|(at, name)| (name.clone(), ObjectId(at as u16))).collect();
    let enumerations = data
        .enumerations
        .into_values()
        .map(|entry| Enumeration {
            what: entry.what,
            grows: entry.grows,
            values: match entry.values {
                Values::Labelled(values) => values,
                Values::Plain(values) => values.into_iter().map(|value| (value, String::new())).collect(),
            },
        })
        .collect();
    Ok(Schema { enumerations, objects, names, lists })
}

fn resolve(data: &DataFile, name: &str) -> Option<Shape> {
    Some(match name {
        "any" => Shape::Open,
        "text" => Shape::Text,
        "number" => Shape::Number,
        "boolean" => Shape::Boolean,
        _ => match data.objects.get_index_of(name) {
            Some(at) => Shape::Object(ObjectId(at as u16)),
            None => Shape::OneOf(EnumerationId(data.enumerations.get_index_of(name)? as u16)),
        },
    })
}

fn list(lists: &mut Vec<Shape>, entry: Shape) -> Shape {
    let at = lists.iter().position(|known| *known == entry).unwrap_or_else(|| {
        lists.push(entry);
        lists.len() - 1
    });
    Shape::List(ListId(at as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_data_model_holds_together() {
        let schema = Schema::core();
        for name in [
            "data",
            "tag-data",
            "any-trigger-data",
            "event-data",
            "enrichment-data",
            "user-data",
            "log-data",
            "post-data",
            "event",
            "attribute",
        ] {
            assert!(schema.object_named(name).is_some(), "{name}");
        }
        for object in &schema.objects {
            assert!(!object.keys.is_empty(), "{}", object.one);
            if let Some(main) = &object.main {
                let key = main.split('.').next().unwrap();
                assert!(object.keys.contains_key(key), "{} has no {main}", object.one);
                assert!(!object.many.is_empty(), "{}", object.one);
            }
        }
        let values = |at: usize| schema.enumerations[at].values.len();
        let counts: Vec<_> = (0..schema.enumerations.len()).map(values).collect();
        assert_eq!(counts, [4, 3, 5, 6, 3, 194, 16]);
    }

    #[test]
    fn a_shape_that_is_not_defined_is_refused() {
        let error = build(&[r#"{"objects": {"a": {"one": "an a", "keys": {"b": "c"}}}}"#]).unwrap_err();
        assert_eq!(error, "`a.b` has a shape that is not defined");
    }

    #[test]
    fn what_can_be_equal() {
        let schema = Schema::core();
        let field = |key: &str| match schema.object_named("attribute") {
            Some(Shape::Object(id)) => schema.object(id).keys[key],
            _ => Shape::Open,
        };
        for (key, text, expected) in [
            ("type", "ip-src", true),
            ("type", "ip-scr", false),
            ("type", "", true),
            ("type", "IP-SRC", false),
            ("distribution", "5", true),
            ("distribution", "5.0", true),
            ("distribution", "6", false),
            ("distribution", "Inherit", false),
            ("to_ids", "1", true),
            ("to_ids", "0", true),
            ("to_ids", "true", true),
            ("id", "12", true),
            ("id", "1e1", true),
            ("id", "x", false),
            ("value", "anything", true),
            ("Tag", "tlp:red", false),
            ("enrichment", "x", true),
        ] {
            assert_eq!(schema.can_equal(field(key), text), expected, "{key} == {text:?}");
        }
    }
}
