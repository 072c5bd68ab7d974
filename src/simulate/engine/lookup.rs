//! Where attributes lie in an event, so that a changed one can be put back.

use rustc_hash::FxHashMap;

use crate::php::{Array, Key, KeyRef, Text, Value};

/// The places of attributes by their ids, as MISP's actions keep them.
///
/// A module keeps its places for as long as the run lasts and overwrites them each time it is executed; an attribute
/// that has been filtered away since keeps the place it had.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup<'a> {
    flattened: FxHashMap<Key<'a>, Key<'a>>,
    core: FxHashMap<Key<'a>, LookupPlace<'a>>,
}

#[derive(Clone, Debug)]
enum LookupPlace<'a> {
    Event(Key<'a>),
    Object(Key<'a>, Key<'a>),
}

impl<'a> Lookup<'a> {
    /// Notes where the attributes of `data` lie.
    pub(super) fn note(&mut self, data: &Value<'a>) {
        let Some(event) = data.get("Event").and_then(Value::as_array) else { return };
        for (at, attribute) in entries(event, "Attribute") {
            self.core.insert(id(attribute), LookupPlace::Event(at));
        }
        for (object_at, object) in entries(event, "Object") {
            for (at, attribute) in object.as_array().into_iter().flat_map(|object| entries(object, "Attribute")) {
                self.core.insert(id(attribute), LookupPlace::Object(object_at.clone(), at));
            }
        }
        for (at, attribute) in entries(event, "_AttributeFlattened") {
            self.flattened.insert(id(attribute), at);
        }
    }

    /// Puts `new` where the attribute `old` lies, in both lists.
    pub(super) fn put_back(&self, data: &mut Value<'a>, old: &Value<'a>, new: &Value<'a>) {
        let id = id(old);
        let Some(event) = data.as_array_mut().and_then(|data| named(data, "Event")) else {
            return;
        };
        let nowhere = || Key::String("".into());
        if let Some(list) = named(event, "_AttributeFlattened") {
            list.insert(self.flattened.get(&id).cloned().unwrap_or_else(nowhere), new.clone());
        }
        let list = match self.core.get(&id) {
            Some(LookupPlace::Object(object, _)) => named(event, "Object")
                .and_then(|objects| array_in(objects, object))
                .and_then(|object| named(object, "Attribute")),
            _ => named(event, "Attribute"),
        };
        let at = match self.core.get(&id) {
            Some(LookupPlace::Event(at) | LookupPlace::Object(_, at)) => at.clone(),
            None => nowhere(),
        };
        if let Some(list) = list {
            list.insert(at, new.clone());
        }
    }

    /// Changes the attribute `old` where it lies, in both lists.
    pub(super) fn change(&self, data: &mut Value<'a>, old: &Value<'a>, change: impl Fn(&mut Array<'a>)) {
        let id = id(old);
        let changed = |list: &mut Array<'a>, at: Key<'a>| {
            if let Some(attribute) = array_in(list, &at) {
                change(attribute);
            }
        };
        let Some(event) = data.as_array_mut().and_then(|data| named(data, "Event")) else {
            return;
        };
        let nowhere = || Key::String("".into());
        if let Some(list) = named(event, "_AttributeFlattened") {
            changed(list, self.flattened.get(&id).cloned().unwrap_or_else(nowhere));
        }
        match self.core.get(&id) {
            Some(LookupPlace::Object(object, at)) => {
                let list = named(event, "Object")
                    .and_then(|objects| array_in(objects, object))
                    .and_then(|object| named(object, "Attribute"));
                if let Some(list) = list {
                    changed(list, at.clone());
                }
            }
            place => {
                let at = if let Some(LookupPlace::Event(at)) = place { at.clone() } else { nowhere() };
                if let Some(list) = named(event, "Attribute") {
                    changed(list, at);
                }
            }
        }
    }
}

fn entries<'v, 'a>(holder: &'v Array<'a>, name: &'static str) -> impl Iterator<Item = (Key<'a>, &'v Value<'a>)> {
    let list = holder.get(KeyRef::String(name)).and_then(Value::as_array);
    list.into_iter().flatten().map(|(key, value)| {
        let key = match key {
            KeyRef::Int(number) => Key::Int(number),
            KeyRef::String(text) => Key::String(Text::Shared(text.into())),
        };
        (key, value)
    })
}

/// The key that PHP makes of an attribute's id; the empty one if it has none.
fn id<'a>(attribute: &Value<'a>) -> Key<'a> {
    match attribute.get("id") {
        Some(Value::String(text)) => Key::new(text.clone()),
        Some(Value::Int(number)) => Key::Int(*number),
        Some(Value::Bool(value)) => Key::Int(i64::from(*value)),
        _ => Key::String("".into()),
    }
}

fn named<'v, 'a>(holder: &'v mut Array<'a>, name: &'static str) -> Option<&'v mut Array<'a>> {
    array_in(holder, &Key::String(name.into()))
}

/// The array under a key, made if it is not there.
fn array_in<'v, 'a>(holder: &'v mut Array<'a>, key: &Key<'a>) -> Option<&'v mut Array<'a>> {
    if !matches!(holder.get(key.as_ref()), Some(Value::Array(_))) {
        holder.insert(key.clone(), Array::new().into());
    }
    holder.get_mut(key.as_ref())?.as_array_mut()
}
