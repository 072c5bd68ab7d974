//! Filters under which no step looks at what they filter.
//! See `docs/misp-semantics.md`, "Filters" and "Modules in a run".

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::facts::Facts;
use super::filters::is_reset;
use super::reads::{may_read_all, names_key};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ModuleType, ParamValue};

/// Lists that filters narrow, a bit each: all attributes, and the event's own.
type Lists = u8;

const FLATTENED: Lists = 1;
const OWN: Lists = 2;
const BOTH: Lists = FLATTENED | OWN;

/// A filter's parameters. The compiler puts a filter on again after one that was in its scope.
type Parameters<'f, 'a> = &'f [(Cow<'a, str>, ParamValue<'a>)];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // A blueprint's surroundings may read.
    if facts.trigger.is_none() || facts.nodes_of(module_ids::GENERIC_FILTER_DATA).is_empty() {
        return;
    }
    let mut read: Vec<Lists> = vec![0; facts.graph.nodes.len()];
    let mut useful: FxHashSet<Parameters<'_, '_>> = FxHashSet::default();
    for &node in facts.order.iter().rev() {
        let behind = facts.successors(node).filter(|&next| !is_reset(facts, next));
        read[node] = behind.fold(0, |all, next| all | read[next] | looks_at(facts, next));
        if facts.module(node) == module_ids::GENERIC_FILTER_DATA
            && (!facts.has_successor(node) || list_of(facts, node).is_none_or(|list| list & read[node] != 0))
        {
            useful.insert(&facts.node(node).params);
        }
    }
    for &node in facts.nodes_of(module_ids::GENERIC_FILTER_DATA) {
        if useful.insert(&facts.node(node).params) {
            diagnostics.push(finding(facts, node, read[node]));
        }
    }
}

/// The list that a filter narrows, if it is one that is followed.
fn list_of(facts: &Facts<'_, '_>, filter: usize) -> Option<Lists> {
    match facts.text(filter, "selector")? {
        "Event._AttributeFlattened.{n}" => Some(FLATTENED),
        "Event.Attribute.{n}" => Some(OWN),
        _ => None,
    }
}

/// What a node may look at.
fn looks_at(facts: &Facts<'_, '_>, node: usize) -> Lists {
    if may_read_all(facts, node) || facts.is_filtered(node) {
        return BOTH;
    }
    let named = || {
        let flattened = if names_key(facts, node, "_AttributeFlattened") { FLATTENED } else { 0 };
        flattened | if names_key(facts, node, "Attribute") { OWN } else { 0 }
    };
    match facts.module(node) {
        // It only goes on.
        module_ids::GENERIC_FILTER_DATA
        | module_ids::CONCURRENT_TASK
        | module_ids::PUBLISHED_IF
        | module_ids::THREAT_LEVEL_IF
        | module_ids::ORGANISATION_IF => 0,
        module_ids::STOP_EXECUTION
        | module_ids::PUBLISH_EVENT
        | module_ids::ADD_EVENTBLOCKLIST_ENTRY
        | module_ids::WEBHOOK
        | module_ids::SEND_MAIL
        | module_ids::SEND_LOG_MAIL
        | module_ids::TELEGRAM_SEND_ALERT
        | module_ids::NOTIFY_USER_TOAST => named(),
        module_ids::TAG_OPERATION | module_ids::TAG_IF if facts.text(node, "scope") == Some("event") => 0,
        module_ids::TAG_OPERATION
        | module_ids::ATTRIBUTE_IDS_FLAG_OPERATION
        | module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION => FLATTENED,
        module_ids::TAG_IF if facts.node(node).module_type == ModuleType::Logic => FLATTENED,
        _ => BOTH,
    }
}

fn finding(facts: &Facts<'_, '_>, filter: usize, read: Lists) -> Diagnostic {
    if read == 0 {
        return facts
            .finding(
                Code::FilterWithoutEffect,
                filter,
                "no step under this filter uses the filtered list: the steps run whatever it finds",
                "makes no difference",
            )
            .note("a filter only narrows the data: the run continues even when nothing is left")
            .help(
                "to decide, ask with `if any … { … }`; else remove the filter, or move the steps that need it inside",
            );
    }
    let (filtered, used) = if list_of(facts, filter) == Some(OWN) {
        ("Event.Attribute", "Event._AttributeFlattened")
    } else {
        ("Event._AttributeFlattened", "Event.Attribute")
    };
    facts
        .finding(
            Code::FilterWithoutEffect,
            filter,
            format!("the steps under this filter work on `{used}`, and it filters `{filtered}`"),
            format!("leaves `{used}` as it is").as_str(),
        )
        .note("the two are lists of their own in the data of a run: narrowing one does not narrow the other")
        .help(format!("filter `{used}.{{n}}`"))
}
