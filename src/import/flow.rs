//! A graph made ready to be told: without loops and without what no text can say.

use crate::catalogue::Signature;
use crate::model::{Graph, ModuleType, Node};

use super::modules::Modules;
use super::note::Notes;

/// Where an output's connection leads; `None` for an output that is not connected.
pub(super) type FlowTarget = Option<usize>;

/// A graph without loops. Nodes are named by their place in [`Self::nodes`].
pub(super) struct Flow<'g> {
    pub nodes: Vec<FlowNode<'g>>,
    /// The nodes in an order in which connections lead forward only.
    pub order: Vec<usize>,
    /// The trigger, or else the node that the text begins with.
    pub start: Option<usize>,
    /// Whether [`Self::start`] is a trigger.
    pub has_trigger: bool,
}

/// A node of a [`Flow`].
pub(super) struct FlowNode<'g> {
    pub node: &'g Node<'g>,
    pub signature: &'g Signature,
    pub kind: FlowKind,
    /// The outputs, or the branches of a concurrent task.
    pub targets: Vec<FlowTarget>,
}

/// What a node does to the flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FlowKind {
    Trigger,
    Step,
    If,
    Concurrent,
}

impl<'g> Flow<'g> {
    /// Takes what can be told of a graph. What cannot is noted.
    pub fn new(graph: &'g Graph<'g>, trigger_id: Option<&str>, modules: &'g Modules<'_>, notes: &mut Notes) -> Self {
        let is_trigger = |node: &Node<'_>| modules.of(node).module_type == ModuleType::Trigger;
        let triggers = || graph.nodes.iter().filter(|node| is_trigger(node));
        let wanted = triggers().find(|node| Some(node.module.as_ref()) == trigger_id).or_else(|| triggers().next());
        let mut place = vec![None; graph.nodes.len()];
        let mut told = Vec::with_capacity(graph.nodes.len());
        for (index, node) in graph.nodes.iter().enumerate() {
            if is_trigger(node) && wanted.is_none_or(|wanted| wanted.id != node.id) {
                notes.about(node.id, format!("a workflow has one trigger; `{}` is left out", node.module));
                continue;
            }
            place[index] = Some(told.len());
            let signature = modules.of(node);
            let kind = match signature.module_type {
                ModuleType::Trigger => FlowKind::Trigger,
                _ if node.is_concurrent_task() => FlowKind::Concurrent,
                _ if signature.is_condition() => FlowKind::If,
                _ => FlowKind::Step,
            };
            told.push(FlowNode { node, signature, kind, targets: Vec::new() });
        }
        let target = |id| graph.index(id).and_then(|index| place[index]);
        for node in &mut told {
            node.targets = targets(node, &target, notes);
        }
        let start = told.iter().position(|node| node.kind == FlowKind::Trigger);
        let mut flow = Self { nodes: told, order: Vec::new(), start, has_trigger: start.is_some() };
        if let Some(trigger) = start {
            flow.cut_ways_to(trigger, notes);
        }
        flow.order = flow.cut_loops(notes);
        if flow.start.is_none() {
            flow.start = flow.highest_root();
        }
        flow
    }

    /// How many connections lead to each node.
    pub fn arrivals(&self) -> Vec<u32> {
        let mut arrivals = vec![0; self.nodes.len()];
        for &target in self.nodes.iter().flat_map(|node| &node.targets).flatten() {
            arrivals[target] += 1;
        }
        arrivals
    }

    fn cut_ways_to(&mut self, trigger: usize, notes: &mut Notes) {
        for node in &mut self.nodes {
            for target in &mut node.targets {
                if *target == Some(trigger) {
                    *target = None;
                    notes.about(node.node.id, "a connection that leads back to the trigger is cut");
                }
            }
        }
    }

    /// Cuts connections that lead back, and returns an order in which all others lead forward.
    fn cut_loops(&mut self, notes: &mut Notes) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let arrivals = self.arrivals();
        let mut states = vec![State::New; self.nodes.len()];
        let mut order = Vec::with_capacity(self.nodes.len());
        let roots = (0..self.nodes.len()).filter(|&node| arrivals[node] == 0);
        let starts: Vec<usize> = self.start.into_iter().chain(roots).chain(0..self.nodes.len()).collect();
        for start in starts {
            if states[start] != State::New {
                continue;
            }
            states[start] = State::Open;
            let mut stack = vec![(start, 0)];
            while let Some((node, slot)) = stack.last_mut() {
                let (at, here) = (*node, *slot);
                let Some(&target) = self.nodes[at].targets.get(here) else {
                    states[at] = State::Done;
                    order.push(at);
                    stack.pop();
                    continue;
                };
                *slot += 1;
                let Some(next) = target else { continue };
                match states[next] {
                    State::Done => {}
                    State::Open => {
                        self.nodes[at].targets[here] = None;
                        let id = self.nodes[next].node.id;
                        notes.about(
                            self.nodes[at].node.id,
                            format!("the connection to node {id} closes a loop, which MISP refuses to save; it is cut"),
                        );
                    }
                    State::New => {
                        states[next] = State::Open;
                        stack.push((next, 0));
                    }
                }
            }
        }
        order.reverse();
        // Branches of a concurrent task that were cut are not branches any more.
        for node in &mut self.nodes {
            if node.kind == FlowKind::Concurrent {
                node.targets.retain(Option::is_some);
            }
        }
        order
    }

    /// The node nothing leads to from which the longest way goes.
    fn highest_root(&self) -> Option<usize> {
        let mut height = vec![0_u32; self.nodes.len()];
        for &node in self.order.iter().rev() {
            let below = self.nodes[node].targets.iter().flatten().map(|&target| height[target] + 1).max();
            height[node] = below.unwrap_or(0);
        }
        let arrivals = self.arrivals();
        let roots = (0..self.nodes.len()).filter(|&node| arrivals[node] == 0);
        roots.max_by_key(|&node| (height[node], std::cmp::Reverse(node)))
    }
}

fn targets(node: &FlowNode<'_>, place: &impl Fn(u32) -> Option<usize>, notes: &mut Notes) -> Vec<FlowTarget> {
    let from = node.node.id;
    let module = &node.node.module;
    let outputs = usize::from(node.signature.outputs);
    let mut targets: Vec<FlowTarget> = Vec::new();
    if node.kind != FlowKind::Concurrent {
        targets.resize(outputs, None);
    }
    for (output, connections) in node.node.outputs.iter().enumerate() {
        for connection in connections {
            let to = connection.node;
            let Some(target) = place(to) else {
                notes.about(from, format!("the connection to node {to}, which does not exist, is cut"));
                continue;
            };
            if output >= outputs {
                let number = output + 1;
                notes.about(from, format!("`{module}` has no output {number}; the connection to node {to} is cut"));
            } else if node.kind == FlowKind::Concurrent {
                targets.push(Some(target));
            } else if targets[output].is_some() {
                notes.about(
                    from,
                    format!("an output leads to one node only; the further connection to node {to} is cut"),
                );
            } else {
                targets[output] = Some(target);
            }
        }
    }
    targets
}
