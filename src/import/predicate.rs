//! The nicer spellings of questions.

use std::borrow::Cow;

use crate::catalogue::module_ids;
use crate::hashpath;
use crate::model::{FILTER_LABEL, Node, ParamText, ParamValue};
use crate::syntax::{is_number, is_word};

use super::modules::{param, text_param};
use super::words;
use super::written::Written;

/// Where a question is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// In a text that is compiled.
    Source,
    /// In a picture, where there are quotes only around what could be taken for something else.
    Picture,
}

impl Style {
    /// A value.
    fn value(self, value: &ParamText<'_>) -> String {
        match self {
            Self::Source => Written::text(value).written(),
            Self::Picture => words::text(value),
        }
    }

    /// A list of at least one text.
    fn texts(self, list: &[ParamValue<'_>]) -> Option<String> {
        let is_text = |item: &ParamValue<'_>| matches!(item, ParamValue::Text(ParamText::Plain(_)));
        if list.is_empty() || !list.iter().all(is_text) {
            return None;
        }
        if self == Self::Picture {
            return Some(words::list(list));
        }
        let items = list.iter().map(Written::verbatim).collect::<Option<_>>()?;
        Some(Written::List(items).written())
    }
}

/// A question in its nice spelling.
pub(super) struct Predicate {
    /// The spelling.
    pub text: String,
    /// The parameters that it stands for.
    params: Vec<(&'static str, ParamValue<'static>)>,
}

/// A parameter with its value; `None` if the node does not carry it.
pub(super) type Deviation<'n> = (Cow<'n, str>, Option<&'n ParamValue<'n>>);

impl Predicate {
    /// The parameters of the node that are not what the spelling stands for.
    pub fn deviations<'n>(&self, node: &'n Node<'n>) -> Vec<Deviation<'n>> {
        let mut deviations = Vec::new();
        for (id, value) in &self.params {
            match param(node, id) {
                Some(carried) if carried == value => {}
                carried => deviations.push((Cow::Borrowed(*id), carried)),
            }
        }
        for (id, value) in &node.params {
            if !self.params.iter().any(|(known, _)| *known == id.as_ref()) {
                deviations.push((Cow::Borrowed(id.as_ref()), Some(value)));
            }
        }
        deviations
    }
}

/// The nice spelling of the question that an IF node asks. What it leaves open is empty or missing
/// in the node.
pub(super) fn predicate(node: &Node<'_>, style: Style) -> Option<Predicate> {
    let predicate = match node.module.as_ref() {
        module_ids::TAG_IF => tagged(node, style)?,
        module_ids::GENERIC_IF => generic(node, Vec::new(), style)?,
        module_ids::COUNT_IF => count(node, style)?,
        module_ids::PUBLISHED_IF => published(node)?,
        _ => return None,
    };
    let may_deviate = |id: &str| matches!(id, "clusters" | "value_list" | "value");
    let is_harmless = |(id, value): &Deviation<'_>| may_deviate(id) && value.is_none_or(ParamValue::is_empty);
    let fits = !node.filter.is_active() && predicate.deviations(node).iter().all(is_harmless);
    fits.then_some(predicate)
}

/// `LABEL: SELECTOR where COND` of a filter node. Its [`Predicate::deviations`] may be any.
pub(super) fn filter_predicate(node: &Node<'_>, style: Style) -> Option<Predicate> {
    let label = text_param(node, FILTER_LABEL)?;
    let selector = text_param(node, "selector")?;
    let path = operand_path(selector)?;
    let head =
        vec![(FILTER_LABEL, ParamValue::text(label.to_owned())), ("selector", ParamValue::text(selector.to_owned()))];
    let mut predicate = generic(node, head, style)?;
    predicate.text = format!("{label}: {path} where {}", predicate.text);
    Some(predicate)
}

/// The question of generic-if and generic-filter-data.
fn generic(node: &Node<'_>, mut params: Vec<(&'static str, ParamValue<'static>)>, style: Style) -> Option<Predicate> {
    let operator = text_param(node, "operator")?;
    let path = text_param(node, "hash_path")?;
    let value = text_param(node, "value").map(|text| ParamText::Plain(Cow::Owned(text.to_owned())));
    let list = match param(node, "value_list") {
        Some(ParamValue::List(items)) => Some(items.as_slice()),
        _ => None,
    };
    let text = comparison(operator, path, value.as_ref(), list, style)?;
    let takes_list = operator == "in_or";
    if !takes_list && operator != "any_value" {
        params.push(("value", ParamValue::Text(value?)));
    }
    let list = list.filter(|_| takes_list).unwrap_or_default();
    let owned = |item: &ParamValue<'_>| match item {
        ParamValue::Text(ParamText::Plain(text)) => Some(ParamValue::text(text.to_string())),
        _ => None,
    };
    params.push(("value_list", ParamValue::List(list.iter().map(owned).collect::<Option<_>>()?)));
    params.push(("operator", ParamValue::text(operator.to_owned())));
    params.push(("hash_path", ParamValue::text(path.to_owned())));
    Some(Predicate { text, params })
}

/// A comparison; `None` if it has no spelling.
pub(super) fn comparison(
    operator: &str,
    path: &str,
    value: Option<&ParamText<'_>>,
    list: Option<&[ParamValue<'_>]>,
    style: Style,
) -> Option<String> {
    let path = operand_path(path)?;
    let value = || value.map(|value| style.value(value));
    Some(match operator {
        "in" => format!("{} in {path}", value()?),
        "not_in" => format!("{} not in {path}", value()?),
        "equals" => format!("{path} == {}", value()?),
        "not_equals" => format!("{path} != {}", value()?),
        "any_value" => format!("any {path}"),
        "in_or" => format!("any {path} in {}", style.texts(list?)?),
        _ => return None,
    })
}

fn tagged(node: &Node<'_>, style: Style) -> Option<Predicate> {
    let scope = text_param(node, "scope")?;
    let condition = text_param(node, "condition")?;
    let words = match condition {
        "in_or" => "tagged any",
        "in_and" => "tagged all",
        "not_in_or" => "not tagged any",
        "not_in_and" => "not tagged all",
        _ => return None,
    };
    if !matches!(scope, "event" | "attribute" | "event_attribute") {
        return None;
    }
    let Some(ParamValue::List(tags)) = param(node, "tags") else { return None };
    let text = format!("{scope} {words} {}", style.texts(tags)?);
    let owned = |tag: &ParamValue<'_>| match tag {
        ParamValue::Text(ParamText::Plain(text)) => Some(ParamValue::text(text.to_string())),
        _ => None,
    };
    let params = vec![
        ("scope", ParamValue::text(scope.to_owned())),
        ("condition", ParamValue::text(condition.to_owned())),
        ("tags", ParamValue::List(tags.iter().map(owned).collect::<Option<_>>()?)),
        ("clusters", ParamValue::List(Vec::new())),
    ];
    Some(Predicate { text, params })
}

fn count(node: &Node<'_>, style: Style) -> Option<Predicate> {
    let selector = text_param(node, "selector")?;
    let path = operand_path(selector)?;
    let operator = text_param(node, "operator")?;
    let sign = match operator {
        "equals" => "==",
        "not_equals" => "!=",
        "greater" => ">",
        "greater_equals" => ">=",
        "less" => "<",
        "less_equals" => "<=",
        _ => return None,
    };
    let value = text_param(node, "value")?;
    let number = if is_number(value) {
        value.to_owned()
    } else {
        value.trim().parse::<f64>().ok()?;
        style.value(&ParamText::Plain(value.into()))
    };
    let params = vec![
        ("selector", ParamValue::text(selector.to_owned())),
        ("operator", ParamValue::text(operator.to_owned())),
        ("value", ParamValue::text(value.to_owned())),
    ];
    Some(Predicate { text: format!("count({path}) {sign} {number}"), params })
}

fn published(node: &Node<'_>) -> Option<Predicate> {
    let condition = text_param(node, "condition")?;
    let word = match condition {
        "equals" => "published",
        "not_equals" => "unpublished",
        _ => return None,
    };
    Some(Predicate { text: word.to_owned(), params: vec![("condition", ParamValue::text(condition.to_owned()))] })
}

/// A hash path as it is in a comparison or as a selector; `None` if it cannot.
pub(super) fn operand_path(path: &str) -> Option<&str> {
    const WORDS: [&str; 12] = [
        "not",
        "any",
        "and",
        "or",
        "all",
        "in",
        "count",
        "published",
        "unpublished",
        "event",
        "attribute",
        "event_attribute",
    ];
    let first = path.split(['.', '[']).next().unwrap_or_default();
    (is_word(path) && !WORDS.contains(&first) && hashpath::check_syntax(path).is_ok()).then_some(path)
}
