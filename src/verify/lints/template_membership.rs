//! Strings that a template looks for in a list of objects.

use super::facts::{Facts, Template};
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::schema::{Root, Schema, Shape, Typer};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let root = facts.trigger_signature().map_or_else(Root::of_any_trigger, Root::of_trigger);
    let typer = Typer::new(root);
    for &Template { node, text, ref slips, .. } in facts.read_templates() {
        for found in &slips.memberships {
            let Some((many, key)) = objects(&typer, &found.path) else { continue };
            let shown = found.wanted.as_deref().map_or_else(|| "a string".to_owned(), |wanted| format!("`'{wanted}'`"));
            let place = facts.part_of(node, text, &found.at);
            let better = format!("{}|map(attribute='{key}')", found.written);
            let finding = Diagnostic::maybe_at(
                Code::StringAmongObjects,
                place.or(facts.place(node)),
                format!("{shown} is never in `{}`, which is a list of objects", found.written),
            )
            .label(if found.negated { "always true" } else { "always false" })
            .note(format!(
                "`{}` holds {many}, each an object with the key `{key}`; `in` compares whole entries",
                found.written
            ))
            .help(format!("write `{better}|list`"));
            diagnostics.push(match place {
                Some(place) => finding.unsafe_fix(place, format!("{better}|list")),
                None => finding,
            });
        }
    }
}

/// What the objects of a list are, and the key that one compares, where a path surely leads to such a list.
fn objects(typer: &Typer<'_>, path: &str) -> Option<(&'static str, &'static str)> {
    let followed = typer.from_root(&Path::compile(path).ok()?);
    if !followed.findings.is_empty() {
        return None;
    }
    let schema = Schema::core();
    match followed.end.as_slice() {
        [Shape::List(list)] => match schema.entry(*list) {
            Shape::Object(object) => {
                let object = schema.object(object);
                let key = object.main.as_deref().filter(|key| !key.contains('.'))?;
                Some((&object.many, key))
            }
            _ => None,
        },
        _ => None,
    }
}
