//! Conditions as chains of IF nodes that share their branches.

use super::flow::{End, Flow, Source};
use super::{LowerPlace, Lowering};
use crate::check::CheckedCondition;

impl<'a> Lowering<'a, '_> {
    /// Lowers a condition, which `flow` leads to; returns the flows for when it holds and when it
    /// does not. Questions are asked in source order, and no more of them than needed.
    pub(super) fn condition(&mut self, condition: CheckedCondition<'a>, flow: Flow, place: LowerPlace) -> (Flow, Flow) {
        match condition {
            CheckedCondition::Test(template) => {
                let mut flow = flow;
                let draft = self.attach(*template, &mut flow, place.scope, place.inlined);
                let output = |output| Flow {
                    ends: vec![End { source: Source::Output { draft, output, slot: 0 }, scope: place.scope }],
                    closed: flow.closed.clone(),
                };
                (output(0), output(1))
            }
            CheckedCondition::Not(inner) => {
                let (holds, fails) = self.condition(*inner, flow, place);
                (fails, holds)
            }
            CheckedCondition::And(parts) => {
                let mut holds = flow;
                let mut fails = Flow { ends: Vec::new(), closed: holds.closed.clone() };
                for part in parts {
                    let (go_on, stop) = self.condition(part, holds, place);
                    fails.ends.extend(stop.ends);
                    holds = go_on;
                }
                (holds, fails)
            }
            CheckedCondition::Or(parts) => {
                let mut fails = flow;
                let mut holds = Flow { ends: Vec::new(), closed: fails.closed.clone() };
                for part in parts {
                    let (stop, go_on) = self.condition(part, fails, place);
                    holds.ends.extend(stop.ends);
                    fails = go_on;
                }
                (holds, fails)
            }
            // Its error was reported; both ways stay open so that no further one follows from it.
            CheckedCondition::Unknown => {
                let fails = Flow { ends: Vec::new(), closed: flow.closed.clone() };
                (flow, fails)
            }
        }
    }
}
