//! `generic-if`.

use super::{Module, Prepared};
use crate::condition::Operator;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::{Meaning, Question};
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct GenericIf {
    path: Path,
    operator: Option<Operator>,
    value: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let operator = arguments.text("operator");
    let value = arguments.value(if operator == "in_or" { "value_list" } else { "value" });
    let path = arguments.path("hash_path")?;
    Ok(Box::new(GenericIf { path, operator: Operator::from_name(&operator), value }))
}

impl Module for GenericIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        if let Some(operator) = self.operator {
            let holds = operator.holds(&self.path, &data, &self.value)?;
            if step.note.is_some() {
                let value = if operator.takes_single_value() {
                    self.path.get(&data)?.cloned().unwrap_or_default()
                } else {
                    self.path.extract(&data)?.to_value()
                };
                step.saw(self.path.as_str(), || value);
                step.because(|| {
                    let value = self.value.to_json().unwrap_or_default();
                    let operand = if operator.compares() { format!(" {value}") } else { String::new() };
                    format!("`{}`{operand} is {holds}", operator.name())
                });
            }
            return Ok(holds);
        }
        self.path.extract(&data)?;
        step.because(|| "MISP does not know the operator".into());
        Ok(false)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Compares(Question { path: &self.path, operator: self.operator, value: &self.value })
    }
}
