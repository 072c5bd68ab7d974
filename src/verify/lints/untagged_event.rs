//! Tags put on an event that may have none: later releases write the tag, and end the run with an internal error.
//! See `docs/misp-semantics.md`, "What changed after 2.5.1".

use crate::catalogue::{Provenance, module_ids};
use crate::condition::{CountOperator, Operator};
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::php::{Array, Value};

use super::facts::{Facts, Incoming};
use super::tags::removes;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    // A trigger without an event has nothing to tag; one for the tags of events starts with a tagged one.
    let has_event = facts.trigger_signature().is_some_and(|signature| signature.gives_core_format);
    let starts_tagged =
        facts.module(trigger) == module_ids::TAG_ATTACHED_AFTER_SAVE && facts.text(trigger, "scope") == Some("event");
    if !facts.is_later || !has_event || starts_tagged || facts.nodes_of(module_ids::TAG_OPERATION).is_empty() {
        return;
    }
    // Whether a run may come to a node, and leave it, with an event that has no tag.
    let mut leaves_untagged = vec![false; facts.graph.nodes.len()];
    for &node in &facts.order {
        let comes_untagged = |edge: &Incoming| leaves_untagged[edge.from] && !asks_for_tags(facts, *edge);
        let untagged = node == trigger || facts.incoming(node).iter().any(comes_untagged);
        let may_tag = may_tag(facts, node);
        let dies = untagged && tags_event(facts, node);
        leaves_untagged[node] = untagged && !may_tag && !dies;
        if dies {
            diagnostics.push(finding(facts, node));
        }
    }
}

fn finding(facts: &Facts<'_, '_>, node: usize) -> Diagnostic {
    let never_published = facts.trigger.is_some_and(|trigger| facts.module(trigger) == module_ids::EVENT_PUBLISH);
    let consequence = if never_published {
        "MISP writes the tag and then looks for the list of tags in its data, which an event without tags does not have; the event is then never published"
    } else {
        "MISP writes the tag and then looks for the list of tags in its data, which an event without tags does not have; the steps after it do not run"
    };
    facts
        .finding(
            Code::UntaggedEvent,
            node,
            "an event without any tag ends the run here with an internal error",
            "dies after the tag is written",
        )
        .note(consequence)
        .help(
            "ask before it whether there is a tag, `if any Event.Tag.{n}.name { … }`, or tag the attributes: `scope: attribute`",
        )
}

/// Whether a node puts tags on the event itself. Under a module filter it fails instead, and what takes tags away finds
/// nothing to take.
fn tags_event(facts: &Facts<'_, '_>, node: usize) -> bool {
    facts.module(node) == module_ids::TAG_OPERATION
        && facts.text(node, "scope") == Some("event")
        && !facts.is_foreign(node)
        && !removes(facts, node)
        && !facts.is_filtered(node)
        && !facts.is_empty(node, "tags")
}

/// Whether a node may do anything to the event: it runs another workflow, or is a module of somebody's own.
fn may_tag(facts: &Facts<'_, '_>, node: usize) -> bool {
    let is_own = facts.signature(node).is_none_or(|signature| signature.provenance == Provenance::Custom);
    facts.module(node) == module_ids::RUN_WORKFLOW || is_own
}

/// Whether an event without tags does not go along a connection: the question before it is about tags, and such an event
/// gets the other answer. What cannot be told counts as if it did not.
fn asks_for_tags(facts: &Facts<'_, '_>, edge: Incoming) -> bool {
    let from = edge.from;
    if !facts.is_question(from) {
        return false;
    }
    let answer = match facts.module(from) {
        module_ids::TAG_IF if matches!(facts.text(from, "scope"), Some("event")) => answer_of_tag_if(facts, from),
        module_ids::GENERIC_IF if is_about_tags(facts.text(from, "hash_path")) => answer_of_generic_if(facts, from),
        module_ids::COUNT_IF if is_about_tags(facts.text(from, "selector")) => answer_of_count_if(facts, from),
        _ => return false,
    };
    answer.is_none_or(|holds| facts.output(edge) == usize::from(holds))
}

fn is_about_tags(path: Option<&str>) -> bool {
    path.and_then(|path| path.strip_prefix("Event.Tag"))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The data of an event without tags.
fn untagged() -> Value<'static> {
    let mut data = Array::new();
    data.set("Event", Array::new());
    data.into()
}

fn answer_of_tag_if(facts: &Facts<'_, '_>, node: usize) -> Option<bool> {
    let names_none = facts.is_empty(node, "tags") && facts.is_empty(node, "clusters");
    match facts.text(node, "condition")? {
        // All of no tags are there.
        "in_and" => Some(names_none),
        "not_in_or" => Some(true),
        "not_in_and" => Some(!names_none),
        _ => Some(false),
    }
}

fn answer_of_generic_if(facts: &Facts<'_, '_>, node: usize) -> Option<bool> {
    let operator = Operator::from_name(facts.text(node, "operator")?)?;
    let value = if operator.compares_with_list() {
        let items: Vec<_> = facts.list(node, "value_list").map(|item| Value::string(item.to_owned())).collect();
        items.into()
    } else {
        Value::string(facts.text(node, "value").unwrap_or_default().to_owned())
    };
    operator.holds(&Path::compile(facts.text(node, "hash_path")?).ok()?, &untagged(), &value).ok()
}

fn answer_of_count_if(facts: &Facts<'_, '_>, node: usize) -> Option<bool> {
    let operator = CountOperator::from_name(facts.text(node, "operator")?)?;
    let number = facts.text(node, "value")?.trim().parse::<f64>().ok()?;
    Some(operator.compare(0, &Value::Float(number)))
}
