//! Fields and values that were given the wrong way round.

use super::{Schema, Shape};

/// The field that is in the place of the value, if the path is one of its values.
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
