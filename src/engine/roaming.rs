//! The data that travels along a path.

use std::sync::Arc;

use crate::catalogue::Semantics;
use crate::model::NodeId;
use crate::php::{Array, Key, KeyRef, Text, Thrown, Value};

use super::filters::{FilterSpec, filters_of};

/// The data of a run, seen through the filters that are on.
///
/// See `docs/misp-semantics.md`, section "Running a workflow".
#[derive(Clone, Debug)]
pub(super) struct RoamingData<'a> {
    /// The data the walk began with.
    original: Value<'a>,
    /// What was set last. It holds the filters too, as `enabledFilters`.
    base: Value<'a>,
    /// What nodes see of it; `None` until somebody looks.
    seen: Option<Value<'a>>,
    /// The filters of `base`, compiled, in the order of their labels there.
    filters: Vec<(Value<'static>, Arc<FilterSpec>)>,
    semantics: Semantics,
}

impl<'a> RoamingData<'a> {
    pub(super) fn new(base: Value<'a>, semantics: Semantics) -> Self {
        let filters = filters_of(&base).map(compiled).unwrap_or_default();
        Self { original: base.clone(), base, seen: None, filters, semantics }
    }

    /// Data of which the database has more.
    pub(super) fn with_original(mut self, original: Value<'a>) -> Self {
        self.original = original;
        self
    }

    /// What a node sees.
    ///
    /// # Errors
    /// What PHP throws while it filters.
    pub(super) fn see(&mut self) -> Result<&Value<'a>, Thrown> {
        if self.filters.is_empty() {
            return Ok(&self.base);
        }
        if self.seen.is_none() {
            let mut seen = self.base.clone();
            for (_, filter) in &self.filters {
                filter.apply(&mut seen, self.semantics)?;
            }
            self.seen = Some(seen);
        }
        Ok(self.seen.as_ref().unwrap_or(&self.base))
    }

    /// Replaces the data by one with the same filters.
    pub(super) fn set(&mut self, data: Value<'a>) {
        self.base = data;
        self.seen = None;
    }

    /// Replaces the data by what nodes see of it, as a node does that puts back what it got.
    pub(super) fn set_seen(&mut self) -> Result<(), Thrown> {
        if !self.filters.is_empty() {
            let seen = self.see()?.clone();
            // A selector may have reached the filters themselves.
            self.replace(seen);
        }
        Ok(())
    }

    /// The labels of the filters that are on.
    pub(super) fn labels(&self) -> Vec<String> {
        self.filters.iter().filter_map(|(label, _)| label.to_text()).map(std::borrow::Cow::into_owned).collect()
    }

    /// The data the walk began with.
    pub(super) fn original(&self) -> &Value<'a> {
        &self.original
    }

    /// The data, filters and all.
    pub(super) fn into_base(self) -> Value<'a> {
        self.base
    }

    /// Notes which node a job is to start at, as MISP does before it asks a concurrent task to enqueue it.
    pub(super) fn leave_mark(&mut self, node: NodeId) {
        if let Some(data) = self.base.as_array_mut() {
            data.set("__node_id_to_exec", i64::from(node));
        }
    }

    /// Replaces the data by one that may have other filters.
    pub(super) fn replace(&mut self, data: Value<'a>) {
        self.filters = filters_of(&data).map(compiled).unwrap_or_default();
        self.set(data);
    }

    /// Keeps the data as it is before any filter, for a reset.
    pub(super) fn keep_unfiltered(&mut self) -> Result<(), Thrown> {
        self.set_seen()?;
        let unfiltered = self.base.clone();
        if let Some(data) = self.base.as_array_mut()
            && !data.get(KeyRef::String("_unfilteredData")).is_some_and(Value::to_bool)
        {
            data.set("_unfilteredData", unfiltered);
        }
        Ok(())
    }

    /// Sets a filter.
    pub(super) fn add_filter(
        &mut self,
        label: &Value<'static>,
        filter: &Arc<FilterSpec>,
        as_data: &Value<'static>,
    ) -> Result<(), Thrown> {
        self.keep_unfiltered()?;
        let Some(data) = self.base.as_array_mut() else { return Ok(()) };
        if !matches!(data.get(KeyRef::String("enabledFilters")), Some(Value::Array(_))) {
            data.set("enabledFilters", Array::new());
        }
        if let Some(Value::Array(filters)) = data.get_mut(KeyRef::String("enabledFilters")) {
            filters.insert(key(label), as_data.clone());
        }
        match self.filters.iter_mut().find(|(known, _)| key(known) == key(label)) {
            Some((_, known)) => *known = filter.clone(),
            None => self.filters.push((label.clone(), filter.clone())),
        }
        self.seen = None;
        Ok(())
    }
}

/// The key that PHP makes of a label.
pub(super) fn key(label: &Value<'_>) -> Key<'static> {
    match label {
        Value::Int(number) => Key::Int(*number),
        other => Key::new(Text::Shared(other.to_text().unwrap_or_default().as_ref().into())),
    }
}

fn compiled(filters: &Array<'_>) -> Vec<(Value<'static>, Arc<FilterSpec>)> {
    let compiled = filters.iter().filter_map(|(label, filter)| {
        let label = match label {
            KeyRef::Int(number) => Value::Int(number),
            KeyRef::String(text) => Value::string(Text::Shared(text.into())),
        };
        Some((label, Arc::new(FilterSpec::from_data(filter)?)))
    });
    compiled.collect()
}
