//! Small flows and the graphs they become.

mod conditions;
mod filters;
mod jumps;
mod random;
mod structure;

use crate::diagnostics::{Code, Diagnostic};
use crate::lower::testing::{lowered, lowered_blueprint, show};

/// The graph of a flow in which nothing is wrong.
fn graph(text: &str) -> String {
    let (graph, diagnostics) = lowered(text);
    assert_eq!(diagnostics, [], "{text}");
    show(&graph)
}

/// The graph of a blueprint in which nothing is wrong.
fn blueprint(text: &str) -> String {
    let (graph, diagnostics) = lowered_blueprint(text);
    assert_eq!(diagnostics, [], "{text}");
    show(&graph)
}

/// The only finding about a flow, and the text it points at.
fn finding(text: &str) -> (Code, &str, Diagnostic) {
    let (_, mut diagnostics) = lowered(text);
    assert_eq!(diagnostics.len(), 1, "{text}: {diagnostics:#?}");
    let finding = diagnostics.remove(0);
    let place = &text[finding.primary.as_ref().unwrap().span.range()];
    (finding.code, place, finding)
}

/// The further places of a finding: the text and what is said about it.
fn secondary(text: &str, finding: &Diagnostic) -> Vec<String> {
    finding.secondary.iter().map(|label| format!("{}: {}", &text[label.span.range()], label.message)).collect()
}
