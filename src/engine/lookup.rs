//! Where attributes lie in an event, so that a changed one can be put back.

use rustc_hash::FxHashMap;

use crate::catalogue::Semantics;
use crate::php::{Array, Key, KeyRef, Text, Thrown, Value};

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

    /// Puts `new` where the attribute `old` lies, in both lists. In a list where it was never found it gets the empty key.
    fn put_back(&self, data: &mut Value<'a>, old: &Value<'a>, new: &Value<'a>) {
        self.put(data, old, new, Some(&Key::String("".into())));
    }

    /// Puts changed attributes back, in later releases also into the data that no filter has touched.
    pub(super) fn put_all_back(
        &mut self,
        data: &mut Value<'a>,
        changed: &[(Value<'a>, Value<'a>)],
        semantics: Semantics,
    ) {
        if !semantics.edits_survive_filters {
            for (old, new) in changed {
                self.put_back(data, old, new);
            }
            return;
        }
        for (old, new) in changed {
            self.put_back_where_found(data, old, new);
        }
        if let Some(unfiltered) = self.note_unfiltered(data) {
            for (old, new) in changed {
                self.put_back_where_found(unfiltered, old, new);
            }
        }
    }

    /// As [`put_back`](Self::put_back), only in the lists where it was found.
    fn put_back_where_found(&self, data: &mut Value<'a>, old: &Value<'a>, new: &Value<'a>) {
        self.put(data, old, new, None);
    }

    fn put(&self, data: &mut Value<'a>, old: &Value<'a>, new: &Value<'a>, nowhere: Option<&Key<'a>>) {
        let id = id(old);
        let Some(event) = data.as_array_mut().and_then(|data| named(data, "Event")) else {
            return;
        };
        if let Some(at) = self.flattened.get(&id).or(nowhere)
            && let Some(list) = named(event, "_AttributeFlattened")
        {
            list.insert(at.clone(), new.clone());
        }
        let (list, at) = match self.core.get(&id) {
            Some(LookupPlace::Object(object, at)) => {
                let object = named(event, "Object").and_then(|objects| array_in(objects, object));
                (object.and_then(|object| named(object, "Attribute")), Some(at))
            }
            Some(LookupPlace::Event(at)) => (named(event, "Attribute"), Some(at)),
            None => (named(event, "Attribute"), nowhere),
        };
        if let Some((list, at)) = list.zip(at) {
            list.insert(at.clone(), new.clone());
        }
    }

    /// Notes where the attributes of the data lie that no filter has touched, and gives that data, if a filter is on. These
    /// places are kept too: the next node that finds an attribute filtered away takes them for places in what is left.
    pub(super) fn note_unfiltered<'v>(&mut self, data: &'v mut Value<'a>) -> Option<&'v mut Value<'a>> {
        let unfiltered = data.as_array_mut()?.get_mut(KeyRef::String("_unfilteredData"))?;
        self.note(unfiltered);
        unfiltered.to_bool().then_some(unfiltered)
    }

    /// Changes the attribute `old` at its places in the flat list and in the event, where there may be another one or none.
    ///
    /// # Errors
    /// What `change` throws.
    pub(super) fn try_change(
        &self,
        data: &mut Value<'a>,
        old: &Value<'a>,
        mut change: impl FnMut(&mut Array<'a>) -> Result<(), Thrown>,
    ) -> Result<(), Thrown> {
        let id = id(old);
        let Some(event) = data.as_array_mut().and_then(|data| named(data, "Event")) else { return Ok(()) };
        for is_core in [false, true] {
            if let Some(attribute) = self.place_in(event, &id, is_core) {
                change(attribute)?;
            }
        }
        Ok(())
    }

    /// Where an attribute lies in one of the two lists; made if it is not there.
    fn place_in<'v>(&self, event: &'v mut Array<'a>, id: &Key<'a>, is_core: bool) -> Option<&'v mut Array<'a>> {
        let nowhere = || Key::String("".into());
        if !is_core {
            let at = self.flattened.get(id).cloned().unwrap_or_else(nowhere);
            return array_in(named(event, "_AttributeFlattened")?, &at);
        }
        match self.core.get(id) {
            Some(LookupPlace::Object(object, at)) => {
                let object = array_in(named(event, "Object")?, object)?;
                array_in(named(object, "Attribute")?, at)
            }
            Some(LookupPlace::Event(at)) => array_in(named(event, "Attribute")?, at),
            None => array_in(named(event, "Attribute")?, &nowhere()),
        }
    }

    /// Changes the attribute `old` where it lies, in both lists.
    pub(super) fn change(&self, data: &mut Value<'a>, old: &Value<'a>, mut change: impl FnMut(&mut Array<'a>)) {
        let _ = self.try_change(data, old, |attribute| {
            change(attribute);
            Ok(())
        });
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
