//! What there is to know of a module, in words.

use serde_json::Value as Json;

use crate::model::ModuleType;

use super::{Parameter, ParameterKind, Provenance, Signature, availability};

impl Signature {
    /// What there is to know of the module besides its parameters and traps: what, and in words.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let module = self;
        let trigger = module.module_type == ModuleType::Trigger;
        let mut facts = vec![("name in MISP", module.name.clone()), ("kind", module.kind_in_words())];
        let blocking = match (module.module_type, module.blocking) {
            (ModuleType::Trigger, true) => "yes: MISP waits for the workflow, and continues only if it succeeds",
            (ModuleType::Trigger, false) => "no: MISP continues at once, and the workflow runs in the background",
            (_, true) => "yes: if it fails, the whole run ends",
            (ModuleType::Logic, false) => "no",
            (ModuleType::Action, false) => {
                "no: if it fails, the run continues; in a workflow that does not block, the rest of this path is skipped"
            }
        };
        facts.push(("blocking", blocking.to_owned()));
        if !trigger {
            facts.push(("outputs", module.outputs_in_words()));
            let filter =
                if module.supports_filters { "yes: `for SELECTOR where CONDITION` after the call" } else { "no" };
            facts.push(("module filter", filter.to_owned()));
        }
        let core_format = match (trigger, module.gives_core_format, module.expects_core_format) {
            (true, true, _) => "yes: it gives the data of an event in the MISP core format",
            (true, false, _) => "no: modules that need the MISP core format do not work under it",
            (false, _, true) => "needed: the trigger must give the data of an event",
            (false, _, false) => "not needed: it accepts any data",
        };
        facts.push(("core format", core_format.to_owned()));
        if let Some(scope) = &module.scope {
            facts.push(("scope", scope.clone()));
        }
        if let Some(overhead) = module.overhead {
            let often = match overhead {
                1 => "rarely",
                2 => "often",
                _ => "very often: keep its workflow short",
            };
            facts.push(("fires", often.to_owned()));
        }
        facts.push(("version", module.version.clone()));
        if module.provenance == Provenance::BuiltIn
            && let Some(releases) = availability(|catalogue| catalogue.module(&module.id).is_some())
        {
            facts.push(("in MISP", releases.to_string()));
        }
        facts
    }

    fn kind_in_words(&self) -> String {
        let module = self;
        let kind = match module.module_type {
            ModuleType::Trigger => "trigger",
            ModuleType::Logic if module.is_condition() => "logic, a condition of an `if`",
            ModuleType::Logic => "logic",
            ModuleType::Action => "action",
        };
        let provenance = match module.provenance {
            Provenance::BuiltIn => "",
            Provenance::MispModules => " of the misp-modules service",
            Provenance::Custom => " of this project or server",
        };
        format!("{kind}{provenance}")
    }

    fn outputs_in_words(&self) -> String {
        let module = self;
        match module.outputs {
            0 => "none: nothing can follow it".to_owned(),
            1 if module.multiple_output_connection => "1, with a connection for every branch".to_owned(),
            1 => "1".to_owned(),
            2 if module.is_condition() => "2: then and else".to_owned(),
            count => count.to_string(),
        }
    }
}

impl Parameter {
    /// What the parameter takes, in a few words.
    pub fn takes(&self) -> String {
        let parameter = self;
        let mut words = match parameter.kind {
            ParameterKind::Text => "text",
            ParameterKind::Textarea => "several lines",
            ParameterKind::Select | ParameterKind::Radio => "one of the options",
            ParameterKind::Picker if parameter.multiple => "list",
            ParameterKind::Picker => "one of a list",
            ParameterKind::HashPath if parameter.sub_selector => "hash path inside the items of another one",
            ParameterKind::HashPath => "hash path",
            ParameterKind::Number => "number",
            ParameterKind::Checkbox => "true or false",
        }
        .to_owned();
        if parameter.jinja {
            words.push_str(", may be a Jinja template");
        }
        if parameter.json {
            words.push_str(", or an object or list");
        }
        if parameter.lines.is_some() {
            words.push_str(", or an object");
        }
        if parameter.sensitive {
            words.push_str(", a secret: write `secret(\"NAME\")`");
        }
        words
    }

    /// With which values of other parameters the editor shows it, in words.
    pub fn shown_only_when(&self) -> String {
        let conditions = self.display_on.iter().map(|(other, values)| format!("{other} is {}", values.join(" or ")));
        conditions.collect::<Vec<_>>().join(" and ")
    }
}

/// A default as a workflow would say it.
pub fn written_default(default: &Json) -> String {
    match default {
        Json::String(text) if text.is_empty() => "empty".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(values) if values.is_empty() => "none".to_owned(),
        other => other.to_string(),
    }
}
