//! A module filter that hands a module for attributes something else.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::schema::{Root, Schema, Shape, Typer};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let schema = Schema::core();
    let attribute = schema.object_named("attribute");
    let typer = Typer::new(facts.trigger_signature().map_or_else(Root::of_any_trigger, Root::of_trigger));
    let modules = [
        module_ids::ATTRIBUTE_IDS_FLAG_OPERATION,
        module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION,
        module_ids::TAG_OPERATION,
    ];
    for &node in modules.iter().flat_map(|module| facts.nodes_of(module)) {
        let by_attribute =
            facts.module(node) != module_ids::TAG_OPERATION || facts.text(node, "scope") == Some("attribute");
        let selector = &*facts.node(node).filter.selector;
        if !by_attribute || selector.is_empty() {
            continue;
        }
        let Ok(path) = Path::compile(selector) else { continue };
        let found = typer.from_root(&path);
        let [Shape::Object(other)] = found.selected[..] else { continue };
        if !found.findings.is_empty() || attribute == Some(Shape::Object(other)) {
            continue;
        }
        let items = &schema.object(other).many;
        let items = if items.is_empty() { &schema.object(other).one } else { items };
        let note = if facts.module(node) == module_ids::TAG_OPERATION {
            "MISP takes the ids of what the filter finds for ids of attributes: the tag ends up on attributes that have nothing to do with it"
        } else {
            "MISP saves what the filter finds as if they were attributes of the event"
        };
        diagnostics.push(
            facts
                .finding(
                    Code::FilterOfOtherItems,
                    node,
                    format!("{} works on attributes, and its filter finds {items}", facts.name(node)),
                    &format!("`{selector}` finds no attributes"),
                )
                .note(note)
                .help("filter the attributes: `for Event._AttributeFlattened.{n} where …`"),
        );
    }
}
