//! Chains of IF nodes that share their branches, found to be one condition.

use std::collections::VecDeque;

use super::flow::{Flow, FlowKind, FlowTarget};

/// How deep parentheses nest in a condition; what would nest deeper stays an `if` of its own.
const MAX_DEPTH: u32 = 6;

/// A condition.
#[derive(Debug)]
pub(super) enum Condition {
    /// One IF node.
    Test(usize),
    /// The opposite.
    Not(Box<Self>),
    /// All must hold.
    And(VecDeque<Self>),
    /// One must hold.
    Or(VecDeque<Self>),
}

impl Condition {
    /// The opposite.
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The same condition with as few `not`s as can be, none of them before parentheses but
    /// perhaps a single one before everything.
    pub fn simplified(self) -> Self {
        let positive = self.spread(false);
        let (mut questions, mut negations) = (0, 0);
        positive.count(&mut questions, &mut negations);
        if negations > questions - negations + 1 { Self::Not(Box::new(positive.spread(true))) } else { positive }
    }

    /// The condition, or its opposite, with `not` before single questions only.
    fn spread(self, negated: bool) -> Self {
        let join = |parts: VecDeque<Self>, into_and: bool| {
            let parts = parts.into_iter().map(|part| part.spread(negated));
            let joined = parts.reduce(|all, part| if into_and { all.and(part) } else { all.or(part) });
            joined.unwrap_or(Self::And(VecDeque::new()))
        };
        match self {
            Self::Test(_) if negated => self.negated(),
            Self::Test(_) => self,
            Self::Not(inner) => inner.spread(!negated),
            Self::And(parts) => join(parts, !negated),
            Self::Or(parts) => join(parts, negated),
        }
    }

    fn count(&self, questions: &mut usize, negations: &mut usize) {
        match self {
            Self::Test(_) => *questions += 1,
            Self::Not(inner) => {
                *negations += 1;
                inner.count(questions, negations);
            }
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.count(questions, negations)),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut parts), Self::And(more)) => {
                parts.extend(more);
                Self::And(parts)
            }
            (Self::And(mut parts), last) => {
                parts.push_back(last);
                Self::And(parts)
            }
            (first, Self::And(mut parts)) => {
                parts.push_front(first);
                Self::And(parts)
            }
            (first, last) => Self::And(VecDeque::from([first, last])),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Or(mut parts), Self::Or(more)) => {
                parts.extend(more);
                Self::Or(parts)
            }
            (Self::Or(mut parts), last) => {
                parts.push_back(last);
                Self::Or(parts)
            }
            (first, Self::Or(mut parts)) => {
                parts.push_front(first);
                Self::Or(parts)
            }
            (first, last) => Self::Or(VecDeque::from([first, last])),
        }
    }
}

/// A condition with where its answers lead.
#[derive(Debug)]
pub(super) struct Decision {
    pub condition: Condition,
    pub then: FlowTarget,
    pub otherwise: FlowTarget,
    /// How many connections are after [`Self::then`] and [`Self::otherwise`].
    links: (u32, u32),
    depth: u32,
}

impl Decision {
    /// How deep parentheses nest where this condition is a part of an `and` or an `or`.
    fn depth_inside(&self, is_negated: bool, in_and: bool) -> u32 {
        match &self.condition {
            Condition::Test(_) => 0,
            Condition::Not(inner) if matches!(**inner, Condition::Test(_)) => 0,
            Condition::And(_) if in_and && !is_negated => self.depth,
            Condition::Or(_) if !in_and && !is_negated => self.depth,
            _ => self.depth + 1,
        }
    }
}

/// The decisions of a flow, by the first of their IF nodes. The other IF nodes of a condition have
/// none.
pub(super) fn decisions(flow: &Flow<'_>) -> Vec<Option<Decision>> {
    let arrivals = flow.arrivals();
    let mut decisions: Vec<Option<Decision>> = Vec::new();
    decisions.resize_with(flow.nodes.len(), || None);
    for &node in flow.order.iter().rev() {
        if flow.nodes[node].kind != FlowKind::If {
            continue;
        }
        let targets = &flow.nodes[node].targets;
        let mut decision = Decision {
            condition: Condition::Test(node),
            then: targets[0],
            otherwise: targets[1],
            links: (1, 1),
            depth: 0,
        };
        while absorb(&mut decision, &mut decisions, &arrivals) {}
        decisions[node] = Some(decision);
    }
    decisions
}

/// Takes in a decision that only `decision` leads to and that shares one of its branches.
fn absorb(decision: &mut Decision, decisions: &mut [Option<Decision>], arrivals: &[u32]) -> bool {
    for after_then in [true, false] {
        let (next, links, shared) = if after_then {
            (decision.then, decision.links.0, decision.otherwise)
        } else {
            (decision.otherwise, decision.links.1, decision.then)
        };
        let Some(next) = next else { continue };
        let Some(inner) = &decisions[next] else { continue };
        if arrivals[next] != links || shared == Some(next) {
            continue;
        }
        let shares_otherwise = inner.otherwise == shared;
        if !shares_otherwise && inner.then != shared {
            continue;
        }
        // The inner question is asked when the outer answer is not the shared one.
        let is_negated = after_then != shares_otherwise;
        let depth =
            decision.depth_inside(is_negated, shares_otherwise).max(inner.depth_inside(false, shares_otherwise));
        if depth > MAX_DEPTH {
            continue;
        }
        let Some(inner) = decisions[next].take() else { continue };
        let outer_links = if after_then { decision.links.1 } else { decision.links.0 };
        let first = std::mem::replace(&mut decision.condition, Condition::Test(next));
        let first = if is_negated { first.negated() } else { first };
        decision.depth = depth;
        decision.then = inner.then;
        decision.otherwise = inner.otherwise;
        if shares_otherwise {
            decision.condition = first.and(inner.condition);
            decision.links = (inner.links.0, inner.links.1 + outer_links);
        } else {
            decision.condition = first.or(inner.condition);
            decision.links = (inner.links.0 + outer_links, inner.links.1);
        }
        return true;
    }
    false
}
