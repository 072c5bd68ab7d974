//! The parameters of a module: which one a name means, and which ones hide others.

use rustc_hash::FxHashMap;

use crate::catalogue::{Parameter, Signature, module_ids};
use crate::model::{ParamText, ParamValue};

/// The indices of a module's parameters.
pub enum Positions<'s> {
    /// Few names are compared one by one.
    Few(&'s Signature),
    /// Many are hashed.
    Many(FxHashMap<&'s str, usize>),
}

impl<'s> Positions<'s> {
    /// For so many `arguments`.
    pub fn new(signature: &'s Signature, arguments: usize) -> Self {
        const MANY: usize = 1024;
        if signature.parameters.len().saturating_mul(arguments) < MANY {
            return Self::Few(signature);
        }
        Self::Many(signature.parameters.iter().enumerate().map(|(index, known)| (known.id.as_str(), index)).collect())
    }

    /// The index of the parameter with this name.
    pub fn of(&self, name: &str) -> Option<usize> {
        match self {
            Self::Few(signature) => signature.parameters.iter().position(|known| known.id == name),
            Self::Many(known) => known.get(name).copied(),
        }
    }
}

/// The parameter that hides another one, with the values under which it would not. `value` gives what a parameter has,
/// by its index.
pub fn hiding<'s, 'v>(
    signature: &'s Signature,
    parameter: &'s Parameter,
    value: impl Fn(usize) -> Option<&'v ParamValue<'v>>,
) -> Option<(&'s str, &'s [String])> {
    // This module uses what its editor hides, which `sharing-group-mismatch` is about.
    if signature.id == module_ids::ADD_ANALYST_DATA && parameter.id == "sharing_group_id" {
        return None;
    }
    parameter.display_on.iter().find_map(|(other, wanted)| {
        let index = signature.parameters.iter().position(|known| known.id == *other)?;
        let shown = match value(index) {
            Some(ParamValue::Text(ParamText::Plain(text))) => wanted.iter().any(|value| *value == *text),
            Some(ParamValue::Text(ParamText::Parts(_))) => true,
            Some(ParamValue::Number(number)) => wanted.iter().any(|value| *value == number.to_string()),
            _ => false,
        };
        (!shown).then_some((other.as_str(), wanted.as_slice()))
    })
}
