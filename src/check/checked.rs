//! The checked program: every name resolved, every parameter filled in, nothing left to guess.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::model::{Graph, Node};
use crate::syntax::tree::Name;

/// A workflow or blueprint whose steps are ready to be lowered to a graph.
#[derive(Debug)]
pub struct CheckedFlow<'a> {
    /// The trigger's node; `None` for blueprints.
    pub trigger: Option<NodeTemplate<'a>>,
    /// The steps.
    pub steps: Vec<CheckedStep<'a>>,
}

/// A node without id and connections.
#[derive(Debug)]
pub struct NodeTemplate<'a> {
    /// Module, parameters, filter.
    pub node: Node<'a>,
    /// The id it must get.
    pub pinned_id: Option<(u32, Span)>,
    /// The text that makes it.
    pub span: Span,
}

/// One step.
#[derive(Debug)]
pub struct CheckedStep<'a> {
    /// The name by which `goto` finds it.
    pub label: Option<Name<'a>>,
    /// What it does.
    pub kind: CheckedStepKind<'a>,
    /// Its place.
    pub span: Span,
}

/// What a step does.
#[derive(Debug)]
pub enum CheckedStepKind<'a> {
    /// One node.
    Node(Box<NodeTemplate<'a>>),
    /// IF nodes with branches.
    If {
        /// Condition and steps of each arm.
        arms: Vec<(CheckedCondition<'a>, Vec<CheckedStep<'a>>)>,
        /// The steps of the last `else`.
        otherwise: Vec<CheckedStep<'a>>,
    },
    /// A filter and what happens under it.
    Filter {
        /// The node that puts the filter on.
        on: Box<NodeTemplate<'a>>,
        /// The filter label, `A` to `F`; `None` for the first one that is free.
        label: Option<Name<'a>>,
        /// The node that takes all filters off.
        off: Box<NodeTemplate<'a>>,
        /// `reset`, if the text says it: that node is made even where nothing follows.
        reset: Option<Span>,
        /// What happens under the filter.
        steps: Vec<CheckedStep<'a>>,
    },
    /// A concurrent task.
    Concurrent {
        /// Its node.
        node: Box<NodeTemplate<'a>>,
        /// The branches.
        branches: Vec<Vec<CheckedStep<'a>>>,
    },
    /// A blueprint's steps in a frame. Labels inside are its own.
    Inlined {
        /// The frame's title.
        title: Cow<'a, str>,
        /// The steps.
        steps: Vec<CheckedStep<'a>>,
    },
    /// A blueprint of MISP's own in a frame.
    InlinedGraph {
        /// The frame's title.
        title: Cow<'a, str>,
        /// Its nodes.
        graph: &'a Graph<'static>,
    },
    /// A jump.
    Goto(Name<'a>),
    /// Nodes that nothing leads to.
    Detached(Vec<CheckedStep<'a>>),
}

/// A condition of IF nodes.
#[derive(Debug)]
pub enum CheckedCondition<'a> {
    /// All must hold; asked in order.
    And(Vec<CheckedCondition<'a>>),
    /// One must hold; asked in order.
    Or(Vec<CheckedCondition<'a>>),
    /// The opposite.
    Not(Box<CheckedCondition<'a>>),
    /// One IF node.
    Test(Box<NodeTemplate<'a>>),
    /// A condition in which an error was reported.
    Unknown,
}
