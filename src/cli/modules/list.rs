//! All modules, a line each.

use std::io;

use crate::catalogue::{Catalogue, Provenance, Signature};
use crate::cli::Console;
use crate::diagnostics::printable_line;
use crate::model::ModuleType;

/// No id pushes the descriptions further to the right than this.
const WIDEST_ID: usize = 36;

pub(super) fn write(catalogue: &Catalogue, console: &mut Console) -> io::Result<()> {
    // Into a pipe each module goes on one line, so that `grep` finds the whole of it.
    let width = console.terminal_width().unwrap_or(usize::MAX);
    let ids = catalogue.modules().map(|module| module.id.chars().count());
    let column = ids.filter(|&length| length <= WIDEST_ID).max().unwrap_or(0) + 4;
    let mut first = true;
    for (title, belongs) in GROUPS {
        let modules: Vec<&Signature> = catalogue.modules().filter(|module| belongs(module)).collect();
        if modules.is_empty() {
            continue;
        }
        if !std::mem::take(&mut first) {
            console.line("")?;
        }
        console.heading(title)?;
        for module in modules {
            let id = printable_line(&module.id);
            let padding = column.saturating_sub(2 + id.chars().count()).max(2);
            let start = format!("  {id}{}", " ".repeat(padding));
            let description = if module.description.is_empty() { &module.name } else { &module.description };
            console.wrapped(&start, column, description, width)?;
        }
    }
    Ok(())
}

type Group = (&'static str, fn(&Signature) -> bool);

const GROUPS: [Group; 4] = [
    ("Triggers: what a workflow starts on", |module| module.module_type == ModuleType::Trigger),
    ("Logic: what decides and filters", |module| module.module_type == ModuleType::Logic),
    ("Actions: what is done", |module| {
        module.module_type == ModuleType::Action && module.provenance != Provenance::MispModules
    }),
    ("Actions of the misp-modules service", |module| {
        module.module_type == ModuleType::Action && module.provenance == Provenance::MispModules
    }),
];
