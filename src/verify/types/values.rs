//! Values as MISP saves them.

use std::borrow::Cow;

use crate::model::ParamValue;

/// What a value is, with its article.
pub fn describe(value: &ParamValue<'_>) -> &'static str {
    match value {
        ParamValue::Null => "`null`",
        ParamValue::Boolean(_) => "a boolean",
        ParamValue::Number(_) => "a number",
        ParamValue::Text(_) => "text",
        ParamValue::List(_) => "a list",
        ParamValue::Object(_) => "an object",
    }
}

/// A single value as the text that PHP makes of it.
pub fn single<'v>(value: &'v ParamValue<'_>) -> Option<Cow<'v, str>> {
    match value {
        ParamValue::Text(text) => text.as_plain().map(Cow::Borrowed),
        ParamValue::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// The entries of a list, as PHP sees one: also the values of an object, and a single value. What is empty counts for
/// nothing. With the number of each where it is an entry of a list.
pub fn entries<'v, 'a>(value: &'v ParamValue<'a>) -> Vec<(Option<usize>, &'v ParamValue<'a>)> {
    let mut entries: Vec<_> = match value {
        ParamValue::List(items) => items.iter().enumerate().map(|(index, item)| (Some(index), item)).collect(),
        ParamValue::Object(members) => members.iter().map(|(_, item)| (None, item)).collect(),
        single => vec![(None, single)],
    };
    entries.retain(|(_, item)| !item.is_empty());
    entries
}
