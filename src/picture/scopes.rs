//! Where filters are on.

use crate::catalogue::module_ids;
use crate::model::{FILTER_LABELS, Graph, Node};

/// The filters that are on when a node is reached: bits, the first label first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct FiltersOn {
    /// On every way.
    pub always: u8,
    /// On some way.
    pub sometimes: u8,
}

impl FiltersOn {
    /// The labels that are on, each with whether it is on every way.
    pub fn labels(self) -> impl Iterator<Item = (&'static str, bool)> {
        let labels = FILTER_LABELS.into_iter().enumerate();
        labels.filter_map(move |(at, label)| {
            let bit = 1 << at;
            (self.sometimes & bit != 0).then_some((label, self.always & bit != 0))
        })
    }
}

/// What is on at each node, and what each node that puts a filter on covers: itself and the nodes to which the filter
/// comes on every way. A filter that covers nothing else is left out.
pub(super) struct Scopes {
    pub on: Vec<FiltersOn>,
    pub scopes: Vec<Scope>,
}

/// What a filter covers.
pub(super) struct Scope {
    /// The filter's label.
    pub label: &'static str,
    /// The nodes, by their place in the graph.
    pub nodes: Vec<usize>,
}

impl Scopes {
    pub fn of(graph: &Graph<'_>) -> Self {
        let links: Vec<Vec<usize>> = graph
            .nodes
            .iter()
            .map(|node| node.outputs.iter().flatten().filter_map(|link| graph.index(link.node)).collect())
            .collect();
        let on = filters_on(graph, &links);
        let mut scopes = Vec::new();
        for (start, node) in graph.nodes.iter().enumerate() {
            let Some(at) = put_on(node) else { continue };
            let bit = 1 << at;
            let mut seen = vec![false; graph.nodes.len()];
            let mut waiting = vec![start];
            let mut nodes = Vec::new();
            while let Some(index) = waiting.pop() {
                if std::mem::replace(&mut seen[index], true) {
                    continue;
                }
                let node = &graph.nodes[index];
                let is_inside = index == start || (on[index].always & bit != 0 && taken_off(node) & bit == 0);
                if is_inside {
                    nodes.push(index);
                    waiting.extend(&links[index]);
                }
            }
            if nodes.len() > 1 {
                nodes.sort_unstable();
                scopes.push(Scope { label: FILTER_LABELS[at], nodes });
            }
        }
        Self { on, scopes }
    }
}

/// Follows the filters until nothing changes: each node's bits only ever grow or shrink.
fn filters_on(graph: &Graph<'_>, links: &[Vec<usize>]) -> Vec<FiltersOn> {
    let count = graph.nodes.len();
    let mut is_led_to = vec![false; count];
    for &to in links.iter().flatten() {
        is_led_to[to] = true;
    }
    let mut on: Vec<Option<FiltersOn>> = vec![None; count];
    let mut waiting: Vec<usize> = (0..count).filter(|&node| !is_led_to[node]).rev().collect();
    for &node in &waiting {
        on[node] = Some(FiltersOn::default());
    }
    while let Some(index) = waiting.pop() {
        let Some(before) = on[index] else { continue };
        let node = &graph.nodes[index];
        let (set, cleared) = (put_on(node).map_or(0, |at| 1 << at), taken_off(node));
        let after =
            FiltersOn { always: (before.always & !cleared) | set, sometimes: (before.sometimes & !cleared) | set };
        for &next in &links[index] {
            let known = on[next];
            let merged = known.map_or(after, |known| FiltersOn {
                always: known.always & after.always,
                sometimes: known.sometimes | after.sometimes,
            });
            if known != Some(merged) {
                on[next] = Some(merged);
                waiting.push(next);
            }
        }
    }
    on.into_iter().map(Option::unwrap_or_default).collect()
}

/// The label that a node puts on.
fn put_on(node: &Node<'_>) -> Option<usize> {
    let label = node.filter_label().filter(|_| module_ids::sets_filter(&node.module))?;
    FILTER_LABELS.iter().position(|known| *known == label)
}

/// The labels that a node takes off.
fn taken_off(node: &Node<'_>) -> u8 {
    if node.module != module_ids::GENERIC_FILTER_RESET {
        return 0;
    }
    match node.filter_label() {
        Some("all") => u8::MAX,
        Some(label) => FILTER_LABELS.iter().position(|known| *known == label).map_or(0, |at| 1 << at),
        None => 0,
    }
}
