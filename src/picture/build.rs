//! From a graph to a scene.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{Catalogue, Shape, Signature};
use crate::diagnostics::printable_line;
use crate::diff::NOT_SHOWN;
use crate::import::{Words, all_parameters, words};
use crate::layout::{Layout, Rectangle, Spacing, layout};
use crate::lower::drawing_of;
use crate::model::{Document, DocumentKind, Frame, Graph, ModuleType, Node, NodeId};

use super::content;
use super::font::Font;
use super::scene::{Area, Details, Kind, Mark, NodeBox, Port, Said, Scene, SourceLines, Wire};
use super::scopes::Scopes;

/// Around everything.
const MARGIN: f64 = 24.0;
/// How far boxes are from each other.
const SPACING: Spacing = Spacing { gap: 34.0, rank_gap: 64.0, rank_width: 0.0, expected: 0.0 };
/// The font of the titles of frames and filters.
pub(super) const AREA_FONT: Font = Font { size: 11.0, is_bold: true };
/// So many nodes are told in a summary.
const MOST_TOLD: usize = 60;

/// What a picture needs besides the document.
#[derive(Clone, Copy)]
pub struct Options<'o> {
    /// The modules there are.
    pub catalogue: &'o Catalogue,
    /// What a workflow without a name is called.
    pub name: &'o str,
    /// Hides secrets in a text.
    pub hide: &'o dyn Fn(&str) -> String,
    /// Where a node is written.
    pub source: &'o dyn Fn(NodeId) -> Option<SourceLines>,
}

/// What became of the parts of a document, where two versions of it are drawn.
#[derive(Default)]
pub(super) struct Marks {
    /// By node.
    pub nodes: FxHashMap<NodeId, Mark>,
    /// What the number of a node was.
    pub numbers: FxHashMap<NodeId, NodeId>,
    /// What changed in a node, in the place of what it says.
    pub says: FxHashMap<NodeId, Vec<Said>>,
    /// By connection: from, output from 0, to. Each counts for as many as there are.
    pub wires: Vec<((NodeId, usize, NodeId), Mark)>,
}

impl Scene {
    /// A document as it is drawn.
    pub fn new(document: &Document<'_>, options: &Options<'_>) -> Self {
        Self::marked(document, options, &Marks::default())
    }

    /// The same with what became of its parts.
    pub(super) fn marked(document: &Document<'_>, options: &Options<'_>, marks: &Marks) -> Self {
        let graph = &document.graph;
        let clean = |text: &str| printable_line(&(options.hide)(text)).replace('\t', " ");
        let scopes = Scopes::of(&without_removed(graph, marks));
        let (drawn, areas) = with_areas(graph, &scopes);
        let told = frames_to_tell(&drawn, graph.frames.len());
        let mut nodes: Vec<NodeBox> = graph
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let mut made = node_box(node, options, marks, &clean);
                for &frame in told.get(&index).into_iter().flatten() {
                    let value = format!("in frame \"{}\"", clean(&graph.frames[frame].text));
                    made.says.insert(0, Said { name: String::new(), value, mark: Mark::Same });
                }
                for (label, always) in scopes.on[index].labels() {
                    made.head.push_str(&format!(" · filter {label} {}", if always { "on" } else { "on at times" }));
                }
                content::set(&mut made);
                made
            })
            .collect();
        hide_lines_of_others(&mut nodes);
        let size = |index: usize| (nodes[index].place.width, nodes[index].place.height);
        let mut drawn_graph = drawing_of(&drawn, size);
        drawn_graph.drawing.spacing = SPACING;
        let mut placed = layout(&drawn_graph.drawing);
        let size = to_origin(&mut placed);
        let mut slots: Vec<Option<NodeBox>> = nodes.drain(..).map(Some).collect();
        let mut nodes = Vec::with_capacity(slots.len());
        for (&index, place) in drawn_graph.order.iter().zip(&placed.nodes) {
            let Some(mut node) = slots[index].take() else { continue };
            node.place = *place;
            content::set_ports(&mut node.ports, place.height);
            nodes.push(node);
        }
        let mut left: FxHashMap<(NodeId, usize, NodeId), Vec<Mark>> = FxHashMap::default();
        for &(key, mark) in &marks.wires {
            left.entry(key).or_default().push(mark);
        }
        let mut wires: Vec<Wire> = drawn_graph
            .drawing
            .edges
            .iter()
            .zip(placed.edges)
            .map(|(edge, points)| Wire {
                from: edge.from,
                port: edge.port,
                to: edge.to,
                is_concurrent: graph.nodes[drawn_graph.order[edge.from]].is_concurrent_task(),
                mark: Mark::Same,
                points,
            })
            .collect();
        // Of several alike the last ones are the new ones.
        for wire in wires.iter_mut().rev() {
            let key = (nodes[wire.from].id, wire.port, nodes[wire.to].id);
            wire.mark = left.get_mut(&key).and_then(Vec::pop).unwrap_or_default();
        }
        let mut place_of = vec![0; graph.nodes.len()];
        for (place, &index) in drawn_graph.order.iter().enumerate() {
            place_of[index] = place;
        }
        let area = |at: usize, title: String| {
            let frame = drawn_graph.frames[at]?;
            let place = placed.frames[frame];
            let shown = AREA_FONT.line(&title, place.width - 16.0);
            let held = drawn.frames[at].nodes.iter().filter_map(|&id| graph.index(id).map(|index| place_of[index]));
            Some((frame, Area { title, shown, nodes: held.collect(), place }))
        };
        let mut frames: Vec<_> =
            (0..graph.frames.len()).filter_map(|at| area(at, clean(&graph.frames[at].text))).collect();
        frames.sort_by_key(|(frame, _)| *frame);
        let scopes = areas
            .iter()
            .enumerate()
            .filter_map(|(at, label)| area(graph.frames.len() + at, format!("filter {label} is on")));
        let mut scopes: Vec<_> = scopes.collect();
        scopes.sort_by_key(|(frame, _)| *frame);
        let scopes: Vec<Area> = scopes.into_iter().map(|(_, area)| area).collect();
        let frames: Vec<Area> = frames.into_iter().map(|(_, area)| area).collect();
        let title = if document.name.is_empty() { clean(options.name) } else { clean(&document.name) };
        let mut scene = Self {
            title,
            description: clean(&document.description.split_whitespace().collect::<Vec<_>>().join(" ")),
            summary: String::new(),
            size,
            nodes,
            wires,
            frames,
            scopes,
        };
        scene.summary = summary(&scene, document.kind);
        scene
    }
}

/// The graph without the connections that were removed.
fn without_removed<'g, 'a>(graph: &'g Graph<'a>, marks: &Marks) -> Cow<'g, Graph<'a>> {
    let mut current = Cow::Borrowed(graph);
    for ((from, output, to), _) in marks.wires.iter().filter(|(_, mark)| *mark == Mark::Removed) {
        let Some(index) = graph.index(*from) else { continue };
        let links = &mut current.to_mut().nodes[index].outputs[*output];
        // They came last.
        if let Some(at) = links.iter().rposition(|link| link.node == *to) {
            links.remove(at);
        }
    }
    current
}

/// The frames that no rectangle can show, for each node in them: those that cut larger ones, or hold the same nodes.
fn frames_to_tell(graph: &Graph<'_>, frames: usize) -> FxHashMap<usize, Vec<usize>> {
    let mut told: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    let drawn = drawing_of(graph, |_| (0.0, 0.0)).frames;
    for (frame, _) in drawn.iter().enumerate().take(frames).filter(|(_, drawn)| drawn.is_none()) {
        let mut nodes: Vec<usize> = graph.frames[frame].nodes.iter().filter_map(|&id| graph.index(id)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            told.entry(node).or_default().push(frame);
        }
    }
    told
}

/// A line that must not be seen with one node is not seen with another.
fn hide_lines_of_others(nodes: &mut [NodeBox]) {
    let mut hidden: FxHashSet<(String, usize)> = FxHashSet::default();
    for source in nodes.iter().filter_map(|node| node.details.source.as_ref()) {
        if source.lines.contains(&None) {
            hidden.extend((source.range.0..=source.range.1).map(|line| (source.file.clone(), line)));
        }
    }
    if hidden.is_empty() {
        return;
    }
    for SourceLines { file, range, lines } in nodes.iter_mut().filter_map(|node| node.details.source.as_mut()) {
        for (line, text) in (range.0..).zip(lines) {
            text.take_if(|_| hidden.contains(&(file.clone(), line)));
        }
    }
}

/// Whether two sets of nodes have something in common, and neither holds the other.
fn cut_each_other(one: &FxHashSet<NodeId>, other: &FxHashSet<NodeId>) -> bool {
    let common = one.intersection(other).count();
    common > 0 && common < one.len() && common < other.len()
}

/// The graph with a frame for each filter that covers something, and the labels of these filters. A filter that would hide
/// a frame has none: it is told at each node.
fn with_areas<'g>(graph: &Graph<'g>, scopes: &Scopes) -> (Graph<'g>, Vec<&'static str>) {
    let mut graph = graph.clone();
    let ids: Vec<NodeId> = graph.nodes.iter().map(|node| node.id).collect();
    let mut labels = Vec::new();
    let frames: Vec<FxHashSet<NodeId>> = graph
        .frames
        .iter()
        .map(|frame| frame.nodes.iter().copied().filter(|&id| graph.index(id).is_some()).collect())
        .collect();
    for scope in &scopes.scopes {
        let nodes: Vec<NodeId> = scope.nodes.iter().map(|&index| ids[index]).collect();
        let set = nodes.iter().copied().collect();
        if frames.iter().any(|frame| cut_each_other(frame, &set)) {
            continue;
        }
        graph.frames.push(Frame { uuid: "".into(), text: "".into(), nodes, class: "".into() });
        labels.push(scope.label);
    }
    (graph, labels)
}

fn node_box(node: &Node<'_>, options: &Options<'_>, marks: &Marks, clean: &dyn Fn(&str) -> String) -> NodeBox {
    let signature = options.catalogue.module(&node.module);
    let kind = match node.module_type {
        ModuleType::Trigger => Kind::Trigger,
        ModuleType::Logic => Kind::Logic,
        ModuleType::Action => Kind::Action,
    };
    let Words { question, parameters, filter } = words(node, signature);
    let is_blocking = signature.is_some_and(|signature| signature.blocking);
    let mark = marks.nodes.get(&node.id).copied().unwrap_or_default();
    let mut head = String::new();
    if let Some((sign, word)) = mark.told() {
        head.push_str(&format!("{sign} {word} · "));
    }
    head.push_str(kind.word());
    let title = if let Some(question) = question {
        head.push_str(&format!(" · {}", clean(&node.module)));
        clean(&question)
    } else {
        clean(&node.module)
    };
    if is_blocking {
        head.push_str(" · blocking");
    }
    if signature.is_none() {
        head.push_str(" · unknown module");
    }
    let mut says: Vec<Said> = Vec::new();
    let mut say = |name: &str, value: &str| {
        says.push(Said { name: clean(name), value: clean(value), mark: Mark::Same });
    };
    for (name, value) in &parameters {
        say(name, value);
    }
    if let Some(filter) = &filter {
        say("", filter);
    }
    if let Some(changed) = marks.says.get(&node.id) {
        let changes = changed.iter().map(|said| Said { name: clean(&said.name), value: clean(&said.value), ..*said });
        let is_told = |said: &Said| changed.iter().any(|change| change.name == said.name);
        let same: Vec<Said> = says.into_iter().filter(|said| !is_told(said)).collect();
        says = changes.chain(same).collect();
    }
    let mut parameters = all_parameters(node, signature);
    if let Some(changed) = marks.says.get(&node.id) {
        parameters.retain(|(name, _)| !changed.iter().any(|change| change.name == *name));
    }
    // The text may hold what must not be seen.
    let holds_secret = parameters.iter().any(|(_, value)| value.contains(NOT_SHOWN))
        || says.iter().any(|said| said.value.contains(NOT_SHOWN));
    NodeBox {
        id: node.id,
        number: marks.numbers.get(&node.id).unwrap_or(&node.id).to_string(),
        module: clean(&node.module),
        kind,
        is_blocking,
        mark,
        head,
        title,
        says,
        lines: Vec::new(),
        ports: ports(node, signature),
        place: Rectangle::default(),
        details: Details {
            name: signature.map_or_else(|| clean(&node.name), |signature| clean(&signature.name)),
            description: signature.map(|signature| clean(&signature.description)).unwrap_or_default(),
            traps: signature.iter().flat_map(|signature| &signature.traps).map(|trap| clean(trap)).collect(),
            parameters: parameters.iter().map(|(name, value)| (clean(name), clean(value))).collect(),
            source: (options.source)(node.id).map(|source| SourceLines {
                file: clean(&source.file),
                lines: source.numbered().map(|(_, text)| text.filter(|_| !holds_secret).map(clean)).collect(),
                ..source
            }),
        },
    }
}

fn ports(node: &Node<'_>, signature: Option<&Signature>) -> Vec<Port> {
    let count = node.outputs.len();
    let is_condition = node.module_type == ModuleType::Logic
        && count == 2
        && signature.map_or(node.class.contains("block-type-if"), |signature| {
            signature.is_condition() || signature.shape == Shape::If
        });
    let label = |at: usize| match (is_condition, at) {
        (true, 0) => "then".to_owned(),
        (true, _) => "else".to_owned(),
        (false, _) if count > 1 => (at + 1).to_string(),
        (false, _) => String::new(),
    };
    (0..count).map(|at| Port { label: label(at), y: 0.0 }).collect()
}

/// Moves everything so that it begins at the margin. Returns the size with the margins.
fn to_origin(layout: &mut Layout) -> (f64, f64) {
    // Left, top, right, bottom.
    let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let mut see = |x: f64, y: f64| {
        bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
    };
    for place in layout.nodes.iter().chain(layout.frames.iter().filter(|frame| frame.width > 0.0)) {
        see(place.x, place.y);
        see(place.x + place.width, place.y + place.height);
    }
    for &(x, y) in layout.edges.iter().flatten() {
        see(x, y);
    }
    if !bounds[0].is_finite() {
        return (2.0 * MARGIN, 2.0 * MARGIN);
    }
    let (x, y) = (MARGIN - bounds[0], MARGIN - bounds[1]);
    for place in layout.nodes.iter_mut().chain(&mut layout.frames) {
        place.x += x;
        place.y += y;
    }
    for point in layout.edges.iter_mut().flatten() {
        point.0 += x;
        point.1 += y;
    }
    ((bounds[2] - bounds[0] + 2.0 * MARGIN).ceil(), (bounds[3] - bounds[1] + 2.0 * MARGIN).ceil())
}

/// The picture in words: how much there is, then each node with where it leads.
fn summary(scene: &Scene, kind: DocumentKind) -> String {
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let what = if kind == DocumentKind::Workflow { "Workflow" } else { "Blueprint" };
    let mut text =
        format!("{what} with {} and {}.", count(scene.nodes.len(), "node"), count(scene.wires.len(), "connection"));
    let mut leaving: Vec<Vec<&Wire>> = vec![Vec::new(); scene.nodes.len()];
    for wire in &scene.wires {
        leaving[wire.from].push(wire);
    }
    for (node, wires) in scene.nodes.iter().zip(leaving).take(MOST_TOLD) {
        let mark = node.mark.told().map(|(_, word)| format!(" ({word})")).unwrap_or_default();
        text.push_str(&format!(" {}{mark}: {}", node.number, node.title));
        let mut targets = wires.iter().map(|wire| {
            let label = &node.ports[wire.port].label;
            let label = if label.is_empty() { String::new() } else { format!("{label} ") };
            format!("{label}to {}", scene.nodes[wire.to].number)
        });
        if let Some(first) = targets.next() {
            text.push_str(&format!(", leads {first}"));
            for target in targets {
                text.push_str(&format!(", {target}"));
            }
        }
        text.push('.');
    }
    if scene.nodes.len() > MOST_TOLD {
        text.push_str(&format!(" And {} more.", scene.nodes.len() - MOST_TOLD));
    }
    text
}
