//! The event as the database has it while a run goes on.

use std::convert::Infallible;

use super::tag_visibility;
use crate::engine::attributes::{attributes, change_all, each_attribute};
use crate::engine::effect::Effect;
use crate::engine::module_run::ModuleRun;
use crate::engine::result::RunResult;
use crate::php::{Array, KeyRef, Value, loose_equal};

/// The event as the database has it: as it is answered, else as it was when the run began with what the run has saved
/// since, and without what only the REST API's view of an event has.
pub(super) fn saved_event<'a>(step: &mut ModuleRun<'_, 'a>) -> Value<'a> {
    if let Some(saved) = step.answers.reload(step.request()) {
        return saved;
    }
    let mut event = step.data.original().clone();
    save_run(&mut event, step);
    leave_view(&mut event);
    event
}

/// The events of the database on which a workflow can run that is called now; that of the run alone if nobody says which there
/// are.
pub(super) fn saved_events<'a>(step: &mut ModuleRun<'_, 'a>) -> Vec<Value<'a>> {
    let Some(mut events) = step.answers.events() else { return vec![saved_event(step)] };
    for event in &mut events {
        save_run(event, step);
    }
    events
}

/// Does to an event what the run has done to the database so far, and the workflows that it called.
fn save_run<'a>(event: &mut Value<'a>, step: &ModuleRun<'_, 'a>) {
    let mut calls = step.calls.iter().peekable();
    for index in 0..=step.effects.len() {
        while let Some(call) = calls.next_if(|call| call.effects_before == index) {
            for run in call.runs.iter().flat_map(RunResult::with_jobs) {
                run.effects.iter().for_each(|record| save(event, &record.effect));
            }
        }
        if let Some(record) = step.effects.get(index) {
            save(event, &record.effect);
        }
    }
}

/// Takes away what the REST API adds to an event: hits on warning lists, how related events are related, and what analysts
/// said of them.
pub(in crate::engine) fn leave_view(data: &mut Value<'_>) {
    let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) else {
        return;
    };
    each_attribute(event, &mut |attribute| {
        attribute.remove(KeyRef::String("warnings"));
    });
    if let Some(Value::Array(related)) = event.get_mut(KeyRef::String("RelatedEvent")) {
        change_all(related, &mut |related| {
            for key in ["RelationshipInbound", "Note", "Opinion", "Relationship"] {
                related.remove(KeyRef::String(key));
            }
        });
    }
}

/// Does to the event what an effect does to the database.
fn save<'a>(data: &mut Value<'a>, effect: &Effect<'a>) {
    tag_visibility::apply(data, effect);
    let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) else {
        return;
    };
    match effect {
        Effect::EditAttributes { attributes, .. } => {
            each_attribute(event, &mut |attribute| {
                let is_same = |edited: &&Value<'a>| {
                    let id = attribute.get(KeyRef::String("id"));
                    id.is_some_and(|id| edited.get("id").is_some_and(|edited| loose_equal(id, edited)))
                };
                let Some(edited) = attributes.iter().find(is_same) else { return };
                for key in ["to_ids", "comment"] {
                    if let Some(value) = edited.get(key) {
                        attribute.set(key, value.clone());
                    }
                }
            });
        }
        Effect::SaveEvent { distribution, sharing_group_id, freeze, .. } => {
            event.set("distribution", distribution.clone());
            event.set("sharing_group_id", sharing_group_id.clone());
            if !freeze {
                event.set("published", false);
            }
        }
        Effect::Publish { .. } => event.set("published", true),
        Effect::Proposals { accept, proposals } => {
            for proposal in proposals {
                take_proposal_away(event, proposal);
                if *accept {
                    accept_proposal(event, proposal);
                }
            }
        }
        _ => {}
    }
}

/// What an accepted proposal changes of an attribute.
const PROPOSED: [&str; 7] = ["type", "category", "to_ids", "comment", "first_seen", "last_seen", "value"];

fn take_proposal_away<'a>(event: &mut Array<'a>, proposal: &Value<'a>) {
    let forget = |holder: &mut Array<'a>| {
        if let Some(Value::Array(proposals)) = holder.get_mut(KeyRef::String("ShadowAttribute"))
            && let Ok(kept) = proposals.filter(|_, known| Ok::<_, Infallible>(known.get("id") != proposal.get("id")))
        {
            *proposals = kept.reindexed();
        }
    };
    forget(event);
    each_attribute(event, &mut |attribute| forget(attribute));
}

/// Changes the attribute that a proposal is about, or adds a new one. The event is no longer published then.
fn accept_proposal<'a>(event: &mut Array<'a>, proposal: &Value<'a>) {
    let part = |name: &str| proposal.get(name).cloned().unwrap_or_default();
    let old = part("old_id");
    if old.to_bool() {
        each_attribute(event, &mut |attribute| {
            if attribute.get(KeyRef::String("id")).is_some_and(|id| loose_equal(id, &old)) {
                for name in PROPOSED {
                    attribute.set(name, part(name));
                }
                if part("proposal_to_delete").to_bool() {
                    attribute.set("deleted", true);
                }
            }
        });
    } else {
        let id = next_id(event);
        let mut attribute = Array::new();
        for (name, value) in [
            ("id", Value::string(id.to_string())),
            ("type", part("type")),
            ("category", part("category")),
            ("to_ids", part("to_ids")),
            ("uuid", part("uuid")),
            ("event_id", part("event_id")),
            ("distribution", "5".into()),
            ("timestamp", part("timestamp")),
            ("comment", part("comment")),
            ("sharing_group_id", "0".into()),
            ("deleted", false.into()),
            ("disable_correlation", false.into()),
            ("object_id", "0".into()),
            ("object_relation", Value::Null),
            ("first_seen", part("first_seen")),
            ("last_seen", part("last_seen")),
            ("value", part("value")),
            ("Galaxy", Array::new().into()),
            ("ShadowAttribute", Array::new().into()),
        ] {
            attribute.set(name, value);
        }
        if !matches!(event.get(KeyRef::String("Attribute")), Some(Value::Array(_))) {
            event.set("Attribute", Array::new());
        }
        if let Some(Value::Array(attributes)) = event.get_mut(KeyRef::String("Attribute")) {
            attributes.push(attribute.into());
        }
        if let Some(count) = event.get(KeyRef::String("attribute_count")).and_then(Value::to_text) {
            let count = count.parse().unwrap_or(0_u64).saturating_add(1);
            event.set("attribute_count", Value::string(count.to_string()));
        }
    }
    event.set("published", false);
    event.set("proposal_email_lock", false);
}

/// An id that no attribute of the event has. The database would give another one.
fn next_id(event: &Array<'_>) -> u64 {
    let event = Value::Array(event.clone());
    let ids = attributes(&event).filter_map(|attribute| attribute.get("id")?.to_text()?.parse::<u64>().ok());
    ids.max().unwrap_or(0).saturating_add(1)
}
