//! The comparison.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::catalogue::{Catalogue, ParameterKind};
use crate::format::quote;
use crate::model::{Connection, Document, DocumentKind, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue};

use super::difference::{Change, ChangedNode, Difference, Edge, NodeName};
use super::filled::{FILTER, NOT_SHOWN, shown_beside, text_of, without_credentials};
use super::fingerprint::{Links, Numbers, fingerprints};
use super::matching::Matching;
use super::value::{shown, shown_set, shown_text};

/// What counts as a difference.
#[derive(Clone, Copy, Debug)]
pub struct DiffOptions<'c> {
    /// The modules there are: tells which parameters are sensitive.
    pub catalogue: &'c Catalogue,
    /// Whether ids, positions, module versions and frames (but not the ids of frames) count too.
    pub layout: bool,
}

/// What differs from `before` to `after`.
///
/// Everything counts that MISP reads when it runs or lists a workflow. What never counts: the name and the shape of a
/// node and the number of its inputs, which are there to be looked at; outputs that lead nowhere; the order of picked
/// values, which the editor changes. The fields of a document that is nothing but a graph are not compared.
pub fn compare(before: &Document<'_>, after: &Document<'_>, options: DiffOptions<'_>) -> Difference {
    let mut difference = Difference { fields: fields(before, after), ..Difference::default() };
    let comparison = Comparison::new([&before.graph, &after.graph], options);
    comparison.nodes(&mut difference);
    comparison.edges(&mut difference);
    if options.layout {
        comparison.frames(&mut difference);
    }
    difference
}

/// Which nodes of two documents are the same: the ids in the first and in the second.
pub fn partners(before: &Document<'_>, after: &Document<'_>, options: DiffOptions<'_>) -> Vec<(NodeId, NodeId)> {
    let comparison = Comparison::new([&before.graph, &after.graph], options);
    let pairs = before.graph.nodes.iter().zip(&comparison.forward);
    pairs.filter_map(|(node, partner)| Some((node.id, after.graph.nodes[(*partner)?].id))).collect()
}

fn fields(before: &Document<'_>, after: &Document<'_>) -> Vec<Change> {
    let is_bare = |document: &Document<'_>| document.uuid.is_none() && document.name.is_empty();
    let mut changes = Vec::new();
    if is_bare(before) || is_bare(after) {
        return changes;
    }
    let mut field = |what: &str, before: Option<String>, after: Option<String>| {
        if before != after {
            changes.push(Change { what: what.to_owned(), before, after });
        }
    };
    let kind = |document: &Document<'_>| {
        Some(if document.kind == DocumentKind::Workflow { "workflow" } else { "blueprint" }.to_owned())
    };
    field("kind", kind(before), kind(after));
    field("name", Some(quote(&before.name)), Some(quote(&after.name)));
    field("description", Some(quote(&before.description)), Some(quote(&after.description)));
    let uuid = |document: &Document<'_>| document.uuid.map(|uuid| uuid.to_string());
    field("uuid", uuid(before), uuid(after));
    field("trigger", before.trigger_id.as_deref().map(quote), after.trigger_id.as_deref().map(quote));
    field("debug", Some(before.debug_enabled.to_string()), Some(after.debug_enabled.to_string()));
    changes
}

/// What a node says: names and values, sorted.
type Content = BTreeMap<String, String>;

struct Comparison<'c, 'g> {
    graphs: [&'c Graph<'g>; 2],
    options: DiffOptions<'c>,
    contents: [Vec<Content>; 2],
    links: [Links; 2],
    forward: Vec<Option<usize>>,
    backward: Vec<Option<usize>>,
}

impl<'c, 'g> Comparison<'c, 'g> {
    fn new(graphs: [&'c Graph<'g>; 2], options: DiffOptions<'c>) -> Self {
        let contents =
            graphs.map(|graph| graph.nodes.iter().map(|node| content(node, options.catalogue)).collect::<Vec<_>>());
        let links = graphs.map(Links::new);
        let mut modules = Numbers::new();
        let mut nodes = Numbers::new();
        let mut placed = Numbers::new();
        let module = graphs.map(|graph| graph.nodes.iter().map(|node| modules.of(node.module.to_string())).collect());
        let own = [0, 1].map(|side| {
            let nodes_of = graphs[side].nodes.iter().zip(&contents[side]);
            nodes_of.map(|(node, content)| nodes.of((node.module.to_string(), content.clone()))).collect::<Vec<_>>()
        });
        let ids = [0, 1].map(|side| {
            graphs[side].nodes.iter().zip(&own[side]).map(|(node, own)| placed.of((node.id, *own))).collect::<Vec<_>>()
        });
        let [first, second] = fingerprints([&links[0], &links[1]], module, own);
        let mut matching = Matching::new([&links[0], &links[1]]);
        if options.layout {
            matching.equals([&ids[0], &ids[1]]);
        }
        let triggers = graphs.map(only_trigger);
        if let [Some(before), Some(after)] = triggers {
            matching.pair(before, after);
        }
        let similarity = |a: usize, b: usize| {
            let other: &Content = &contents[1][b];
            contents[0][a].iter().filter(|(name, value)| other.get(*name) == Some(value)).count()
        };
        matching.find(&first, &second, &similarity);
        let (forward, backward) = (matching.forward, matching.backward);
        Self { graphs, options, contents, links, forward, backward }
    }

    fn nodes(&self, difference: &mut Difference) {
        let [before, after] = self.graphs;
        for (index, node) in before.nodes.iter().enumerate() {
            let Some(partner) = self.forward[index] else {
                difference.removed.push(self.named(node, &self.contents[0][index]));
                continue;
            };
            let other = &after.nodes[partner];
            let mut changes = self.changes(node, other, [&self.contents[0][index], &self.contents[1][partner]]);
            changes.extend(self.order(index, partner));
            if !changes.is_empty() {
                difference.changed.push(ChangedNode {
                    module: other.module.to_string(),
                    before: node.id,
                    after: other.id,
                    changes,
                });
            }
        }
        for (index, node) in after.nodes.iter().enumerate() {
            if self.backward[index].is_none() {
                difference.added.push(self.named(node, &self.contents[1][index]));
            }
        }
    }

    fn named(&self, node: &Node<'_>, content: &Content) -> NodeName {
        let content = content.iter().map(|(name, value)| (name.clone(), self.hidden(node, name, value))).collect();
        NodeName { id: node.id, module: node.module.to_string(), content }
    }

    fn changes(&self, before: &Node<'_>, after: &Node<'_>, contents: [&Content; 2]) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut change = |what: &str, old: Option<String>, new: Option<String>| {
            changes.push(Change { what: what.to_owned(), before: old, after: new });
        };
        if before.module != after.module {
            change("module", Some(quote(&before.module)), Some(quote(&after.module)));
        }
        let [old, new] = contents;
        for (name, value) in old {
            let other = new.get(name);
            if other != Some(value) {
                let shown = |node: &Node<'_>, other: &Node<'_>, value: &String| {
                    shown_beside(node, other, name, &self.hidden(node, name, value))
                };
                let new = other.map(|value| shown(after, before, value)).or_else(|| usual(after, name));
                change(name, Some(shown(before, after, value)), new);
            }
        }
        for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let new = shown_beside(after, before, name, &self.hidden(after, name, value));
            change(name, usual(before, name), Some(new));
        }
        if self.options.layout {
            if before.id != after.id {
                change("id", Some(before.id.to_string()), Some(after.id.to_string()));
            }
            if before.position != after.position {
                let position = |node: &Node<'_>| node.position.map(|(x, y)| format!("({x}, {y})"));
                change("position", position(before), position(after));
            }
            if before.version != after.version {
                change("version", Some(quote(&before.version)), Some(quote(&after.version)));
            }
        }
        changes
    }

    /// A value, unless nobody should see it.
    fn hidden(&self, node: &Node<'_>, name: &str, value: &str) -> String {
        let parameter = self.options.catalogue.module(&node.module).and_then(|module| module.parameter(name));
        let is_secret = parameter.is_some_and(|parameter| parameter.sensitive);
        if is_secret && value.starts_with('"') && value != "\"\"" {
            return NOT_SHOWN.to_owned();
        }
        let plain = text_of(node, name).and_then(ParamText::as_plain);
        plain.and_then(|text| without_credentials(name, text)).unwrap_or_else(|| value.to_owned())
    }

    /// Whether the connections of an output are the same in another order.
    fn order(&self, before: usize, after: usize) -> Option<Change> {
        let outputs = self.links[0].outputs[before].iter().zip(&self.links[1].outputs[after]);
        for (output, (old, new)) in outputs.enumerate() {
            let old: Vec<_> = old.iter().map(|target| target.and_then(|target| self.forward[target])).collect();
            let (mut sorted_old, mut sorted_new) = (old.clone(), new.clone());
            sorted_old.sort_unstable();
            sorted_new.sort_unstable();
            if old != *new && sorted_old == sorted_new {
                let ids = |targets: &[Option<usize>]| {
                    let id = |target: &Option<usize>| target.map(|target| self.graphs[1].nodes[target].id.to_string());
                    Some(targets.iter().filter_map(id).collect::<Vec<_>>().join(", "))
                };
                let what = format!("order of output {}", output + 1);
                return Some(Change { what, before: ids(&old), after: ids(new) });
            }
        }
        None
    }

    fn edges(&self, difference: &mut Difference) {
        // Nodes of the first graph go by their partners, those without by numbers of their own.
        let count = self.graphs[1].nodes.len();
        let common = |side: usize, node: usize| match side {
            0 => self.forward[node].unwrap_or(count + node),
            _ => node,
        };
        let mut surplus: FxHashMap<(usize, usize, Option<usize>, u8), i64> = FxHashMap::default();
        for side in [1, 0] {
            self.each_edge(side, &mut |from, output, target, link| {
                let key = (common(side, from), output, target.map(|target| common(side, target)), link.input);
                *surplus.entry(key).or_default() += if side == 1 { 1 } else { -1 };
            });
        }
        for (side, sign, list) in [(0, -1, &mut difference.removed_edges), (1, 1, &mut difference.added_edges)] {
            self.each_edge(side, &mut |from, output, target, link| {
                let key = (common(side, from), output, target.map(|target| common(side, target)), link.input);
                if let Some(left) = surplus.get_mut(&key)
                    && *left * sign > 0
                {
                    *left -= sign;
                    let nodes = &self.graphs[side].nodes;
                    list.push(Edge {
                        from: nodes[from].id,
                        from_module: nodes[from].module.to_string(),
                        output: output + 1,
                        to: link.node,
                        to_module: target.map(|target| nodes[target].module.to_string()).unwrap_or_default(),
                        input: link.input,
                    });
                }
            });
        }
    }

    fn each_edge(&self, side: usize, see: &mut dyn FnMut(usize, usize, Option<usize>, Connection)) {
        for (from, node) in self.graphs[side].nodes.iter().enumerate() {
            for (output, connections) in node.outputs.iter().enumerate() {
                for connection in connections {
                    see(from, output, self.graphs[side].index(connection.node), *connection);
                }
            }
        }
    }

    /// Frames have no identity: the editor gives them new ids on every load.
    fn frames(&self, difference: &mut Difference) {
        let of = |graph: &Graph<'_>| -> Vec<(String, String)> {
            graph.frames.iter().map(|frame| (quote(&frame.text), shown_frame(frame))).collect()
        };
        let (mut before, mut after) = (of(self.graphs[0]), of(self.graphs[1]));
        before.retain(|frame| {
            let same = after.iter().position(|other| other == frame);
            same.map(|same| after.remove(same)).is_none()
        });
        for (title, frame) in before {
            let changed = after.iter().position(|(other, _)| *other == title).map(|same| after.remove(same).1);
            difference.frames.push(Change { what: title, before: Some(frame), after: changed });
        }
        let added = after.into_iter().map(|(title, frame)| Change { what: title, before: None, after: Some(frame) });
        difference.frames.extend(added);
    }
}

fn shown_frame(frame: &Frame<'_>) -> String {
    let mut nodes = frame.nodes.clone();
    nodes.sort_unstable();
    nodes.dedup();
    let class = if frame.class.is_empty() { String::new() } else { format!("{}, ", frame.class) };
    format!("({class}{nodes:?})")
}

fn only_trigger(graph: &Graph<'_>) -> Option<usize> {
    let mut triggers = (0..graph.nodes.len()).filter(|&node| graph.nodes[node].module_type == ModuleType::Trigger);
    triggers.next().filter(|_| triggers.next().is_none())
}

/// What MISP reads in a node, but for its module and its connections: its parameters, its module filter, and what it
/// says of itself.
fn content(node: &Node<'_>, catalogue: &Catalogue) -> Content {
    let signature = catalogue.module(&node.module);
    let is_set = |id: &str| {
        let parameter = signature.and_then(|signature| signature.parameter(id));
        parameter.is_some_and(|parameter| parameter.kind == ParameterKind::Picker && parameter.multiple)
    };
    let shown = |(name, value): &(Cow<'_, str>, ParamValue<'_>)| {
        let value = match value {
            ParamValue::List(items) if is_set(name) => shown_set(items),
            value => shown(value),
        };
        (name.to_string(), value)
    };
    let mut content: Content = node.params.iter().map(shown).collect();
    let filter = &node.filter;
    let value: &ParamText<'_> = &filter.value;
    let parts = [
        ("filter selector", quote(&filter.selector)),
        (FILTER, shown_text(value)),
        ("filter operator", quote(&filter.operator)),
        ("filter path", quote(&filter.path)),
    ];
    for (name, part) in parts {
        if part != "\"\"" {
            content.insert(name.to_owned(), part);
        }
    }
    // MISP looks for a module of this kind: a node that names another kind than its module's does nothing.
    let kind = kind(node);
    let usual = signature.map_or("", |signature| signature.module_type.as_str());
    if kind != usual {
        content.insert(KIND.to_owned(), kind);
    }
    if node.gives_core_format {
        content.insert("misp_core_format".to_owned(), true.to_string());
    }
    let usual = signature.is_some_and(|signature| signature.multiple_output_connection);
    if node.multiple_output_connection != usual {
        content.insert(SEVERAL.to_owned(), node.multiple_output_connection.to_string());
    }
    content
}

/// The key for the kind of a node's module.
const KIND: &str = "module_type";
/// The key that says whether several connections may leave an output.
const SEVERAL: &str = "multiple_output_connection";

fn kind(node: &Node<'_>) -> String {
    node.odd_type.as_deref().map_or_else(|| node.module_type.as_str().to_owned(), quote)
}

/// What a node says under a key that every node has, also where it says only what is usual for its module.
fn usual(node: &Node<'_>, name: &str) -> Option<String> {
    match name {
        KIND => Some(kind(node)),
        SEVERAL => Some(node.multiple_output_connection.to_string()),
        _ => None,
    }
}
