//! Each connection leads to a node that exists, and an output has one.

use super::view::View;
use crate::diagnostics::{Code, Diagnostic, Severity};

pub(super) fn check_dangling(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for (index, node) in view.graph.nodes.iter().enumerate() {
        for (output, links) in node.outputs.iter().enumerate() {
            for link in links.iter().filter(|link| view.graph.index(link.node).is_none()) {
                let message = format!(
                    "output {} of {} leads to node {}, which does not exist",
                    output + 1,
                    view.name(index),
                    link.node,
                );
                let mut finding =
                    Diagnostic::maybe_at(Code::DanglingConnection, view.span(index), message).label("leads to nowhere");
                if view.expects_trigger {
                    finding = finding
                        .note("MISP saves such a workflow, and a run that comes here dies with an internal error");
                } else {
                    finding.severity = Severity::Warning;
                    finding = finding.note("the editor drops such a connection when it places the blueprint");
                }
                diagnostics.push(finding.help("connect it to a node of this graph, or remove the connection"));
            }
        }
    }
}

pub(super) fn check_multiple(view: &View<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for (index, node) in view.graph.nodes.iter().enumerate() {
        if node.multiple_output_connection {
            continue;
        }
        for (output, links) in node.outputs.iter().enumerate().filter(|(_, links)| links.len() > 1) {
            let message = format!("output {} of {} has {} connections", output + 1, view.name(index), links.len());
            let mut finding = Diagnostic::maybe_at(Code::MultipleConnections, view.span(index), message)
                .label("leads to several nodes");
            for target in links.iter().take(8).filter_map(|link| view.graph.index(link.node)) {
                finding = view.also(finding, target, format!("leads to {}", view.name(target)));
            }
            diagnostics.push(
                finding
                    .note("MISP refuses to save a workflow with more than one connection per output")
                    .help("put the nodes one after the other, or let a concurrent task start them"),
            );
        }
    }
}
