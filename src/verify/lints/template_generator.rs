//! Generators of Jinja that a template uses like lists.

use super::facts::{Facts, Template};
use crate::diagnostics::{Code, Diagnostic};
use crate::jinja::{ListUse, Once};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &Template { node, text, ref slips, .. } in facts.read_templates() {
        for slip in &slips.generators {
            let filter = &slip.filter;
            let (message, label, note) = match slip.used {
                ListUse::Fails if slip.once == Once::View => (
                    format!("what `{filter}` gives is not a list"),
                    "makes the whole result empty",
                    "Python's method gives a view of the object, which cannot be dumped, added or cut; the template fails, and MISP gets an empty string from the service",
                ),
                ListUse::FindsNothing if slip.once == Once::View => (
                    format!("what `{filter}` gives has no places"),
                    "finds nothing",
                    "Python's method gives a view of the object, not a list; whatever is taken from it by its place renders as nothing",
                ),
                ListUse::Fails => (
                    format!("what `{filter}` gives has no length and no places"),
                    "makes the whole result empty",
                    "Jinja's filter gives a generator, not a list; the template fails, and MISP gets an empty string from the service",
                ),
                ListUse::FindsNothing => (
                    format!("what `{filter}` gives has no places"),
                    "finds nothing",
                    "Jinja's filter gives a generator, not a list; whatever is taken from it by its place renders as nothing",
                ),
                ListUse::AlwaysTrue => (
                    format!("what `{filter}` gives is always true"),
                    "true even if nothing is in it",
                    "Jinja's filter gives a generator, not a list; it is true because it exists, so the other branch is never taken",
                ),
                ListUse::Printed => (
                    format!("what `{filter}` gives is printed as an object"),
                    "prints where it is in memory",
                    "Jinja's filter gives a generator, not a list; its items are not printed",
                ),
                ListUse::Reused => (
                    format!("what `{filter}` gives can be gone through only once"),
                    "empty from the second time on",
                    "Jinja's filter gives a generator, not a list; what uses it a second time finds nothing",
                ),
            };
            let place = facts.part_of(node, text, &slip.at);
            let finding = Diagnostic::maybe_at(Code::GeneratorUsedAsList, place.or(facts.place(node)), message)
                .label(label)
                .note(note)
                .help(match slip.used {
                    ListUse::Printed => format!("write `{}|list`, or `|join(', ')`", &text[slip.at.clone()]),
                    _ => format!("write `{}|list`", &text[slip.at.clone()]),
                });
            diagnostics.push(match place {
                Some(place) => finding.unsafe_fix(place.part(place.range().len(), place.range().len()), "|list"),
                None => finding,
            });
        }
    }
}
