//! The signatures of a graph's modules: the catalogue's, and made-up ones for modules it lacks.

use std::borrow::Cow;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::catalogue::{Catalogue, Parameter, ParameterKind, Shape, Signature};
use crate::model::{Graph, ModuleType, Node, ParamText, ParamValue};

use super::note::Notes;

/// Signatures by module id.
pub(super) struct Modules<'c> {
    catalogue: &'c Catalogue,
    /// The modules that the catalogue lacks, in the order of their first nodes.
    pub unknown: IndexMap<String, Signature, FxBuildHasher>,
}

impl<'c> Modules<'c> {
    /// Finds or makes up a signature for every module of the graph.
    pub fn new(catalogue: &'c Catalogue, graph: &Graph<'_>, notes: &mut Notes) -> Self {
        let mut groups: IndexMap<&str, Vec<&Node<'_>>, FxBuildHasher> = IndexMap::default();
        for node in &graph.nodes {
            if catalogue.module(&node.module).is_none() {
                groups.entry(&node.module).or_default().push(node);
            }
        }
        let unknown = groups.into_iter().map(|(id, nodes)| (id.to_owned(), signature(&nodes, notes))).collect();
        Self { catalogue, unknown }
    }

    /// The signature of a node's module.
    pub fn of(&self, node: &Node<'_>) -> &Signature {
        self.catalogue.module(&node.module).unwrap_or_else(|| &self.unknown[node.module.as_ref()])
    }
}

/// What the nodes of a module tell about it.
fn signature(all: &[&Node<'_>], notes: &mut Notes) -> Signature {
    let first = all[0];
    for node in all {
        if node.module_type != first.module_type {
            notes.about(
                node.id,
                format!(
                    "`{}` is {} here and {} in another node; the latter is taken",
                    node.module,
                    node.module_type.as_str(),
                    first.module_type.as_str()
                ),
            );
        }
    }
    let connected = all.iter().map(|node| node.outputs.len()).max().unwrap_or(0);
    let most = if first.module_type == ModuleType::Logic { 2 } else { 1 };
    let name = if first.name.is_empty() { &first.module } else { &first.name };
    Signature {
        name: name.to_string(),
        version: first.version.to_string(),
        outputs: connected.min(most) as u8,
        shape: if first.class.contains("block-type-if") { Shape::If } else { Shape::Default },
        supports_filters: all.iter().any(|node| node.filter.is_active()),
        expects_core_format: first.class.contains("expect-misp-core-format")
            && first.module_type != ModuleType::Trigger,
        gives_core_format: all.iter().any(|node| node.gives_core_format),
        parameters: parameters(all),
        ..Signature::custom(&*first.module, first.module_type)
    }
}

fn parameters(nodes: &[&Node<'_>]) -> Vec<Parameter> {
    let mut values: IndexMap<&str, Vec<&ParamValue<'_>>, FxBuildHasher> = IndexMap::default();
    for node in nodes {
        for (id, value) in &node.params {
            values.entry(id).or_default().push(value);
        }
    }
    values
        .into_iter()
        // `filters` is how a call says its module filter; a trigger takes none.
        .filter(|(id, _)| *id != "filters" || nodes[0].module_type == ModuleType::Trigger)
        .map(|(id, values)| {
            let everywhere = values.len() == nodes.len();
            let is_texts = |value: &&ParamValue<'_>| match value {
                ParamValue::List(items) => {
                    items.iter().all(|item| matches!(item, ParamValue::Text(ParamText::Plain(_))))
                }
                _ => false,
            };
            let kind = if everywhere && values.iter().all(is_texts) {
                ParameterKind::Picker
            } else if values.iter().all(|value| matches!(value, ParamValue::Boolean(_))) {
                ParameterKind::Checkbox
            } else {
                ParameterKind::Text
            };
            parameter(id, kind)
        })
        .collect()
}

fn parameter(id: &str, kind: ParameterKind) -> Parameter {
    Parameter {
        id: id.to_owned(),
        label: id.to_owned(),
        kind,
        description: String::new(),
        example: String::new(),
        default: None,
        options: IndexMap::new(),
        open: kind == ParameterKind::Picker,
        multiple: kind == ParameterKind::Picker,
        jinja: false,
        json: false,
        lines: None,
        sensitive: false,
        display_on: IndexMap::new(),
        sub_selector: false,
        required: None,
    }
}

/// The value of a node's parameter.
pub(super) fn param<'n, 'g>(node: &'n Node<'g>, id: &str) -> Option<&'n ParamValue<'g>> {
    node.params.iter().find(|(known, _)| known == id).map(|(_, value)| value)
}

/// The value of a node's parameter if it is plain text.
pub(super) fn text_param<'n>(node: &'n Node<'_>, id: &str) -> Option<&'n str> {
    match param(node, id) {
        Some(ParamValue::Text(ParamText::Plain(text))) => Some(Cow::as_ref(text)),
        _ => None,
    }
}
