//! A module of which only the signature is known.

use super::Module;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::model::ModuleType;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct Custom {
    is_action: bool,
    parameters: Value<'static>,
    /// Those that are rendered.
    rendered: Vec<(String, TextArgument)>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    let parameters = arguments.signature.map_or(&[][..], |signature| &signature.parameters);
    let rendered = parameters.iter().filter(|known| known.jinja && !arguments.given(&known.id).is_null());
    Box::new(Custom {
        is_action: arguments.node.module_type == ModuleType::Action,
        parameters: arguments.all(),
        rendered: rendered.map(|known| (known.id.clone(), arguments.rendered(&known.id))).collect(),
    })
}

impl Module for Custom {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if step.node.kind == ModuleType::Action {
            let data = step.copy()?;
            let mut parameters = self.parameters.clone();
            for (id, text) in &self.rendered {
                let text = step.render(text, &data)?;
                if let Some(parameters) = parameters.as_array_mut() {
                    parameters.set(id.clone(), Value::string(text));
                }
            }
            step.effect(Effect::Custom { parameters });
        } else if let Some(decision) = step.answers.decision(step.request()) {
            return Ok(decision);
        } else {
            step.because(|| "what this module does is not known; its first output is taken".into());
        }
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        if !self.is_action {
            return Meaning::Decides;
        }
        if self.rendered.iter().any(|(_, text)| text.is_wrong()) {
            return Meaning::Unknown("one of its parameters is not a string");
        }
        Meaning::Sends { kind: "custom", always_fails: false, paths: Vec::new() }
    }
}
