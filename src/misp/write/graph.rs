//! Nodes, connections and frames.

use super::emitter::Emitter;
use super::node_uid::NodeUids;
use super::placeholders::placeholders;
use super::text::Resolver;
use super::{Document, Filling, WriteError};
use crate::model::{Frame, Graph, Node, NodeId, ParamValue, SavedFilter};

/// Writes a document's graph.
pub(super) struct GraphWriter<'a> {
    graph: &'a Graph<'a>,
    incoming: Vec<Incoming>,
    uids: NodeUids,
    texts: Resolver<'a>,
}

/// A connection as its target sees it. The order is the one in which they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Incoming {
    target: NodeId,
    input: u8,
    source: NodeId,
    /// From 1.
    output: u32,
}

impl<'a> GraphWriter<'a> {
    pub(super) fn new(document: &'a Document<'a>, filling: Filling<'a>) -> Self {
        let graph = &document.graph;
        debug_assert!(graph.nodes.is_sorted_by(|a, b| a.id < b.id), "nodes are in order of their ids");
        Self { graph, incoming: incoming(graph), uids: NodeUids::new(document), texts: Resolver::new(filling) }
    }

    /// The graph as an object: nodes by id, then `_frames`.
    pub(super) fn keyed(&mut self, out: &mut Emitter) {
        out.open('{');
        self.nodes(|writer, node, incoming| {
            out.numbered_key("", node.id);
            writer.node(out, node, incoming);
        });
        out.key("_frames");
        frames(out, &self.graph.frames);
        out.close('}');
    }

    /// The nodes as a list.
    pub(super) fn list(&mut self, out: &mut Emitter) {
        out.open('[');
        self.nodes(|writer, node, incoming| {
            out.item();
            writer.node(out, node, incoming);
        });
        out.close(']');
    }

    /// The finished text, or what was missing for it.
    pub(super) fn finish(self, out: Emitter) -> Result<String, WriteError> {
        let missing = self.texts.into_missing();
        if missing.is_empty() { Ok(out.finish()) } else { Err(WriteError { missing }) }
    }

    /// Calls `write` with every node and the connections that lead to it.
    fn nodes(&mut self, mut write: impl FnMut(&mut Self, &'a Node<'a>, &[Incoming])) {
        let incoming = std::mem::take(&mut self.incoming);
        let mut rest = incoming.as_slice();
        for node in &self.graph.nodes {
            // Connections to nodes that do not exist lie in between.
            rest = &rest[rest.partition_point(|connection| connection.target < node.id)..];
            let (own, others) = rest.split_at(rest.partition_point(|connection| connection.target == node.id));
            write(self, node, own);
            rest = others;
        }
    }

    fn node(&mut self, out: &mut Emitter, node: &Node<'_>, incoming: &[Incoming]) {
        out.open('{');
        out.key("id");
        out.scalar(&node.id);
        out.key("name");
        out.text(&node.name);
        out.key("data");
        self.module(out, node);
        out.key("class");
        out.text(&node.class);
        out.key("typenode");
        out.boolean(false);
        out.key("inputs");
        inputs(out, node.inputs, incoming);
        out.key("outputs");
        outputs(out, node);
        let (x, y) = node.position.unwrap_or_default();
        out.key("pos_x");
        out.pixels(x);
        out.key("pos_y");
        out.pixels(y);
        out.close('}');
    }

    fn module(&mut self, out: &mut Emitter, node: &Node<'_>) {
        out.open('{');
        out.key("id");
        out.text(&node.module);
        out.key("name");
        out.text(&node.name);
        out.key("module_type");
        out.text(node.module_type.as_str());
        if node.gives_core_format {
            out.key("misp_core_format");
            out.boolean(true);
        }
        out.key("indexed_params");
        out.open('{');
        for (key, value) in &node.params {
            out.text_key(key);
            self.texts.enter(&node.module, Some(key));
            self.value(out, value);
        }
        out.close('}');
        self.texts.enter(&node.module, None);
        out.key("saved_filters");
        self.filter(out, &node.filter);
        out.key("multiple_output_connection");
        out.boolean(node.multiple_output_connection);
        out.key("module_version");
        out.text(&node.version);
        out.key("node_uid");
        out.text(&self.uids.uid(node.id));
        out.key("previous_module_version");
        // The editor sets it to the version of the node that it loads, so this stays as it is.
        out.text(&node.version);
        if self.texts.leaves_placeholders() {
            let placeholders = placeholders(node);
            if !placeholders.is_empty() {
                out.key("placeholders");
                out.json(&placeholders.into());
            }
        }
        out.close('}');
    }

    fn filter(&mut self, out: &mut Emitter, filter: &SavedFilter<'_>) {
        out.open('{');
        out.key("selector");
        out.text(&filter.selector);
        out.key("value");
        out.text(&self.texts.resolve(&filter.value));
        out.key("operator");
        out.text(&filter.operator);
        out.key("path");
        out.text(&filter.path);
        out.close('}');
    }

    fn object(&mut self, out: &mut Emitter, entries: &[(std::borrow::Cow<'_, str>, ParamValue<'_>)]) {
        out.open('{');
        for (key, value) in entries {
            out.text_key(key);
            self.value(out, value);
        }
        out.close('}');
    }

    /// Recursive: values nest no deeper than the parser and the reader let them.
    fn value(&mut self, out: &mut Emitter, value: &ParamValue<'_>) {
        match value {
            ParamValue::Null => out.scalar(&()),
            ParamValue::Boolean(value) => out.boolean(*value),
            ParamValue::Number(number) => out.scalar(number),
            ParamValue::Text(text) => out.text(&self.texts.resolve(text)),
            ParamValue::List(items) => {
                out.open('[');
                for item in items {
                    out.item();
                    self.value(out, item);
                }
                out.close(']');
            }
            ParamValue::Object(entries) => self.object(out, entries),
        }
    }
}

/// All connections, in the order in which the inputs are written.
fn incoming(graph: &Graph<'_>) -> Vec<Incoming> {
    let mut all: Vec<_> = graph
        .nodes
        .iter()
        .flat_map(|node| {
            node.outputs.iter().enumerate().flat_map(move |(index, output)| {
                output.iter().map(move |connection| Incoming {
                    target: connection.node,
                    input: connection.input,
                    source: node.id,
                    output: index as u32 + 1,
                })
            })
        })
        .collect();
    all.sort_unstable();
    all
}

fn inputs(out: &mut Emitter, count: u8, mut incoming: &[Incoming]) {
    out.open('{');
    for input in 1..=count {
        // A graph from elsewhere may lead to inputs that the node does not have.
        incoming = &incoming[incoming.partition_point(|connection| connection.input < input)..];
        let (own, others) = incoming.split_at(incoming.partition_point(|connection| connection.input == input));
        out.numbered_key("input_", input.into());
        connections(out, "input", "output_", own.iter().map(|connection| (connection.source, connection.output)));
        incoming = others;
    }
    out.close('}');
}

fn outputs(out: &mut Emitter, node: &Node<'_>) {
    out.open('{');
    for (index, output) in node.outputs.iter().enumerate() {
        out.numbered_key("output_", index as u32 + 1);
        connections(
            out,
            "output",
            "input_",
            output.iter().map(|connection| (connection.node, u32::from(connection.input))),
        );
    }
    out.close('}');
}

/// The connections of one port. `here` is the kind of this port, `there` begins the name of the one
/// at the other end.
fn connections(out: &mut Emitter, here: &str, there: &str, ends: impl Iterator<Item = (NodeId, u32)>) {
    out.open('{');
    out.key("connections");
    out.open('[');
    for (node, port) in ends {
        out.item();
        out.open('{');
        out.key("node");
        out.numbered("", node);
        out.key(here);
        out.numbered(there, port);
        out.close('}');
    }
    out.close(']');
    out.close('}');
}

fn frames(out: &mut Emitter, frames: &[Frame<'_>]) {
    out.open('{');
    for frame in frames {
        out.text_key(&frame.uuid);
        out.open('{');
        out.key("id");
        out.text(&frame.uuid);
        out.key("text");
        out.text(&frame.text);
        out.key("nodes");
        out.open('[');
        for node in &frame.nodes {
            out.item();
            out.scalar(node);
        }
        out.close(']');
        out.key("class");
        out.text(&frame.class);
        out.close('}');
    }
    out.close('}');
}
