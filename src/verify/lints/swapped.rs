//! A filter or question whose value is a field and whose path is a value.

use super::facts::{Facts, plain};
use crate::diagnostics::{Code, Diagnostic};
use crate::schema::swapped;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let filter = &facts.node(node).filter;
        let saved = filter.value.as_plain().map(|value| (&*filter.path, value));
        let own = || {
            let path = facts.value(node, "hash_path").and_then(plain)?;
            Some((path, facts.value(node, "value").and_then(plain)?))
        };
        let Some((path, value)) = saved.filter(|_| filter.is_active()).or_else(own) else { continue };
        let Some(field) = swapped(path, value) else { continue };
        diagnostics.push(
            facts
                .finding(
                    Code::FieldAndValueSwapped,
                    node,
                    format!("`{field}` is a field and `{path}` one of its values: they are the wrong way round"),
                    "matches nothing",
                )
                .note("the hash path says where to look, and the value what must be there")
                .help(format!("compare `{field}` with `{}`", path.replace('`', "'"))),
        );
    }
}
