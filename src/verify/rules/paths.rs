//! MISP walks every path through a graph, one by one. Here they are counted without walking them.

use super::view::View;
use crate::diagnostics::{Code, Diagnostic};

/// From here on opening and saving a workflow becomes slow.
pub const MANY: u64 = 4_096;
/// From here on a save takes minutes or never ends.
pub const TOO_MANY: u64 = 1_000_000;

pub(super) fn check(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(count) = Count::new(view) else { return };
    if count.total < MANY {
        return;
    }
    let (code, limit) = if count.total >= TOO_MANY { (Code::TooManyPaths, TOO_MANY) } else { (Code::ManyPaths, MANY) };
    let paths = if count.total == u64::MAX {
        "more paths than can be counted".to_owned()
    } else {
        format!("{} paths", count.total)
    };
    let crossing = view.components.order.iter().map(|nodes| nodes[0]).find(|&node| count.arriving[node] >= limit);
    let busiest = count.busiest_join();
    let place = crossing.or(busiest);
    let message = match place {
        Some(node) => format!("{paths} lead through this graph, most of them through {}", view.name(node)),
        None => format!("{paths} lead through this graph"),
    };
    let label = match crossing {
        Some(node) if count.arriving[node] < u64::MAX => format!("{} ways lead here", count.arriving[node]),
        _ => "too many ways lead here".to_owned(),
    };
    let mut finding =
        Diagnostic::maybe_at(code, place.map_or(view.place(), |node| view.span(node)), message).label(label);
    if let Some(node) = busiest.filter(|&node| Some(node) != place) {
        finding = view.also(finding, node, format!("{} connections join here", count.incoming[node]));
    }
    diagnostics.push(
        finding
            .note("MISP walks every path when it opens, checks or saves a workflow, and each `if` whose branches join again doubles them")
            .help("let branches end instead of joining, ask for several values in one condition (`in [..]`), or move a part into another workflow"),
    );
}

/// Numbers of paths, which stop counting at the largest `u64`.
pub(super) struct Count {
    /// From the beginnings of the graph to its ends.
    pub total: u64,
    /// From the beginnings to each node.
    pub arriving: Vec<u64>,
    /// Connections to each node.
    pub incoming: Vec<u32>,
}

impl Count {
    /// Counts the paths from all nodes that nothing leads to; `None` if there is a loop.
    pub fn new(view: &View<'_, '_>) -> Option<Self> {
        let components = &view.components;
        if !components.is_acyclic() {
            return None;
        }
        let nodes = view.graph.nodes.len();
        let mut incoming = vec![0_u32; nodes];
        for node in 0..nodes {
            for successor in components.successors(node) {
                incoming[successor] += 1;
            }
        }
        let mut arriving: Vec<u64> = incoming.iter().map(|&incoming| u64::from(incoming == 0)).collect();
        let mut total = 0_u64;
        for node in components.order.iter().map(|nodes| nodes[0]) {
            let here = arriving[node];
            let mut is_end = true;
            for successor in components.successors(node) {
                is_end = false;
                arriving[successor] = arriving[successor].saturating_add(here);
            }
            if is_end {
                total = total.saturating_add(here);
            }
        }
        Some(Self { total, arriving, incoming })
    }

    /// The first node at which the most connections join, if any join at all.
    fn busiest_join(&self) -> Option<usize> {
        let most = *self.incoming.iter().max()?;
        (most > 1).then(|| self.incoming.iter().position(|&incoming| incoming == most)).flatten()
    }
}
