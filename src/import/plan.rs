//! What becomes which step, and where its branches meet again.

use super::conditions::{Condition, Decision, decisions};
use super::flow::{Flow, FlowKind, FlowTarget};
use super::scopes::{FilterScope, RegionId, Scopes};
use super::tree::Tree;

/// A flow in units: single nodes, and whole conditions. Units are named by their first node.
pub(super) struct Plan {
    pub units: Vec<Unit>,
    /// How many connections between units lead to each unit.
    pub arrivals: Vec<u32>,
    /// The unit at which all ways from a unit meet again, if they do.
    pub follow: Vec<FlowTarget>,
    pub region: Vec<RegionId>,
    meetings: Meetings,
}

/// The tree of the units at which ways meet: above each unit are those that all its ways pass.
struct Meetings {
    tree: Tree,
    place: Vec<usize>,
}

/// A unit.
pub(super) enum Unit {
    /// The trigger, or a node with at most one way on.
    Step(Option<FlowTarget>),
    /// An `if`; its condition is taken out when it is told.
    If { condition: Option<Condition>, then: FlowTarget, otherwise: FlowTarget },
    /// A concurrent task: where its branches lead and the regions they open.
    Concurrent(Vec<(usize, RegionId)>),
    /// A filter scope.
    Filter { scope: FilterScope, body: FlowTarget },
    /// The reset of a filter scope.
    Reset(FlowTarget),
    /// An IF node inside another unit's condition.
    Inside,
}

impl Unit {
    fn targets(&self) -> impl Iterator<Item = FlowTarget> + '_ {
        let (single, pair, branches): (Option<FlowTarget>, [Option<FlowTarget>; 2], &[_]) = match self {
            Self::Step(target) => (*target, [None; 2], &[]),
            Self::If { then, otherwise, .. } => (None, [Some(*then), Some(*otherwise)], &[]),
            Self::Concurrent(branches) => (None, [None; 2], branches),
            Self::Filter { body, .. } => (Some(*body), [None; 2], &[]),
            Self::Reset(target) => (Some(*target), [None; 2], &[]),
            Self::Inside => (None, [None; 2], &[]),
        };
        single.into_iter().chain(pair.into_iter().flatten()).chain(branches.iter().map(|(target, _)| Some(*target)))
    }
}

impl Plan {
    /// Makes units of a flow.
    pub fn new(flow: &Flow<'_>, scopes: &Scopes) -> Self {
        let mut decisions = decisions(flow);
        let units: Vec<Unit> = (0..flow.nodes.len()).map(|node| unit(flow, scopes, &mut decisions, node)).collect();
        let mut arrivals = vec![0; units.len()];
        for target in units.iter().flat_map(Unit::targets).flatten() {
            arrivals[target] += 1;
        }
        let (follow, meetings) = follows(flow, &units);
        Self { units, arrivals, follow, region: scopes.region.clone(), meetings }
    }

    /// Whether all ways from a unit that do not end lead to `follow`.
    pub fn leads_to(&self, unit: usize, follow: FlowTarget) -> bool {
        let Meetings { tree, place } = &self.meetings;
        follow.is_none_or(|follow| tree.common(place[unit], place[follow]) == place[follow])
    }
}

fn unit(flow: &Flow<'_>, scopes: &Scopes, decisions: &mut [Option<Decision>], node: usize) -> Unit {
    let from = &flow.nodes[node];
    let only = from.targets.first().copied();
    match from.kind {
        FlowKind::If => match decisions[node].take() {
            None => Unit::Inside,
            Some(decision) => {
                Unit::If { condition: Some(decision.condition), then: decision.then, otherwise: decision.otherwise }
            }
        },
        FlowKind::Concurrent => {
            let branches = from.targets.iter().zip(&scopes.branches[node]);
            Unit::Concurrent(branches.filter_map(|(target, region)| Some(((*target)?, *region))).collect())
        }
        FlowKind::Step if scopes.is_reset[node] => Unit::Reset(only.flatten()),
        FlowKind::Step | FlowKind::Trigger => match scopes.by_filter[node] {
            Some(scope) => Unit::Filter { scope, body: only.flatten() },
            None => Unit::Step(only),
        },
    }
}

/// Where all ways from each unit meet. A way that ends because a node has no outputs, or in a
/// concurrent task, needs no meeting place; one that ends at an open output meets nothing any more.
fn follows(flow: &Flow<'_>, units: &[Unit]) -> (Vec<FlowTarget>, Meetings) {
    /// In the tree of meeting places, the end of everything.
    const END: usize = 0;
    let mut tree = Tree::new();
    let mut place = vec![END; units.len()];
    let mut unit_at = vec![None];
    let mut is_open = vec![false; units.len()];
    let mut follow = vec![None; units.len()];
    for &unit in flow.order.iter().rev() {
        if matches!(units[unit], Unit::Inside) {
            continue;
        }
        let goes_on = !matches!(units[unit], Unit::Concurrent(_));
        let targets = || units[unit].targets().filter(|_| goes_on);
        is_open[unit] = targets().any(|target| target.is_none_or(|target| is_open[target]));
        let counts = |target: &FlowTarget| !is_open[unit] || target.is_none_or(|target| is_open[target]);
        let places = targets().filter(counts).map(|target| target.map_or(END, |target| place[target]));
        let meeting = places.reduce(|a, b| tree.common(a, b)).unwrap_or(END);
        place[unit] = tree.add(meeting);
        unit_at.push(Some(unit));
        follow[unit] = unit_at[meeting];
    }
    (follow, Meetings { tree, place })
}
