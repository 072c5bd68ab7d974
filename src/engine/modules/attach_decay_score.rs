//! `attach-decay-score`.

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::entry;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, Thrown, Value};

/// What MISP's database keeps of an attribute, in order.
const COLUMNS: [&str; 19] = [
    "id",
    "event_id",
    "object_id",
    "object_relation",
    "category",
    "type",
    "value1",
    "value2",
    "to_ids",
    "uuid",
    "timestamp",
    "distribution",
    "sharing_group_id",
    "comment",
    "deleted",
    "disable_correlation",
    "first_seen",
    "last_seen",
    "value",
];

#[derive(Debug)]
struct AttachDecayScore {
    selection: Selection,
    models: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let models = arguments.list("decayingmodels").into();
    Ok(Box::new(AttachDecayScore { selection: Selection::new(arguments)?, models }))
}

impl Module for AttachDecayScore {
    /// Puts the row of the database, and the score, in the place of each attribute: its tags and all else that hangs on
    /// it are gone.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if !self.models.to_bool() {
            return Ok(step.fail("No decaying model selected"));
        }
        let mut data = step.copy()?;
        step.lookups.entry(&step.node.module).or_default().note(&data);
        let attributes = self.selection.attributes(&data, step)?;
        let mut changed = Vec::new();
        for attribute in attributes.values() {
            entry(attribute, "uuid")?;
            let mut scored = row(attribute);
            if let Some(score) = step.answers.decay_score(step.request(), &self.models, attribute) {
                scored.set("decay_score", score);
            }
            changed.push((attribute.clone(), scored.into()));
        }
        step.lookups.entry(&step.node.module).or_default().put_all_back(&mut data, &changed, step.semantics);
        step.data.set(data);
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Hangs {
            filter: self.selection.meaning(),
            key: "decay_score",
            keeps: Some(&COLUMNS),
            always_fails: !self.models.to_bool(),
            kind: None,
        }
    }
}

/// What the database keeps of an attribute, as far as the attribute tells.
fn row<'a>(attribute: &Value<'a>) -> Array<'a> {
    let text = |name: &str| attribute.get(name).and_then(Value::to_text).unwrap_or_default().into_owned();
    let (value, kind) = (text("value"), text("type"));
    let is_pair = kind.contains('|') || kind == "malware-sample";
    let (first, second) = value.split_once('|').filter(|_| is_pair).unwrap_or((&value, ""));
    let mut row = Array::new();
    for name in COLUMNS {
        match name {
            "value1" => row.set(name, Value::string(first.to_owned())),
            "value2" => row.set(name, Value::string(second.to_owned())),
            name => {
                if let Some(value) = attribute.as_array().and_then(|attribute| attribute.get(KeyRef::String(name))) {
                    row.set(name, value.clone());
                }
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::row;
    use crate::php::Value;

    #[test]
    fn a_row_has_columns_only() {
        let attribute =
            r#"{"id": "1", "type": "ip-dst|port", "value": "192.0.2.1|80", "Tag": [], "warnings": [], "to_ids": true}"#;
        let row = Value::from(row(&Value::from_json(attribute).unwrap())).to_json().unwrap();
        assert_eq!(
            row,
            r#"{"id":"1","type":"ip-dst|port","value1":"192.0.2.1","value2":"80","to_ids":true,"value":"192.0.2.1|80"}"#
        );
    }
}
