//! `count-if`.

use super::{Module, Prepared};
use crate::condition::CountOperator;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct CountIf {
    selector: Path,
    operator: Option<CountOperator>,
    value: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(CountIf {
        selector: arguments.path("selector")?,
        operator: CountOperator::from_name(&arguments.text("operator")),
        value: arguments.value("value"),
    }))
}

impl Module for CountIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let count = self.selector.extract(&data)?.len();
        let holds = self.operator.is_some_and(|operator| operator.compare(count, &self.value));
        step.saw(self.selector.as_str(), || Value::Int(i64::try_from(count).unwrap_or(i64::MAX)));
        step.because(|| match self.operator {
            Some(operator) => {
                format!("{count} `{}` {} is {holds}", operator.name(), self.value.to_json().unwrap_or_default())
            }
            None => "MISP does not know the operator".into(),
        });
        Ok(holds)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Counts { path: &self.selector, operator: self.operator, value: &self.value }
    }
}
