//! The rules that a graph must follow to be saved, and to do what it seems to do.
//!
//! One file a rule. They hold for graphs from text and from MISP's JSON alike, so nothing here
//! trusts the graph: it may be cyclic, huge, and full of connections to nowhere. Every rule is
//! linear in nodes and connections. See `docs/misp-semantics.md`, "What a save refuses".

mod analysis;
mod blocking;
mod connections;
mod core_format;
mod cycles;
mod paths;
mod reach;
#[cfg(test)]
mod tests;
mod trigger;
mod unreached;
mod view;

pub use analysis::{Analysis, BlockingEdge, analyse};

use crate::base::source::Span;
use crate::catalogue::SignatureLookup;
use crate::diagnostics::Diagnostic;
use crate::model::Graph;
use view::View;

/// Checks a graph against all rules.
///
/// `signature` looks modules up; a module that it does not know breaks no rule. A blueprint's graph
/// (`expects_trigger` false) may lack a trigger, and connections to nodes outside are only a
/// warning there. Findings point at the text that made a node, or else at `at`.
///
/// Graphs that were lowered with errors are not worth checking: an unreachable step would be
/// reported again.
pub fn check_rules(
    graph: &Graph<'_>,
    signature: &SignatureLookup<'_, '_>,
    expects_trigger: bool,
    at: Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let view = View::new(graph, expects_trigger, at);
    trigger::check(&view, diagnostics);
    connections::check_dangling(&view, diagnostics);
    connections::check_multiple(&view, diagnostics);
    cycles::check(&view, diagnostics);
    paths::check(&view, diagnostics);
    blocking::check_concurrent(&view, signature, diagnostics);
    blocking::check_trigger(&view, signature, diagnostics);
    core_format::check(&view, signature, diagnostics);
    unreached::check(&view, diagnostics);
}
