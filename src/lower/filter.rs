//! Filter scopes: each step sees exactly the filters of the scopes around it.
//!
//! In MISP a filter stays on until `generic-filter-reset`, which takes *all* filters off, and a
//! reset without a filter ends the run with an internal error. So before a step whose filters
//! differ from those of a run that arrives there, the run is led through a reset (if filters are on
//! that must go) and then through the filters that must be on again. All open ends of one step
//! share these nodes, each entering where it must.

use super::flow::{End, Flow, ScopeId, Source};
use super::{LowerPlace, Lowering};
use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::check::{CheckedStep, CheckedStepKind, NodeTemplate};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{FilterLabels, Node};
use crate::syntax::tree::Name;

use super::labels::RegionKind;

/// A filter scope of the text.
pub(super) struct FilterScope<'a> {
    parent: ScopeId,
    depth: usize,
    /// The node that puts the filter on.
    on: usize,
    label: Name<'a>,
    end: ScopeEnd<'a>,
    /// Whether a node was made of [`ScopeEnd::off`] with its pin.
    off_used: bool,
    /// Whether some run is led through a reset where this scope ends.
    is_left: bool,
    /// Whether it comes from a blueprint.
    inlined: bool,
}

/// How a filter scope ends.
pub(super) struct ScopeEnd<'a> {
    /// The node that takes all filters off.
    pub off: NodeTemplate<'a>,
    /// `reset`, if the text says it: the node is made even where nothing follows.
    pub reset: Option<Span>,
}

impl<'a> Lowering<'a, '_> {
    /// `filter … { … }`
    pub(super) fn filter(
        &mut self,
        mut on: NodeTemplate<'a>,
        label: Option<Name<'a>>,
        end: ScopeEnd<'a>,
        steps: Vec<CheckedStep<'a>>,
        mut flow: Flow,
        place: LowerPlace,
    ) -> Flow {
        let span = on.span;
        let label = if let Some(label) = label {
            self.report_reused_label(label, place.scope);
            label
        } else {
            let label = Name { text: self.free_label(&steps, span, place.scope), span };
            if on.node.filter_label() == Some("") {
                on.node.set_filter_label(label.text);
            }
            label
        };
        let on = self.attach(on, &mut flow, place.scope, place.inlined);
        let depth = self.depth(place.scope) + 1;
        self.scopes.push(FilterScope {
            parent: place.scope,
            depth,
            on,
            label,
            end,
            off_used: false,
            is_left: false,
            inlined: place.inlined,
        });
        let scope = self.scopes.len();
        let inside = Flow {
            ends: vec![End { source: Source::Output { draft: on, output: 0, slot: 0 }, scope }],
            closed: flow.closed,
        };
        let region = self.open_region(RegionKind::Filter, span, place.region);
        let after = self.block(steps, inside, LowerPlace { scope, region, tail: true, ..place });
        // Where nothing follows in the scope around, that scope's end takes this filter off too.
        if place.tail && place.scope != 0 { after } else { self.close_scope(scope, after) }
    }

    /// Leads the ends at which a filter of `scope` is on through a reset.
    fn close_scope(&mut self, scope: ScopeId, mut flow: Flow) -> Flow {
        let (inside, outside): (Vec<End>, Vec<End>) =
            flow.ends.into_iter().partition(|end| !end.is_label() && self.encloses(scope, end.scope));
        flow.ends = outside;
        if !inside.is_empty() {
            let left = self.left(scope, &inside);
            let pinned = |&&at: &&ScopeId| {
                let FilterScope { end, off_used, .. } = &self.scopes[at - 1];
                end.off.pinned_id.is_some() && !off_used
            };
            let named = left.iter().find(pinned).copied().unwrap_or(scope);
            let is_wanted = left.iter().any(|&at| self.scopes[at - 1].end.reset.is_some());
            for at in left {
                self.scopes[at - 1].is_left = true;
            }
            let end = self.add_reset(named, &inside);
            if let (false, Source::Output { draft, .. }) = (is_wanted, end.source) {
                self.drafts[draft].is_optional = true;
            }
            flow.ends.push(end);
        }
        flow
    }

    /// The scopes that end where `outer` ends for runs that come from `ends`: `outer`, and those inside from which they come.
    fn left(&self, outer: ScopeId, ends: &[End]) -> Vec<ScopeId> {
        let mut left = vec![outer];
        for end in ends {
            let mut at = end.scope;
            while at != outer && !left.contains(&at) {
                left.push(at);
                at = self.scopes[at - 1].parent;
            }
        }
        left
    }

    /// Keeps the resets before which these ends are, whatever follows.
    pub(super) fn keep_resets(&mut self, ends: &[End]) {
        for end in ends {
            if let Source::Output { draft, .. } = end.source {
                self.drafts[draft].is_optional = false;
            }
        }
    }

    /// A `reset` for which no node was made would be lost silently.
    pub(super) fn report_unused_resets(&mut self) {
        for FilterScope { end, off_used, is_left, inlined, .. } in &self.scopes {
            if *off_used || *inlined {
                continue;
            }
            let finding = if let Some((id, span)) = end.off.pinned_id {
                Diagnostic::at(Code::InvalidPin, span, format!("no node is made that could get the id {id}"))
                    .note("a filter scope needs no reset of its own where no run arrives at its end, or where the scope around it ends at the same place")
                    .help("remove the pin, or pin the reset of the outer scope")
            } else if let (Some(span), false) = (end.reset, is_left) {
                Diagnostic::at(Code::UnreachableStep, span, "no run arrives at this `reset`")
                    .label("never runs")
                    .help("remove the `reset`: every way through the filter scope ends inside it, or jumps out of it")
            } else {
                continue;
            };
            self.diagnostics.push(finding);
        }
    }

    /// Leads all ends to the state that steps in `wanted` must see.
    pub(super) fn settle(&mut self, ends: Vec<End>, wanted: ScopeId) -> Vec<End> {
        let is_settled = |end: &End| end.is_label() || end.scope == wanted;
        if ends.iter().all(is_settled) {
            return ends;
        }
        let (mut settled, others): (Vec<End>, Vec<End>) = ends.into_iter().partition(is_settled);
        // Scopes are only entered through their first node, so what remains is at the very outside
        // (after the reset of an inner scope) or under filters that must go.
        let (mut ends, filtered): (Vec<End>, Vec<End>) = others.into_iter().partition(|end| end.scope == 0);
        if let Some(end) = filtered.first() {
            let left = self.outermost_left(end.scope, wanted);
            let reset = self.add_reset(left, &filtered);
            ends.push(reset);
        }
        for scope in self.chain(wanted) {
            ends = vec![self.add_filter_again(scope, &ends)];
        }
        settled.append(&mut ends);
        settled
    }

    /// Adds the reset of `scope` after `ends`; its pin holds for the first node made of it.
    fn add_reset(&mut self, scope: ScopeId, ends: &[End]) -> End {
        let FilterScope { end: ScopeEnd { off, .. }, off_used, inlined, .. } = &mut self.scopes[scope - 1];
        let mut node = off.node.clone();
        let mut pinned_id = off.pinned_id;
        let inlined = *inlined;
        if std::mem::replace(off_used, true) {
            node.position = None;
            pinned_id = None;
        }
        let template = NodeTemplate { node, pinned_id, span: off.span };
        let draft = self.add(template, inlined);
        self.connect(ends, draft);
        End { source: Source::Output { draft, output: 0, slot: 0 }, scope: 0 }
    }

    /// Puts the filter of `scope` on once more after `ends`.
    fn add_filter_again(&mut self, scope: ScopeId, ends: &[End]) -> End {
        let mut node = self.drafts[self.scopes[scope - 1].on].node.clone();
        node.position = None;
        let span = node.origin.unwrap_or(self.scopes[scope - 1].label.span);
        let draft = self.add(NodeTemplate { node, pinned_id: None, span }, false);
        self.connect(ends, draft);
        End { source: Source::Output { draft, output: 0, slot: 0 }, scope }
    }

    /// Reports a reset that was not made for the end of a scope, where a scope is around it.
    pub(super) fn report_own_reset(&mut self, node: &Node<'_>, span: Span, scope: ScopeId) {
        if scope == 0 || node.module != module_ids::GENERIC_FILTER_RESET {
            return;
        }
        let around = self.scopes[scope - 1].label;
        self.diagnostics.push(
            Diagnostic::at(
                Code::ResetInScope,
                span,
                format!("there is a `{}` inside the filter scope `{}`", node.module, around.text),
            )
            .also(around.span, "this filter goes too")
            .note("in MISP a reset removes every filter, so the steps after it see all data; the reset at the scope's end then finds no filter, and the run dies with an internal error")
            .help("move it out of the scope, or write the filter that it ends as a scope: `filter … where … { … }`"),
        );
    }

    fn depth(&self, scope: ScopeId) -> usize {
        if scope == 0 { 0 } else { self.scopes[scope - 1].depth }
    }

    /// Whether `outer` is `inner` or a scope around it.
    fn encloses(&self, outer: ScopeId, inner: ScopeId) -> bool {
        let depth = self.depth(outer);
        let mut at = inner;
        while self.depth(at) > depth {
            at = self.scopes[at - 1].parent;
        }
        at == outer
    }

    /// The outermost scope around `from` that is not around `to`.
    fn outermost_left(&self, from: ScopeId, to: ScopeId) -> ScopeId {
        let mut at = from;
        while !self.encloses(self.scopes[at - 1].parent, to) {
            at = self.scopes[at - 1].parent;
        }
        at
    }

    /// The scopes around and including `scope`, outermost first.
    fn chain(&self, scope: ScopeId) -> Vec<ScopeId> {
        let mut chain = Vec::new();
        let mut at = scope;
        while at != 0 {
            chain.push(at);
            at = self.scopes[at - 1].parent;
        }
        chain.reverse();
        chain
    }

    /// The first label that no filter around has, and that nothing inside names.
    fn free_label(&mut self, inside: &[CheckedStep<'a>], span: Span, place: ScopeId) -> &'static str {
        let scopes = self.chain(place);
        let around =
            scopes.iter().fold(FilterLabels::default(), |labels, scope| labels.with(self.scopes[scope - 1].label.text));
        if let Some(label) = around.and(named_labels(inside)).first_free() {
            return label;
        }
        let problem = match around.first_free() {
            None => "more than six filters nest here, and MISP has six labels for them",
            Some(_) => "the filters around this one and the labels inside it leave no filter label free",
        };
        self.diagnostics.push(
            Diagnostic::at(Code::FilterLabelReused, span, problem)
                .note("MISP keeps one filter a label: one of the others would be replaced")
                .help("end a filter before this one begins, or put its test into the hash path: `Event.Attribute.{n}[to_ids=true]`"),
        );
        ""
    }

    fn report_reused_label(&mut self, label: Name<'a>, place: ScopeId) {
        let mut at = place;
        while at != 0 {
            let scope = &self.scopes[at - 1];
            if scope.label.text == label.text {
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::FilterLabelReused,
                        label.span,
                        format!("the filter label `{}` is used again inside its own scope", label.text),
                    )
                    .label("replaces the outer filter")
                    .also(scope.label.span, "the outer filter")
                    .note("MISP keeps one filter a label: the inner one would take the place of the outer one")
                    .help("leave the label of the inner filter out: the compiler takes one that is free"),
                );
                return;
            }
            at = scope.parent;
        }
    }
}

/// The filter labels that steps name, those in blueprints too.
fn named_labels(steps: &[CheckedStep<'_>]) -> FilterLabels {
    let of_node = |labels: FilterLabels, node: &Node<'_>| labels.with(node.filter_label().unwrap_or_default());
    let mut labels = FilterLabels::default();
    let mut blocks = vec![steps];
    while let Some(block) = blocks.pop() {
        for step in block {
            match &step.kind {
                CheckedStepKind::Node(template) => labels = of_node(labels, &template.node),
                CheckedStepKind::If { arms, otherwise } => {
                    blocks.extend(arms.iter().map(|(_, steps)| steps.as_slice()));
                    blocks.push(otherwise);
                }
                CheckedStepKind::Filter { label, steps, .. } => {
                    labels = label.map_or(labels, |label| labels.with(label.text));
                    blocks.push(steps);
                }
                CheckedStepKind::Concurrent { branches, .. } => blocks.extend(branches.iter().map(Vec::as_slice)),
                CheckedStepKind::Inlined { steps, .. } | CheckedStepKind::Detached(steps) => blocks.push(steps),
                CheckedStepKind::InlinedGraph { graph, .. } => {
                    labels = graph.nodes.iter().fold(labels, of_node);
                }
                CheckedStepKind::Goto(_) => {}
            }
        }
    }
    labels
}
