//! Workflows that run another one by its name.

use rustc_hash::FxHashMap;

use super::circle::{Callee, SEPARATOR, called_in_full};
use crate::base::suggest::closest;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

/// How many unknown names get a suggestion: each one is compared with the names of all workflows.
const MAX_SUGGESTIONS: usize = 50;

/// Looks for names in `run-workflow` that no workflow has.
pub fn check_callees(workflows: &[Callee<'_, '_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut known = Known::default();
    for workflow in workflows {
        let is_ad_hoc = is_ad_hoc(workflow);
        *known.by_name.entry(workflow.name).or_default() |= is_ad_hoc;
        *known.by_id.entry(workflow.id).or_default() |= is_ad_hoc;
        known.has_ad_hoc |= is_ad_hoc;
    }
    let mut problems = 0;
    for workflow in workflows.iter().filter(|workflow| workflow.is_asked) {
        for node in workflow.graph.nodes.iter().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
            for name in called_in_full(node) {
                let Some((message, help)) = known.problem(name, problems < MAX_SUGGESTIONS) else { continue };
                problems += 1;
                let place = node.origin.unwrap_or(workflow.span);
                diagnostics.push(
                    Diagnostic::at(Code::UnknownCallee, place, message)
                        .label("runs nothing")
                        .note("MISP looks for `TRIGGER :: NAME` in its list of ad-hoc workflows, and the step fails where it is not there; renaming a workflow breaks all that run it")
                        .note("when somebody opens the workflow in MISP's editor and saves it, a name that the server does not have is dropped from the list")
                        .help(help),
                );
            }
        }
    }
}

/// The workflows there are, and whether one of that name is ad-hoc: only such a one can be run by another.
#[derive(Default)]
struct Known<'w> {
    by_name: FxHashMap<&'w str, bool>,
    by_id: FxHashMap<&'w str, bool>,
    /// Workflows may live on the server only; where none of the kind is here, all of them may.
    has_ad_hoc: bool,
}

impl Known<'_> {
    /// What is wrong with the name of a workflow, and what to write.
    fn problem(&self, full: &str, may_suggest: bool) -> Option<(String, String)> {
        let (by_what, name) = match full.split_once(SEPARATOR) {
            Some((_, name)) => (&self.by_name, name),
            None => (&self.by_id, full),
        };
        let shown = name.replace('`', "'");
        let known = by_what.get(name).copied();
        // Without the trigger's own module nobody knows which workflows are of this kind.
        if known == Some(true) || known.is_some() && !self.has_ad_hoc && full.contains(SEPARATOR) {
            return None;
        }
        if known.is_some() {
            return Some((
                format!("the workflow `{shown}` listens to a trigger of its own, and so cannot be run from here"),
                format!("let it start `on {}`, or use a blueprint in both workflows", module_ids::ADHOC),
            ));
        }
        if full.contains(SEPARATOR) && self.by_id.contains_key(name) {
            return Some((
                format!("`{shown}` is the id of a workflow, and MISP looks for its name"),
                format!("write `{shown}` alone: the build puts in the trigger and the name"),
            ));
        }
        let names = by_what.iter().filter(|(_, is_ad_hoc)| **is_ad_hoc).map(|(name, _)| *name);
        let near = closest(name, names.filter(|_| may_suggest));
        let by_id = "name a workflow of the project by its id, or one that lives on the server as MISP lists it: `adhoc_3 :: NAME`";
        match (near, full.contains(SEPARATOR)) {
            (Some(near), true) => Some((format!("no workflow is named `{shown}`"), format!("did you mean `{near}`?"))),
            (Some(near), false) => {
                Some((format!("there is no ad-hoc workflow `{shown}`"), format!("did you mean `{near}`?")))
            }
            (None, false) => Some((format!("there is no ad-hoc workflow `{shown}` in these files"), by_id.to_owned())),
            (None, true) if self.has_ad_hoc => Some((
                format!("no ad-hoc workflow of these files is named `{shown}`"),
                "write the name of a workflow as MISP shows it; for one that lives on the server only, allow this finding with a comment".to_owned(),
            )),
            (None, true) => None,
        }
    }
}

fn is_ad_hoc(workflow: &Callee<'_, '_>) -> bool {
    let mut triggers = workflow.graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger);
    triggers.any(|node| module_ids::is_adhoc(&node.module))
}
