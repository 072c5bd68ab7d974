//! What a project uses that a server does not have: modules, tags, organisations, and whatever else its pickers offer.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{ParameterKind, Signature};
use crate::model::{ModuleType, ParamText, ParamValue, is_adhoc};

use super::plan::Local;
use super::snapshot::Snapshot;

/// Something that the server does not have.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lack {
    /// What it is: `module`, `trigger`, `tag`, or the parameter that it is a value of.
    pub what: String,
    /// Its name.
    pub name: String,
    /// The workflows that use it.
    pub used_by: BTreeSet<String>,
}

/// Looks for it.
pub(super) struct Lacking<'l> {
    signatures: FxHashMap<String, Signature>,
    tags: Option<FxHashSet<&'l str>>,
    found: BTreeMap<(String, String), BTreeSet<String>>,
}

/// The parameters whose values are tags.
const TAGS: &str = "tags";

/// Whether a document picks tags: whether it is worth while to ask the server for them.
pub fn picks_tags(local: &Local<'_, '_>) -> bool {
    local.document.graph.nodes.iter().flat_map(|node| &node.params).any(|(name, _)| name == TAGS)
}

impl<'l> Lacking<'l> {
    pub(super) fn new(snapshot: &Snapshot, tags: Option<&'l [String]>) -> Self {
        let signatures = snapshot.signatures().into_iter().map(|signature| (signature.id.clone(), signature));
        let tags = tags.map(|tags| tags.iter().map(String::as_str).collect());
        Self { signatures: signatures.collect(), tags, found: BTreeMap::new() }
    }

    pub(super) fn look(&mut self, local: &Local<'_, '_>) {
        let mut found = Vec::new();
        for node in &local.document.graph.nodes {
            let is_trigger = node.module_type == ModuleType::Trigger;
            if is_trigger && is_adhoc(&node.module) {
                continue;
            }
            let Some(signature) = self.signatures.get(&*node.module) else {
                let what = if is_trigger { "trigger" } else { "module" };
                found.push((what.to_owned(), node.module.to_string()));
                continue;
            };
            for (name, value) in &node.params {
                let Some(parameter) = signature.parameter(name) else { continue };
                let is_tags = name == TAGS;
                let is_closed = parameter.kind == ParameterKind::Picker && !parameter.open && !is_tags;
                for value in texts(value) {
                    let is_there = match &self.tags {
                        Some(tags) if is_tags => tags.contains(value),
                        _ => !is_closed || parameter.options.contains_key(value),
                    };
                    if !is_there {
                        let what = if is_tags { "tag" } else { name };
                        found.push((what.to_owned(), value.to_owned()));
                    }
                }
            }
        }
        for lack in found {
            self.found.entry(lack).or_default().insert(local.id.to_owned());
        }
    }

    pub(super) fn found(self) -> Vec<Lack> {
        self.found.into_iter().map(|((what, name), used_by)| Lack { what, name, used_by }).collect()
    }
}

/// The texts of a value.
fn texts<'v>(value: &'v ParamValue<'_>) -> Vec<&'v str> {
    let plain = |text: &'v ParamText<'_>| text.as_plain().filter(|text| !text.is_empty());
    match value {
        ParamValue::Text(text) => plain(text).into_iter().collect(),
        ParamValue::List(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
