//! The catalogue of one server, for git: what `check` then knows of its modules, tags and whatever else its pickers offer.

use serde_json::{Map, Value as Json, json};

use super::rest::Misp;
use super::snapshot::Snapshot;
use super::trouble::CallError;

/// What of a module is not a part of its signature, or changes by itself.
const OF_THE_MOMENT: [&str; 2] = ["Workflow", "listening_workflows"];

/// The catalogue of a server, as its lists of modules say it, with the tags in the pickers that fetch them. Addresses of
/// users are left out unless asked for: then their pickers take any.
///
/// # Errors
/// The tags cannot be listed.
pub fn catalogue_of(misp: &Misp<'_>, snapshot: &Snapshot, with_users: bool) -> Result<Json, CallError> {
    let fetched = |list: &[Json]| {
        list.iter().flat_map(params).any(|param| param["picker_options"]["select_options_url"].is_string())
    };
    let tags = if fetched(&snapshot.modules) { Some(misp.picked_tags()?) } else { None };
    let mut entries = Vec::new();
    for module in snapshot.modules.iter().chain(&snapshot.triggers) {
        let mut module = module.clone();
        if let Json::Object(members) = &mut module {
            members.retain(|key, _| !OF_THE_MOMENT.contains(&key.as_str()));
        }
        for param in module["params"].as_array_mut().into_iter().flatten() {
            if let (Some((tags, clusters)), Some(url)) = (&tags, param["picker_options"]["select_options_url"].as_str())
            {
                param["options"] = json!(if url.contains("/1") { clusters } else { tags });
            }
            if !with_users
                && names_users(&param["options"])
                && let Json::Object(members) = param
            {
                members.shift_remove("options");
            }
        }
        entries.push(module);
    }
    Ok(Json::Array(entries))
}

fn params(module: &Json) -> impl Iterator<Item = &Json> {
    module["params"].as_array().into_iter().flatten()
}

/// Whether options are addresses of users.
fn names_users(options: &Json) -> bool {
    let is_address = |text: &str| text.contains('@');
    let in_members = |members: &Map<String, Json>| {
        members.iter().any(|(key, value)| is_address(key) || value.as_str().is_some_and(is_address))
    };
    match options {
        Json::Array(items) => items.iter().any(|item| item.as_str().is_some_and(is_address)),
        Json::Object(members) => in_members(members),
        _ => false,
    }
}
