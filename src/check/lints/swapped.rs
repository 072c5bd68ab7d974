//! A filter or question whose value is a field and whose path is a value.

use super::facts::{Facts, plain};
use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Schema, Shape};

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

/// The field that stands in the place of the value, if the path is one of its values.
pub fn swapped<'v>(path: &str, value: &'v str) -> Option<&'v str> {
    if path.is_empty() || path.contains(['{', '[']) {
        return None;
    }
    let schema = Schema::core();
    let Shape::Object(id) = schema.object_named("attribute")? else { return None };
    let keys = &schema.object(id).keys;
    let Some(Shape::OneOf(values)) = keys.get(value) else { return None };
    (!keys.contains_key(path) && schema.enumeration(*values).values.contains_key(path)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::swapped;

    #[test]
    fn fields_and_values() {
        assert_eq!(swapped("hostname", "type"), Some("type"));
        assert_eq!(swapped("Network activity", "category"), Some("category"));
        assert_eq!(swapped("type", "hostname"), None);
        assert_eq!(swapped("comment", "type"), None, "a field that is a type of attributes too");
    }
}
