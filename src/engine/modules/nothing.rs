//! Modules that do nothing, and succeed.

use super::Module;
use crate::engine::step::Step;
use crate::php::Thrown;

#[derive(Debug)]
struct Nothing;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(Nothing)
}

impl Module for Nothing {
    fn execute(&self, _step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        Ok(true)
    }
}
