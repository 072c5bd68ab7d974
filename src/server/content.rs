//! What MISP runs by, as one text: the same for two documents that do the same, whatever an editor has done to the rest.

use serde_json::{Value as Json, json};

use crate::catalogue::Catalogue;
use crate::engine::behaviour;
use crate::import::{WithDefaults, with_editor_defaults};
use crate::model::{Document, Node, ParamText, ParamValue, TextPart};

/// A document with the parameters as MISP's editor would leave them, as far as a run stays the same.
pub(super) fn with_defaults<'a>(document: &Document<'a>, catalogue: &'a Catalogue) -> Document<'a> {
    let does = |node: &Node<'_>| behaviour(node, catalogue);
    let WithDefaults { document, .. } = with_editor_defaults(document, catalogue, &does);
    document
}

/// All of a document that MISP runs by, and what it lists it by. Positions, frames, versions and whatever the editor
/// draws anew are left out.
pub(super) fn content(document: &Document<'_>) -> String {
    json!({
        "name": document.name,
        "description": document.description,
        "trigger": document.trigger_id,
        "debug": document.debug_enabled,
        "nodes": document.graph.nodes.iter().map(node).collect::<Vec<_>>(),
    })
    .to_string()
}

fn node(node: &Node<'_>) -> Json {
    let mut params: Vec<_> = node.params.iter().filter(|(_, value)| !value.is_empty()).collect();
    params.sort_by(|(one, _), (other, _)| one.cmp(other));
    let params: Vec<Json> = params.into_iter().map(|(id, given)| json!([id, value(given)])).collect();
    let mut outputs: Vec<Vec<_>> =
        node.outputs.iter().map(|output| output.iter().map(|link| json!([link.node, link.input])).collect()).collect();
    while outputs.last().is_some_and(Vec::is_empty) {
        outputs.pop();
    }
    let filter = &node.filter;
    json!([
        node.id,
        node.module,
        node.odd_type.as_deref().unwrap_or(node.module_type.as_str()),
        params,
        [json!(filter.selector), text(&filter.value), json!(filter.operator), json!(filter.path)],
        node.multiple_output_connection,
        node.gives_core_format,
        outputs,
    ])
}

fn value(value: &ParamValue<'_>) -> Json {
    match value {
        ParamValue::Null => Json::Null,
        ParamValue::Boolean(boolean) => json!(boolean),
        ParamValue::Number(number) => json!(number),
        ParamValue::Text(given) => text(given),
        ParamValue::List(items) => {
            let mut items: Vec<Json> = items.iter().map(self::value).collect();
            // The editor puts what is picked into the order of its own list.
            if items.iter().all(Json::is_string) {
                items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            }
            items.into()
        }
        ParamValue::Object(entries) => {
            entries.iter().map(|(key, entry)| json!([key, self::value(entry)])).collect::<Vec<_>>().into()
        }
    }
}

fn text(text: &ParamText<'_>) -> Json {
    match text {
        ParamText::Plain(text) => json!(text),
        ParamText::Parts(parts) => {
            let part = |part: &TextPart<'_>| match part {
                TextPart::Plain(text) => json!(text),
                TextPart::Env { name, default, .. } => json!({"env": name, "default": default}),
                TextPart::Secret { name, .. } => json!({ "secret": name }),
            };
            parts.iter().map(part).collect::<Vec<_>>().into()
        }
    }
}
