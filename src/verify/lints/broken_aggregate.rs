//! IF :: Aggregate Comparator, asked what it cannot answer. See `docs/misp-semantics.md`, "Modules in a run".

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::php::is_numeric;
use crate::schema::{Root, Schema, Shape, Typer};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let typer = Typer::new(facts.trigger_signature().map_or_else(Root::of_any_trigger, Root::of_trigger));
    for &node in facts.nodes_of(module_ids::AGGREGATE_COMPARATOR_IF) {
        if let Some(operator @ ("in" | "not_in")) = facts.text(node, "operator") {
            diagnostics.push(never_holds(facts, node, operator));
        }
        diagnostics.extend(of_texts(facts, node, &typer));
    }
}

fn never_holds(facts: &Facts<'_, '_>, node: usize, operator: &str) -> Diagnostic {
    let instead = if operator == "in" { "equals" } else { "not_equals" };
    let finding = facts
        .finding_on(
            Code::BrokenAggregate,
            (node, "operator"),
            format!("`{operator}` never holds here: the result is a single number, not a list"),
            "always no",
        )
        .note("both operators need a list, and are false without one")
        .help(format!("write `operator: {instead}`"));
    facts.edited(finding, node, "", &format!("operator: {operator}"), &format!("operator: {instead}"))
}

fn of_texts(facts: &Facts<'_, '_>, node: usize, typer: &Typer<'_>) -> Option<Diagnostic> {
    let kind = facts.text(node, "aggregation_type").filter(|kind| *kind != "count")?;
    let path = facts.text(node, "aggregation_path").filter(|path| !path.is_empty())?;
    let found = typer.from_root(&Path::compile(path).ok()?);
    // A test in the path, or a filter, may leave numbers only.
    let picks = path.contains('[') || facts.filters.may[node] != 0;
    let is_no_number = |shape: &Shape| match shape {
        Shape::Text => !picks,
        Shape::OneOf(id) => Schema::core().enumeration(*id).values.keys().all(|value| !is_numeric(value)),
        Shape::List(_) | Shape::Object(_) => true,
        Shape::Open | Shape::Number | Shape::Boolean => false,
    };
    if found.selected.is_empty() || !found.findings.is_empty() || !found.selected.iter().all(is_no_number) {
        return None;
    }
    let result = match kind {
        "unique_count" => "all that begin with no digit count as the same one",
        _ => "the result does not depend on the content of these strings",
    };
    Some(
        facts
            .finding_in(
                Code::BrokenAggregate,
                (node, path),
                format!("`{path}` finds strings, and MISP turns each into a number: {result}"),
                &format!("`{kind}` needs numbers"),
            )
            .note("a string that does not begin with a digit becomes 0; in others MISP drops what follows the number")
            .help("count what is found, `count(…) > …`, or lead the path to numbers"),
    )
}
