//! `attach-enrichment` and `enrich-event`.

use super::database_form::in_database_form;
use super::reload_full_event::reload;
use super::saved_event::saved_event;
use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::{entry, wanted_array};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, PhpClass, Thrown, Value};

/// As MISP spells it.
const NOT_CONFIGURED: &str = "No enrichmnent module selected";

#[derive(Debug)]
struct Enrichment {
    selection: Selection,
    modules: Array<'static>,
    /// The modules that the server has; empty if nobody says.
    listed: Vec<String>,
    saves: bool,
}

pub(super) fn prepare_attach(arguments: &Arguments<'_>) -> Prepared {
    prepare(arguments, false)
}

pub(super) fn prepare_enrich(arguments: &Arguments<'_>) -> Prepared {
    prepare(arguments, true)
}

fn prepare(arguments: &Arguments<'_>, saves: bool) -> Prepared {
    let parameter = arguments.signature.and_then(|signature| signature.parameter("modules"));
    let listed = parameter.filter(|parameter| !parameter.open).into_iter().flat_map(|known| known.options.keys());
    Ok(Box::new(Enrichment {
        selection: Selection::new(arguments)?,
        modules: arguments.list("modules"),
        listed: listed.cloned().collect(),
        saves,
    }))
}

impl Enrichment {
    /// Whether misp-modules has the module, as far as the catalogue of the server or the answers tell.
    fn is_known(&self, name: &Value<'_>, step: &ModuleRun<'_, '_>) -> bool {
        let Some(name) = name.to_text().filter(|name| !name.is_empty()) else { return true };
        let listed = self.listed.is_empty() || self.listed.iter().any(|known| *known == name);
        listed && step.answers.has_enrichment_module(&name)
    }
}

/// What MISP dies of where a module gives no answer.
fn no_answer() -> Thrown {
    Thrown {
        class: PhpClass::TypeError,
        message: "Module_attach_enrichment::_queryModules(): Return value must be of type array, null returned".into(),
    }
}

impl Module for Enrichment {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if self.modules.is_empty() {
            return Ok(step.fail(NOT_CONFIGURED));
        }
        let mut data = step.copy()?;
        let attributes = self.selection.attributes(&data, step)?;
        let ids = attributes.values().map(|attribute| entry(attribute, "id").cloned()).collect::<Result<_, _>>()?;
        step.effect(Effect::Enrich { modules: self.modules.clone(), attributes: ids, saves: self.saves });
        if self.saves {
            if step.lacks_zmq_redis() {
                return Ok(false);
            }
            if step.semantics.enriching_normalises {
                reload(step);
                return Ok(true);
            }
            let saved = saved_event(step);
            step.data.replace(in_database_form(&saved));
            return Ok(true);
        }
        step.lookups.entry(&step.node.module).or_default().note(&data);
        for attribute in attributes.values() {
            wanted_array(attribute, "Module_attach_enrichment::_checkIfInputSupported", 1, "attribute")?;
            if let Some(unknown) = self.modules.values().find(|name| !self.is_known(name, step)) {
                let name = unknown.to_text().unwrap_or_default().into_owned();
                step.because(|| format!("misp-modules has no module `{name}`, or it is switched off"));
                return Err(Thrown::argument(
                    "Module_attach_enrichment::getModuleOptions",
                    1,
                    "moduleConfig",
                    "array",
                    "null",
                ));
            }
            for service in self.modules.values().filter_map(Value::to_text).filter(|service| !service.is_empty()) {
                if step.answers.stops_queries_of(&service) {
                    step.because(|| {
                        format!("a workflow for `enrichment-before-query` stops the query of `{service}`, which then gives no answer")
                    });
                    return Err(no_answer());
                }
                let Some(answer) = step.answers.enrichment(step.request(), &service, attribute) else { continue };
                if answer.is_null() {
                    return Err(no_answer());
                }
                let lookup = step.lookups.entry(&step.node.module).or_default();
                lookup.change(&mut data, attribute, |attribute| {
                    if !matches!(attribute.get(KeyRef::String("enrichment")), Some(Value::Array(_))) {
                        attribute.set("enrichment", Array::new());
                    }
                    if let Some(Value::Array(answers)) = attribute.get_mut(KeyRef::String("enrichment")) {
                        answers.push(answer.clone());
                    }
                });
            }
        }
        step.data.set(data);
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.saves {
            return Meaning::Unknown("what an enrichment saves in the event is not known");
        }
        if !self.listed.is_empty() {
            return Meaning::Unknown("whether misp-modules has the modules is not followed");
        }
        Meaning::Hangs {
            filter: self.selection.meaning(),
            key: "enrichment",
            keeps: None,
            always_fails: self.modules.is_empty(),
            kind: Some("enrich"),
        }
    }
}
