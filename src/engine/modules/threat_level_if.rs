//! `threat-level-if`.

use super::Module;
use crate::engine::access::entry_at;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Thrown, Value, compare, loose_equal};

#[derive(Debug)]
struct ThreatLevelIf {
    condition: String,
    level: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(ThreatLevelIf { condition: arguments.text("condition"), level: arguments.value("threatlevel") })
}

impl Module for ThreatLevelIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let level = entry_at(&data, &["Event", "threat_level_id"])?;
        step.saw("Event.threat_level_id", || level.clone());
        step.because(|| format!("`{}` {}", self.condition, self.level.to_json().unwrap_or_default()));
        Ok(match self.condition.as_str() {
            "equals" => loose_equal(level, &self.level),
            "not_equals" => !loose_equal(level, &self.level),
            // The greater number is the lower threat.
            "greater_or_equal_than" => compare(level, &self.level).is_le(),
            "less_or_equal_than" => compare(&self.level, level).is_le(),
            _ => false,
        })
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::ThreatLevel { condition: &self.condition, level: &self.level }
    }
}
