//! Traps of MISP: workflows that are well formed and do not do what their author means.
//!
//! One file a lint, one row a lint in [`LINTS`]. Lints see the graph alone, so that they hold for text and for MISP's
//! JSON alike. Each is linear in nodes and connections.

mod facts;
mod reads;

use crate::catalogue::Signature;
use crate::diagnostics::Diagnostic;
use crate::graph::Graph;
use crate::source::{Sources, Span};
use facts::Facts;

type Lint = fn(&Facts<'_, '_>, &mut Vec<Diagnostic>);

/// All lints.
const LINTS: &[Lint] = &[];

/// Runs all lints on a graph that keeps the rules. A graph with a loop has been reported by these and is left alone.
///
/// `signature` looks modules up. Findings point at the text that made a node (then `sources` hold it), or else at `at`.
pub fn check_lints<'f>(
    graph: &'f Graph<'_>,
    signature: &dyn Fn(&str) -> Option<&'f Signature>,
    at: Option<Span>,
    sources: Option<&'f Sources>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(facts) = Facts::new(graph, signature, at, sources) else { return };
    for lint in LINTS {
        lint(&facts, diagnostics);
    }
}
