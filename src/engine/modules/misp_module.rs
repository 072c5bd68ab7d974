//! Actions of the misp-modules service.

use super::{Module, Prepared};
use crate::catalogue::{Parameter, ParameterKind};
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::filters::FilterSpec;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::engine::prepare::PrepareError;
use crate::hashpath::Path;
use crate::php::{Array, KeyRef, Thrown, Value};

#[derive(Debug)]
struct MispModule {
    supports_filters: bool,
    /// The module filter; MISP ignores one of which a part is empty.
    filter: Option<FilterSpec>,
    sent: Vec<Sent>,
}

/// A parameter as it is sent to the service.
#[derive(Debug)]
struct Sent {
    id: String,
    value: SentValue,
}

#[derive(Debug)]
enum SentValue {
    Plain(Value<'static>),
    Rendered(TextArgument),
    /// A hash path: what it finds is sent too, under the parameter's label; for an empty one all there is.
    Path {
        label: String,
        text: String,
        path: Path,
    },
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let saved = &arguments.node.filter;
    let is_whole =
        !(saved.selector.is_empty() || saved.value.is_empty() || saved.operator.is_empty() || saved.path.is_empty());
    let supports_filters = arguments.signature.is_some_and(|signature| signature.supports_filters);
    let filter = if is_whole && supports_filters { FilterSpec::of_module(arguments)? } else { None };
    let parameters = arguments.signature.map_or(&[][..], |signature| &signature.parameters);
    Ok(Box::new(MispModule {
        supports_filters,
        filter,
        sent: parameters.iter().map(|parameter| sent(arguments, parameter)).collect::<Result<_, _>>()?,
    }))
}

fn sent(arguments: &Arguments<'_>, parameter: &Parameter) -> Result<Sent, PrepareError> {
    let id = parameter.id.clone();
    let value = if parameter.jinja {
        SentValue::Rendered(arguments.rendered(&id))
    } else if parameter.kind == ParameterKind::HashPath {
        let (label, text) = (parameter.label.clone(), arguments.text(&id));
        SentValue::Path { label, path: arguments.compile_path(&id, &text)?, text }
    } else {
        SentValue::Plain(arguments.value(&id))
    };
    Ok(Sent { id, value })
}

impl Module for MispModule {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let seen = step.copy()?;
        let data = match &self.filter {
            Some(filter) => filter.matching(&seen, step.semantics)?.into(),
            None => seen.clone(),
        };
        let query = self.query(&seen, &data, step)?;
        let parameters = query.get(KeyRef::String("params")).cloned().unwrap_or_default();
        let failure = step.answers.misp_module(step.request(), &query);
        step.effect(Effect::MispModule { parameters, data });
        Ok(match failure {
            Some(message) => step.fail(message),
            None => true,
        })
    }

    fn meaning(&self) -> Meaning<'_> {
        let mut paths = Vec::new();
        for sent in &self.sent {
            match &sent.value {
                SentValue::Rendered(text) if text.is_wrong() => {
                    return Meaning::Unknown("one of its parameters is not a string");
                }
                SentValue::Path { path, .. } => paths.push(path),
                _ => {}
            }
        }
        if let Some(filter) = &self.filter {
            paths.push(&filter.selector);
        }
        Meaning::Sends { kind: "misp_module", always_fails: false, paths }
    }
}

impl MispModule {
    /// What MISP posts to the service.
    fn query<'a>(
        &self,
        seen: &Value<'a>,
        filtered: &Value<'a>,
        step: &mut ModuleRun<'_, 'a>,
    ) -> Result<Array<'a>, Thrown> {
        let mut query = Array::new();
        query.set("module", Value::string(step.node.module.as_str()));
        query.set("data", seen.clone());
        if self.supports_filters {
            let items = if filtered.to_bool() { filtered } else { seen };
            query.set("filteredItems", items.clone());
        }
        let (mut params, mut matching) = (Array::new(), Array::new());
        for Sent { id, value } in &self.sent {
            let value = match value {
                SentValue::Plain(value) => value.clone(),
                SentValue::Rendered(text) => Value::string(step.render(text, seen)?),
                SentValue::Path { label, text, path } => {
                    matching.set(label.clone(), path.extract(seen)?.to_value());
                    Value::string(text.clone())
                }
            };
            params.set(id.clone(), value);
        }
        query.set("params", params);
        if !matching.is_empty() {
            query.set("matchingData", matching);
        }
        Ok(query)
    }
}
