//! `organisation-if`.

use super::{Module, Prepared};
use crate::condition::{Operator, Subject};
use crate::engine::access::integer;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::{Meaning, Question};
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct OrganisationIf {
    path: Path,
    operator: Option<Operator>,
    wanted: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let path = if arguments.is("org_type", "orgc") { "Event.orgc_id" } else { "Event.org_id" };
    let operator = match arguments.text("condition").as_str() {
        // As an older version of the module has it.
        "equals" => Some(Operator::In),
        "not_equals" => Some(Operator::NotIn),
        other => Operator::from_name(other),
    };
    Ok(Box::new(OrganisationIf {
        path: arguments.compile_path("org_type", path)?,
        operator,
        wanted: arguments.list("org_id").into(),
    }))
}

impl Module for OrganisationIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let organisation = Value::Int(self.path.get(&data)?.map_or(0, integer));
        step.saw(self.path.as_str(), || organisation.clone());
        step.because(|| {
            let operator = self.operator.map_or("a condition that MISP does not know", Operator::name);
            format!("`{operator}` {}", self.wanted.to_json().unwrap_or_default())
        });
        // MISP asks the list it was given, not the event.
        Ok(self.operator.is_some_and(|operator| operator.compare(Subject::Value(&self.wanted), &organisation)))
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Organisation(Question { path: &self.path, operator: self.operator, value: &self.wanted })
    }
}
