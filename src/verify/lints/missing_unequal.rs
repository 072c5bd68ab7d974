//! `!=` on something that may be missing: then the answer is no.

use super::facts::{Facts, plain};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::schema::{Root, Shape, Typer};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let root = facts.trigger_signature().map_or_else(Root::of_any_trigger, Root::of_trigger);
    let typer = Typer::new(root);
    for &node in &facts.order {
        if facts.module(node) != module_ids::GENERIC_IF || facts.text(node, "operator") != Some("not_equals") {
            continue;
        }
        let Some(path) = facts.value(node, "hash_path").and_then(plain).filter(|path| !path.is_empty()) else {
            continue;
        };
        let Ok(compiled) = Path::compile(path) else { continue };
        // What MISP's own data surely has is never missing.
        if !compiled.is_plain() || typer.from_root(&compiled).end != [Shape::Open] {
            continue;
        }
        let message = format!("where `{path}` is missing, `!=` does not hold either");
        let finding = facts
            .finding_in(Code::MissingNotUnequal, (node, path), message, "may be missing")
            .note("IF :: Generic finds nothing to compare there; then neither `==` nor `!=` holds")
            .help(format!("turn the question round: `not {path} == …`"));
        diagnostics.push(facts.edited(finding, node, "not ", &format!("{path} !="), &format!("{path} ==")));
    }
}
