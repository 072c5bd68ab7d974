//! Workflows that run another one by its name.

use rustc_hash::FxHashMap;

use super::circle::{Callee, called};
use crate::base::suggest::closest;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// How many unknown names get a suggestion: each one is compared with the names of all workflows.
const MAX_SUGGESTIONS: usize = 50;

/// Looks for names in `run-workflow` that no workflow has.
pub fn check_callees(workflows: &[Callee<'_, '_>], diagnostics: &mut Vec<Diagnostic>) {
    // Whether one of the workflows with this name can be run by another.
    let mut by_name: FxHashMap<&str, bool> = FxHashMap::default();
    let mut by_id: FxHashMap<&str, &str> = FxHashMap::default();
    for workflow in workflows {
        let is_ad_hoc = is_ad_hoc(workflow);
        *by_name.entry(workflow.name).or_default() |= is_ad_hoc;
        by_id.entry(workflow.id).or_insert(workflow.name);
    }
    // Workflows may live on the server only; where none of the kind is here, all of them may.
    let has_ad_hoc = by_name.values().any(|&is_ad_hoc| is_ad_hoc);
    let mut suggestions = 0;
    for workflow in workflows {
        for node in workflow.graph.nodes.iter().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
            for name in called(node) {
                let known = by_name.get(name).copied();
                if known == Some(true) {
                    continue;
                }
                let shown = name.replace('`', "'");
                suggestions += 1;
                let near = || {
                    let names = by_name.iter().filter(|(_, is_ad_hoc)| **is_ad_hoc).map(|(name, _)| *name);
                    closest(name, names.filter(|_| suggestions <= MAX_SUGGESTIONS))
                };
                let (message, help) = if known.is_some() {
                    // Without the trigger's own module nobody knows which workflows are of this kind.
                    if !has_ad_hoc {
                        continue;
                    }
                    (
                        format!(
                            "the workflow `{shown}` listens to a trigger of its own, and so cannot be run from here"
                        ),
                        format!("let it start `on {}`, or use a blueprint in both workflows", module_ids::ADHOC),
                    )
                } else if let Some(meant) = by_id.get(name) {
                    (
                        format!("`{shown}` is the id of a workflow, and MISP looks for its name"),
                        format!("write its name after its trigger: `TRIGGER :: {meant}`"),
                    )
                } else if let Some(near) = near() {
                    (format!("no workflow is named `{shown}`"), format!("did you mean `{near}`?"))
                } else if has_ad_hoc {
                    (
                        format!("no ad-hoc workflow of these files is named `{shown}`"),
                        "write the name of a workflow as MISP shows it; for one that lives on the server only, allow this finding with a comment".to_owned(),
                    )
                } else {
                    continue;
                };
                let place = node.origin.unwrap_or(workflow.span);
                diagnostics.push(
                    Diagnostic::at(Code::UnknownCallee, place, message)
                        .label("runs nothing")
                        .note("`run-workflow` keeps the text `TRIGGER :: NAME`, and passes over a name that no ad-hoc workflow has; renaming a workflow breaks all that run it")
                        .note("when somebody opens the workflow in MISP's editor and saves it, a name that the server does not have is dropped from the list")
                        .help(help),
                );
            }
        }
    }
}

fn is_ad_hoc(workflow: &Callee<'_, '_>) -> bool {
    let mut triggers = workflow.graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger);
    triggers.any(|node| module_ids::is_adhoc(&node.module))
}
