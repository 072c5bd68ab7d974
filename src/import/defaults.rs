//! What MISP's editor would do to parameters when it opens a workflow, as far as a run stays the same.

use std::borrow::Cow;

use crate::catalogue::{Catalogue, Parameter, ParameterKind};
use crate::model::{Document, Node, NodeId, ParamValue};

/// What a node does in a run, whatever the data is; `None` where that is not known.
pub type Behaviour<'f> = dyn Fn(&Node<'_>) -> Option<String> + 'f;

/// A document with other parameters.
#[derive(Clone, PartialEq, Debug)]
pub struct WithDefaults<'a> {
    /// The document.
    pub document: Document<'a>,
    /// How many parameters changed.
    pub changes: usize,
    /// The parameters that the editor would change too, and a run with them.
    pub kept: Vec<(NodeId, String)>,
}

/// A document with the parameters as MISP's editor would leave them: defaults for what is absent or empty, lists for texts in pickers that
/// take several values, nothing that the module does not have. Each change is made only if the run stays the same.
pub fn with_editor_defaults<'a>(
    document: &Document<'a>,
    catalogue: &'a Catalogue,
    behaviour: &Behaviour<'_>,
) -> WithDefaults<'a> {
    let (mut changes, mut kept) = (0, Vec::new());
    let mut document = document.clone();
    for node in &mut document.graph.nodes {
        let Some(signature) = catalogue.module(&node.module).filter(|known| known.module_type == node.module_type)
        else {
            continue;
        };
        let mut ids: Vec<Cow<'a, str>> = node.params.iter().map(|(id, _)| id.clone()).collect();
        let others = signature.parameters.iter().map(|parameter| Cow::Borrowed(parameter.id.as_str()));
        let others: Vec<_> = others.filter(|id| !ids.contains(id)).collect();
        ids.extend(others);
        let wanted = ids.into_iter().filter_map(|id| {
            let given = node.params.iter().find(|(known, _)| *known == id).map(|(_, value)| value);
            let wanted = wanted(signature.parameter(&id), given);
            (wanted.as_ref() != given).then_some((id, wanted))
        });
        let wanted: Vec<_> = wanted.collect();
        if wanted.is_empty() {
            continue;
        }
        let original = behaviour(node);
        let does_the_same = |node: &Node<'_>| original.is_some() && behaviour(node) == original;
        let before = node.params.clone();
        for (id, value) in &wanted {
            set(&mut node.params, id.clone(), value.clone());
        }
        if does_the_same(node) {
            changes += wanted.len();
            continue;
        }
        // Some parameter makes the difference: each is tried alone.
        node.params = before;
        for (id, value) in wanted {
            let before = node.params.clone();
            set(&mut node.params, id.clone(), value);
            if does_the_same(node) {
                changes += 1;
                continue;
            }
            // An empty text stays as it is in the editor.
            let is_kept_there = before.iter().any(|(known, value)| *known == id && value.is_empty());
            node.params = before;
            if !is_kept_there {
                kept.push((node.id, id.into_owned()));
            }
        }
    }
    WithDefaults { document, changes, kept }
}

/// What the editor makes of a value.
fn wanted<'a>(parameter: Option<&'a Parameter>, given: Option<&ParamValue<'a>>) -> Option<ParamValue<'a>> {
    let parameter = parameter?;
    match given {
        Some(ParamValue::Text(text)) if !text.is_empty() && takes_list(parameter) => {
            Some(ParamValue::List(vec![ParamValue::Text(text.clone())]))
        }
        Some(given) if !given.is_empty() => Some(given.clone()),
        _ => parameter.editor_default(),
    }
}

fn takes_list(parameter: &Parameter) -> bool {
    parameter.kind == ParameterKind::Picker && parameter.multiple
}

fn set<'a>(params: &mut Vec<(Cow<'a, str>, ParamValue<'a>)>, id: Cow<'a, str>, value: Option<ParamValue<'a>>) {
    let place = params.iter().position(|(known, _)| *known == id);
    match (place, value) {
        (Some(place), Some(value)) => params[place].1 = value,
        (Some(place), None) => {
            params.remove(place);
        }
        (None, Some(value)) => params.push((id, value)),
        (None, None) => {}
    }
}
