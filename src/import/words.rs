//! What nodes say, in the words of the language, for pictures: on one line, and with quotes only where they are needed.

use crate::catalogue::{Parameter, Signature, module_ids};
use crate::diff::{NOT_SHOWN, without_credentials};
use crate::format::quote;
use crate::model::{ModuleType, Node, ParamText, ParamValue, TextPart};

use super::arguments::module_filter;
use super::predicate::{Style, filter_predicate, predicate};

/// What a node says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Words {
    /// What it asks, if the language has words for that: `event tagged any tlp:red`, `A: Event.Tag.{n} where …`.
    pub question: Option<String>,
    /// Its parameters that are not what MISP's editor gives them, but for those that the question tells.
    pub parameters: Vec<(String, String)>,
    /// Its module filter: `for Event.Attribute.{n} where …`.
    pub filter: Option<String>,
}

/// What a node says. Secrets and values of the environment are told by their names, as `${NAME}`.
pub fn words(node: &Node<'_>, signature: Option<&Signature>) -> Words {
    let question = match node.module_type {
        ModuleType::Logic if node.module == module_ids::GENERIC_FILTER_DATA => filter_predicate(node, Style::Picture),
        ModuleType::Logic => predicate(node, Style::Picture),
        ModuleType::Trigger | ModuleType::Action => None,
    };
    let parameters = match &question {
        Some(predicate) => {
            let deviations = predicate.deviations(node);
            let said = deviations.iter().filter(|(_, value)| value.is_some_and(|value| !value.is_empty()));
            said.filter_map(|(id, value)| Some((id.to_string(), value_of(id, (*value)?, signature)))).collect()
        }
        None => parameters(node, signature),
    };
    let filter = node.filter.is_active().then(|| {
        let told = signature.and_then(|signature| module_filter(signature, &node.filter, Style::Picture));
        told.unwrap_or_else(|| {
            let filter = &node.filter;
            let value = text(&filter.value);
            let [selector, operator, path] = [&filter.selector, &filter.operator, &filter.path].map(|part| plain(part));
            format!("filters: selector {selector}, value {value}, operator {operator}, path {path}")
        })
    });
    Words { question: question.map(|predicate| predicate.text), parameters, filter }
}

fn parameters(node: &Node<'_>, signature: Option<&Signature>) -> Vec<(String, String)> {
    let is_usual = |id: &str, value: &ParamValue<'_>| match signature
        .and_then(|signature| signature.parameter(id))
        .and_then(Parameter::editor_default)
    {
        Some(default) => *value == default || (value.is_empty() && default.is_empty()),
        None => value.is_empty(),
    };
    let own = node.params.iter().filter(|(id, value)| !is_usual(id, value));
    own.map(|(id, value)| (id.to_string(), value_of(id, value, signature))).collect()
}

/// All parameters of a node.
pub fn all_parameters(node: &Node<'_>, signature: Option<&Signature>) -> Vec<(String, String)> {
    node.params.iter().map(|(id, value)| (id.to_string(), value_of(id, value, signature))).collect()
}

/// A value, unless nobody should see it.
fn value_of(id: &str, value: &ParamValue<'_>, signature: Option<&Signature>) -> String {
    let parameter = signature.and_then(|signature| signature.parameter(id));
    if let ParamValue::Text(ParamText::Plain(plain)) = value {
        if parameter.is_some_and(|parameter| parameter.sensitive) && !plain.is_empty() {
            return NOT_SHOWN.to_owned();
        }
        if let Some(shown) = without_credentials(id, plain) {
            return shown;
        }
    }
    shown(value, 0)
}

/// How deep values are shown.
const MAX_DEPTH: usize = 8;

fn shown(value: &ParamValue<'_>, depth: usize) -> String {
    match value {
        _ if depth > MAX_DEPTH => "…".to_owned(),
        ParamValue::Null => "null".to_owned(),
        ParamValue::Boolean(value) => value.to_string(),
        ParamValue::Number(number) => number.to_string(),
        ParamValue::Text(value) => text(value),
        ParamValue::List(items) => {
            let items: Vec<String> = items.iter().map(|item| shown(item, depth + 1)).collect();
            if items.is_empty() { "[]".to_owned() } else { items.join(", ") }
        }
        ParamValue::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value, depth + 1)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A list of values.
pub(super) fn list(items: &[ParamValue<'_>]) -> String {
    items.iter().map(|item| shown(item, 1)).collect::<Vec<_>>().join(", ")
}

/// A string; what comes from the environment is told by its name.
pub(super) fn text(text: &ParamText<'_>) -> String {
    match text {
        ParamText::Plain(text) => plain(text),
        ParamText::Parts(parts) => {
            let part = |part: &TextPart<'_>| match part {
                TextPart::Plain(text) => text.to_string(),
                TextPart::Env { name, .. } | TextPart::Secret { name, .. } => format!("${{{name}}}"),
            };
            plain(&parts.iter().map(part).collect::<String>())
        }
    }
}

/// Between quotes, unless it is one word that cannot be taken for anything else.
fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._:-+/@#=*$&%?!{}\"".contains(c);
    let is_word = text.chars().all(is_plain) && !text.is_empty() && !text.starts_with('"') && !text.ends_with(':');
    if is_word { text.to_owned() } else { quote(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_only_where_they_are_needed() {
        for (text, shown) in [
            ("tlp:red", "tlp:red"),
            ("tlp:amber+strict", "tlp:amber+strict"),
            ("misp-galaxy:country=\"belgium\"", "misp-galaxy:country=\"belgium\""),
            ("two words", "\"two words\""),
            ("a, b", "\"a, b\""),
            ("", "\"\""),
            ("\"quoted\"", "\"\\\"quoted\\\"\""),
            ("line\nbreak", "\"line\\nbreak\""),
            ("https://soc.example.org/hook?a=b&c", "https://soc.example.org/hook?a=b&c"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn the_environment_is_told_by_its_names() {
        let secret = TextPart::Secret { name: "TOKEN".into(), origin: None };
        let host = TextPart::Env { name: "HOST".into(), default: Some("soc".into()), origin: None };
        let parts = vec![TextPart::Plain("https://".into()), host, TextPart::Plain("/".into()), secret];
        assert_eq!(text(&ParamText::Parts(parts)), "https://${HOST}/${TOKEN}");
    }
}
