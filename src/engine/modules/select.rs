//! Which items an action works on.

use crate::engine::arguments::Arguments;
use crate::engine::filters::FilterSpec;
use crate::engine::meaning::FilterMeaning;
use crate::engine::module_run::ModuleRun;
use crate::engine::prepare::PrepareError;
use crate::hashpath::Path;
use crate::php::{Array, Thrown, Value};

/// Where MISP keeps all attributes of an event.
pub(super) const ATTRIBUTES: &str = "Event._AttributeFlattened.{n}";

/// The module filter of a node, and what stands for it where there is none.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) filter: Option<FilterSpec>,
    attributes: Path,
}

impl Selection {
    pub(super) fn new(arguments: &Arguments<'_>) -> Result<Self, PrepareError> {
        let attributes = arguments.compile_path("selector", ATTRIBUTES)?;
        Ok(Self { filter: FilterSpec::of_module(arguments)?, attributes })
    }

    /// What the module filter asks.
    pub(super) fn meaning(&self) -> Option<FilterMeaning<'_>> {
        self.filter.as_ref().map(FilterSpec::meaning)
    }

    /// The matching items, or all attributes of the event.
    pub(super) fn attributes<'a>(&self, data: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<Array<'a>, Thrown> {
        match self.matching(data, step)? {
            Some(items) => Ok(items),
            None => Ok(self.attributes.extract(data)?.to_value().to_array()),
        }
    }

    /// The matching items, or everything.
    pub(super) fn items<'a>(&self, data: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<Value<'a>, Thrown> {
        Ok(self.matching(data, step)?.map_or_else(|| data.clone(), Value::Array))
    }

    /// The matching items; `None` without a filter.
    pub(super) fn matching<'a>(
        &self,
        data: &Value<'a>,
        step: &mut ModuleRun<'_, 'a>,
    ) -> Result<Option<Array<'a>>, Thrown> {
        let Some(filter) = &self.filter else { return Ok(None) };
        let items = filter.matching(data, step.semantics)?;
        step.saw(filter.selector.as_str(), || Value::Array(items.clone()));
        if items.is_empty() {
            step.because(|| "the module filter matches nothing".into());
        }
        Ok(Some(items))
    }
}
