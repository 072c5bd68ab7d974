//! From checked steps to a graph.
//!
//! The steps are walked once in source order. Between two steps stands a `Flow`: the open ends
//! that the next node is connected to. Every open end knows which filters a run has on when it
//! arrives there, so a step that must see others gets the nodes that make it so put before it.

mod backward;
mod blueprint;
mod condition;
mod draft;
mod filter;
mod flow;
mod labels;
mod position;
mod steps;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use position::{Drawn, drawing_of, place};

use crate::check::CheckedFlow;
use crate::diagnostics::Diagnostic;
use crate::model::{Graph, NodeId};

use backward::BackwardJump;
use draft::{Draft, DraftFrame};
use filter::FilterScope;
use flow::{End, Flow, ScopeId, Source};
use labels::{Label, NamespaceId, Region, RegionId};

/// Lowers a workflow or blueprint to its graph.
///
/// Node ids go by source order, from 1, around the pinned ones. `name` (the workflow's or
/// blueprint's id) makes the uuids of frames the same in every build. The graph is good only if no
/// error was added to `diagnostics`; check it with [`crate::verify::check_rules`] then.
///
/// Blocks are followed by recursion: the parser and the checker limit how deep they nest.
pub fn lower<'a>(flow: CheckedFlow<'a>, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Graph<'a> {
    lower_with_labels(flow, name, diagnostics).0
}

/// As [`lower`], and says to which node each label of the workflow's own steps belongs: the first one of
/// its step.
pub fn lower_with_labels<'a>(
    flow: CheckedFlow<'a>,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Graph<'a>, Vec<(&'a str, NodeId)>) {
    let mut lowering = Lowering::new(diagnostics);
    let namespace = lowering.open_namespace(&flow.steps);
    let mut start = Flow::default();
    let has_trigger = flow.trigger.is_some();
    if let Some(trigger) = flow.trigger {
        let trigger = lowering.add(trigger, false);
        start.ends.push(End { source: Source::Output { draft: trigger, output: 0, slot: 0 }, scope: 0 });
    }
    let place = LowerPlace { scope: 0, region: RegionId::OUTSIDE, namespace, tail: false, inlined: false };
    let end = lowering.block(flow.steps, start, place);
    if !has_trigger {
        // What a blueprint is placed before must not see its filters.
        lowering.keep_resets(&end.ends);
    }
    lowering.report_backward_jumps();
    lowering.report_unused_resets();
    let own = &lowering.namespaces[namespace];
    let mut labels: Vec<_> = own.iter().map(|(label, at)| (*at, *label, lowering.labels[*at].entry)).collect();
    labels.sort_unstable();
    let (graph, ids) = draft::finish(lowering.drafts, lowering.frames, name, lowering.diagnostics);
    let labels = labels.into_iter().filter_map(|(_, label, entry)| Some((label, (*ids.get(entry?)?)?))).collect();
    (graph, labels)
}

/// What surrounds a step.
#[derive(Clone, Copy)]
struct LowerPlace {
    /// The innermost filter scope.
    scope: ScopeId,
    /// The innermost region that jumps cannot enter.
    region: RegionId,
    /// Where its labels are known.
    namespace: NamespaceId,
    /// Whether nothing follows the step in the innermost filter scope.
    tail: bool,
    /// Whether it comes from a blueprint, whose pins hold in the blueprint's own JSON only.
    inlined: bool,
}

/// What has been built so far.
struct Lowering<'a, 'd> {
    drafts: Vec<Draft<'a>>,
    frames: Vec<DraftFrame<'a>>,
    scopes: Vec<FilterScope<'a>>,
    regions: Vec<Region>,
    namespaces: Vec<rustc_hash::FxHashMap<&'a str, usize>>,
    labels: Vec<Label<'a>>,
    backward: Vec<BackwardJump<'a>>,
    unknown_labels: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'d> Lowering<'_, 'd> {
    fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self {
            drafts: Vec::new(),
            frames: Vec::new(),
            scopes: Vec::new(),
            regions: Vec::new(),
            namespaces: Vec::new(),
            labels: Vec::new(),
            backward: Vec::new(),
            unknown_labels: 0,
            diagnostics,
        }
    }
}
