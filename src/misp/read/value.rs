//! Small readings that are needed everywhere.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::ReadError;
use super::json::{Json, Member};
use super::oddity::Notes;
use super::path::{Path, quoted};
use crate::model::{NodeId, ParamValue};

/// How deep a parameter's value may nest. It leaves room for what is around it: what was read
/// from one form can be written in any other and read again.
const MAX_VALUE_DEPTH: usize = 100;

/// Members that come twice are made one, as PHP does: the last value in the first place.
pub(super) fn unique<'t>(members: Vec<Member<'t>>, path: &Path<'_>, notes: &mut Notes) -> Vec<Member<'t>> {
    /// Up to here comparing all with all is faster than hashing.
    const FEW: usize = 16;
    let repeats = if members.len() <= FEW {
        members.iter().enumerate().any(|(index, (key, _))| members[..index].iter().any(|(known, _)| known == key))
    } else {
        let mut keys: Vec<_> = members.iter().map(|(key, _)| key.as_ref()).collect();
        keys.sort_unstable();
        keys.windows(2).any(|pair| pair[0] == pair[1])
    };
    if !repeats {
        return members;
    }
    let mut places = FxHashMap::default();
    let mut kept: Vec<Member<'t>> = Vec::with_capacity(members.len());
    for (key, value) in members {
        if let Some(&place) = places.get(&key) {
            let (key, old): &mut Member<'t> = &mut kept[place];
            notes.add(&path.key(key), "this key comes more than once; the last value is kept, as in MISP");
            *old = value;
        } else {
            places.insert(key.clone(), kept.len());
            kept.push((key, value));
        }
    }
    kept
}

/// The members of an object, `[]` being an empty one. Anything else is noted and read as empty.
pub(super) fn members<'t>(json: Json<'t>, path: &Path<'_>, notes: &mut Notes) -> Vec<Member<'t>> {
    match json {
        Json::Object(members) => unique(members, path, notes),
        json if json.is_nothing() => Vec::new(),
        json => {
            notes.add(path, format!("an object is expected here, not {}; it is not kept", json.kind()));
            Vec::new()
        }
    }
}

/// A text. Numbers and booleans become their text, `null` the empty one.
pub(super) fn text(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Cow<'static, str> {
    let text = match json {
        Json::Text(text) => return Cow::Owned(text.into_owned()),
        Json::Null => return Cow::Borrowed(""),
        Json::Number(number) => number.to_string(),
        Json::Boolean(boolean) => boolean.to_string(),
        json if json.is_nothing() => String::new(),
        json => {
            notes.add(path, format!("a string is expected here, not {}; it is not kept", json.kind()));
            return Cow::Borrowed("");
        }
    };
    notes.add(path, format!("a string is expected here; it is read as {}", quoted(&text)));
    Cow::Owned(text)
}

/// A yes or no; `"1"`, `1` and the like are what PHP takes for `true`.
pub(super) fn flag(json: &Json<'_>, path: &Path<'_>, notes: &mut Notes) -> bool {
    let value = match json {
        Json::Boolean(value) => return *value,
        Json::Null => false,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::Text(text) => !matches!(text.as_ref(), "" | "0" | "false"),
        Json::List(_) | Json::Object(_) => !json.is_nothing(),
    };
    notes.add(path, format!("`true` or `false` is expected here, not {}; it is read as `{value}`", json.kind()));
    value
}

/// A node's id as a key of the graph spells it.
pub(super) fn id_of_key(text: &str) -> Option<NodeId> {
    let canonical = text == "0" || text.starts_with(|first: char| ('1'..='9').contains(&first));
    text.parse().ok().filter(|_| canonical)
}

/// A node's id as a number or as a text.
pub(super) fn node_id(json: &Json<'_>) -> Option<NodeId> {
    match json {
        Json::Number(number) => number.as_u64().and_then(|id| id.try_into().ok()),
        Json::Text(text) => id_of_key(text),
        _ => None,
    }
}

/// A parameter's value, as it is.
pub(super) fn param_value(
    json: Json<'_>,
    path: &Path<'_>,
    depth: usize,
    notes: &mut Notes,
) -> Result<ParamValue<'static>, ReadError> {
    if depth > MAX_VALUE_DEPTH {
        return Err(ReadError::shape(path, format!("values nest deeper than {MAX_VALUE_DEPTH} levels here")));
    }
    Ok(match json {
        Json::Null => ParamValue::Null,
        Json::Boolean(value) => ParamValue::Boolean(value),
        Json::Number(number) => ParamValue::Number(number),
        Json::Text(text) => ParamValue::text(text.into_owned()),
        Json::List(items) => ParamValue::List(
            items
                .into_iter()
                .enumerate()
                .map(|(index, item)| param_value(item, &path.index(index), depth + 1, notes))
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(members) => ParamValue::Object(params(members, path, depth + 1, notes)?),
    })
}

/// Parameters, or the members of an object in one.
pub(super) fn params(
    members: Vec<Member<'_>>,
    path: &Path<'_>,
    depth: usize,
    notes: &mut Notes,
) -> Result<Vec<(Cow<'static, str>, ParamValue<'static>)>, ReadError> {
    unique(members, path, notes)
        .into_iter()
        .map(|(key, value)| {
            let value = param_value(value, &path.key(&key), depth, notes)?;
            Ok((Cow::Owned(key.into_owned()), value))
        })
        .collect()
}
