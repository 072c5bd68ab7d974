//! Line breaks in templated headers.

use super::facts::{Facts, Template};
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &Template { node, parameter, text, ref slips } in facts.read_templates() {
        if parameter.id != "headers" {
            continue;
        }
        for printed in slips.printed.iter().filter(|printed| printed.lines) {
            let written = &printed.written;
            let is_name = written.chars().all(|char| char == '.' || char == '_' || char.is_alphanumeric());
            let better = if is_name {
                format!("{{{{ {written}.split()|join(' ') }}}}")
            } else {
                format!("{{{{ ({written}).split()|join(' ') }}}}")
            };
            let place = facts.part_of(node, text, &printed.at);
            let finding = Diagnostic::maybe_at(
                    Code::HeaderLineBreak,
                    place.or(facts.place(node)),
                    format!("a line break in `{written}` adds headers to the request"),
                )
                .label("may hold a line break")
                .note("MISP renders the headers first and splits them into lines afterwards, so that whoever may write the value can set any header, `Host` and `Authorization` too")
                .help(format!("write `{better}`, which makes one line of it"));
            diagnostics.push(match place {
                Some(place) => finding.unsafe_fix(place, better),
                None => finding,
            });
        }
    }
}
