//! Tags in the event as the database has it, which a reload finds.

use crate::engine::attributes::each_attribute;
use crate::engine::effect::{Effect, Locality, TagScope};
use crate::php::{Array, KeyRef, Value, loose_equal};

/// Does a tagging to the event, and to what attributes inherit.
pub(super) fn apply<'a>(data: &mut Value<'a>, effect: &Effect<'a>) {
    let (scope, id, tags, locality, removes) = match effect {
        Effect::AddTags { scope, id, tags, locality, .. } => (*scope, id, tags, *locality, false),
        Effect::RemoveTags { scope, id, tags, locality } => (*scope, id, tags, *locality, true),
        _ => return,
    };
    let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) else {
        return;
    };
    let edit = |holder: &mut Array<'a>, list: &'static str, inherited: Option<bool>| {
        if removes {
            remove(holder, list, tags, locality, inherited);
        } else {
            add(holder, list, tags, locality, inherited);
        }
    };
    if scope == TagScope::Event {
        if event.get(KeyRef::String("id")).is_none_or(|known| !loose_equal(known, id)) {
            return;
        }
        edit(event, "Tag", None);
        each_attribute(event, &mut |attribute| edit(attribute, "_allTags", Some(true)));
    } else {
        each_attribute(event, &mut |attribute| {
            if attribute.get(KeyRef::String("id")).is_some_and(|known| loose_equal(known, id)) {
                edit(attribute, "Tag", None);
                edit(attribute, "_allTags", Some(false));
            }
        });
    }
}

fn is_it(tag: &Value<'_>, name: &Value<'_>, local: Option<bool>, inherited: Option<bool>) -> bool {
    let is = |key: &str, wanted: Option<bool>| {
        wanted.is_none_or(|wanted| tag.get(key).is_some_and(Value::to_bool) == wanted)
    };
    tag.get("name").is_some_and(|known| known == name) && is("local", local) && is("inherited", inherited)
}

fn add<'a>(holder: &mut Array<'a>, list: &'static str, tags: &Array<'a>, locality: Locality, inherited: Option<bool>) {
    if !matches!(holder.get(KeyRef::String(list)), Some(Value::Array(_))) {
        holder.set(list, Array::new());
    }
    let Some(Value::Array(known)) = holder.get_mut(KeyRef::String(list)) else { return };
    for name in tags.values() {
        if known.values().any(|tag| is_it(tag, name, None, inherited)) {
            continue;
        }
        let mut tag = Array::new();
        tag.set("name", name.clone());
        tag.set("local", locality == Locality::Local);
        if let Some(inherited) = inherited {
            tag.set("inherited", inherited);
        }
        known.push(tag.into());
    }
}

fn remove(holder: &mut Array<'_>, list: &'static str, tags: &Array<'_>, locality: Locality, inherited: Option<bool>) {
    let local = match locality {
        Locality::Local => Some(true),
        Locality::Global => Some(false),
        Locality::Any => None,
    };
    let Some(Value::Array(known)) = holder.get_mut(KeyRef::String(list)) else { return };
    let Ok(kept) = known.filter(|_, tag| {
        Ok::<_, std::convert::Infallible>(!tags.values().any(|name| is_it(tag, name, local, inherited)))
    });
    *known = kept.reindexed();
}
