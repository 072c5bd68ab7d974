//! Filter scopes, concurrent branches and detached pieces: the parts of a graph that become blocks
//! which no jump may enter.
//!
//! A filter becomes a scope where that says exactly what the graph does: on every way the filter is
//! taken off by one and the same reset, or stays on until the end, or the run ends where nothing can
//! follow. All other filters and resets become plain calls.

use rustc_hash::FxHashSet;

use super::flow::{Flow, FlowKind};
use super::tree::Tree;

/// How deep concurrent branches nest in the text; what lies deeper is reached by jumps.
const MAX_BRANCHES: u32 = 6;
/// How often scopes are tried again without those that failed, before all are given up.
const MAX_ROUNDS: usize = 12;

/// A region of the text that no jump enters; 0 is the outermost.
pub(super) type RegionId = usize;

/// The regions of a flow.
pub(super) struct Scopes {
    /// The region in which each node is.
    pub region: Vec<RegionId>,
    /// The region that each branch of a concurrent task opens; its own region if it opens none.
    pub branches: Vec<Vec<RegionId>>,
    /// The scopes by the node that puts the filter on.
    pub by_filter: Vec<Option<FilterScope>>,
    /// Whether a node is the reset of a scope.
    pub is_reset: Vec<bool>,
    /// How many regions there are.
    pub count: usize,
}

/// A filter scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilterScope {
    /// The region inside.
    pub region: RegionId,
    /// The node that takes the filter off, together with those around it.
    pub reset: Option<usize>,
    /// Whether no other filter is on around it.
    pub is_outermost: bool,
}

/// What a filter node says, if a scope can say it.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// Puts on the filter with this label, from 0.
    On(u8),
    /// Takes all filters off.
    Off,
    /// Neither.
    None,
}

/// Filters that are on, innermost first; 0 is none.
type ChainId = usize;

struct Chain {
    filter: usize,
    outer: ChainId,
    /// The label bits of this filter and of those around it.
    labels: u8,
}

/// Where a run is when it arrives at a node.
#[derive(Clone, Copy)]
struct State {
    region: RegionId,
    chain: ChainId,
}

struct Round<'f, 'g> {
    flow: &'f Flow<'g>,
    tree: Tree,
    /// By region: the filters that stay on when a run ends there.
    base: Vec<ChainId>,
    /// By region: how many concurrent branches are around.
    level: Vec<u32>,
    /// By region: whether a run that leaves it at its end may have filters on, since nothing follows.
    ends_flow: Vec<bool>,
    /// Filters that are still on at the end of some run.
    left_on: FxHashSet<usize>,
    chains: Vec<Chain>,
    states: Vec<Option<State>>,
    found: Scopes,
    failed: FxHashSet<usize>,
}

impl Scopes {
    /// Finds the scopes. `roles` tells what nodes say; those of filters that cannot be scopes are
    /// taken away. `pieces` tells for each node that nothing leads to the region it is in, by
    /// the number of its piece and its place there.
    pub fn find(flow: &Flow<'_>, roles: &mut [Role], pieces: &[Vec<usize>]) -> Self {
        for round in 0.. {
            if round == MAX_ROUNDS {
                roles.fill(Role::None);
            }
            let round = Round::new(flow, pieces).run(roles);
            if round.failed.is_empty() {
                return round.found;
            }
            for filter in round.failed {
                roles[filter] = Role::None;
            }
        }
        unreachable!("without roles no scope fails")
    }
}

impl<'f, 'g> Round<'f, 'g> {
    fn new(flow: &'f Flow<'g>, pieces: &[Vec<usize>]) -> Self {
        let count = flow.nodes.len();
        let mut round = Self {
            flow,
            tree: Tree::new(),
            base: vec![0],
            level: vec![0],
            ends_flow: vec![flow.has_trigger],
            left_on: FxHashSet::default(),
            chains: vec![Chain { filter: usize::MAX, outer: 0, labels: 0 }],
            states: vec![None; count],
            found: Scopes {
                region: vec![0; count],
                branches: vec![Vec::new(); count],
                by_filter: vec![None; count],
                is_reset: vec![false; count],
                count: 0,
            },
            failed: FxHashSet::default(),
        };
        if let Some(start) = flow.start {
            round.states[start] = Some(State { region: 0, chain: 0 });
        }
        for piece in pieces {
            let outer = round.open(0, 0, 0, true);
            for (index, &root) in piece.iter().enumerate() {
                let region = if index == 0 { outer } else { round.open(outer, 0, 0, true) };
                round.states[root] = Some(State { region, chain: 0 });
            }
        }
        round
    }

    fn open(&mut self, parent: RegionId, base: ChainId, level: u32, ends_flow: bool) -> RegionId {
        self.base.push(base);
        self.ends_flow.push(ends_flow);
        self.level.push(level);
        self.tree.add(parent)
    }

    fn run(mut self, roles: &[Role]) -> Self {
        for &node in &self.flow.order {
            let Some(state) = self.states[node] else { continue };
            self.found.region[node] = state.region;
            let after = match roles[node] {
                Role::On(label) => self.put_on(node, label, state),
                Role::Off if state.chain != 0 => self.take_off(node, state),
                _ => state,
            };
            self.leave(node, after, roles);
        }
        // What follows a reset would follow the ways on which the filter stays on as well.
        for &filter in &self.left_on {
            if self.found.by_filter[filter].is_some_and(|scope| scope.reset.is_some()) {
                self.failed.insert(filter);
            }
        }
        self.found.count = self.base.len();
        self
    }

    fn put_on(&mut self, node: usize, label: u8, state: State) -> State {
        let labels = self.chains[state.chain].labels;
        if labels & (1 << label) != 0 {
            return state;
        }
        let level = self.level[state.region];
        let ends_flow = self.ends_flow[state.region];
        let region = self.open(state.region, self.base[state.region], level, ends_flow);
        self.chains.push(Chain { filter: node, outer: state.chain, labels: labels | (1 << label) });
        self.found.by_filter[node] = Some(FilterScope { region, reset: None, is_outermost: state.chain == 0 });
        if self.base[state.region] != 0 {
            // A scope in a branch of a concurrent task that is in a scope itself.
            self.fail(self.base[state.region]);
        }
        State { region, chain: self.chains.len() - 1 }
    }

    fn take_off(&mut self, node: usize, state: State) -> State {
        if self.base[state.region] != 0 {
            self.fail(self.base[state.region]);
            return state;
        }
        let mut chain = state.chain;
        let mut region = state.region;
        while chain != 0 {
            let filter = self.chains[chain].filter;
            if let Some(scope) = &mut self.found.by_filter[filter] {
                if scope.reset.is_some_and(|known| known != node) {
                    self.failed.insert(filter);
                }
                scope.reset = Some(node);
            }
            region = self.found.region[filter];
            chain = self.chains[chain].outer;
        }
        self.found.is_reset[node] = true;
        self.found.region[node] = region;
        State { region, chain: 0 }
    }

    fn leave(&mut self, node: usize, after: State, roles: &[Role]) {
        let from = &self.flow.nodes[node];
        let ends = from.kind != FlowKind::Concurrent && from.targets.contains(&None);
        if ends && after.chain != self.base[after.region] {
            if self.ends_flow[after.region] {
                self.left_on.extend(self.filters(after.chain));
            } else {
                self.fail(after.chain);
            }
        }
        for &target in &from.targets {
            let mut state = after;
            if from.kind == FlowKind::Concurrent {
                let level = self.level[after.region];
                if level < MAX_BRANCHES {
                    state.region = self.open(after.region, after.chain, level + 1, true);
                }
                self.found.branches[node].push(state.region);
            }
            if let Some(target) = target {
                self.arrive(target, state, matches!(roles[target], Role::Off));
            }
        }
    }

    fn arrive(&mut self, target: usize, state: State, at_reset: bool) {
        let Some(known) = self.states[target] else {
            self.states[target] = Some(state);
            return;
        };
        let region = self.tree.common(known.region, state.region);
        let mut chain = known.chain;
        if known.chain != state.chain {
            if at_reset
                && known.chain != 0
                && state.chain != 0
                && self.outermost(known.chain) == self.outermost(state.chain)
            {
                // Both are taken off; the reset must know the scopes of both.
                chain = self.join(known.chain, state.chain);
            } else {
                self.fail_difference(known.chain, state.chain);
            }
        }
        self.states[target] = Some(State { region, chain });
    }

    /// Fails the filters of a chain.
    fn fail(&mut self, chain: ChainId) {
        self.failed.extend(self.filters(chain));
    }

    fn filters(&self, mut chain: ChainId) -> Vec<usize> {
        let mut filters = Vec::new();
        while chain != 0 {
            filters.push(self.chains[chain].filter);
            chain = self.chains[chain].outer;
        }
        filters
    }

    fn fail_difference(&mut self, a: ChainId, b: ChainId) {
        let (a, b) = (self.filters(a), self.filters(b));
        self.failed.extend(a.iter().filter(|filter| !b.contains(filter)));
        self.failed.extend(b.iter().filter(|filter| !a.contains(filter)));
    }

    fn outermost(&self, mut chain: ChainId) -> ChainId {
        while self.chains[chain].outer != 0 {
            chain = self.chains[chain].outer;
        }
        chain
    }

    /// The chain that names the scopes of both, for a reset.
    fn join(&mut self, a: ChainId, b: ChainId) -> ChainId {
        let known = self.filters(a);
        let mut chain = a;
        for filter in self.filters(b) {
            if !known.contains(&filter) {
                self.chains.push(Chain { filter, outer: chain, labels: 0 });
                chain = self.chains.len() - 1;
            }
        }
        chain
    }
}
