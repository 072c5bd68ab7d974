//! Parameters of `tag-attached-after-save` for tags that MISP does not tell the trigger about. See `docs/misp-semantics.md`,
//! "What triggers pass".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger.filter(|&trigger| facts.module(trigger) == module_ids::TAG_ATTACHED_AFTER_SAVE)
    else {
        return;
    };
    let (scope, locality) = (facts.text(trigger, "scope"), facts.text(trigger, "locality"));
    let finding = match (scope, locality) {
        (Some("event"), _) => facts
            .finding(
                Code::NeverStarts,
                trigger,
                "for tags of events MISP starts this workflow only where Kafka is on, or ZeroMQ with its notifications of tags",
                "asks for tags of events only",
            )
            .note("MISP starts this trigger for tags of events in the code that notifies these two, and nowhere else")
            .help("see that the server has one of them, or ask for tags of attributes: `scope: attribute, locality: any`"),
        (Some("attribute"), Some("local")) => facts
            .finding(
                Code::NeverStarts,
                trigger,
                "this workflow never starts: for a tag on an attribute MISP does not report that it is local",
                "fits no tag of an attribute",
            )
            .note("such a tag comes without `local`, which counts as global")
            .help("write `locality: any`"),
        _ => return,
    };
    diagnostics.push(finding);
}
