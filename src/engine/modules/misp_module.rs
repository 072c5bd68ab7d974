//! Actions of the misp-modules service.

use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::filters::FilterSpec;
use crate::engine::step::Step;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct MispModule {
    parameters: Value<'static>,
    /// The module filter; MISP ignores one of which a part is empty.
    filter: Option<FilterSpec>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let saved = &arguments.node.filter;
    let is_whole =
        !(saved.selector.is_empty() || saved.value.is_empty() || saved.operator.is_empty() || saved.path.is_empty());
    let supported = arguments.signature.is_some_and(|signature| signature.supports_filters);
    let filter = if is_whole && supported { FilterSpec::of_module(arguments)? } else { None };
    Ok(Box::new(MispModule { parameters: arguments.all(), filter }))
}

impl Module for MispModule {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        let seen = step.copy()?;
        let data = match &self.filter {
            Some(filter) => filter.matching(&seen, step.semantics)?.into(),
            None => seen,
        };
        step.effect(Effect::MispModule { parameters: self.parameters.clone(), data });
        Ok(true)
    }
}
