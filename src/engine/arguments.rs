//! What a node says to its module, read once.

use std::borrow::Cow;

use crate::catalogue::{Semantics, Signature};
use crate::hashpath::Path;
use crate::jinja::{Rendered, Template};
use crate::model::{Node, ParamText, ParamValue, TextPart};
use crate::php::{Array, Key, Text, Thrown, Value};

use super::prepare::PrepareError;

/// The parameters of a node with the defaults of its module.
pub(super) struct Arguments<'g> {
    pub(super) node: &'g Node<'g>,
    pub(super) signature: Option<&'g Signature>,
    pub(super) semantics: Semantics,
    pub(super) environment: &'g dyn Fn(&str) -> Option<String>,
    pub(super) secrets: &'g dyn Fn(&str) -> Option<String>,
}

/// A text that MISP renders as a template.
#[derive(Debug)]
pub(super) enum TextArgument {
    /// Nothing to render: empty, or the module's default.
    Plain(String),
    /// A template.
    Template(Box<Template>),
    /// No text at all, which MISP does not survive.
    Wrong(&'static str),
}

impl Arguments<'_> {
    /// What the node itself says; null if it says nothing.
    pub(super) fn given(&self, id: &str) -> Value<'static> {
        let value = self.node.params.iter().find(|(name, _)| name == id);
        value.map_or(Value::Null, |(_, value)| self.value_of(value))
    }

    /// What the node says, else the module's default, else the empty text.
    pub(super) fn value(&self, id: &str) -> Value<'static> {
        let given = self.given(id);
        if given.is_null() { self.default(id) } else { given }
    }

    fn default(&self, id: &str) -> Value<'static> {
        let parameter = self.signature.and_then(|signature| signature.parameter(id));
        match parameter.and_then(|parameter| parameter.default.as_ref()) {
            Some(default) => self.value_of(&ParamValue::from(default)),
            None => Value::from(""),
        }
    }

    /// As [`value`](Self::value), as a text; empty for a list.
    pub(super) fn text(&self, id: &str) -> String {
        self.value(id).to_text().map(Cow::into_owned).unwrap_or_default()
    }

    /// As [`value`](Self::value), and whether it is exactly this text.
    pub(super) fn is(&self, id: &str, text: &str) -> bool {
        crate::php::loose_equal(&self.value(id), &Value::from(text))
    }

    /// As [`value`](Self::value), a list: empty for what is empty, else PHP's cast.
    pub(super) fn list(&self, id: &str) -> Array<'static> {
        let value = self.value(id);
        if value.to_bool() { value.to_array() } else { Array::new() }
    }

    /// As [`value`](Self::value), a hash path.
    pub(super) fn path(&self, id: &str) -> Result<Path, PrepareError> {
        self.compile_path(id, &self.text(id))
    }

    pub(super) fn compile_path(&self, id: &str, text: &str) -> Result<Path, PrepareError> {
        Path::compile(text).map_err(|error| PrepareError {
            node: self.node.id,
            parameter: id.to_owned(),
            message: format!("{error}; {}", error.help),
        })
    }

    /// A text that MISP renders if the node itself says it.
    pub(super) fn rendered(&self, id: &str) -> TextArgument {
        let given = self.given(id);
        match given.to_text() {
            None => TextArgument::Wrong(given.type_name()),
            Some(text) if text.is_empty() => TextArgument::Plain(self.text(id)),
            Some(text) => TextArgument::Template(Box::new(Template::compile(&text))),
        }
    }

    /// All that the node says, under its names.
    pub(super) fn all(&self) -> Value<'static> {
        let entries = self.node.params.iter();
        Array::from_entries(
            entries.map(|(name, value)| (Key::new(Text::Shared(name.as_ref().into())), self.value_of(value))),
        )
        .into()
    }

    pub(super) fn value_of(&self, value: &ParamValue<'_>) -> Value<'static> {
        match value {
            ParamValue::Null => Value::Null,
            ParamValue::Boolean(value) => Value::Bool(*value),
            ParamValue::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int)
            }
            ParamValue::Text(text) => Value::string(self.text_of(text)),
            ParamValue::List(items) => Value::from(items.iter().map(|item| self.value_of(item)).collect::<Vec<_>>()),
            ParamValue::Object(entries) => Array::from_entries(
                entries
                    .iter()
                    .map(|(name, value)| (Key::new(Text::Shared(name.as_ref().into())), self.value_of(value))),
            )
            .into(),
        }
    }

    /// A text with what the environment has for it. A secret, and what is not set, is named instead.
    pub(super) fn text_of(&self, text: &ParamText<'_>) -> String {
        match text {
            ParamText::Plain(text) => text.clone().into_owned(),
            ParamText::Parts(parts) => parts.iter().map(|part| self.part(part)).collect(),
        }
    }

    fn part(&self, part: &TextPart<'_>) -> String {
        match part {
            TextPart::Plain(text) => text.clone().into_owned(),
            TextPart::Env { name, default, .. } => (self.environment)(name)
                .or_else(|| default.as_ref().map(|default| default.clone().into_owned()))
                .unwrap_or_else(|| format!("${{{name}}}")),
            TextPart::Secret { name, .. } => (self.secrets)(name).unwrap_or_else(|| format!("${{{name}}}")),
        }
    }
}

impl TextArgument {
    /// The text for this data.
    ///
    /// # Errors
    /// What PHP throws where there is no text, or no template service.
    pub(super) fn render(
        &self,
        data: &Value<'_>,
        answers: &dyn super::Answers,
        semantics: Semantics,
    ) -> Result<Rendered, Thrown> {
        let text = |text: String| Ok(Rendered { text, failure: None });
        match self {
            Self::Plain(plain) => text(plain.clone()),
            Self::Wrong(given) => Err(Thrown::argument("strlen", 1, "string", "string", given)),
            Self::Template(_) if !answers.has_template_service() => {
                if semantics.failed_templates_are_empty {
                    return text(String::new());
                }
                Err(Thrown {
                    class: crate::php::PhpClass::TypeError,
                    message: "WorkflowBaseModule::render_jinja_template(): Return value must be of type string, null \
                              returned (the template service of misp-modules does not run)"
                        .into(),
                })
            }
            Self::Template(template) => {
                let base_url = semantics.templates_see_base_url.then(|| answers.base_url());
                Ok(template.rendered(data, base_url.as_deref()))
            }
        }
    }
}
