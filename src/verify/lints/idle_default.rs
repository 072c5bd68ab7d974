//! Options that a module does not offer: usually defaults that nobody replaced.

use super::facts::{Facts, plain};
use crate::catalogue::{Parameter, ParameterKind, module_ids};
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let Some(signature) = facts.signature(node) else { continue };
        for parameter in signature.parameters.iter().filter(|parameter| is_closed(parameter)) {
            let Some(value) = facts.value(node, &parameter.id).and_then(plain) else { continue };
            let shown = parameter.display_on.iter().all(|(other, wanted)| {
                facts.text(node, other).is_some_and(|value| wanted.iter().any(|known| known == value))
            });
            if value.is_empty() || parameter.has_option(value) || !shown {
                continue;
            }
            let is_default = parameter.default.as_ref().and_then(|default| default.as_str()) == Some(value);
            if !is_default && facts.is_saved() {
                // It has been said of the types.
                continue;
            }
            let message = if is_default {
                format!("the default of `{}` is `{value}`, which is none of its options", parameter.id)
            } else {
                format!("`{value}` is none of the options of `{}`", parameter.id)
            };
            diagnostics.push(
                facts
                    .finding_on(
                        Code::IdleDefault,
                        (node, &parameter.id),
                        message,
                        &format!("`{}` is left at `{value}`", parameter.id),
                    )
                    .note(match (facts.module(node), &*parameter.id) {
                        (module_ids::FILTER_TAG, "scope") => {
                            "MISP takes the value silently and then filters nothing: every item passes".to_owned()
                        }
                        _ => format!(
                            "MISP accepts the value silently, and {} then does not do what its name says",
                            facts.name(node)
                        ),
                    })
                    .help(format!("write one of its options: {}", options(parameter))),
            );
        }
    }
}

fn is_closed(parameter: &Parameter) -> bool {
    matches!(parameter.kind, ParameterKind::Select | ParameterKind::Radio)
        && !parameter.open
        && !parameter.options.is_empty()
}

fn options(parameter: &Parameter) -> String {
    let shown = parameter.options.iter().take(6).map(|(key, label)| {
        if label.is_empty() || label == key { format!("`{key}`") } else { format!("`{key}` ({label})") }
    });
    shown.collect::<Vec<_>>().join(", ")
}
