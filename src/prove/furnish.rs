//! What nobody asks about an event, so that people can read it.

use crate::catalogue::module_ids;
use crate::php::{Array, Key, KeyRef, Text, Value};
use crate::schema::Lack;

use super::places::{PlaceId, Places, ROOT};

/// Gives an event a title, and attributes what every attribute has, as far as no question is about that.
pub(super) fn furnish(data: &mut Value<'static>, places: &Places<'_>) {
    let Some(event_place) = places.event() else { return };
    let Some(Value::Array(event)) = data.as_array_mut().and_then(|data| data.get_mut(KeyRef::String("Event"))) else {
        return;
    };
    if Lack::of(places.trigger(), &["Event", "info"]).is_some_and(|lack| lack.never) {
        return;
    }
    if field(places, event_place, "info").is_none() {
        // The title comes first.
        let mut titled = Array::new();
        titled.set("info", "An event");
        copy(event, &mut titled);
        *event = titled;
    }
    let mut number = 0;
    let attribute = |place: PlaceId| field(places, place, "Attribute").and_then(|list| places.place(list).entries);
    furnish_attributes(event, places, attribute(event_place), &mut number);
    let object_place = field(places, event_place, "Object").and_then(|list| places.place(list).entries);
    if let Some(object_place) = object_place
        && let Some(Value::Array(objects)) = event.get_mut(KeyRef::String("Object"))
    {
        each(objects, |object| furnish_attributes(object, places, attribute(object_place), &mut number));
    }
}

fn field(places: &Places<'_>, place: PlaceId, key: &str) -> Option<PlaceId> {
    places.place(place).fields.iter().find(|(known, _)| &**known == key).map(|(_, field)| *field)
}

fn furnish_attributes(holder: &mut Array<'static>, places: &Places<'_>, place: Option<PlaceId>, number: &mut usize) {
    let place = place.unwrap_or(ROOT);
    let Some(Value::Array(attributes)) = holder.get_mut(KeyRef::String("Attribute")) else { return };
    let has_ids = places.trigger() != module_ids::EVENT_BEFORE_SAVE;
    each(attributes, |attribute| {
        *number += 1;
        let mut furnished = Array::new();
        let texts = [
            ("id", if has_ids { number.to_string() } else { String::new() }),
            ("type", "text".to_owned()),
            ("value", format!("value {number}")),
        ];
        for (key, text) in texts {
            let is_asked = field(places, place, key).is_some();
            if !is_asked && !text.is_empty() {
                furnished.set(key, Value::string(text));
            }
        }
        copy(attribute, &mut furnished);
        *attribute = furnished;
    });
}

fn copy(from: &Array<'static>, to: &mut Array<'static>) {
    for (key, value) in from {
        let key = match key {
            KeyRef::Int(number) => Key::Int(number),
            KeyRef::String(text) => Key::new(Text::Shared(text.into())),
        };
        to.insert(key, value.clone());
    }
}

fn each(items: &mut Array<'static>, mut change: impl FnMut(&mut Array<'static>)) {
    let _ = items.edit(|_, item| {
        if let Value::Array(item) = item {
            change(item);
        }
        Ok::<_, std::convert::Infallible>(true)
    });
}
