//! What `tag_operation` writes into the travelling data of later releases.

use super::tag_operation::Tagging;
use crate::engine::effect::Locality;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, PhpClass, Thrown, Value};

/// The lists of tags that an attribute has.
pub(super) const LISTS: [&str; 2] = ["Tag", "_allTags"];

/// Does the tagging to the tags of the event. What its attributes and reports inherit stays as it is.
///
/// # Errors
/// What PHP throws where the event has no list of tags.
pub(super) fn change_event(tagging: &Tagging, step: &mut ModuleRun<'_, '_>) -> Result<(), Thrown> {
    let mut data = step.copy()?;
    let event = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event")));
    change(event.and_then(Value::as_array_mut).and_then(|event| event.get_mut(KeyRef::String("Tag"))), tagging)?;
    step.data.set(data);
    Ok(())
}

/// Does the tagging to an attribute: to its own tags and to all that it has.
///
/// # Errors
/// What PHP throws of an attribute that is not there, and so has no `_allTags`.
pub(super) fn change_attribute(attribute: &mut Array<'_>, tagging: &Tagging) -> Result<(), Thrown> {
    if !matches!(attribute.get(KeyRef::String("Tag")), Some(Value::Array(_))) {
        attribute.set("Tag", Array::new());
    }
    change(attribute.get_mut(KeyRef::String("Tag")), tagging)?;
    change(attribute.get_mut(KeyRef::String("_allTags")), tagging)
}

/// Adds tags at the end, also those that are there, or takes out all of their names, which leaves gaps.
///
/// # Errors
/// What PHP throws if there is no list.
fn change(tags: Option<&mut Value<'_>>, tagging: &Tagging) -> Result<(), Thrown> {
    let tags = match tags {
        Some(Value::Array(tags)) => tags,
        other => {
            let given = other.map_or("null", |other| other.type_name());
            let (function, parameter) =
                if tagging.removes { ("array_filter", " ($array)") } else { ("array_merge", "") };
            let message = format!("{function}(): Argument #1{parameter} must be of type array, {given} given");
            return Err(Thrown { class: PhpClass::TypeError, message: message.into() });
        }
    };
    if tagging.removes {
        let is_named = |tag: &Value<'_>| tagging.tags.values().any(|name| tag.get("name") == Some(name));
        let Ok(kept) = tags.filter(|_, tag| Ok::<_, std::convert::Infallible>(!is_named(tag)));
        *tags = kept;
        return Ok(());
    }
    *tags = std::mem::take(tags).reindexed();
    for name in tagging.tags.values() {
        let mut tag = Array::new();
        tag.set("name", name.clone());
        tag.set("relationship_type", tagging.relationship_type.clone());
        tag.set(
            "local",
            match tagging.locality {
                Locality::Local => Value::Bool(true),
                Locality::Global => Value::Bool(false),
                Locality::Any => Value::Null,
            },
        );
        tags.push(tag.into());
    }
    Ok(())
}
