//! Values from the environment: what the checker says of them once they are known. Secrets are left out of it.

use crate::base::source::Span;
use crate::catalogue::SignatureLookup;
use crate::diagnostics::Diagnostic;
use crate::model::{Document, ParamText, ParamValue, TextPart};
use crate::resolve::Budget;

use super::types::{Part, check_types};

/// Checks the texts that are filled in with the defaults of `env` alone.
pub fn check_defaults(
    document: &Document<'_>,
    signature: &SignatureLookup<'_, '_>,
    budget: &Budget,
) -> Vec<Diagnostic> {
    check_filled(document, signature, budget, &|_| None, |text| !text.is_set)
}

/// Checks the texts for which the environment has a value. What is wrong with the defaults has been said before.
pub fn check_environment<'s>(
    document: &Document<'_>,
    signature: &SignatureLookup<'_, 's>,
    budget: &Budget,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Vec<Diagnostic> {
    check_filled(document, signature, budget, environment, |text| text.is_set)
}

/// A text that was filled in.
struct Filled {
    node: usize,
    /// The parameter; `None` for the value of the module filter.
    parameter: Option<String>,
    variable: String,
    origin: Option<Span>,
    /// Whether the environment has one of its variables.
    is_set: bool,
}

impl Filled {
    fn is_part(&self, part: Part<'_>) -> bool {
        match part {
            Part::Parameter(node, id) | Part::Entry(node, id, _) => {
                self.node == node && self.parameter.as_deref() == Some(id)
            }
            Part::FilterField(node, "value") => self.node == node && self.parameter.is_none(),
            _ => false,
        }
    }
}

fn check_filled<'s>(
    document: &Document<'_>,
    signature: &SignatureLookup<'_, 's>,
    budget: &Budget,
    environment: &dyn Fn(&str) -> Option<String>,
    wanted: impl Fn(&Filled) -> bool,
) -> Vec<Diagnostic> {
    let mut values = document.graph.nodes.iter().flat_map(|node| node.params.iter().map(|(_, value)| value));
    let mut filters = document.graph.nodes.iter().map(|node| &node.filter.value);
    if !values.any(may_be_filled) && !filters.any(|text| matches!(text, ParamText::Parts(_))) {
        return Vec::new();
    }
    let mut document = document.clone();
    let mut texts: Vec<Filled> = Vec::new();
    for (index, node) in document.graph.nodes.iter_mut().enumerate() {
        let mut add = |parameter: Option<&str>, text: &mut ParamText<'_>| {
            if let Some(mut filled) = fill(text, environment) {
                filled.node = index;
                filled.parameter = parameter.map(str::to_owned);
                texts.push(filled);
            }
        };
        for (id, value) in &mut node.params {
            let values = match value {
                ParamValue::List(values) => values.as_mut_slice(),
                single => std::slice::from_mut(single),
            };
            for value in values {
                if let ParamValue::Text(text) = value {
                    add(Some(id), text);
                }
            }
        }
        add(None, &mut node.filter.value);
    }
    texts.retain(wanted);
    if texts.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for found in check_types(&document, &|module| signature(module), budget) {
        let Some(node) = found.part.node() else { continue };
        // The texts are in the order of the nodes.
        let first = texts.partition_point(|text| text.node < node);
        let of_node = texts[first..].iter().take_while(|text| text.node == node);
        let Some(text) = of_node.into_iter().find(|text| text.is_part(found.part)) else { continue };
        let place = text.origin.or(document.graph.nodes[node].origin);
        let mut finding = found.finding.note(if text.is_set {
            format!("this is what the environment variable `{}` holds", text.variable)
        } else {
            format!("this is the default of the environment variable `{}`", text.variable)
        });
        finding.fix = None;
        // Of a text the catalogue is expected to know everything.
        finding.severity = finding.code.severity();
        findings.push(match place {
            Some(place) => finding.placed_at(place),
            None => finding,
        });
    }
    findings
}

/// Whether a value, or an entry of one, is put together.
fn may_be_filled(value: &ParamValue<'_>) -> bool {
    match value {
        ParamValue::Text(text) => matches!(text, ParamText::Parts(_)),
        ParamValue::List(values) => values.iter().any(|value| matches!(value, ParamValue::Text(ParamText::Parts(_)))),
        _ => false,
    }
}

/// Fills in a text, if it has parts from the environment that are known, and no others that are not.
fn fill(text: &mut ParamText<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Option<Filled> {
    let ParamText::Parts(parts) = &*text else { return None };
    let mut whole = String::new();
    let mut filled: Option<Filled> = None;
    for part in parts {
        match part {
            TextPart::Plain(text) => whole.push_str(text),
            TextPart::Secret { .. } => return None,
            TextPart::Env { name, default, origin } => {
                let value = environment(name);
                let is_set = value.is_some();
                whole.push_str(value.as_deref().or(default.as_deref())?);
                let filled = filled.get_or_insert_with(|| Filled {
                    node: 0,
                    parameter: None,
                    variable: name.to_string(),
                    origin: *origin,
                    is_set,
                });
                filled.is_set |= is_set;
            }
        }
    }
    let filled = filled?;
    *text = ParamText::Plain(whole.into());
    Some(filled)
}
