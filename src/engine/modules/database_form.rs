//! An event in the form in which MISP's own code fetches it from the database, before it is brought into the form that the
//! REST API and workflows know. `enrich-event` leaves it so.

use crate::php::{Array, Key, KeyRef, Text, Value};

/// What lies beside the event in this form and in it in the other, in order.
const BESIDE: [&str; 11] = [
    "Attribute",
    "ShadowAttribute",
    "Object",
    "EventTag",
    "EventReport",
    "CryptographicKey",
    "Galaxy",
    "Orgc",
    "Org",
    "SharingGroup",
    "RelatedEvent",
];

/// Turns `{"Event": {…}}` with everything in it into the form in which most of it lies beside the event.
pub(super) fn in_database_form<'a>(data: &Value<'a>) -> Value<'a> {
    let Some(event) = data.get("Event").and_then(Value::as_array) else { return data.clone() };
    let get = |name: &str| event.get(KeyRef::new(name));
    let mut form = Array::new();
    let columns = event.iter().filter(|(key, value)| value.as_array().is_none() && !is_ours(*key));
    form.set("Event", Array::from_entries(columns.map(|(key, value)| (owned(key), value.clone()))));
    if let Some(level) = get("threat_level_id").and_then(Value::to_text) {
        let mut threat_level = Array::new();
        threat_level.set("name", threat_level_name(&level));
        threat_level.set("id", Value::string(level.into_owned()));
        form.set("ThreatLevel", threat_level);
    }
    for name in BESIDE {
        let value = match name {
            "Attribute" => attributes(get(name)),
            "Object" => each(get(name), |object| {
                let attributes = attributes(object.get(KeyRef::String("Attribute")));
                object.set("Attribute", attributes);
            }),
            "EventTag" => tags("event_id", get("id"), get("Tag")),
            "SharingGroup" | "Orgc" | "Org" if get(name).is_none() => continue,
            _ => get(name).cloned().unwrap_or_else(|| Array::new().into()),
        };
        if name == "RelatedEvent"
            && let Some(email) = get("event_creator_email")
        {
            let mut user = Array::new();
            user.set("email", email.clone());
            form.set("User", user);
        }
        form.set(name, value);
    }
    form.set("Sighting", Array::new());
    form.into()
}

fn is_ours(key: KeyRef<'_>) -> bool {
    matches!(key, KeyRef::String(name) if name.starts_with('_') || BESIDE.contains(&name) || name == "Tag")
}

fn owned<'a>(key: KeyRef<'_>) -> Key<'a> {
    match key {
        KeyRef::Int(number) => Key::Int(number),
        KeyRef::String(text) => Key::String(Text::Shared(text.into())),
    }
}

fn threat_level_name(id: &str) -> &'static str {
    match id {
        "1" => "High",
        "2" => "Medium",
        "3" => "Low",
        _ => "Undefined",
    }
}

/// A list with each of its objects changed.
fn each<'a>(list: Option<&Value<'a>>, mut change: impl FnMut(&mut Array<'a>)) -> Value<'a> {
    let items = list.and_then(Value::as_array).into_iter().flat_map(Array::values);
    let items = items.map(|item| {
        let mut item = item.clone();
        if let Some(fields) = item.as_array_mut() {
            change(fields);
        }
        item
    });
    items.collect::<Vec<_>>().into()
}

/// Attributes with their tags under `AttributeTag`.
fn attributes<'a>(list: Option<&Value<'a>>) -> Value<'a> {
    each(list, |attribute| {
        let tags = tags("attribute_id", attribute.get(KeyRef::String("id")), attribute.get(KeyRef::String("Tag")));
        let mut row = Array::new();
        for (key, value) in attribute.iter() {
            match key {
                KeyRef::String("Tag" | "_allTags" | "Galaxy" | "ShadowAttribute" | "warnings") => {}
                key => row.insert(owned(key), value.clone()),
            }
        }
        row.set("AttributeTag", tags);
        for name in ["Galaxy", "ShadowAttribute"] {
            if let Some(value) = attribute.get(KeyRef::String(name)) {
                row.set(name, value.clone());
            }
        }
        *attribute = row;
    })
}

/// Tags as the rows that attach them.
fn tags<'a>(holder: &'static str, id: Option<&Value<'a>>, list: Option<&Value<'a>>) -> Value<'a> {
    each(list, |tag| {
        let get = |name: &'static str| tag.get(KeyRef::String(name)).cloned().unwrap_or_default();
        let mut row = Array::new();
        row.set(holder, id.cloned().unwrap_or_default());
        row.set("tag_id", get("id"));
        row.set("local", get("local"));
        row.set("relationship_type", get("relationship_type"));
        row.set("Tag", tag.clone());
        *tag = row;
    })
}
