//! From a plan to steps: blocks where ways part and meet, jumps for the meetings blocks cannot say.
//!
//! A unit is where the last connection to it comes from, or after the `if` whose branches all
//! meet in it; the other connections are jumps to it, which therefore all lead forward.

use std::collections::VecDeque;

use super::Trigger;
use super::arguments::{Exact, arguments, exactly, raw_filter};
use super::conditions::Condition;
use super::flow::{Flow, FlowTarget};
use super::names::{self, Names};
use super::note::Notes;
use super::plan::{Plan, Unit};
use super::predicate::{Style, filter_predicate};
use super::scopes::{FilterScope, RegionId, Scopes};
use super::step::{StepKind, WrittenStep};
use super::written::{Entry, called};
use crate::model::FILTER_LABEL;

/// How deep blocks nest; what would stand deeper is reached by jumps.
const MAX_DEPTH: usize = 24;

/// Tells a flow.
pub(super) struct Structurer<'f, 'g> {
    pub(super) flow: &'f Flow<'g>,
    scopes: &'f Scopes,
    plan: Plan,
    pub(super) keep_layout: bool,
    /// Connections to each unit that were not told yet.
    open: Vec<u32>,
    labels: Vec<Option<String>>,
    names: Names,
    /// By region: units that all jumps lead to already and that are at its end.
    pending: Vec<VecDeque<usize>>,
    /// The nodes in the order of the text.
    pub sequence: Vec<usize>,
    /// Those of them that are calls, questions and filters.
    pub statement_nodes: Vec<usize>,
    /// By node: whether its parameters are taken as they are.
    pub(super) exact: &'f [Exact],
    /// Filters whose scopes would get a reset too many.
    pub failed: Vec<usize>,
    pub notes: Notes,
}

/// Steps, and whether a run leaves them at their end.
struct StepList {
    steps: Vec<WrittenStep>,
    is_open: bool,
}

/// What surrounds a block.
#[derive(Clone, Copy)]
struct BlockPlace {
    region: RegionId,
    /// Where a run goes that leaves the block at its end.
    follow: FlowTarget,
    depth: usize,
}

impl<'f, 'g> Structurer<'f, 'g> {
    pub fn new(flow: &'f Flow<'g>, scopes: &'f Scopes, plan: Plan, exact: &'f [Exact], keep_layout: bool) -> Self {
        Self {
            flow,
            scopes,
            open: plan.arrivals.clone(),
            labels: vec![None; plan.units.len()],
            names: Names::default(),
            pending: (0..scopes.count).map(|_| VecDeque::new()).collect(),
            sequence: Vec::new(),
            statement_nodes: Vec::new(),
            exact,
            failed: Vec::new(),
            notes: Notes::default(),
            keep_layout,
            plan,
        }
    }

    /// The trigger: its pin, its module, its parameters.
    pub fn trigger(&mut self) -> Option<Trigger> {
        let trigger = self.flow.start.filter(|_| self.flow.has_trigger)?;
        let node = &self.flow.nodes[trigger];
        let arguments = arguments(node, Exact::Filter, &mut self.notes);
        let mut pin = self.pin(trigger);
        pin.extend(arguments.pin);
        Some((pin, called(&node.node.module), arguments.entries))
    }

    /// Tells the whole flow. `before` and `after` are the pieces that nothing leads to, which are
    /// told before and after what begins at the start.
    pub fn structure(&mut self, before: &[Vec<usize>], after: &[Vec<usize>]) -> Vec<WrittenStep> {
        let place = BlockPlace { region: 0, follow: None, depth: 1 };
        let mut steps: Vec<WrittenStep> = before.iter().map(|piece| self.piece(piece)).collect();
        let entry = match (self.flow.start, self.flow.has_trigger) {
            (Some(trigger), true) => {
                self.sequence.push(trigger);
                match self.plan.units[trigger] {
                    Unit::Step(target) => target.flatten(),
                    _ => None,
                }
            }
            (start, _) => {
                if let Some(start) = start {
                    // Nothing leads here, so that the block's beginning may.
                    self.open[start] += 1;
                }
                start
            }
        };
        let mut told = self.region(entry, place);
        steps.append(&mut told.steps);
        for piece in after {
            let piece = self.piece(piece);
            steps.push(piece);
        }
        steps
    }

    /// A piece that nothing leads to; its further roots are pieces inside.
    fn piece(&mut self, roots: &[usize]) -> WrittenStep {
        self.piece_at(roots, 2)
    }

    fn piece_at(&mut self, roots: &[usize], depth: usize) -> WrittenStep {
        let first = self.sequence.len();
        let (&main, others) = roots.split_first().expect("a piece has a root");
        let mut steps = Vec::new();
        for root in others {
            steps.push(self.piece_at(std::slice::from_ref(root), depth + 1));
        }
        self.open[main] += 1;
        let place = BlockPlace { region: self.plan.region[main], follow: None, depth };
        let mut told = self.region(Some(main), place);
        steps.append(&mut told.steps);
        WrittenStep { label: None, first, kind: StepKind::Detached(steps) }
    }

    /// The block of a region, with the units that only jumps lead to after it.
    fn region(&mut self, entry: FlowTarget, place: BlockPlace) -> StepList {
        let mut told = self.block(entry, place);
        let mut end = None;
        while let Some(unit) = self.pending[place.region].pop_front() {
            if matches!(self.plan.units[unit], Unit::Inside) {
                // It was told where the ways to it met.
                continue;
            }
            if told.is_open {
                let end = end.get_or_insert_with(|| self.names.unique("end".to_owned()));
                told.steps.push(goto(end.clone()));
            }
            let mut more = self.from(unit, place);
            told.steps.append(&mut more.steps);
            told.is_open = more.is_open;
        }
        if let Some(end) = end {
            let kind = StepKind::Detached(Vec::new());
            told.steps.push(WrittenStep { label: Some(end), first: usize::MAX, kind });
            told.is_open = true;
        }
        told
    }

    /// The steps that begin with a connection to `at`.
    fn block(&mut self, at: FlowTarget, place: BlockPlace) -> StepList {
        match at {
            None => StepList { steps: Vec::new(), is_open: true },
            Some(unit) => {
                self.open[unit] -= 1;
                self.arrive(unit, place)
            }
        }
    }

    /// The steps after connections to `unit` that were counted.
    fn arrive(&mut self, unit: usize, place: BlockPlace) -> StepList {
        let mut steps = Vec::new();
        let is_open = self.go_on(unit, place, &mut steps);
        StepList { steps, is_open }
    }

    /// The steps from `unit` on, which is here.
    fn from(&mut self, unit: usize, place: BlockPlace) -> StepList {
        let mut steps = Vec::new();
        let is_open = match self.unit(unit, place, &mut steps) {
            Way::On(next) => self.go_on_counting(next, place, &mut steps),
            Way::Met(next) => self.go_on(next, place, &mut steps),
            Way::End { is_open } => is_open,
        };
        StepList { steps, is_open }
    }

    fn go_on_counting(&mut self, target: FlowTarget, place: BlockPlace, steps: &mut Vec<WrittenStep>) -> bool {
        let Some(unit) = target else { return true };
        self.open[unit] -= 1;
        self.go_on(unit, place, steps)
    }

    /// Tells units one after the other; says whether a run leaves the block at its end.
    fn go_on(&mut self, mut unit: usize, place: BlockPlace, steps: &mut Vec<WrittenStep>) -> bool {
        loop {
            if Some(unit) == place.follow {
                return true;
            }
            if self.open[unit] > 0 || self.plan.region[unit] != place.region {
                steps.push(self.jump(unit));
                return false;
            }
            match self.unit(unit, place, steps) {
                Way::End { is_open } => return is_open,
                Way::Met(next) => unit = next,
                Way::On(None) => return true,
                Way::On(Some(next)) => {
                    self.open[next] -= 1;
                    unit = next;
                }
            }
        }
    }

    /// A jump to a unit, which is at the end of its region if no other way leads to it.
    fn jump(&mut self, unit: usize) -> WrittenStep {
        if self.labels[unit].is_none() {
            let label = names::label(&self.flow.nodes[unit]);
            self.labels[unit] = Some(self.names.unique(label));
        }
        if matches!(self.plan.units[unit], Unit::Reset(_)) {
            // No step stands for a reset alone, so its filters must do without scopes.
            let scopes = self.scopes.by_filter.iter().enumerate();
            let of_reset = |scope: &Option<FilterScope>| scope.is_some_and(|scope| scope.reset == Some(unit));
            self.failed.extend(scopes.filter(|(_, scope)| of_reset(scope)).map(|(filter, _)| filter));
        } else if self.open[unit] == 0 {
            self.pending[self.plan.region[unit]].push_back(unit);
        }
        let label = self.labels[unit].clone().unwrap_or_default();
        goto(label)
    }

    /// Tells one unit.
    fn unit(&mut self, unit: usize, place: BlockPlace, steps: &mut Vec<WrittenStep>) -> Way {
        let first = self.sequence.len();
        let label = self.labels[unit].clone();
        let (kind, way) = match std::mem::replace(&mut self.plan.units[unit], Unit::Inside) {
            Unit::Step(target) => {
                let way = target.map_or(Way::End { is_open: false }, Way::On);
                (self.call(unit), way)
            }
            Unit::If { condition: Some(condition), then, otherwise } => {
                self.branches(unit, (condition, then, otherwise), place)
            }
            Unit::Concurrent(branches) => {
                let pending = self.pending[place.region].len();
                let kind = self.concurrent(unit, &branches, place);
                steps.push(WrittenStep { label, first, kind });
                return Way::End { is_open: self.after_branches(pending, place, steps) };
            }
            Unit::Filter { scope, body } => self.filter(unit, scope, body, place),
            // Nobody leads to these: a reset stands for the end of its scope.
            Unit::Reset(_) | Unit::Inside | Unit::If { condition: None, .. } => return Way::End { is_open: false },
        };
        steps.push(WrittenStep { label, first, kind });
        way
    }

    fn call(&mut self, unit: usize) -> StepKind {
        self.sequence.push(unit);
        self.statement_nodes.push(unit);
        let node = &self.flow.nodes[unit];
        let mut pin = self.pin(unit);
        let arguments = arguments(node, self.exact[unit], &mut self.notes);
        pin.extend(arguments.pin);
        let module = called(&node.node.module);
        StepKind::Call { pin, module, arguments: arguments.entries, filter: arguments.filter }
    }

    fn concurrent(&mut self, unit: usize, branches: &[(usize, RegionId)], place: BlockPlace) -> StepKind {
        self.sequence.push(unit);
        let node = self.flow.nodes[unit].node;
        let mut pin = self.pin(unit);
        for (id, value) in &node.params {
            pin.extend(exactly(id, Some(value), node, &mut self.notes));
        }
        if node.filter.is_active() {
            pin.push(raw_filter(&node.filter));
        }
        let branches = branches.iter().map(|&(target, region)| {
            if region == place.region {
                // Too deep for a region of its own.
                self.open[target] -= 1;
                vec![self.jump(target)]
            } else {
                self.region(Some(target), BlockPlace { region, follow: None, depth: place.depth + 2 }).steps
            }
        });
        let branches = branches.collect();
        StepKind::Concurrent { pin, branches }
    }

    /// Tells what the branches of a concurrent task lead to together, after it; says whether a run
    /// leaves the block at its end then.
    fn after_branches(&mut self, mut pending: usize, place: BlockPlace, steps: &mut Vec<WrittenStep>) -> bool {
        while let Some(&unit) = self.pending[place.region].get(pending) {
            if Some(unit) == place.follow || !self.plan.leads_to(unit, place.follow) {
                pending += 1;
                continue;
            }
            self.pending[place.region].remove(pending);
            let mut told = self.from(unit, place);
            steps.append(&mut told.steps);
            if told.is_open {
                return true;
            }
        }
        false
    }

    fn filter(&mut self, unit: usize, scope: FilterScope, body: FlowTarget, place: BlockPlace) -> (StepKind, Way) {
        self.sequence.push(unit);
        self.statement_nodes.push(unit);
        let node = self.flow.nodes[unit].node;
        let mut pin = self.pin(unit);
        let mut head = String::new();
        if let Some(predicate) = filter_predicate(node, Style::Source) {
            pin.extend(self.deviations(&predicate, unit));
            head = predicate.text;
        }
        if node.filter.is_active() {
            pin.push(raw_filter(&node.filter));
        }
        let inside = BlockPlace { region: scope.region, follow: scope.reset, depth: place.depth + 1 };
        let told = self.region(body, inside);
        self.check_inner_scopes(&told.steps);
        let mut written = None;
        let mut way = Way::End { is_open: told.is_open };
        if let (true, Some(reset)) = (told.is_open, scope.reset) {
            way = Way::Met(reset);
            if scope.is_outermost {
                self.sequence.push(reset);
                let pin = self.reset_pin(reset);
                if let Unit::Reset(target) = self.plan.units[reset] {
                    way = Way::On(target);
                    // Where nothing follows, the text would go without the reset. What follows a blueprint is not known.
                    let is_left_out = target.is_none() && (self.flow.has_trigger || place.region != 0);
                    written = (is_left_out || !pin.is_empty()).then_some(pin);
                }
            }
        }
        (StepKind::Filter { pin, head, body: told.steps, reset: written }, way)
    }

    /// A scope inside another one needs no reset of its own only where nothing follows it.
    fn check_inner_scopes(&mut self, steps: &[WrittenStep]) {
        let mut blocks = vec![(steps, true)];
        while let Some((block, is_tail)) = blocks.pop() {
            for (index, step) in block.iter().enumerate() {
                let is_last = is_tail && index + 1 == block.len();
                match &step.kind {
                    StepKind::Filter { body, .. } => {
                        if !is_last {
                            self.failed.extend(self.sequence.get(step.first));
                        }
                        blocks.push((body, true));
                    }
                    StepKind::If { arms, otherwise } => {
                        blocks.extend(arms.iter().map(|(_, steps)| (steps.as_slice(), is_last)));
                        blocks.push((otherwise, is_last));
                    }
                    _ => {}
                }
            }
        }
    }

    fn reset_pin(&mut self, reset: usize) -> Vec<Entry> {
        let node = self.flow.nodes[reset].node;
        let mut pin = self.pin(reset);
        for (id, value) in &node.params {
            if id != FILTER_LABEL {
                pin.extend(exactly(id, Some(value), node, &mut self.notes));
            }
        }
        pin
    }

    fn branches(
        &mut self,
        unit: usize,
        (condition, then, otherwise): (Condition, FlowTarget, FlowTarget),
        place: BlockPlace,
    ) -> (StepKind, Way) {
        let follow = self.plan.follow[unit];
        // Where every way ends, whatever is left open inside would run on into what follows outside.
        let inside = BlockPlace { follow: follow.or(place.follow), depth: place.depth + 1, ..place };
        let mut arms: Vec<(String, Vec<WrittenStep>)> = Vec::new();
        let mut last = Vec::new();
        let mut is_open = false;
        let (mut condition, mut then, mut otherwise) = (condition.simplified(), then, otherwise);
        loop {
            self.note_condition(&condition);
            let told = self.branch(then, inside);
            is_open |= told.is_open;
            if arms.is_empty() && follow.is_none() && !told.is_open && ends(&told.steps) {
                // A branch in which every run ends is a guard: what follows needs no `else`.
                arms.push((self.condition(&condition), told.steps));
                return (StepKind::If { arms, otherwise: last }, Way::On(otherwise));
            }
            if let Some(ladder) = self.ladder(otherwise, follow, inside) {
                arms.push((self.condition(&condition), told.steps));
                (condition, then, otherwise) = ladder;
                condition = condition.simplified();
                continue;
            }
            let otherwise = self.branch(otherwise, inside);
            is_open |= otherwise.is_open;
            if arms.is_empty() && told.steps.is_empty() && !otherwise.steps.is_empty() {
                let condition = condition.negated().simplified();
                arms.push((self.condition(&condition), otherwise.steps));
            } else {
                arms.push((self.condition(&condition), told.steps));
                last = otherwise.steps;
            }
            break;
        }
        let way = match follow {
            Some(follow) if is_open => Way::Met(follow),
            _ => Way::End { is_open },
        };
        (StepKind::If { arms, otherwise: last }, way)
    }

    /// A block inside an `if`.
    fn branch(&mut self, target: FlowTarget, inside: BlockPlace) -> StepList {
        match target {
            Some(unit) if inside.depth > MAX_DEPTH && Some(unit) != inside.follow => {
                self.open[unit] -= 1;
                StepList { steps: vec![self.jump(unit)], is_open: false }
            }
            target => self.block(target, inside),
        }
    }

    /// The decision that `else` leads to, if `else if` can say it.
    fn ladder(
        &mut self,
        target: FlowTarget,
        follow: FlowTarget,
        inside: BlockPlace,
    ) -> Option<(Condition, FlowTarget, FlowTarget)> {
        let next = target.filter(|&next| Some(next) != follow)?;
        if self.open[next] != 1
            || self.labels[next].is_some()
            || self.plan.follow[next] != follow
            || self.plan.region[next] != inside.region
        {
            return None;
        }
        let Unit::If { condition, then, otherwise } = &mut self.plan.units[next] else { return None };
        let ladder = (condition.take()?, *then, *otherwise);
        self.open[next] = 0;
        Some(ladder)
    }
}

fn goto(label: String) -> WrittenStep {
    WrittenStep { label: None, first: usize::MAX, kind: StepKind::Goto(label) }
}

/// Where a run goes after a unit.
enum Way {
    /// Along a connection that was not counted yet.
    On(FlowTarget),
    /// On at a unit to which all connections were counted.
    Met(usize),
    /// Nowhere, or out of the block at its end.
    End { is_open: bool },
}

/// Whether every run ends in these steps, without a jump elsewhere.
fn ends(steps: &[WrittenStep]) -> bool {
    steps.iter().all(|step| match &step.kind {
        StepKind::Call { .. } | StepKind::Detached(_) => true,
        StepKind::Goto(_) | StepKind::Concurrent { .. } => false,
        StepKind::If { arms, otherwise } => arms.iter().all(|(_, steps)| ends(steps)) && ends(otherwise),
        StepKind::Filter { body, .. } => ends(body),
    })
}
