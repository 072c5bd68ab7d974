//! What a condition or a template asks for, and the trigger does not give.

use super::facts::{Facts, plain};
use crate::catalogue::{ParameterKind, Provenance, module_ids};
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::{Path, Token};
use crate::model::{ParamText, ParamValue};
use crate::php::Key;
use crate::schema::Lack;
use crate::typing::undeclared_variables;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger_signature().filter(|trigger| trigger.provenance != Provenance::Custom) else {
        return;
    };
    let reloaded = facts.reachable_from(|node| facts.reloads(node));
    for &node in &facts.order {
        // What a module loads, or one that nobody knows adds, may be there.
        if reloaded[node] || facts.is_behind_foreign(node) {
            continue;
        }
        for path in read(facts, node) {
            let keys = keys(&path);
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let Some(lack) = Lack::of(&trigger.id, &keys) else { continue };
            let (code, message) = if lack.never {
                (Code::NotInTrigger, format!("`{}` does not give `{path}`", trigger.id))
            } else {
                (Code::NotAlwaysInTrigger, format!("`{}` gives `{path}` only sometimes", trigger.id))
            };
            let label = if lack.never { "finds nothing" } else { "may find nothing" };
            diagnostics.push(
                facts
                    .finding_in(code, (node, &path), message, label)
                    .note(lack.why)
                    .help("`mispflow explain not-in-trigger` lists what each trigger gives"),
            );
            // One finding a step is enough.
            break;
        }
    }
}

/// The paths that a node reads from the root of the data.
fn read(facts: &Facts<'_, '_>, node: usize) -> Vec<String> {
    let mut paths = Vec::new();
    let unsaid = match (facts.module(node), facts.text(node, "scope")) {
        (module_ids::TAG_IF, Some("attribute")) => Some("Event._AttributeFlattened.{n}.Tag.{n}.name"),
        (module_ids::TAG_IF, Some("event_attribute")) => Some("Event._AttributeFlattened.{n}._allTags.{n}.name"),
        (module_ids::TAG_IF, Some("event")) => Some("Event.Tag.{n}.name"),
        (module_ids::DISTRIBUTION_IF, Some("attribute")) => Some("Event.Attribute"),
        _ => None,
    };
    paths.extend(unsaid.map(str::to_owned));
    let own = facts.node(node);
    if !own.filter.selector.is_empty() {
        paths.push(own.filter.selector.to_string());
    }
    let Some(signature) = facts.signature(node) else { return paths };
    for (id, value) in &own.params {
        let Some(parameter) = signature.parameter(id) else { continue };
        if parameter.kind == ParameterKind::HashPath && !parameter.sub_selector {
            paths.extend(plain(value).filter(|path| !path.is_empty()).map(str::to_owned));
        } else if parameter.jinja
            && let ParamValue::Text(ParamText::Plain(text)) = value
        {
            paths.extend(undeclared_variables(text));
        }
    }
    paths
}

/// The keys that a path names.
fn keys(path: &str) -> Vec<String> {
    let Ok(path) = Path::compile(path) else { return Vec::new() };
    path.segments()
        .iter()
        .filter_map(|segment| match &segment.token {
            Token::Key(Key::String(key)) => Some(key.to_string()),
            _ => None,
        })
        .collect()
}
