//! Steps whose texts are rendered by another service.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};
use crate::graph::ParamValue;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let Some(signature) = facts.signature(node) else { continue };
        let rendered = facts.node(node).params.iter().find(|(id, value)| {
            matches!(value, ParamValue::Text(text) if !text.is_empty())
                && signature.parameter(id).is_some_and(|parameter| parameter.jinja)
        });
        let Some((id, _)) = rendered else { continue };
        diagnostics.push(
            facts
                .finding_on(
                    Code::NeedsTemplateService,
                    (node, id),
                    format!("{} needs the service misp-modules: MISP has it render `{id}`", facts.name(node)),
                    "rendered by another service",
                )
                .note("MISP sends every such text there, with or without a template in it; where the service does not run, releases up to 2.5.1 end the run with an internal error and block nothing, and later ones send an empty text")
                .help("let misp-modules run beside MISP, or leave the text out"),
        );
    }
}
