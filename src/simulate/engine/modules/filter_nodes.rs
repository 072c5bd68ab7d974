//! `generic-filter-data` and `generic-filter-reset`.

use std::sync::Arc;

use super::{Module, Prepared};
use crate::condition::{Operator, list_path};
use crate::model::FILTER_LABEL;
use crate::php::{Array, Key, KeyRef, Thrown, Value};
use crate::simulate::engine::access::entry;
use crate::simulate::engine::arguments::Arguments;
use crate::simulate::engine::filters::FilterSpec;
use crate::simulate::engine::module_run::ModuleRun;
use crate::simulate::engine::roaming::key;

/// The labels that a reset knows.
const LABELS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

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
    Ok(Box::new(AddFilter { label: arguments.value(FILTER_LABEL), filter: Arc::new(filter), as_data: as_data.into() }))
}

impl Module for AddFilter {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        step.data.add_filter(&self.label, &self.filter, &self.as_data)?;
        if step.note.is_some() {
            let data = step.copy()?;
            let kept = self.filter.selector.extract(&data)?.to_value();
            step.saw(self.filter.selector.as_str(), || kept);
        }
        Ok(true)
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
            if step.semantics.reset_removes_label_prefix {
                let prefix = self.label.to_text().unwrap_or_default().into_owned();
                *filters = filters.filter(|key, _| Ok::<_, Thrown>(!key.to_string().starts_with(&prefix)))?;
            }
        }
        if data.as_array().is_none() {
            return Err(Thrown::argument("WorkflowRoamingData::setData", 1, "data", "array", data.type_name()));
        }
        step.data.replace(data);
        Ok(true)
    }
}
