//! What is between the parentheses of a call.

use crate::catalogue::{Parameter, ParameterKind, Signature};
use crate::format::quote;
use crate::hashpath;
use crate::model::{Node, ParamText, ParamValue, SavedFilter};
use crate::syntax::{is_name, is_number, is_word};

use super::flow::FlowNode;
use super::modules::param;
use super::note::Notes;
use super::predicate::{Style, comparison, operand_path};
use super::structured;
use super::written::{Entry, Written, name};

/// The word for a parameter that a node does not carry.
const ABSENT: &str = "absent";

/// What of a node is taken as it is, because the checker refuses it otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Exact {
    /// Nothing.
    #[default]
    Nothing,
    /// The module filter.
    Filter,
    /// The parameters too.
    All,
}

/// What stands for a node: its arguments, what is after the parentheses, and what its pin must say besides.
#[derive(Default)]
pub(super) struct Arguments {
    pub entries: Vec<Entry>,
    pub filter: Option<String>,
    pub pin: Vec<Entry>,
}

/// The arguments that give a node its parameters, those of the editor left out, and its module filter. A filter that
/// nothing else can say is in the pin, where nobody checks it.
pub(super) fn arguments(node: &FlowNode<'_>, exact: Exact, notes: &mut Notes) -> Arguments {
    let mut arguments = Arguments { entries: parameters(node, exact == Exact::All, notes), ..Arguments::default() };
    let filter = &node.node.filter;
    if !filter.is_active() {
        return arguments;
    }
    if exact == Exact::Nothing {
        arguments.filter = module_filter(node.signature, filter, Style::Source);
        if arguments.filter.is_none() {
            arguments.entries.push(raw_filter(filter));
        }
    } else {
        arguments.pin.push(raw_filter(filter));
    }
    arguments
}

fn parameters(node: &FlowNode<'_>, exact: bool, notes: &mut Notes) -> Vec<Entry> {
    let FlowNode { node, signature, .. } = node;
    let mut arguments = Vec::new();
    for parameter in &signature.parameters {
        let value = param(node, &parameter.id);
        let default = parameter.editor_default();
        // A parameter that must not be empty can still be so in a graph, if it is said to be.
        let lacks = parameter.required.is_some() && value.is_none_or(ParamValue::is_empty);
        if value == default.as_ref() && !lacks {
            continue;
        }
        let written = value.filter(|_| !lacks && !exact).and_then(|value| fitting(parameter, value));
        arguments.extend(match written {
            Some(written) => Some((name(&parameter.id), written)),
            None => exactly(&parameter.id, value, node, notes),
        });
    }
    for (id, value) in &node.params {
        if signature.parameter(id).is_none() {
            arguments.extend(exactly(id, Some(value), node, notes));
        }
    }
    arguments
}

/// `filters: { … }`
pub(super) fn raw_filter(filter: &SavedFilter<'_>) -> Entry {
    let text = |text: &str| Written::Text(text.to_owned());
    let entries = vec![
        ("selector".to_owned(), text(&filter.selector)),
        ("value".to_owned(), Written::text(&filter.value)),
        ("operator".to_owned(), text(&filter.operator)),
        ("path".to_owned(), text(&filter.path)),
    ];
    ("filters".to_owned(), Written::Object(entries))
}

/// `for SELECTOR where COND`, if that says the module filter.
pub(super) fn module_filter(signature: &Signature, filter: &SavedFilter<'_>, style: Style) -> Option<String> {
    // The four comparisons that module filters know.
    let is_known = matches!(filter.operator.as_ref(), "in" | "not_in" | "equals" | "not_equals");
    if !signature.supports_filters || !is_known {
        return None;
    }
    let selector = operand_path(&filter.selector)?;
    let question = comparison(&filter.operator, &filter.path, Some(&filter.value), None, style)?;
    Some(format!("for {selector} where {question}"))
}

/// `"id": value`, taken as it is; `None` stands for a parameter that the node does not carry.
pub(super) fn exactly(id: &str, value: Option<&ParamValue<'_>>, node: &Node<'_>, notes: &mut Notes) -> Option<Entry> {
    let written = match value {
        None => Written::Bare(ABSENT.to_owned()),
        Some(value) => {
            let Some(written) = Written::verbatim(value) else {
                notes.about(node.id, format!("the value of `{id}` nests too deep to be written; it is left out"));
                return None;
            };
            written
        }
    };
    Some((quote(id), written))
}

/// The value as the parameter's type takes it; `None` if it does not, or would change it.
fn fitting(parameter: &Parameter, value: &ParamValue<'_>) -> Option<Written> {
    match (parameter.kind, value) {
        (ParameterKind::Number, ParamValue::Text(ParamText::Plain(text))) if is_number(text) => {
            Some(Written::Bare(text.to_string()))
        }
        (ParameterKind::Number, ParamValue::Text(text)) => {
            text.as_plain().is_none_or(|plain| plain.trim().parse::<f64>().is_ok()).then(|| Written::text(text))
        }
        (ParameterKind::HashPath, ParamValue::Text(ParamText::Plain(path))) => hashpath::check_syntax(path)
            .is_ok()
            .then(|| if is_word(path) { Written::Bare(path.to_string()) } else { Written::Text(path.to_string()) }),
        (ParameterKind::Text | ParameterKind::Textarea, ParamValue::Text(ParamText::Plain(text))) => {
            let lines =
                || parameter.lines.as_deref().and_then(|separator| structured::lines(parameter, separator, text));
            let structured = if parameter.json { structured::json(parameter, text) } else { lines() };
            Some(structured.unwrap_or_else(|| Written::Text(text.to_string())))
        }
        (ParameterKind::Text | ParameterKind::Textarea | ParameterKind::HashPath, ParamValue::Text(text)) => {
            Some(Written::text(text))
        }
        (ParameterKind::Select | ParameterKind::Radio, ParamValue::Text(text)) => option(parameter, text),
        (ParameterKind::Picker, ParamValue::List(items)) if parameter.multiple => {
            let items = items.iter().map(|item| match item {
                ParamValue::Text(text) => picked(parameter, text),
                _ => None,
            });
            items.collect::<Option<_>>().map(Written::List)
        }
        (ParameterKind::Picker, ParamValue::Text(text)) if !parameter.multiple => picked(parameter, text),
        (ParameterKind::Picker, ParamValue::Null) if !parameter.multiple => Some(Written::Bare("null".to_owned())),
        (ParameterKind::Checkbox, ParamValue::Boolean(value)) => Some(Written::Bare(value.to_string())),
        _ => None,
    }
}

/// A value that is picked: always between quotes, as most pickers take more than they list.
fn picked(parameter: &Parameter, text: &ParamText<'_>) -> Option<Written> {
    let written = option(parameter, text)?;
    Some(match (written, text) {
        (Written::Bare(_), ParamText::Plain(text)) => Written::Text(text.to_string()),
        (written, _) => written,
    })
}

fn option(parameter: &Parameter, text: &ParamText<'_>) -> Option<Written> {
    let ParamText::Plain(key) = text else { return Some(Written::text(text)) };
    if parameter.options.is_empty() {
        return Some(Written::Text(key.to_string()));
    }
    if parameter.has_option(key) {
        let is_bare = (is_name(key) && is_word(key)) || is_number(key);
        return Some(if is_bare { Written::Bare(key.to_string()) } else { Written::Text(key.to_string()) });
    }
    // What is a label would become the label's key.
    (parameter.open && parameter.option_by_label(key).is_none()).then(|| Written::Text(key.to_string()))
}
