//! The walk through a workflow, for every event at once: as the engine walks it for one.
//!
//! The engine follows one way, and then the next connection. What is still to be followed is a stack here. Two ways on
//! which the same is still to be followed are one from there on, with the data of either; so a hundred conditions after each
//! other are a hundred steps and not as many as there are ways through them.

use std::collections::BTreeMap;

use crate::catalogue::module_ids;
use crate::engine::{Meaning, Prepared, StepMeaning};
use crate::model::{ModuleType, NodeId};
use crate::php::{compare, loose_equal};

use super::ask::{Answer, compares, counts, of_value, tagged};
use super::circuit::{Circuit, Fact};
use super::data::{Data, Kind, Reason};
use super::extract::{Finds, follow};
use super::happened::{Done, Happened};
use super::state::{Assumption, Seen, State};

/// What is said of a step beforehand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Said {
    /// Nothing: it may fail or not, and a decision may be either.
    Nothing,
    /// It fails.
    Fails,
    /// It does what it does, and then counts as failed.
    FailsAfterwards,
    /// It gets an answer, so it does not fail.
    Answered,
    /// It decides so.
    Decides(bool),
}

/// What a run meets outside.
pub(super) struct World<'w> {
    /// What is said of a node.
    pub(super) said: &'w dyn Fn(NodeId) -> Said,
    /// Under which name a step's choices are kept: steps with the same name fail together.
    pub(super) name: &'w dyn Fn(usize) -> String,
    /// Whether publishing runs a workflow that is known.
    pub(super) guards_publication: bool,
    /// How much is spent on the walk.
    pub(super) limits: Limits,
}

/// How much is spent on a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The circuit may grow to so many gates.
    pub(super) gates: usize,
    /// So many positions are looked at.
    pub(super) positions: usize,
}

impl Limits {
    /// Those of whoever asks for an answer.
    pub(super) const FULL: Self = Self { gates: MOST_GATES, positions: MOST_POSITIONS };
}

/// The choices that the event is not about.
#[derive(Clone, Default, Debug)]
pub(super) struct Choices {
    /// Whether a step fails.
    pub(super) fails: BTreeMap<String, Fact>,
    /// What the server decides.
    pub(super) decides: BTreeMap<String, Fact>,
}

/// A step that is still to be done, and whether it is skipped because one before it failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Pending {
    /// Its place in the order of steps: no way leads back from a later one.
    rank: usize,
    /// The step; the number of steps for one that does not exist.
    step: usize,
    is_skipped: bool,
}

/// After all steps.
const END: Pending = Pending { rank: usize::MAX, step: usize::MAX, is_skipped: false };

/// Where a run is. The order is that of the walk: nothing that comes later leads to something before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Position {
    /// What is still to be done, the next one last, and the end after it.
    stack: Vec<Pending>,
    filters: Vec<(usize, usize)>,
    has_unfiltered: bool,
    is_saved: bool,
}

/// A concurrent task that was started.
struct Task {
    step: Option<usize>,
    fact: Fact,
    state: State,
    level: usize,
}

/// So many positions are looked at.
const MOST_POSITIONS: usize = 20_000;
/// The circuit may grow to so many gates.
const MOST_GATES: usize = 6_000_000;
const MOST_TASKS: usize = 200;
/// As the engine runs them.
const MOST_NESTED_TASKS: usize = 16;

const TOO_MANY_WAYS: &str = "too many ways lead through the workflow";
const LOOP: &str = "the workflow has a loop, which is not modelled";
const TOO_MANY_TASKS: &str = "too many concurrent tasks are started";
const TOO_LARGE: &str = "the questions of the workflow have too many combinations";

pub(super) struct Walk<'k, 'm> {
    pub(super) circuit: &'k mut Circuit,
    pub(super) prepared: &'m Prepared,
    pub(super) steps: &'k [StepMeaning<'m>],
    pub(super) world: &'k World<'k>,
    pub(super) choices: &'k mut Choices,
    pub(super) happened: Happened,
    ranks: Vec<usize>,
    open: BTreeMap<Position, (Fact, State)>,
    tasks: Vec<Task>,
    is_task: bool,
    level: usize,
    /// Where in the effects the walk began: what it tagged before.
    pub(super) first_effect: usize,
}

/// Walks through a workflow with these events.
pub(super) fn walk<'m>(
    circuit: &mut Circuit,
    prepared: &'m Prepared,
    steps: &[StepMeaning<'m>],
    seen: &Data,
    world: &World<'_>,
    choices: &mut Choices,
) -> Happened {
    let mut happened = Happened::default();
    if prepared.is_trigger_off() {
        return happened;
    }
    let Some(start) = prepared.start() else {
        happened.failure = Fact::ALWAYS;
        return happened;
    };
    let Some(ranks) = ranks(steps) else {
        happened.lose(circuit, Fact::ALWAYS, Reason { node: None, why: LOOP });
        return happened;
    };
    let mut walk = Walk {
        circuit,
        prepared,
        steps,
        world,
        choices,
        happened,
        ranks,
        open: BTreeMap::new(),
        tasks: Vec::new(),
        is_task: false,
        level: 0,
        first_effect: 0,
    };
    walk.walk_from(Some(start), Fact::ALWAYS, State::new(seen.clone()));
    let mut next = 0;
    while next < walk.tasks.len() {
        let Task { step, fact, level, .. } = walk.tasks[next];
        let state = State::new(walk.tasks[next].state.base.clone());
        let own = &walk.tasks[next].state;
        // What a task starts with counts as what was there at the beginning, filters and all.
        let state = State { filters: own.filters.clone(), unfiltered: own.unfiltered.clone(), ..state };
        walk.is_task = true;
        walk.level = level;
        walk.first_effect = walk.happened.effects.len();
        walk.walk_from(step, fact, state);
        next += 1;
        if next > MOST_TASKS {
            walk.happened.lose(walk.circuit, Fact::ALWAYS, Reason { node: None, why: TOO_MANY_TASKS });
            break;
        }
    }
    walk.happened
}

/// For each step a number that is less than those of all that come after it; `None` if there is a loop.
fn ranks(steps: &[StepMeaning<'_>]) -> Option<Vec<usize>> {
    let mut incoming = vec![0_usize; steps.len()];
    let targets = |step: &StepMeaning<'_>| -> Vec<usize> { step.outputs.iter().flatten().copied().flatten().collect() };
    for step in steps {
        for target in targets(step) {
            incoming[target] += 1;
        }
    }
    let mut free: std::collections::BTreeSet<usize> = (0..steps.len()).filter(|step| incoming[*step] == 0).collect();
    let mut ranks = vec![0; steps.len()];
    let mut next = 0;
    while let Some(step) = free.pop_first() {
        ranks[step] = next;
        next += 1;
        for target in targets(&steps[step]) {
            incoming[target] -= 1;
            if incoming[target] == 0 {
                free.insert(target);
            }
        }
    }
    (next == steps.len()).then_some(ranks)
}

impl<'m> Walk<'_, 'm> {
    /// Walks from a step to all ends.
    fn walk_from(&mut self, start: Option<usize>, fact: Fact, state: State) {
        let first = self.pending(start, false);
        self.arrive(vec![first, END], fact, state);
        let mut positions = 0;
        while let Some((position, (fact, state))) = self.open.pop_first() {
            positions += 1;
            let why = if positions > self.world.limits.positions {
                TOO_MANY_WAYS
            } else if self.circuit.len() > self.world.limits.gates {
                TOO_LARGE
            } else {
                self.go(position.stack, fact, state);
                continue;
            };
            self.happened.lose(self.circuit, Fact::ALWAYS, Reason { node: None, why });
            self.open.clear();
        }
    }

    fn pending(&self, step: Option<usize>, is_skipped: bool) -> Pending {
        match step {
            Some(step) => Pending { rank: self.ranks[step], step, is_skipped },
            None => Pending { rank: self.steps.len(), step: self.steps.len(), is_skipped },
        }
    }

    fn arrive(&mut self, stack: Vec<Pending>, fact: Fact, state: State) {
        if fact == Fact::NEVER || stack.len() == 1 {
            return;
        }
        let position = Position {
            stack,
            filters: state.filters.clone(),
            has_unfiltered: state.unfiltered.is_some(),
            is_saved: state.is_saved,
        };
        let merged = match self.open.remove(&position) {
            Some((other_fact, other)) => {
                let state = State::choose(self.circuit, fact, &state, &other);
                (self.circuit.either(fact, other_fact), state)
            }
            None => (fact, state),
        };
        self.open.insert(position, merged);
    }

    /// Goes on after a step, through some of its outputs.
    fn follow(
        &mut self,
        stack: &[Pending],
        step: usize,
        outputs: std::ops::Range<usize>,
        is_skipped: bool,
        fact: Fact,
        state: State,
    ) {
        let mut stack = stack.to_vec();
        stack.pop();
        let outputs = self.steps[step].outputs.get(outputs).unwrap_or_default();
        let targets: Vec<_> = outputs.iter().flatten().copied().collect();
        stack.extend(targets.into_iter().rev().map(|target| self.pending(target, is_skipped)));
        stack.push(END);
        self.arrive(stack, fact, state);
    }

    /// Does one step. `stack` still ends with the end.
    fn go(&mut self, mut stack: Vec<Pending>, fact: Fact, state: State) {
        let Some(next) = stack.pop().and_then(|_| stack.pop()) else { return };
        stack.push(END);
        if next.step == self.steps.len() {
            // A connection to a node that does not exist.
            if next.is_skipped {
                self.arrive(stack, fact, state);
            } else {
                self.happened.crash = self.circuit.either(self.happened.crash, self.own_outcome(fact));
            }
            return;
        }
        let steps = self.steps;
        let step = &steps[next.step];
        let all = 0..step.outputs.len();
        match step.kind {
            ModuleType::Trigger => {
                self.happened.reach(self.circuit, step.node, fact);
                self.follow(&stack, next.step, all, next.is_skipped, fact, state);
            }
            ModuleType::Action if next.is_skipped => {
                self.follow(&stack, next.step, all, true, fact, state);
            }
            ModuleType::Action => {
                self.happened.reach(self.circuit, step.node, fact);
                self.act(&stack, next.step, fact, &state);
            }
            ModuleType::Logic => {
                self.happened.reach(self.circuit, step.node, fact);
                if step.module == module_ids::CONCURRENT_TASK {
                    self.enqueue(next.step, fact, state, &stack);
                } else {
                    self.decide(&stack, next, fact, state);
                }
            }
        }
    }

    /// An outcome counts only in the run itself: nobody waits for its tasks.
    fn own_outcome(&self, fact: Fact) -> Fact {
        if self.is_task { Fact::NEVER } else { fact }
    }

    pub(super) fn dies(&mut self, fact: Fact) {
        let own = self.own_outcome(fact);
        self.happened.crash = self.circuit.either(self.happened.crash, own);
    }

    /// Whether a run ends after its first step: a task of a workflow that is debugged does.
    fn ends_here(&self) -> bool {
        self.is_task && self.prepared.is_debug_enabled()
    }

    pub(super) fn see(&mut self, state: &State, outer: Fact) -> Seen {
        let seen = state.see(self.circuit, self.steps, self.prepared.semantics());
        for Assumption { fact, reason } in seen.assumed.clone() {
            let fact = self.circuit.both(outer, fact);
            self.happened.assume(fact, reason);
        }
        seen
    }

    fn act(&mut self, stack: &[Pending], at: usize, fact: Fact, state: &State) {
        let step = &self.steps[at];
        let all = 0..step.outputs.len();
        let (mut failed, mut succeeded, mut after) = (Fact::NEVER, Fact::NEVER, state.clone());
        if step.is_executed {
            let fails = self.fails(at);
            failed = self.circuit.both(fact, fails);
            let executed = self.circuit.without(fact, fails);
            let acted = self.perform(at, executed, state.clone());
            let dies = self.circuit.both(executed, acted.dies);
            self.dies(dies);
            let lives = self.circuit.without(executed, dies);
            succeeded = self.circuit.both(lives, acted.succeeds);
            let own_failure = self.circuit.without(lives, acted.succeeds);
            if (self.world.said)(step.node) == Said::FailsAfterwards {
                failed = lives;
                succeeded = Fact::NEVER;
            } else {
                failed = self.circuit.either(failed, own_failure);
            }
            if self.ends_here() {
                return;
            }
            after = acted.state;
            if failed != Fact::NEVER && fails != Fact::NEVER {
                // A failure that was chosen left the data as it was.
                let before = State { filters: after.filters.clone(), ..state.clone() };
                let keeps = self.circuit.both(fact, fails);
                let merged = State::choose(self.circuit, keeps, &before, &after);
                self.fail(stack, at, failed, merged);
                failed = Fact::NEVER;
            }
        } else {
            failed = self.circuit.either(failed, fact);
        }
        if failed != Fact::NEVER {
            self.fail(stack, at, failed, after.clone());
        }
        self.follow(stack, at, all, false, succeeded, after);
    }

    /// Goes on after a failure, or not.
    fn fail(&mut self, stack: &[Pending], at: usize, fact: Fact, state: State) {
        let step = &self.steps[at];
        if step.is_blocking {
            let own = self.own_outcome(fact);
            let is_stop = step.module == module_ids::STOP_EXECUTION;
            let outcome = if is_stop { &mut self.happened.blocked } else { &mut self.happened.failure };
            *outcome = self.circuit.either(*outcome, own);
            let message = match step.meaning {
                Meaning::Stops { message, .. } if step.is_executed => message.map(str::to_owned),
                _ => None,
            };
            if own != Fact::NEVER {
                let made_of = message.is_none().then(|| (self.prepared.behaviour_of(at), state.base));
                let known = message.iter().map(|message| ("message", message.as_str().into())).collect();
                self.happened.stops.push(Done { fact: own, node: step.node, known, made_of, ..Done::default() });
                self.happened.reasons.push((own, message));
            }
            return;
        }
        let waits = self.prepared.is_blocking() && !self.is_task;
        let all = 0..step.outputs.len();
        self.follow(stack, at, all, !waits, fact, state);
    }

    /// When a step fails because nothing is said of it, or because it is said that it does.
    fn fails(&mut self, at: usize) -> Fact {
        let step = &self.steps[at];
        match (self.world.said)(step.node) {
            // Whether or not it fails, a stop ends the run.
            _ if matches!(step.meaning, Meaning::Stops { .. }) => Fact::NEVER,
            Said::Fails => Fact::ALWAYS,
            Said::Answered | Said::FailsAfterwards | Said::Decides(_) => Fact::NEVER,
            Said::Nothing => {
                let name = (self.world.name)(at);
                let circuit = &mut *self.circuit;
                *self.choices.fails.entry(name).or_insert_with(|| circuit.choice())
            }
        }
    }

    fn decide(&mut self, stack: &[Pending], next: Pending, fact: Fact, state: State) {
        let step = &self.steps[next.step];
        let outputs = step.outputs.len();
        let first = 0..1.min(outputs);
        let second = 1.min(outputs)..2.min(outputs);
        if !step.is_executed {
            self.happened.branch(self.circuit, step.node, false, fact);
            self.follow(stack, next.step, second, next.is_skipped, fact, state);
            return;
        }
        match &step.meaning {
            Meaning::Filters(filters) => {
                let count = filters.len();
                let state = self.add_filters(next.step, count, fact, state);
                if let Some((fact, state)) = state.filter(|_| !self.ends_here()) {
                    self.follow(stack, next.step, first, next.is_skipped, fact, state);
                }
            }
            Meaning::Resets { .. } => {
                let state = self.reset(next.step, fact, state);
                if let Some((fact, state)) = state.filter(|_| !self.ends_here()) {
                    self.follow(stack, next.step, first, next.is_skipped, fact, state);
                }
            }
            meaning => {
                let meaning = meaning.clone();
                let answer = self.answer(next.step, &meaning, &state, fact);
                let dies = self.circuit.both(fact, answer.dies);
                self.dies(dies);
                if self.ends_here() {
                    return;
                }
                let lives = self.circuit.without(fact, dies);
                let yes = self.circuit.both(lives, answer.holds);
                let no = self.circuit.without(lives, answer.holds);
                self.happened.branch(self.circuit, step.node, true, yes);
                self.happened.branch(self.circuit, step.node, false, no);
                self.follow(stack, next.step, first, next.is_skipped, yes, state.clone());
                self.follow(stack, next.step, second, next.is_skipped, no, state);
            }
        }
    }

    /// What a logic module answers. Where that is not known a choice stands for it.
    fn answer(&mut self, at: usize, meaning: &Meaning<'m>, state: &State, fact: Fact) -> Answer {
        if let Meaning::Nothing = meaning {
            return Fact::ALWAYS.into();
        }
        if let Meaning::Decides = meaning {
            let node = self.steps[at].node;
            if let Said::Decides(decision) = (self.world.said)(node) {
                return Fact::from(decision).into();
            }
            let name = (self.world.name)(at);
            let circuit = &mut *self.circuit;
            return (*self.choices.decides.entry(name).or_insert_with(|| circuit.choice())).into();
        }
        let seen = self.see(state, fact);
        let data = &seen.data;
        let circuit = &mut *self.circuit;
        let mut answer = match meaning {
            Meaning::Compares(question) if !reads_bookkeeping(question.path) => compares(circuit, question, data),
            Meaning::Tagged(question) => tagged(circuit, question, data),
            Meaning::Counts { path, operator, value } if !reads_bookkeeping(path) => {
                let finds = Finds::new(circuit, path, data);
                counts(circuit, &finds, *operator, value)
            }
            Meaning::Organisation(question) => {
                let found = follow(circuit, question.path.literal_keys(), data);
                of_value(circuit, &found, |found| question.accepts_organisation(found))
            }
            Meaning::Published(wanted) => {
                let found = data.get(circuit, "Event").get(circuit, "published");
                of_value(circuit, &found, |found| *wanted == Some(found.to_bool()))
            }
            Meaning::ThreatLevel { condition, level } => {
                let found = data.get(circuit, "Event").get(circuit, "threat_level_id");
                of_value(circuit, &found, |found| match *condition {
                    "equals" => loose_equal(found, level),
                    "not_equals" => !loose_equal(found, level),
                    "greater_or_equal_than" => compare(found, level).is_le(),
                    "less_or_equal_than" => compare(level, found).is_le(),
                    _ => false,
                })
            }
            Meaning::Compares(_) | Meaning::Counts { .. } => {
                Answer::not_modelled("what filters keep next to the event is not modelled")
            }
            Meaning::Unknown(why) => Answer::not_modelled(why),
            _ => Answer::not_modelled("what this module decides is not modelled"),
        };
        answer.dies = self.circuit.either(answer.dies, seen.dies);
        let unknown = answer.is_unknown(self.circuit);
        if unknown != Fact::NEVER {
            let node = self.steps[at].node;
            for (when, reason) in std::mem::take(&mut answer.unknown) {
                let when = self.circuit.both(fact, when);
                self.happened.assume(when, Reason { node: reason.node.or(Some(node)), ..reason });
            }
            let guess = self.circuit.choice();
            let guessed = self.circuit.both(unknown, guess);
            answer.holds = self.circuit.either(answer.holds, guessed);
        }
        if let Meaning::Unknown(_) = meaning {
            let guess = self.circuit.choice();
            answer.dies = self.circuit.either(answer.dies, guess);
        }
        answer.holds = self.circuit.without(answer.holds, answer.dies);
        answer
    }

    /// Data as nodes see it becomes the data, as where a node puts back what it got.
    fn set_seen(&mut self, state: State, fact: Fact) -> (Fact, State) {
        if state.filters.is_empty() {
            return (fact, state);
        }
        let seen = self.see(&state, fact);
        let dies = self.circuit.both(fact, seen.dies);
        self.dies(dies);
        (self.circuit.without(fact, dies), State { base: seen.data, ..state })
    }

    fn add_filters(&mut self, at: usize, count: usize, fact: Fact, state: State) -> Option<(Fact, State)> {
        let (mut fact, mut state) = (fact, state);
        for index in 0..count.max(1) {
            (fact, state) = self.set_seen(state, fact);
            if state.unfiltered.is_none() {
                state.unfiltered = Some(state.base.clone());
            }
            if index >= count {
                break;
            }
            let label = self.label((at, index));
            let known = state.filters.iter().position(|known| self.label(*known) == label);
            match known {
                Some(known) => state.filters[known] = (at, index),
                None => state.filters.push((at, index)),
            }
        }
        (fact != Fact::NEVER).then_some((fact, state))
    }

    fn label(&self, (step, at): (usize, usize)) -> String {
        match &self.steps[step].meaning {
            Meaning::Filters(filters) => {
                filters.get(at).and_then(|filter| filter.label.to_text()).unwrap_or_default().into_owned()
            }
            _ => String::new(),
        }
    }

    fn reset(&mut self, at: usize, fact: Fact, state: State) -> Option<(Fact, State)> {
        let Meaning::Resets { label } = &self.steps[at].meaning else { return None };
        let seen = self.see(&state, fact);
        let dies = self.circuit.both(fact, seen.dies);
        self.dies(dies);
        let fact = self.circuit.without(fact, dies);
        let Some(unfiltered) = state.unfiltered.clone() else {
            if label.as_str() == Some("all") {
                // MISP replaces the data by nothing at all.
                let state = State { base: Data::object(Vec::new()), ..state };
                return (fact != Fact::NEVER).then_some((fact, state));
            }
            self.dies(fact);
            return None;
        };
        (fact != Fact::NEVER)
            .then(|| (fact, State { base: unfiltered, filters: Vec::new(), unfiltered: None, ..state }))
    }

    /// Starts a task for each connection of a concurrent task.
    fn enqueue(&mut self, at: usize, fact: Fact, state: State, stack: &[Pending]) {
        let step = &self.steps[at];
        let targets: Vec<_> = step.outputs.first().into_iter().flatten().copied().collect();
        let (mut fact, mut state) = (fact, state);
        for target in targets {
            (fact, state) = self.set_seen(state, fact);
            if !step.is_executed {
                continue;
            }
            if self.level >= MOST_NESTED_TASKS {
                self.happened.lose(self.circuit, fact, Reason { node: Some(step.node), why: TOO_MANY_TASKS });
                return;
            }
            if fact != Fact::NEVER {
                self.tasks.push(Task { step: target, fact, state: state.clone(), level: self.level + 1 });
            }
            if self.ends_here() {
                return;
            }
        }
        // What the walk still has to do elsewhere goes on; nothing comes after the task itself.
        self.arrive(stack.to_vec(), fact, state);
    }

    /// Tells an effect of a step that saw this.
    pub(super) fn effect(&mut self, at: usize, seen: &State, data: &Data, mut done: Done) {
        if done.fact == Fact::NEVER {
            return;
        }
        // The filters that are on lie in the data too.
        let mut made_of = self.prepared.behaviour_of(at);
        for (step, _) in &seen.filters {
            made_of.push_str(&self.prepared.behaviour_of(*step));
        }
        // What releases make of the same differs: the marks of edited attributes, and what templates see.
        let semantics = self.prepared.semantics();
        if done.kind == Some("edit_attributes") {
            made_of.push_str(if semantics.edits_mark_attributes { " marked" } else { " without a time" });
        }
        if made_of.contains("Template(") {
            made_of.push_str(if semantics.templates_see_base_url { " with the address" } else { " without it" });
        }
        done.made_of = Some((made_of, data.clone()));
        self.happened.effects.push(done);
    }
}

/// Whether a path reads what filters keep beside the event.
fn reads_bookkeeping(path: &crate::hashpath::Path) -> bool {
    let first = path.as_str().split(['.', '[']).next().unwrap_or_default();
    matches!(first, "enabledFilters" | "_unfilteredData" | "__node_id_to_exec" | "" | "0")
}

/// The data after something that is not followed.
pub(super) fn not_followed(reason: Reason) -> Data {
    Data::object(vec![("Event".into(), Kind::Unknown(reason).into())])
}
