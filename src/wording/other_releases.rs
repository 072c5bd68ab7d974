//! What other releases of MISP know.

use crate::catalogue::{Catalogue, Signature, availability};
use crate::diagnostics::Diagnostic;

/// Adds in which releases MISP has what this one lacks, if it does in any.
pub(crate) fn elsewhere(diagnostic: Diagnostic, what: &str, has: impl Fn(&Catalogue) -> bool) -> (Diagnostic, bool) {
    match availability(has) {
        None => (diagnostic, false),
        Some(availability) => {
            let diagnostic = diagnostic
                .note(format!("MISP has {what} {availability}; the target is another release"))
                .help("if your MISP has it, name its release: `target` in `mispflow.toml`, or `--target`");
            (diagnostic, true)
        }
    }
}

/// [`elsewhere`] for a parameter of a module.
pub(crate) fn parameter_elsewhere(diagnostic: Diagnostic, module: &Signature, parameter: &str) -> (Diagnostic, bool) {
    elsewhere(diagnostic, "this parameter", |catalogue| {
        catalogue.module(&module.id).is_some_and(|known| known.parameter(parameter).is_some())
    })
}

/// [`elsewhere`] for an option of a parameter, by its key or its label.
pub(crate) fn option_elsewhere(
    diagnostic: Diagnostic,
    module: &Signature,
    parameter: &str,
    option: &str,
) -> (Diagnostic, bool) {
    elsewhere(diagnostic, "this option", |catalogue| {
        let known = catalogue.module(&module.id).and_then(|known| known.parameter(parameter));
        known.is_some_and(|known| known.has_option(option) || known.option_by_label(option).is_some())
    })
}
