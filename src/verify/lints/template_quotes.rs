//! Values between the quotes of a JSON payload.

use super::facts::{Facts, Template};
use crate::diagnostics::{Code, Diagnostic};
use crate::jinja::Quoted;
use crate::typing::is_broken_json;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &Template { node, parameter, text, ref slips } in facts.read_templates() {
        if slips.printed.is_empty() || facts.text(node, "content_type").is_some_and(|content| content != "json") {
            continue;
        }
        // What is broken is reported already.
        if !parameter.json || is_broken_json(text) {
            continue;
        }
        for printed in &slips.printed {
            let Some(quoted) = printed.in_quotes else { continue };
            let written = &printed.written;
            let (at, better) = match quoted {
                Quoted::Alone => {
                    (printed.at.start - 1..printed.at.end + 1, format!("{{{{ {} }}}}", with_filter(written)))
                }
                Quoted::AmongText => (printed.at.clone(), format!("{{{{ ({})[1:-1] }}}}", with_filter(written))),
            };
            let place = facts.part_of(node, text, &at);
            let finding = Diagnostic::maybe_at(
                Code::UnescapedInJson,
                place.or(facts.place(node)),
                format!("a quote or a line break in `{written}` breaks this JSON"),
            )
            .label("is put in as it is")
            .note("MISP then sends the whole payload as one JSON string; and anyone who can write the value can also add keys")
            .help(match quoted {
                Quoted::Alone => format!("write `{better}` without quotes around it: `tojson` writes them"),
                Quoted::AmongText => {
                    format!("write `{better}`: `tojson` escapes, and `[1:-1]` takes its quotes off")
                }
            });
            diagnostics.push(match place {
                Some(place) => finding.unsafe_fix(place, better),
                None => finding,
            });
        }
    }
}

/// An expression through `tojson`. In brackets if it is more than names, calls and filters.
fn with_filter(written: &str) -> String {
    let is_simple = !written.contains(['~', '+']) && !written.contains(" if ") && !written.contains(" or ");
    if is_simple { format!("{written}|tojson") } else { format!("({written})|tojson") }
}
