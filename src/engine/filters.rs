//! Filter nodes and module filters, compiled.

use crate::catalogue::Semantics;
use crate::condition::{Filter, Operator, list_path};
use crate::hashpath::{Extracted, Path};
use crate::php::{Array, Key, KeyRef, Thrown, Value};

use super::arguments::Arguments;
use super::prepare::PrepareError;

/// A filter: which list, and which of its items stay.
#[derive(Debug)]
pub(super) struct FilterSpec {
    /// The list; of a filter node its selector without a last `.{n}`.
    pub(super) selector: Path,
    pub(super) path: Path,
    pub(super) operator: Option<Operator>,
    pub(super) value: Value<'static>,
}

impl FilterSpec {
    /// The module filter of a node; `None` if it has none.
    pub(super) fn of_module(arguments: &Arguments<'_>) -> Result<Option<Self>, PrepareError> {
        let saved = &arguments.node.filter;
        if !saved.is_active() {
            return Ok(None);
        }
        Ok(Some(Self {
            selector: arguments.compile_path("selector", &saved.selector)?,
            path: arguments.compile_path("path", &saved.path)?,
            operator: Operator::from_name(&saved.operator),
            value: Value::string(arguments.text_of(&saved.value)),
        }))
    }

    /// A filter as it lies in the travelling data.
    pub(super) fn from_data(data: &Value<'_>) -> Option<Self> {
        let text = |name: &str| data.get(name).and_then(Value::to_text).unwrap_or_default();
        Some(Self {
            selector: Path::compile(list_path(&text("selector"))).ok()?,
            path: Path::compile(&text("path")).ok()?,
            operator: Operator::from_name(&text("operator")),
            value: data.get("value").cloned().unwrap_or_default().into_owned(),
        })
    }

    fn filter(&self) -> Filter<'_> {
        Filter { path: &self.path, operator: self.operator, value: &self.value }
    }

    /// The items of the selection that stay, under the keys they had there.
    pub(super) fn matching<'a>(&self, data: &Value<'a>, semantics: Semantics) -> Result<Array<'a>, Thrown> {
        let filter = self.filter();
        let kept = match self.selector.extract(data)? {
            Extracted::Array(array) => array.filter(|_, item| filter.keeps(item))?,
            selection => {
                let mut kept = Array::new();
                for (index, item) in (0..).zip(selection.iter()) {
                    if filter.keeps(item)? {
                        kept.insert(Key::Int(index), item.clone());
                    }
                }
                kept
            }
        };
        Ok(if semantics.filters_reindex { kept.reindexed() } else { kept })
    }

    /// Replaces the list by its matching items.
    pub(super) fn apply(&self, data: &mut Value<'_>, semantics: Semantics) -> Result<(), Thrown> {
        let matching = self.matching(data, semantics)?;
        // MISP takes out first what it then puts in.
        self.selector.check_removal(data)?;
        self.selector.insert(data, &matching.into())
    }
}

/// The filters that lie in the travelling data, in order.
pub(super) fn filters_of<'v, 'a>(data: &'v Value<'a>) -> Option<&'v Array<'a>> {
    data.as_array()?.get(KeyRef::String("enabledFilters"))?.as_array()
}
