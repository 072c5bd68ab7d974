//! Labels, forward jumps, and the scopes that jumps cannot enter.

use rustc_hash::FxHashMap;

use super::backward::BackwardJump;
use super::flow::{End, Flow, Source};
use super::{LowerPlace, Lowering};
use crate::base::source::Span;
use crate::base::suggest;
use crate::check::{CheckedStep, CheckedStepKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::tree::Name;

/// How many unknown labels get a suggestion: each one looks at all labels.
const MAX_SUGGESTIONS: usize = 50;

/// Labels that see each other: those of a workflow, or of one use of a blueprint. Index in the
/// list of namespaces.
pub(super) type NamespaceId = usize;

/// A label of a step.
pub(super) struct Label<'a> {
    pub name: Name<'a>,
    /// The region its step is in, once the step was reached.
    pub place: Option<RegionId>,
    /// Jumps to it from further up.
    pub pending: Vec<Jump>,
    /// The first node after it.
    pub entry: Option<usize>,
}

/// A forward jump whose label has not come yet.
pub(super) struct Jump {
    ends: Vec<End>,
    region: RegionId,
    span: Span,
    /// Whether a run arrives at the jump.
    live: bool,
}

/// A part of the text that jumps cannot enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct RegionId(usize);

impl RegionId {
    /// Outside of all regions.
    pub const OUTSIDE: Self = Self(0);
}

/// See [`RegionId`].
pub(super) struct Region {
    kind: RegionKind,
    span: Span,
    parent: RegionId,
    depth: usize,
}

/// What makes a region.
#[derive(Clone, Copy)]
pub(super) enum RegionKind {
    /// The body of a filter.
    Filter,
    /// A branch of a concurrent task.
    Branch,
    /// A `detached` block.
    Detached,
}

impl RegionKind {
    fn describe(self) -> &'static str {
        match self {
            Self::Filter => "a filter scope",
            Self::Branch => "a concurrent branch",
            Self::Detached => "a `detached` block",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Filter => "a run that enters a filter scope from the side would not have the filter on",
            Self::Branch => "a concurrent branch runs as a job of its own, which only the concurrent task starts",
            Self::Detached => "nothing leads to the nodes of a `detached` block: that is what it is for",
        }
    }
}

impl<'a> Lowering<'a, '_> {
    /// Collects the labels of `steps` and of the blocks inside.
    pub(super) fn open_namespace(&mut self, steps: &[CheckedStep<'a>]) -> NamespaceId {
        let mut names = FxHashMap::default();
        self.collect_labels(steps, &mut names);
        self.namespaces.push(names);
        self.namespaces.len() - 1
    }

    fn collect_labels(&mut self, steps: &[CheckedStep<'a>], names: &mut FxHashMap<&'a str, usize>) {
        for step in steps {
            if let Some(name) = step.label {
                if let Some(&first) = names.get(name.text) {
                    let first: &Label<'_> = &self.labels[first];
                    self.diagnostics.push(
                        Diagnostic::at(
                            Code::DuplicateName,
                            name.span,
                            format!("the label `@{}` is defined twice", name.text),
                        )
                        .label("defined again")
                        .also(first.name.span, "first defined here")
                        .help("give one of the steps another label"),
                    );
                } else {
                    names.insert(name.text, self.labels.len());
                    self.labels.push(Label { name, place: None, pending: Vec::new(), entry: None });
                }
            }
            match &step.kind {
                CheckedStepKind::If { arms, otherwise } => {
                    for (_, steps) in arms {
                        self.collect_labels(steps, names);
                    }
                    self.collect_labels(otherwise, names);
                }
                CheckedStepKind::Filter { steps, .. } | CheckedStepKind::Detached(steps) => {
                    self.collect_labels(steps, names);
                }
                CheckedStepKind::Concurrent { branches, .. } => {
                    for steps in branches {
                        self.collect_labels(steps, names);
                    }
                }
                CheckedStepKind::Node(_)
                | CheckedStepKind::Inlined { .. }
                | CheckedStepKind::InlinedGraph { .. }
                | CheckedStepKind::Goto(_) => {}
            }
        }
    }

    /// Joins the jumps to a label with the flow that arrives at its step.
    pub(super) fn arrive(&mut self, name: Name<'a>, flow: &mut Flow, place: LowerPlace) {
        let id = self.namespaces[place.namespace][name.text];
        let label = &mut self.labels[id];
        if label.name.span != name.span || label.place.is_some() {
            return; // the second step with this label, which was reported
        }
        label.place = Some(place.region);
        for jump in std::mem::take(&mut label.pending) {
            if jump.live {
                flow.closed = None;
            }
            match self.entered(jump.region, place.region) {
                None => flow.ends.extend(jump.ends),
                Some(region) => self.report_jump_into(region, jump.span, name),
            }
        }
        flow.ends.push(End { source: Source::Label(id), scope: place.scope });
    }

    /// `goto @target`
    pub(super) fn jump(&mut self, target: Name<'a>, span: Span, flow: Flow, place: LowerPlace) -> Flow {
        let live = flow.closed.is_none();
        match self.namespaces[place.namespace].get(target.text) {
            None => self.report_unknown_label(target, place.namespace),
            Some(&id) => {
                let label = &mut self.labels[id];
                if label.place.is_none() {
                    label.pending.push(Jump { ends: flow.ends, region: place.region, span: target.span, live });
                } else if live {
                    self.backward.push(BackwardJump { target, label: id, ends: flow.ends });
                }
            }
        }
        Flow::closed_after(flow.closed, "the flow jumps away here", span)
    }

    /// Opens a region inside `parent`.
    pub(super) fn open_region(&mut self, kind: RegionKind, span: Span, parent: RegionId) -> RegionId {
        let depth = self.region_depth(parent) + 1;
        self.regions.push(Region { kind, span, parent, depth });
        RegionId(self.regions.len())
    }

    fn region_depth(&self, region: RegionId) -> usize {
        if region == RegionId::OUTSIDE { 0 } else { self.regions[region.0 - 1].depth }
    }

    /// The outermost region around `to` that is not around `from`.
    fn entered(&self, from: RegionId, to: RegionId) -> Option<RegionId> {
        let (mut from, mut to) = (from, to);
        let mut entered = None;
        while from != to {
            if self.region_depth(to) >= self.region_depth(from) {
                entered = Some(to);
                to = self.regions[to.0 - 1].parent;
            } else {
                from = self.regions[from.0 - 1].parent;
            }
        }
        entered
    }

    fn report_jump_into(&mut self, region: RegionId, jump: Span, label: Name<'a>) {
        let Region { kind, span, .. } = &self.regions[region.0 - 1];
        let what = kind.describe();
        self.diagnostics.push(
            Diagnostic::at(Code::JumpIntoScope, jump, format!("`goto @{}` jumps into {what} from outside", label.text))
                .label("jumps from outside")
                .also(label.span, "to here")
                .also(*span, format!("into {what} that begins here"))
                .note(kind.reason())
                .help(format!("jump to a step outside of {what}, or move the `goto` into it")),
        );
    }

    fn report_unknown_label(&mut self, target: Name<'a>, namespace: NamespaceId) {
        self.unknown_labels += 1;
        let near = if self.unknown_labels <= MAX_SUGGESTIONS {
            let known = &self.namespaces[namespace];
            let names =
                self.labels.iter().filter(|label| known.contains_key(label.name.text)).map(|label| label.name.text);
            suggest::closest(target.text, names)
        } else {
            None
        };
        self.diagnostics.push(
            Diagnostic::at(
                Code::UnknownLabel,
                target.span,
                format!("there is no step labelled `@{}` here", target.text),
            )
            .maybe_help(near.map(|near| format!("did you mean `@{near}`?")))
            .help("a label is written before its step: `@name step`; blueprints have labels of their own"),
        );
    }
}
