//! One module, with everything needed to call it.

use std::io;

use serde_json::Value as Json;

use crate::catalogue::{Parameter, ParameterKind, Provenance, Signature, availability};
use crate::cli::Console;
use crate::diagnostics::printable_line;
use crate::model::ModuleType;
use crate::schema::TriggerData;

use super::trigger;

/// Where values begin in the list of facts.
const FACTS: usize = 18;
/// Where they begin under a parameter.
const DETAILS: usize = 16;
/// More options than this are counted.
const MOST_OPTIONS: usize = 60;

pub(super) fn write(module: &Signature, console: &mut Console) -> io::Result<()> {
    let width = console.width();
    console.heading(&printable_line(&module.id))?;
    if !module.description.is_empty() {
        console.wrapped("", 0, &module.description, width)?;
    }
    console.line("")?;
    for (name, value) in facts(module) {
        console.wrapped(&format!("  {name:<16}"), FACTS, &value, width)?;
    }
    if !module.traps.is_empty() {
        console.line("")?;
        console.heading("Traps")?;
        for trap in &module.traps {
            console.wrapped("  - ", 4, trap, width)?;
        }
    }
    if module.module_type == ModuleType::Trigger
        && let Some(data) = TriggerData::of(&module.id).filter(|_| module.provenance == Provenance::BuiltIn)
    {
        trigger::write(module, data, width, console)?;
    }
    console.line("")?;
    if module.parameters.is_empty() {
        console.heading("No parameters")?;
    } else {
        console.heading("Parameters")?;
    }
    for (index, parameter) in module.parameters.iter().enumerate() {
        if index > 0 {
            console.line("")?;
        }
        write_parameter(parameter, width, console)?;
    }
    console.line("")?;
    console.heading("In a workflow")?;
    if let Some(words) = module.example_in_words() {
        write_code(words, console)?;
        if !module.has_example_call() {
            return Ok(());
        }
        console.line("")?;
        console.heading("The same as a call")?;
    }
    write_code(&module.example_call(), console)
}

fn facts(module: &Signature) -> Vec<(&'static str, String)> {
    let trigger = module.module_type == ModuleType::Trigger;
    let mut facts = vec![("name in MISP", module.name.clone()), ("kind", kind(module))];
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
        facts.push(("outputs", outputs(module)));
        let filter = if module.supports_filters { "yes: `for SELECTOR where CONDITION` after the call" } else { "no" };
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

fn kind(module: &Signature) -> String {
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

fn outputs(module: &Signature) -> String {
    match module.outputs {
        0 => "none: nothing can follow it".to_owned(),
        1 if module.multiple_output_connection => "1, with a connection for every branch".to_owned(),
        1 => "1".to_owned(),
        2 if module.is_condition() => "2: then and else".to_owned(),
        count => count.to_string(),
    }
}

fn write_parameter(parameter: &Parameter, width: usize, console: &mut Console) -> io::Result<()> {
    console.strong(&format!("  {}", printable_line(&parameter.id)))?;
    console.line(&format!("  {}", takes(parameter)))?;
    if !parameter.description.is_empty() {
        console.wrapped("      ", 6, &parameter.description, width)?;
    } else if !parameter.label.is_empty() {
        console.wrapped("      ", 6, &parameter.label, width)?;
    }
    let mut detail = |name: &str, value: &str| console.wrapped(&format!("      {name:<10}"), DETAILS, value, width);
    if let Some(problem) = &parameter.required {
        detail("required", &format!("while it is empty, {problem}"))?;
    }
    if let Some(default) = &parameter.default {
        detail("default", &written(default))?;
    }
    if !parameter.display_on.is_empty() {
        detail("only when", &hidden_unless(parameter))?;
    }
    if !parameter.example.is_empty() {
        detail("example", &parameter.example)?;
    }
    let longest = parameter.options.keys().map(|key| key.chars().count()).max().unwrap_or(0);
    for (index, (key, label)) in parameter.options.iter().enumerate() {
        let name = if index == 0 { "options" } else { "" };
        if index == MOST_OPTIONS {
            detail(name, &format!("… and {} more", parameter.options.len() - index))?;
            break;
        }
        let same = label.is_empty() || label == key;
        let padding = " ".repeat(longest - key.chars().count());
        detail(name, &if same { key.clone() } else { format!("{key}{padding}  {}", label.trim()) })?;
    }
    if parameter.open {
        let (name, others) = if parameter.options.is_empty() {
            ("options", "any: they are different on each server")
        } else {
            ("", "other values may be valid too")
        };
        detail(name, others)?;
    }
    Ok(())
}

/// What a parameter takes, in a few words.
fn takes(parameter: &Parameter) -> String {
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

fn hidden_unless(parameter: &Parameter) -> String {
    let conditions = parameter.display_on.iter().map(|(other, values)| format!("{other} is {}", values.join(" or ")));
    conditions.collect::<Vec<_>>().join(" and ")
}

/// A default as a workflow would say it.
fn written(default: &Json) -> String {
    match default {
        Json::String(text) if text.is_empty() => "empty".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(values) if values.is_empty() => "none".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn write_code(code: &str, console: &mut Console) -> io::Result<()> {
    for line in code.lines() {
        console.line(format!("  {}", printable_line(line)).trim_end())?;
    }
    Ok(())
}
