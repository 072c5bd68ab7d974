//! Publishing in a workflow that publishing starts again. In 2.5.1 [`own_trigger`](super::own_trigger) says so of
//! `event-publish`. See `docs/misp-semantics.md`, "What changed after 2.5.1".

use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

use super::facts::Facts;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger.filter(|_| facts.is_later) else { return };
    let (note, is_job) = match facts.module(trigger) {
        module_ids::EVENT_PUBLISH => (
            "MISP asks the workflow of `event-publish` before it publishes, and `publish-event` asks it once more, inside the same request: it calls itself without end, and the row of the event stays locked",
            false,
        ),
        module_ids::EVENT_BEFORE_SAVE => (
            "publishing saves the event, and a save asks this workflow first, inside the same request: it calls itself without end, and the row of the event stays locked",
            false,
        ),
        module_ids::EVENT_AFTER_SAVE => {
            ("publishing saves the event, and each save starts a job for this workflow, which publishes again", true)
        }
        _ => return,
    };
    // A question may find that the event is published by now, but only after the save.
    let is_asked = facts.reachable_from(|node| is_job && facts.is_question(node));
    let publishes = facts.nodes_of(module_ids::PUBLISH_EVENT).iter();
    for &node in publishes.filter(|&&node| !is_asked[node] && !facts.is_foreign(node)) {
        let finding = facts.finding(
            Code::PublishesAgain,
            node,
            format!("this publishes the event, which starts the workflow again under `{}`", facts.module(trigger)),
            if is_job { "each run starts the next" } else { "calls itself without end" },
        );
        diagnostics.push(facts.also(finding, trigger, "the workflow starts here").note(note).help(if is_job {
            "ask first, `if unpublished { … }`, or let the workflow start `on event-after-save-new`"
        } else {
            "let the workflow start `on event-after-save-new`, or take the step out"
        }));
    }
}
