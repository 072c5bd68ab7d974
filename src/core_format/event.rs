//! Events with MISP's additions.

use crate::catalogue::Semantics;
use crate::php::{Array, Key, KeyRef, Text, Value};

/// Why data is not an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NormaliseError {
    /// It has no `Event`.
    #[error("the data has no key `Event`; an event is written `{{\"Event\": {{…}}}}`, as MISP's REST API returns it")]
    NoEvent,
    /// `Event` is not an object.
    #[error("`Event` is not an object")]
    NotAnObject,
}

/// The data that a workflow gets of an event as the REST API returns it: every attribute has `_allTags` (the event's
/// tags, then its own), in later releases every report too, and the event `_AttributeFlattened` (its attributes, then those
/// of its objects). Of what is beside `Event` only keys with an underscore in front stay. Doing it twice changes nothing.
///
/// # Errors
/// If `data` is not an event.
pub fn normalise<'a>(data: &Value<'a>, semantics: Semantics) -> Result<Value<'a>, NormaliseError> {
    into_normalised(data.clone(), semantics)
}

/// As [`normalise`], of data that nobody else needs: nothing of it is copied then.
///
/// # Errors
/// If `data` is not an event.
pub fn into_normalised(data: Value<'_>, semantics: Semantics) -> Result<Value<'_>, NormaliseError> {
    let Value::Array(mut data) = data else { return Err(NormaliseError::NoEvent) };
    let event = data.get_mut(KeyRef::String("Event")).ok_or(NormaliseError::NoEvent)?;
    let Value::Array(mut event) = std::mem::take(event) else { return Err(NormaliseError::NotAnObject) };

    let inherited = tags(event.get(KeyRef::String("Tag")), true).into();
    add_tags(&mut event, "Attribute", &inherited);
    if semantics.reports_inherit_tags {
        add_tags(&mut event, "EventReport", &inherited);
    }
    if let Some(Value::Array(objects)) = event.get_mut(KeyRef::String("Object")) {
        change_each(objects, |object| add_tags(object, "Attribute", &inherited));
    }
    let mut flattened = attributes(&event);
    if let Some(Value::Array(objects)) = event.get(KeyRef::String("Object")) {
        flattened.extend(objects.values().filter_map(Value::as_array).flat_map(attributes));
    }
    event.set("_AttributeFlattened", flattened);

    let mut normalised = Array::new();
    normalised.set("Event", event);
    for (key, value) in &data {
        if let KeyRef::String(name) = key
            && name.starts_with('_')
        {
            normalised.insert(Key::String(Text::Shared(name.into())), value.clone());
        }
    }
    Ok(normalised.into())
}

/// Gives every attribute or report of an event or object its `_allTags`.
fn add_tags<'a>(holder: &mut Array<'a>, list: &'static str, inherited: &Array<'a>) {
    let Some(Value::Array(items)) = holder.get_mut(KeyRef::String(list)) else { return };
    change_each(items, |item| {
        // Most have none of their own: then all share one list.
        let mut all = inherited.clone();
        for tag in tags(item.get(KeyRef::String("Tag")), false) {
            all.push(tag);
        }
        item.set("_allTags", all);
    });
}

fn change_each<'a>(items: &mut Array<'a>, mut change: impl FnMut(&mut Array<'a>)) {
    // Nothing is refused, so the edit cannot fail.
    let _ = items.edit(|_, item| {
        if let Value::Array(item) = item {
            change(item);
        }
        Ok::<_, std::convert::Infallible>(true)
    });
}

/// The tags with the mark whether they are the event's.
fn tags<'a>(tags: Option<&Value<'a>>, inherited: bool) -> Vec<Value<'a>> {
    let tags = tags.and_then(Value::as_array).into_iter().flat_map(Array::values);
    tags.map(|tag| {
        // MISP makes an entry of a tag that is null, as new events have them.
        let mut tag = if tag.is_null() { Array::new().into() } else { tag.clone() };
        if let Some(tag) = tag.as_array_mut() {
            tag.set("inherited", inherited);
        }
        tag
    })
    .collect()
}

fn attributes<'a>(holder: &Array<'a>) -> Vec<Value<'a>> {
    match holder.get(KeyRef::String("Attribute")) {
        Some(Value::Array(attributes)) => attributes.values().cloned().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{NormaliseError, normalise};
    use crate::catalogue::Semantics;
    use crate::php::Value;

    fn normalised(json: &str) -> Result<String, NormaliseError> {
        normalise(&Value::from_json(json).unwrap(), Semantics::MISP_2_5_19).map(|value| value.to_json().unwrap())
    }

    #[test]
    fn tags_and_attributes_are_gathered_once() {
        let json = r#"{"Event":{"Tag":[{"name":"t"}],"Attribute":[{"id":"1","Tag":[{"name":"a"}]}],"Object":[{"Attribute":[{"id":"2"}]}]},"_custom":1,"other":2}"#;
        let expected = concat!(
            r#"{"Event":{"Tag":[{"name":"t"}],"#,
            r#""Attribute":[{"id":"1","Tag":[{"name":"a"}],"_allTags":[{"name":"t","inherited":true},{"name":"a","inherited":false}]}],"#,
            r#""Object":[{"Attribute":[{"id":"2","_allTags":[{"name":"t","inherited":true}]}]}],"#,
            r#""_AttributeFlattened":[{"id":"1","Tag":[{"name":"a"}],"_allTags":[{"name":"t","inherited":true},{"name":"a","inherited":false}]},"#,
            r#"{"id":"2","_allTags":[{"name":"t","inherited":true}]}]},"_custom":1}"#
        );
        let once = normalised(json).unwrap();
        assert_eq!(once, expected);
        assert_eq!(normalised(&once).unwrap(), once);
    }

    #[test]
    fn later_releases_give_reports_the_tags_of_the_event() {
        let data = Value::from_json(r#"{"Event":{"Tag":[{"name":"t"}],"EventReport":[{"id":"1"}]}}"#).unwrap();
        let report = |semantics| {
            let normalised = normalise(&data, semantics).unwrap();
            normalised.get("Event").and_then(|event| event.get("EventReport")).unwrap().to_json().unwrap()
        };
        assert_eq!(report(Semantics::MISP_2_5_1), r#"[{"id":"1"}]"#);
        assert_eq!(report(Semantics::MISP_2_5_19), r#"[{"id":"1","_allTags":[{"name":"t","inherited":true}]}]"#);
    }

    #[test]
    fn what_is_no_event_is_refused() {
        assert_eq!(normalised(r#"{"Log": {}}"#), Err(NormaliseError::NoEvent));
        assert_eq!(normalised("1"), Err(NormaliseError::NoEvent));
        assert_eq!(normalised(r#"{"Event": "x"}"#), Err(NormaliseError::NotAnObject));
    }
}
