//! Workflows that run others.

use rustc_hash::FxHashMap;

use crate::catalogue::module_ids;
use crate::diagnostics::Diagnostic;
use crate::model::{DocumentKind, ParamText, ParamValue};
use crate::verify::{Callee, check_call_input, check_callees, check_circles, check_guarded_enrichment};

use super::Compiled;

/// The numbers that a server gave to ad-hoc workflows, by the ids of these in the text.
pub type AdhocIds = FxHashMap<String, u32>;

/// Gives ad-hoc workflows the trigger ids that the server has for them.
pub(super) fn settle_adhoc_ids(documents: &mut [Compiled<'_>], ids: &AdhocIds) {
    for compiled in documents {
        let Some(number) = ids.get(compiled.id.text) else { continue };
        let document = &mut compiled.document;
        let Some(placeholder) = document.trigger_id.take() else { continue };
        if !module_ids::is_adhoc(&placeholder) {
            document.trigger_id = Some(placeholder);
            continue;
        }
        let settled = format!("{}{number}", module_ids::ADHOC_PREFIX);
        for node in document.graph.nodes.iter_mut().filter(|node| node.module == placeholder) {
            node.module = settled.clone().into();
        }
        document.trigger_id = Some(settled.into());
    }
}

/// Writes the workflows that `run-workflow` names by their ids as MISP lists them, `TRIGGER :: NAME`.
pub(super) fn name_callees<'a>(documents: &mut [Compiled<'a>], imported: &mut [Compiled<'a>]) {
    let listed: FxHashMap<String, String> = documents
        .iter()
        .chain(&*imported)
        .filter(|compiled| compiled.document.kind == DocumentKind::Workflow)
        .filter_map(|compiled| {
            let trigger = compiled.document.trigger_id.as_deref().filter(|trigger| module_ids::is_adhoc(trigger))?;
            Some((compiled.id.text.to_owned(), format!("{trigger} :: {}", compiled.document.name)))
        })
        .collect();
    if listed.is_empty() {
        return;
    }
    for compiled in documents.iter_mut().chain(imported) {
        for node in compiled.document.graph.nodes.iter_mut().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
            let Some((_, workflows)) = node.params.iter_mut().find(|(name, _)| name == WORKFLOWS) else { continue };
            let items = match workflows {
                ParamValue::List(items) => items.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for item in items {
                if let ParamValue::Text(ParamText::Plain(name)) = item
                    && let Some(as_listed) = listed.get(&**name)
                {
                    *name = as_listed.clone().into();
                }
            }
        }
    }
}

/// The parameter of `run-workflow` that names the others.
const WORKFLOWS: &str = "workflows";

/// What `run-workflow` leads to, in the workflows that were asked for; they may run those of other files.
pub(super) fn check_workflows_that_run_others(
    documents: &[Compiled<'_>],
    imported: &[Compiled<'_>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let asked = documents.iter().map(|compiled| (compiled, true));
    let workflows = asked.chain(imported.iter().map(|compiled| (compiled, false)));
    let workflows: Vec<_> = workflows
        .filter(|(compiled, _)| compiled.document.kind == DocumentKind::Workflow)
        .map(|(compiled, is_asked)| Callee {
            id: compiled.id.text,
            name: &compiled.document.name,
            span: compiled.id.span,
            graph: &compiled.document.graph,
            is_asked,
        })
        .collect();
    check_callees(&workflows, diagnostics);
    check_circles(&workflows, diagnostics);
    check_guarded_enrichment(&workflows, diagnostics);
    check_call_input(&workflows, diagnostics);
}
