//! The attributes of an event, where they lie.

use crate::php::{Array, KeyRef, Value};

/// Every attribute of the event, in both places where it lies.
pub(super) fn each_attribute<'a>(event: &mut Array<'a>, change: &mut impl FnMut(&mut Array<'a>)) {
    let mut each = |holder: &mut Array<'a>, list: &'static str| {
        if let Some(Value::Array(attributes)) = holder.get_mut(KeyRef::String(list)) {
            change_all(attributes, change);
        }
    };
    each(event, "Attribute");
    each(event, "_AttributeFlattened");
    if let Some(Value::Array(objects)) = event.get_mut(KeyRef::String("Object")) {
        change_all(objects, &mut |object| each(object, "Attribute"));
    }
}

/// Every object of a list.
pub(super) fn change_all<'a>(items: &mut Array<'a>, change: &mut impl FnMut(&mut Array<'a>)) {
    // Nothing is refused, so the edit cannot fail.
    let _ = items.edit(|_, item| {
        if let Value::Array(item) = item {
            change(item);
        }
        Ok::<_, std::convert::Infallible>(true)
    });
}

/// Every attribute of an event, also of its objects.
pub(super) fn attributes<'v, 'a: 'v>(event: &'v Value<'a>) -> impl Iterator<Item = &'v Value<'a>> {
    fn list<'v, 'a>(holder: &'v Value<'a>, name: &str) -> impl Iterator<Item = &'v Value<'a>> {
        let list = holder.as_array().and_then(|holder| holder.get(KeyRef::new(name))).and_then(Value::as_array);
        list.into_iter().flat_map(Array::values)
    }
    list(event, "Attribute").chain(list(event, "Object").flat_map(|object| list(object, "Attribute")))
}
