//! `generic-filter-data`, `filter-tag` and `generic-filter-reset`.

use std::sync::Arc;

use super::tag_if::wanted_tags;
use super::{Module, Prepared};
use crate::condition::{Operator, list_path};
use crate::engine::access::entry;
use crate::engine::arguments::Arguments;
use crate::engine::filters::FilterSpec;
use crate::engine::meaning::{LabelledFilter, Meaning};
use crate::engine::module_run::ModuleRun;
use crate::engine::roaming::key;
use crate::model::FILTER_LABEL;
use crate::php::{Array, Key, KeyRef, Thrown, Value};

/// The labels that a reset knows.
const LABELS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

#[derive(Debug)]
struct AddFilters(Vec<AddFilter>);

#[derive(Debug)]
struct AddFilter {
    label: Value<'static>,
    filter: Arc<FilterSpec>,
    /// The filter as it lies in the data.
    as_data: Value<'static>,
}

pub(super) fn prepare_filter(arguments: &Arguments<'_>) -> Prepared {
    let operator = arguments.text("operator");
    let value = arguments.value(if operator == "in_or" { "value_list" } else { "value" });
    let selector = arguments.text("selector");
    let mut as_data = Array::new();
    as_data.set("selector", arguments.value("selector"));
    as_data.set("path", arguments.value("hash_path"));
    as_data.set("operator", arguments.value("operator"));
    as_data.set("value", value.clone());
    let filter = FilterSpec {
        selector: arguments.compile_path("selector", list_path(&selector))?,
        path: arguments.path("hash_path")?,
        operator: Operator::from_name(&operator),
        value,
    };
    let label = arguments.value(FILTER_LABEL);
    Ok(Box::new(AddFilters(vec![AddFilter { label, filter: Arc::new(filter), as_data: as_data.into() }])))
}

pub(super) fn prepare_filter_tag(arguments: &Arguments<'_>) -> Prepared {
    let (lists, path): (&[_], _) = match arguments.text("scope").as_str() {
        "attribute" => (&["Event._AttributeFlattened", "Event.Attribute"], "Tag.{n}.name"),
        "event_attribute" => (&["Event._AttributeFlattened", "Event.Attribute"], "_allTags.{n}.name"),
        "event_report" => (&["Event.EventReport"], "Tag.{n}.name"),
        "inherited_report" => (&["Event.EventReport"], "_allTags.{n}.name"),
        _ => (&[], ""),
    };
    let label = arguments.text(FILTER_LABEL);
    let mut filters = Vec::with_capacity(lists.len());
    for (index, list) in lists.iter().enumerate() {
        let label = if index == 0 { label.clone() } else { format!("{label}_{}", index + 1) };
        let (operator, value) = (arguments.value("condition"), wanted_tags(arguments));
        let mut as_data = Array::new();
        as_data.set("selector", *list);
        as_data.set("path", path);
        as_data.set("operator", operator);
        as_data.set("value", value.clone());
        let filter = FilterSpec {
            selector: arguments.compile_path("scope", list)?,
            path: arguments.compile_path("scope", path)?,
            operator: Operator::from_name(&arguments.text("condition")),
            value,
        };
        filters.push(AddFilter { label: Value::string(label), filter: Arc::new(filter), as_data: as_data.into() });
    }
    Ok(Box::new(AddFilters(filters)))
}

impl Module for AddFilters {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if self.0.is_empty() {
            step.data.keep_unfiltered()?;
            step.because(|| "MISP does not know the scope, so nothing is filtered".into());
        }
        for AddFilter { label, filter, as_data } in &self.0 {
            step.data.add_filter(label, filter, as_data)?;
            if step.note.is_some() {
                let data = step.copy()?;
                let kept = filter.selector.extract(&data)?.to_value();
                step.saw(filter.selector.as_str(), || kept);
            }
        }
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        let filters = self.0.iter();
        Meaning::Filters(
            filters.map(|added| LabelledFilter { label: &added.label, filter: added.filter.meaning() }).collect(),
        )
    }
}

#[derive(Debug)]
struct Reset {
    label: Value<'static>,
}

pub(super) fn prepare_reset(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(Reset { label: arguments.value(FILTER_LABEL) })
}

impl Module for Reset {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let seen = step.copy()?;
        let mut data = entry(&seen, "_unfilteredData")?.clone();
        drop(seen);
        if self.label.as_str() == Some("all") {
            // PHP makes an array of null here: the data is then nothing but this.
            if data.is_null() {
                data = Array::new().into();
                step.because(|| "no filter is on: MISP replaces the data by nothing".into());
            }
            if let Some(data) = data.as_array_mut() {
                data.set("enabledFilters", Array::new());
            }
        } else if LABELS.iter().any(|label| self.label.as_str() == Some(label))
            && let Some(Value::Array(filters)) =
                data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("enabledFilters")))
        {
            let label: Key<'_> = key(&self.label);
            filters.remove(label.as_ref());
        }
        if data.as_array().is_none() {
            return Err(Thrown::argument("WorkflowRoamingData::setData", 1, "data", "array", data.type_name()));
        }
        step.data.replace(data);
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Resets { label: &self.label }
    }
}
