//! A module of which only the signature is known.

use super::Module;
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::step::Step;
use crate::graph::ModuleType;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct Custom(Value<'static>);

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(Custom(arguments.all()))
}

impl Module for Custom {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if step.node.kind == ModuleType::Action {
            step.effect(Effect::Custom { parameters: self.0.clone() });
        } else if let Some(decision) = step.answers.decision(step.request()) {
            return Ok(decision);
        } else {
            step.because(|| "what this module does is not known; its first output is taken".into());
        }
        Ok(true)
    }
}
