//! Modules that need the MISP core format are under triggers that give it.

use super::reach::reached_from;
use super::view::View;
use crate::catalogue::SignatureLookup;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(view: &View<'_, '_>, signature: &SignatureLookup<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let without =
        |&trigger: &usize| signature(&view.node(trigger).module).is_some_and(|known| !known.gives_core_format);
    let triggers = view.triggers.iter().copied().filter(without);
    for (index, trigger) in reached_from(view, triggers).into_iter().enumerate() {
        let Some(trigger) = trigger else { continue };
        if !signature(&view.node(index).module).is_some_and(|signature| signature.expects_core_format) {
            continue;
        }
        let message = format!(
            "{} needs data in the MISP core format, and the trigger {} gives none",
            view.name(index),
            view.name(trigger),
        );
        let finding = Diagnostic::maybe_at(Code::CoreFormatMissing, view.span(index), message)
            .label("finds no event in the data");
        diagnostics.push(
            view.also(finding, trigger, "this trigger's data has another format")
                .note("the module looks for an event, attributes or objects, and the data of this trigger holds none")
                .help("use a trigger about events, attributes or objects, or another module"),
        );
    }
}
