//! Values that a template prints as they are, whatever they hold.

use super::source_limits::is_open;

/// Adds a value to the beginning of a template, so that Jinja prints it as it is: as a string of an expression, if it would
/// be a tag. Where the beginning ends in an expression, a comment or `raw`, that decides what the value is, and it is added
/// as it is. `after` is what the template goes on with.
pub fn push_verbatim(template: &mut String, value: &str, after: &str) {
    let begins_tag = |text: &str| text.starts_with(['{', '%', '#']);
    let holds_tag = value.match_indices('{').any(|(at, _)| begins_tag(&value[at + 1..]));
    let meets_tag = (value.ends_with('{') && begins_tag(after)) || (template.ends_with('{') && begins_tag(value));
    if !(holds_tag || meets_tag) || is_open(template) {
        template.push_str(value);
        return;
    }
    // A brace before the expression would begin it one character early.
    let braces = template.len() - template.trim_end_matches('{').len();
    template.truncate(template.len() - braces);
    template.push_str("{{ '");
    for char in std::iter::repeat_n('{', braces).chain(value.chars()) {
        match char {
            '\\' => template.push_str("\\\\"),
            '\'' => template.push_str("\\'"),
            '\n' => template.push_str("\\n"),
            '\r' => template.push_str("\\r"),
            char => template.push(char),
        }
    }
    template.push_str("' }}");
}

/// The value that is in the place of a variable after [`push_verbatim`], if it has become an expression.
pub fn of_verbatim(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{{ '")?.strip_suffix("' }}")?;
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                char => char,
            }),
            '\'' => return None,
            char => value.push(char),
        }
    }
    Some(value)
}

#[cfg(test)]
mod unit_tests {
    use proptest::prelude::*;

    use super::*;
    use crate::jinja::Template;
    use crate::php::Value;

    fn rendered(before: &str, value: &str, after: &str) -> String {
        let mut template = before.to_owned();
        push_verbatim(&mut template, value, after);
        template.push_str(after);
        Template::compile(&template).render(&Value::Null, None)
    }

    #[test]
    fn tags_are_printed() {
        for value in ["{{ x }}", "{%", "a{#b", "{{ 'it\\'s' }}", "{{\n}}\"", "}}{{", "{% raw %}", "{{{", "\\{{'"] {
            assert_eq!(rendered("X-A: ", value, "\nX-B: 1"), format!("X-A: {value}\nX-B: 1"));
            assert_eq!(rendered("{{ 1 }}{", value, " {{ 2 }}"), format!("1{{{value} 2"));
        }
        assert_eq!(rendered("{", "{x", ""), "{{x");
        assert_eq!(rendered("a", "b{", "%c"), "ab{%c");
    }

    #[test]
    fn what_needs_nothing_is_left_alone() {
        for (before, value) in [("", "a}}b%}"), ("{", "a"), ("{{ '", "{{"), ("{# ", "{{"), ("{% raw %}", "{{ x }}")] {
            let mut template = before.to_owned();
            push_verbatim(&mut template, value, "z");
            assert_eq!(template, format!("{before}{value}"));
        }
    }

    proptest! {
        #[test]
        fn whatever_it_holds_it_is_printed(before in "[a{ ]{0,3}", value in "[{}%#'\"\\\\a\n-]{1,12}", after in "[a}%#]{0,3}") {
            // What is a tag without the value is one with it, and the last line end is Jinja's.
            prop_assume!(!before.contains("{{") && !value.ends_with('\n'));
            prop_assert_eq!(rendered(&before, &value, &after), format!("{before}{value}{after}"));
            let mut template = String::new();
            push_verbatim(&mut template, &value, "");
            if template != value {
                prop_assert_eq!(of_verbatim(&template), Some(value));
            }
        }
    }
}
