//! Questions whose answer is known, because the way here leads through the same question.

use super::facts::{Facts, Incoming, plain};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;

/// So far back the same question is looked for.
const LOOKED_BACK: usize = 64;

/// Of longer lists of tags nothing follows.
const MOST_TAGS: usize = 32;

/// Actions of MISP that leave the data of the run as it is.
pub(super) const HARMLESS: [&str; 9] = [
    module_ids::PUSH_ZMQ,
    module_ids::WEBHOOK,
    module_ids::MS_TEAMS_WEBHOOK,
    module_ids::TELEGRAM_SEND_ALERT,
    module_ids::SEND_MAIL,
    module_ids::SEND_LOG_MAIL,
    module_ids::ADD_TO_WARNINGLIST,
    module_ids::ADD_EVENTBLOCKLIST_ENTRY,
    module_ids::NOTIFY_USER_TOAST,
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.questions {
        let Some((before, holds)) = asked_before(facts, node) else { continue };
        let [answered, answer] = [facts.output(before) == 0, holds].map(|yes| if yes { "yes" } else { "no" });
        let finding = facts.finding(
            Code::AnsweredBefore,
            node,
            format!("earlier conditions decide this one: the answer is always {answer}"),
            &format!("always {answer}"),
        );
        diagnostics.push(
            facts
                .also(finding, before.from, format!("decided here: the answer is {answered}"))
                .note("no step in between changes the data, so one of the two ways is never taken")
                .help("remove the question, or ask for what is meant"),
        );
    }
}

/// The connection by which the way to a node leaves a question that tells the answer, if the data is still the same, and
/// whether that answer is yes.
pub(super) fn asked_before(facts: &Facts<'_, '_>, node: usize) -> Option<(Incoming, bool)> {
    let mut at = node;
    for _ in 0..LOOKED_BACK {
        let &[edge] = facts.incoming(at) else { return None };
        let from = facts.node(edge.from);
        if let Some(holds) = follows(facts, (edge.from, facts.output(edge) == 0), node) {
            return Some((edge, holds));
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

/// The answer to a question that follows from the answer to another one. To ask for what is so anyhow does no harm, and is
/// only said of the very same question.
fn follows(facts: &Facts<'_, '_>, (asked, holds): (usize, bool), node: usize) -> Option<bool> {
    let (before, now) = (facts.node(asked), facts.node(node));
    if before.module != now.module {
        return None;
    }
    if before.params == now.params {
        return Some(holds);
    }
    let texts = |id| [asked, node].map(|at| facts.text(at, id));
    match &*now.module {
        module_ids::PUBLISHED_IF => match texts("condition") {
            [Some("equals"), Some("not_equals")] | [Some("not_equals"), Some("equals")] if holds => Some(false),
            _ => None,
        },
        module_ids::TAG_IF => {
            let [scope, other] = texts("scope");
            let any = texts("condition") == [Some("in_or"); 2];
            let same_otherwise = scope == other && facts.value(asked, "clusters") == facts.value(node, "clusters");
            if !any || !same_otherwise || holds {
                return None;
            }
            // None of more tags means none of some of them.
            let more: Vec<&str> = facts.list(asked, "tags").take(MOST_TAGS).collect();
            (all_known(facts, node) && facts.list(node, "tags").all(|tag| more.contains(&tag))).then_some(false)
        }
        _ => None,
    }
}

/// Whether the tags of a question are few, and none of them comes from the environment.
fn all_known(facts: &Facts<'_, '_>, node: usize) -> bool {
    match facts.value(node, "tags") {
        Some(ParamValue::List(tags)) => {
            !tags.is_empty() && tags.len() <= MOST_TAGS && tags.iter().all(|tag| plain(tag).is_some())
        }
        _ => false,
    }
}
