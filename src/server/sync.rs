//! The catalogue of one server, for git: what `check` then knows of its modules, tags and whatever else its pickers offer.

use serde_json::{Map, Value as Json, json};

use super::call::Call;
use super::rest::Misp;
use super::snapshot::Snapshot;
use super::trouble::{CallError, Problem};

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

/// The taxonomies that are switched on, in the form of a project's file of taxonomies; `None` if none is. Servers to which none
/// were loaded, and keys that may not see them, have none.
///
/// # Errors
/// They cannot be listed.
pub fn taxonomies_of(misp: &Misp<'_>) -> Result<Option<Json>, CallError> {
    let list = match misp.list("/taxonomies/index.json") {
        Err(CallError { problem: Problem::Missing | Problem::Rights, .. }) => return Ok(None),
        list => list?,
    };
    let mut found = Map::new();
    for entry in list.iter().filter(|entry| entry["Taxonomy"]["enabled"] == json!(true)) {
        let about = &entry["Taxonomy"];
        let (Some(id), Some(namespace)) = (about["id"].as_str(), about["namespace"].as_str()) else { continue };
        let view = misp.json(&Call::get(format!("/taxonomies/view/{id}.json")))?;
        let tags = view["entries"].as_array().into_iter().flatten().filter_map(|entry| entry["tag"].as_str());
        let version: u64 = about["version"].as_str().and_then(|version| version.parse().ok()).unwrap_or_default();
        found.insert(
            namespace.to_owned(),
            json!({"version": version, "exclusive": about["exclusive"] == json!(true), "tags": tags.collect::<Vec<_>>()}),
        );
    }
    found.sort_keys();
    Ok((!found.is_empty()).then_some(Json::Object(found)))
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
