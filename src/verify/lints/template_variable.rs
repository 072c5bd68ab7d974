//! Variables of templates that the data does not have.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::Path;
use crate::jinja::names::is_method;
use crate::model::{ParamText, ParamValue};
use crate::schema::{PathFinding, Root, Typer};
use crate::typing::undeclared_variables;

/// What templates can call without the data's help.
const BUILT_IN: [&str; 8] = ["range", "dict", "lipsum", "cycler", "joiner", "namespace", "loop", "self"];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let root = facts.trigger_signature().map_or_else(Root::of_any_trigger, Root::of_trigger);
    let typer = Typer::new(root);
    for &node in &facts.order {
        let Some(signature) = facts.signature(node) else { continue };
        for (id, value) in &facts.node(node).params {
            let ParamValue::Text(ParamText::Plain(text)) = value else { continue };
            if !signature.parameter(id).is_some_and(|parameter| parameter.jinja) {
                continue;
            }
            for variable in undeclared_variables(text) {
                let Some(found) = unknown(&typer, &variable) else { continue };
                // What a module that nobody knows adds to the data nobody knows either.
                if facts.is_behind_foreign(node) {
                    continue;
                }
                let message = format!("`{variable}` is nothing that the data has: {}", found.message);
                diagnostics.push(
                    facts
                        .finding_in(Code::UnknownVariable, (node, text), message, "renders as nothing")
                        .note("a template knows the data of the run only, and what it does not know becomes an empty string")
                        .maybe_help(found.help),
                );
            }
        }
    }
}

/// What is wrong with a variable, if anything is.
fn unknown(typer: &Typer<'_>, variable: &str) -> Option<PathFinding> {
    let first = variable.split('.').next().unwrap_or_default();
    if BUILT_IN.contains(&first) || first.starts_with('_') {
        return None;
    }
    let variable = match variable.rsplit_once('.') {
        Some((before, last)) if is_method(last) => before,
        _ => variable,
    };
    let path = Path::compile(variable).ok()?;
    let mut finding = typer.from_root(&path).findings.into_iter().next()?;
    // Jinja knows no `{n}`.
    if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.replacement == "{n}.") {
        let (list, key) = variable.split_at(fix.at.start);
        let list = list.trim_end_matches('.');
        finding.help =
            Some(format!("go through the entries: `{{% for entry in {list} %}}{{{{ entry.{key} }}}}{{% endfor %}}`"));
    }
    Some(finding)
}
