//! What a project uses that a server does not have: modules, tags, organisations, and whatever else its pickers offer.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{ParameterKind, Signature, module_ids};
use crate::model::{ADHOC, ModuleType, Node, ParamText, ParamValue, is_adhoc};
use crate::tags::GALAXY;

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
    /// Pickers of which the server says that there is nothing to pick.
    empty: FxHashSet<(String, String)>,
    has_adhoc: bool,
    tags: Option<FxHashSet<&'l str>>,
    found: BTreeMap<(String, String), BTreeSet<String>>,
}

/// The tags among the values of a parameter, by what they are called, and what stands before each of them.
fn tags_in(node: &Node<'_>, parameter: &str) -> Option<(&'static str, &'static str)> {
    match parameter {
        "tags" if module_ids::lists_tags(&node.module) => Some(("tag", "")),
        "clusters" if module_ids::asks_for_tags(&node.module) => Some(("cluster", GALAXY)),
        _ => None,
    }
}

/// Whether a document picks tags: whether it is worth while to ask the server for them.
pub fn picks_tags(local: &Local<'_, '_>) -> bool {
    let picks = |node: &Node<'_>| node.params.iter().any(|(name, _)| tags_in(node, name).is_some());
    local.document.graph.nodes.iter().any(picks)
}

impl<'l> Lacking<'l> {
    pub(super) fn new(snapshot: &Snapshot, tags: Option<&'l [String]>) -> Self {
        let signatures = snapshot.signatures().into_iter().map(|signature| (signature.id.clone(), signature));
        let tags = tags.map(|tags| tags.iter().map(String::as_str).collect());
        Self {
            signatures: signatures.collect(),
            empty: snapshot.empty_pickers(),
            has_adhoc: snapshot.has_adhoc,
            tags,
            found: BTreeMap::new(),
        }
    }

    pub(super) fn look(&mut self, local: &Local<'_, '_>) {
        let mut found = Vec::new();
        for node in &local.document.graph.nodes {
            let is_trigger = node.module_type == ModuleType::Trigger;
            if is_trigger && is_adhoc(&node.module) {
                if !self.has_adhoc {
                    found.push(("trigger".to_owned(), ADHOC.to_owned()));
                }
                continue;
            }
            let Some(signature) = self.signatures.get(&*node.module) else {
                let what = if is_trigger { "trigger" } else { "module" };
                found.push((what.to_owned(), node.module.to_string()));
                continue;
            };
            for (name, value) in &node.params {
                let Some(parameter) = signature.parameter(name) else { continue };
                if let Some((what, prefix)) = tags_in(node, name) {
                    let Some(tags) = &self.tags else { continue };
                    let lacks = |value: &&str| !tags.contains(format!("{prefix}{value}").as_str());
                    found.extend(texts(value).into_iter().filter(lacks).map(|tag| (what.to_owned(), tag.to_owned())));
                    continue;
                }
                let is_empty = self.empty.contains(&(signature.id.clone(), parameter.id.clone()));
                let is_closed = parameter.kind == ParameterKind::Picker && (!parameter.open || is_empty);
                let lacks = |value: &&str| is_closed && !parameter.options.contains_key(*value);
                found.extend(texts(value).into_iter().filter(lacks).map(|value| (name.to_string(), value.to_owned())));
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
