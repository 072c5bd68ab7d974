//! `attach-warninglist`.

use std::borrow::Cow;

use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::{entry, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::attributes::attributes;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, Key, KeyRef, Thrown, Value, loose_equal};

/// What is said of a hit, in order. The view of the API has it in another one, and sometimes ids as numbers.
const HIT: [&str; 5] = ["match", "value", "warninglist_id", "warninglist_name", "warninglist_category"];

#[derive(Debug)]
struct AttachWarninglist {
    selection: Selection,
    lists: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let lists = arguments.list("warninglists").into();
    Ok(Box::new(AttachWarninglist { selection: Selection::new(arguments)?, lists }))
}

impl Module for AttachWarninglist {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if !self.lists.to_bool() {
            return Ok(step.fail("No warninglist module selected"));
        }
        let mut data = step.copy()?;
        step.lookups.entry(&step.node.module).or_default().note(&data);
        let attributes = self.selection.attributes(&data, step)?;
        let mut of_event = Array::new();
        let mut changed = Vec::new();
        for attribute in attributes.values() {
            wanted_array(attribute, "Warninglist::checkForWarning", 1, "object")?;
            let answered = step.answers.warnings(step.request(), &self.lists, attribute);
            let warnings = answered.map_or_else(|| self.known(attribute, step), |warnings| warnings.to_array());
            if warnings.is_empty() {
                continue;
            }
            for warning in warnings.values() {
                let mut summary = Array::new();
                for (name, from) in
                    [("id", "warninglist_id"), ("name", "warninglist_name"), ("category", "warninglist_category")]
                {
                    summary.set(name, entry(warning, from)?.clone());
                }
                let id = entry(warning, "warninglist_id")?.to_text().unwrap_or_default().into_owned();
                of_event.set(id, summary);
            }
            let mut marked = attribute.clone();
            if let Some(fields) = marked.as_array_mut() {
                // What is there already stays, also where it is the same.
                let mut all = fields.get(KeyRef::String("warnings")).map(Value::to_array).unwrap_or_default();
                for warning in warnings.values() {
                    all.push(warning.clone());
                }
                fields.set("warnings", all);
            }
            changed.push((attribute.clone(), marked));
        }
        step.lookups.entry(&step.node.module).or_default().put_all_back(&mut data, &changed, step.semantics);
        if let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) {
            event.set("warnings", of_event.reindexed());
        }
        step.data.set(data);
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Hangs {
            filter: self.selection.meaning(),
            key: "warnings",
            keeps: None,
            always_fails: !self.lists.to_bool(),
            kind: None,
        }
    }
}

impl AttachWarninglist {
    /// The hits on the picked lists that the event had from the beginning: the REST API's view of an event says which
    /// lists its attributes are on.
    fn known<'a>(&self, attribute: &Value<'a>, step: &ModuleRun<'_, 'a>) -> Array<'a> {
        let id = attribute.get("id");
        let event = step.data.original().get("Event");
        let original = event.and_then(|event| attributes(event).find(|known| id.is_some() && known.get("id") == id));
        let hits = original.and_then(|known| known.get("warnings")).and_then(Value::as_array);
        let picked = |hit: &&Value<'a>| {
            self.lists.to_array().values().any(|list| {
                list.as_str() == Some("ALL")
                    || ["warninglist_id", "warninglist_name"]
                        .iter()
                        .any(|name| hit.get(name).is_some_and(|known| loose_equal(known, list)))
            })
        };
        let hits = hits.into_iter().flat_map(Array::values).filter(picked).map(|hit| {
            let mut fresh = Array::new();
            for name in HIT {
                let value = hit.get(name).cloned().unwrap_or_default();
                let id = value.to_text().filter(|_| name == "warninglist_id").map(Cow::into_owned);
                fresh.set(name, id.map_or(value, Value::string));
            }
            fresh.into()
        });
        Array::from_entries((0..).map(Key::Int).zip(hits))
    }
}
