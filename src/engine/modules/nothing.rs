//! Modules that do nothing, and succeed.

use super::Module;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::Thrown;

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
