//! Modules that do nothing, and succeed.

use super::Module;
use crate::php::Thrown;
use crate::simulate::engine::meaning::Meaning;
use crate::simulate::engine::module_run::ModuleRun;

#[derive(Debug)]
struct Nothing;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(Nothing)
}

impl Module for Nothing {
    fn execute(&self, _step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Nothing
    }
}
