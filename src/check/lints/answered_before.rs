//! Questions whose answer is known, because the way here leads through the same question.

use super::facts::{Facts, Incoming};
use crate::diagnostics::{Code, Diagnostic};

/// So far back the same question is looked for.
const LOOKED_BACK: usize = 64;

/// Actions of MISP that leave the data of the run as it is.
const HARMLESS: [&str; 9] = [
    "push-zmq",
    "webhook",
    "ms-teams-webhook",
    "telegram-send-alert",
    "send-mail",
    "send-log-mail",
    "add_to_warninglist",
    "add_eventblocklist_entry",
    "notify-user-toast",
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.questions {
        let Some(before) = asked_before(facts, node) else { continue };
        let answer = if facts.output(before) == 0 { "yes" } else { "no" };
        let finding = facts.finding(
            Code::AnsweredBefore,
            node,
            format!("this was asked on the way here, so the answer is always {answer}"),
            &format!("always {answer}"),
        );
        diagnostics.push(
            facts
                .also(finding, before.from, format!("asked here, and answered with {answer}"))
                .note("no step in between changes the data, so one of the two ways is never taken")
                .help("remove the question, or ask for what is meant"),
        );
    }
}

/// The connection by which the way to a node leaves the same question, if the data is still the same.
fn asked_before(facts: &Facts<'_, '_>, node: usize) -> Option<Incoming> {
    let question = facts.node(node);
    let mut at = node;
    for _ in 0..LOOKED_BACK {
        let &[edge] = facts.incoming(at) else { return None };
        let from = facts.node(edge.from);
        if from.module == question.module && from.params == question.params {
            return Some(edge);
        }
        let keeps_data = facts.is_question(edge.from)
            || from.is_concurrent_task()
            || HARMLESS.contains(&facts.module(edge.from)) && !facts.is_foreign(edge.from);
        if !keeps_data {
            return None;
        }
        at = edge.from;
    }
    None
}
