//! One module, with everything needed to call it.

use std::io;

use crate::catalogue::{Parameter, Provenance, Signature, written_default};
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
    for (name, value) in module.facts() {
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

fn write_parameter(parameter: &Parameter, width: usize, console: &mut Console) -> io::Result<()> {
    console.strong(&format!("  {}", printable_line(&parameter.id)))?;
    console.line(&format!("  {}", parameter.takes()))?;
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
        detail("default", &written_default(default))?;
    }
    if !parameter.display_on.is_empty() {
        detail("only when", &parameter.shown_only_when())?;
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

pub(super) fn write_code(code: &str, console: &mut Console) -> io::Result<()> {
    for line in code.lines() {
        console.line(format!("  {}", printable_line(line)).trim_end())?;
    }
    Ok(())
}
