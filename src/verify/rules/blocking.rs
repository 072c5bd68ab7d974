//! Blocking modules where they cannot block.

use super::reach::reached_from;
use super::view::View;
use crate::catalogue::SignatureLookup;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;

pub(super) fn check_concurrent(
    view: &View<'_, '_>,
    signature: &SignatureLookup<'_, '_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let tasks = (0..view.graph.nodes.len()).filter(|&node| view.node(node).is_concurrent_task());
    for (index, task) in reached_from(view, tasks).into_iter().enumerate() {
        let Some(task) = task else { continue };
        if !is_blocking(view, index, signature) {
            continue;
        }
        let message = format!("{} cannot block here: it runs in a concurrent task", view.name(index));
        let finding = Diagnostic::maybe_at(Code::BlockingInConcurrent, view.span(index), message)
            .label("runs in a job of its own");
        diagnostics.push(
            view.also(finding, task, format!("{} starts the job", view.name(task)))
                .note("a concurrent task runs later, in the background: MISP has continued by then, and only the job's own path ends")
                .help("move the step before the concurrent task"),
        );
    }
}

pub(super) fn check_trigger(
    view: &View<'_, '_>,
    signature: &SignatureLookup<'_, '_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let not_blocking =
        |&trigger: &usize| signature(&view.node(trigger).module).is_some_and(|signature| !signature.blocking);
    let triggers = view.triggers.iter().copied().filter(not_blocking);
    for (index, trigger) in reached_from(view, triggers).into_iter().enumerate() {
        let Some(trigger) = trigger else { continue };
        if !is_blocking(view, index, signature) {
            continue;
        }
        let message = format!("{} cannot block: the trigger {} does not wait", view.name(index), view.name(trigger));
        let finding = Diagnostic::maybe_at(Code::BlockingUnderNonBlocking, view.span(index), message)
            .label("ends the run, blocks nothing");
        diagnostics.push(
            view.also(finding, trigger, "this trigger does not block")
                .note("the workflow of such a trigger runs after the action: a blocking module ends the run, but undoes nothing")
                .help("use a trigger that blocks, or let the path end by leaving it without a next step"),
        );
    }
}

fn is_blocking(view: &View<'_, '_>, index: usize, signature: &SignatureLookup<'_, '_>) -> bool {
    view.node(index).module_type != ModuleType::Trigger
        && signature(&view.node(index).module).is_some_and(|signature| signature.blocking)
}
