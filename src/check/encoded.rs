//! How objects and lists are spelled where MISP takes a text: what the checker writes, and what `import` reads again.
//!
//! Every template in a JSON value is encoded where it is rendered, so that the text is JSON whatever the data holds.

/// What is around an expression in JSON.
pub(crate) const EXPRESSION: (&str, &str) = ("{{ (", ") | default(none) | tojson }}");
/// What is around any other template in JSON.
pub(crate) const TEXT: (&str, &str) = ("{% filter tojson %}", "{% endfilter %}");
/// What is around a template in a line, where its line breaks are left out.
pub(crate) const LINE: (&str, &str) = ("{% filter replace('\\r', '') | replace('\\n', '') %}", "{% endfilter %}");
/// What is between the entries of a list or an object.
pub(crate) const COMMA: &str = ", ";
/// What is between a key and its value.
pub(crate) const COLON: &str = ": ";

/// Whether a template may begin somewhere in a text.
pub(crate) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// A string of JSON in which no template begins.
pub(crate) fn json_string(text: &str) -> String {
    let literal = serde_json::Value::from(text).to_string();
    if is_template(&literal) { literal.replace('{', "\\u007b") } else { literal }
}

/// The expression of a text that is one expression and nothing else.
pub(crate) fn only_expression(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("{{")?;
    let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside);
    let mut depth = 0_usize;
    let mut quote = None;
    let mut characters = inside.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), _) if character == open => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '{' | '[' | '(') => depth += 1,
            (None, '}') if depth == 0 => {
                let is_end = &inside[at..] == "}}";
                let expression = inside[..at].strip_suffix('-').unwrap_or(&inside[..at]).trim();
                return (is_end && !expression.is_empty()).then_some(expression);
            }
            (None, '}' | ']' | ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{json_string, only_expression};

    #[test]
    fn expressions_that_stand_alone() {
        for (text, expression) in [
            ("{{ Event.info }}", Some("Event.info")),
            ("{{- Event.info -}}", Some("Event.info")),
            ("{{ \"}}\" ~ x['a}}'] }}", Some("\"}}\" ~ x['a}}']")),
            ("{{ {'a': {'b': 1}} }}", Some("{'a': {'b': 1}}")),
            ("{{ '\\'}}' }}", Some("'\\'}}'")),
            ("{{ a }} {{ b }}", None),
            ("{{ a }}{{ b }}", None),
            ("x {{ a }}", None),
            ("{{ a }}x", None),
            ("{{ }}", None),
            ("{{ a", None),
        ] {
            assert_eq!(only_expression(text), expression, "{text}");
        }
    }

    #[test]
    fn no_template_begins_in_a_string() {
        assert_eq!(json_string("a\"b\n"), "\"a\\\"b\\n\"");
        assert_eq!(json_string("{{ x }} {a"), "\"\\u007b\\u007b x }} \\u007ba\"");
    }
}
