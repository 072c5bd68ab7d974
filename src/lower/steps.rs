//! The walk over the steps.

use super::filter::ScopeEnd;
use super::flow::{End, Flow, Join, Source};
use super::labels::{RegionId, RegionKind};
use super::{LowerPlace, Lowering};
use crate::base::source::Span;
use crate::check::{CheckedStep, CheckedStepKind, NodeTemplate};
use crate::diagnostics::{Code, Diagnostic};
use crate::lower::draft::DraftFrame;

impl<'a> Lowering<'a, '_> {
    /// Lowers the steps of a block, which `flow` leads to; returns what leads out of it.
    pub(super) fn block(&mut self, steps: Vec<CheckedStep<'a>>, mut flow: Flow, place: LowerPlace) -> Flow {
        let last = steps.len().saturating_sub(1);
        for (index, step) in steps.into_iter().enumerate() {
            let place = LowerPlace { tail: place.tail && index == last, ..place };
            if let Some(label) = step.label {
                self.arrive(label, &mut flow, place);
            }
            if !matches!(step.kind, CheckedStepKind::Detached(_)) {
                self.report_unreachable(step.span, &mut flow);
            }
            flow = self.step(step.kind, step.span, flow, place);
        }
        flow
    }

    fn step(&mut self, kind: CheckedStepKind<'a>, span: Span, mut flow: Flow, place: LowerPlace) -> Flow {
        match kind {
            CheckedStepKind::Node(template) => self.node(*template, flow, place),
            CheckedStepKind::If { arms, otherwise } => {
                let before = flow.closed.clone();
                let mut join = Join::default();
                for (condition, steps) in arms {
                    let (holds, fails) = self.condition(condition, flow, place);
                    join.add(self.block(steps, holds, place));
                    flow = fails;
                }
                join.add(self.block(otherwise, flow, place));
                join.finish(before, span)
            }
            CheckedStepKind::Filter { on, label, off, reset, steps } => {
                let end = ScopeEnd { off: *off, reset };
                self.filter(*on, label, end, steps, flow, place)
            }
            CheckedStepKind::Concurrent { node, branches } => self.concurrent(*node, branches, flow, place),
            CheckedStepKind::Inlined { title, steps } => {
                if !steps.is_empty() {
                    // So that nodes which end a filter scope before the frame stay outside of it.
                    flow.ends = self.settle(flow.ends, place.scope);
                }
                let start = self.drafts.len();
                let namespace = self.open_namespace(&steps);
                let flow = self.block(steps, flow, LowerPlace { namespace, inlined: true, ..place });
                self.frame(DraftFrame { title, drafts: start..self.drafts.len() });
                flow
            }
            CheckedStepKind::InlinedGraph { title, graph } => self.inlined_graph(title, graph, span, flow, place),
            CheckedStepKind::Goto(target) => self.jump(target, span, flow, place),
            CheckedStepKind::Detached(steps) => {
                let region = self.open_region(RegionKind::Detached, span, place.region);
                self.block(steps, Flow::default(), LowerPlace { scope: 0, region, tail: false, ..place });
                flow
            }
        }
    }

    fn node(&mut self, template: NodeTemplate<'a>, mut flow: Flow, place: LowerPlace) -> Flow {
        let span = template.span;
        self.report_own_reset(&template.node, span, place.scope);
        let draft = self.attach(template, &mut flow, place.scope, place.inlined);
        let node = &self.drafts[draft].node;
        if node.outputs.is_empty() {
            let cause = format!("`{}` has no outputs: a run ends here", node.module);
            return Flow::closed_after(flow.closed, cause, span);
        }
        flow.ends.push(End { source: Source::Output { draft, output: 0, slot: 0 }, scope: place.scope });
        flow
    }

    /// A concurrent task: one connection for each branch that has steps, in their order.
    fn concurrent(
        &mut self,
        node: NodeTemplate<'a>,
        branches: Vec<Vec<CheckedStep<'a>>>,
        mut flow: Flow,
        place: LowerPlace,
    ) -> Flow {
        let span = node.span;
        let draft = self.attach(node, &mut flow, place.scope, place.inlined);
        for (slot, steps) in branches.into_iter().enumerate() {
            let region: RegionId = self.open_region(RegionKind::Branch, span, place.region);
            let start = Flow {
                ends: vec![End { source: Source::Output { draft, output: 0, slot }, scope: place.scope }],
                closed: flow.closed.clone(),
            };
            self.block(steps, start, LowerPlace { region, tail: false, ..place });
        }
        Flow::closed_after(flow.closed, "MISP never continues past a concurrent task", span)
    }

    fn report_unreachable(&mut self, step: Span, flow: &mut Flow) {
        let Some(closed) = &mut flow.closed else { return };
        if std::mem::replace(&mut closed.reported, true) {
            return;
        }
        self.diagnostics.push(
            Diagnostic::at(Code::UnreachableStep, step, "nothing leads to this step")
                .label("never runs")
                .also(closed.span, closed.cause.clone())
                .help("move the step to where a run arrives, remove it, or put it into `detached { … }` to keep it unused"),
        );
    }
}
