//! Workflows that run others.

use crate::diagnostics::Diagnostic;
use crate::model::DocumentKind;
use crate::verify::{Callee, check_callees, check_circles, check_guarded_enrichment};

use super::Compiled;

/// What `run-workflow` leads to.
pub(super) fn check_workflows_that_run_others(documents: &[Compiled<'_>], diagnostics: &mut Vec<Diagnostic>) {
    let workflows = documents.iter().filter(|compiled| compiled.document.kind == DocumentKind::Workflow);
    let workflows: Vec<_> = workflows
        .map(|compiled| Callee {
            id: compiled.id.text,
            name: &compiled.document.name,
            span: compiled.id.span,
            graph: &compiled.document.graph,
        })
        .collect();
    check_callees(&workflows, diagnostics);
    check_circles(&workflows, diagnostics);
    check_guarded_enrichment(&workflows, diagnostics);
}
