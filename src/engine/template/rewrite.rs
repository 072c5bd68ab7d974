//! `%` after a string, which minijinja does not know, as a filter.

use std::fmt::Write;

use crate::template_bounds::string_length;

/// The filter that does what Python's `%` does to strings. No template can name it.
pub(super) const PERCENT: &str = "python_percent_operator";

/// The template with `'text' % operand` written as a filter.
pub(super) fn percent_operators(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = next_tag(rest) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        if rest.starts_with("{#") {
            let end = rest.find("#}").map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        let end = code_end(rest);
        let code = &rest[..end];
        out.push_str(&rewritten(code, 0));
        rest = &rest[end..];
        if is_raw(code) {
            let raw_end =
                rest.match_indices("{%").find(|(at, _)| is_endraw(&rest[*at..])).map_or(rest.len(), |(at, _)| at);
            out.push_str(&rest[..raw_end]);
            rest = &rest[raw_end..];
        }
    }
    out + rest
}

fn next_tag(text: &str) -> Option<usize> {
    text.match_indices('{').map(|(at, _)| at).find(|at| text[*at + 1..].starts_with(['{', '%', '#']))
}

fn words(tag: &str) -> &str {
    tag.trim_start_matches("{%").trim_start_matches(['-', '+']).trim_start()
}

fn is_raw(tag: &str) -> bool {
    tag.starts_with("{%")
        && words(tag).strip_prefix("raw").is_some_and(|rest| !rest.starts_with(|char: char| char.is_alphanumeric()))
}

fn is_endraw(text: &str) -> bool {
    words(text).starts_with("endraw")
}

/// Where the tag at the beginning of `text` ends, its end included.
fn code_end(text: &str) -> usize {
    let close = if text.starts_with("{{") { "}}" } else { "%}" };
    let mut at = 2;
    let mut depth = 0_usize;
    while at < text.len() {
        let rest = &text[at..];
        if depth == 0 && rest.starts_with(close) {
            return at + 2;
        }
        match rest.as_bytes()[0] {
            b'\'' | b'"' => at += string_length(rest),
            b'{' | b'(' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    text.len()
}

/// How deep brackets are looked into.
const MAX_DEPTH: usize = 64;

fn rewritten(code: &str, depth: usize) -> String {
    let mut out = String::with_capacity(code.len());
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        if !rest.starts_with(['\'', '"']) {
            let char = rest.chars().next().unwrap_or(' ');
            out.push(char);
            at += char.len_utf8();
            continue;
        }
        let length = string_length(rest);
        let literal = &rest[..length];
        at += length;
        let after = &code[at..];
        let operator = after.trim_start();
        let right = operator.get(1..).unwrap_or_default().trim_start();
        let is_operator = operator.starts_with('%') && !operator.starts_with("%}") && depth < MAX_DEPTH;
        let operand = if is_operator { operand_length(right) } else { 0 };
        if operand == 0 {
            out.push_str(literal);
            continue;
        }
        let _ = write!(out, "({literal}|{PERCENT}({}))", rewritten(&right[..operand], depth + 1));
        at += after.len() - right.len() + operand;
    }
    out
}

/// The length of a value with all that is done to it directly: `.name`, `[…]`, `(…)`, `|filter`.
fn operand_length(text: &str) -> usize {
    let is_name = |char: char| char == '_' || char.is_alphanumeric();
    let first = text.chars().next();
    let mut at = match first {
        Some('\'' | '"') => string_length(text),
        Some('(' | '[' | '{') => bracket_length(text),
        Some('-' | '+') => return 0,
        Some(char) if is_name(char) => text.find(|char| !is_name(char)).unwrap_or(text.len()),
        _ => return 0,
    };
    loop {
        let rest = &text[at..];
        let spaces = rest.len() - rest.trim_start().len();
        let more = rest.trim_start();
        at += match more.chars().next() {
            Some('(' | '[') => spaces + bracket_length(more),
            Some('.' | '|') => {
                let name = more[1..].trim_start();
                let before = more.len() - name.len();
                let length = name.find(|char| !is_name(char)).unwrap_or(name.len());
                if length == 0 {
                    return at;
                }
                spaces + before + length
            }
            _ => return at,
        };
    }
}

/// The length of the brackets at the beginning of `text`.
fn bracket_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        match rest.as_bytes()[0] {
            b'\'' | b'"' => at += string_length(rest),
            b'(' | b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    text.len()
}

#[cfg(test)]
mod unit_tests {
    use super::percent_operators;

    #[test]
    fn only_strings_before_an_operand_are_rewritten() {
        for (template, rewritten) in [
            ("{{ '%s' % x }}", "{{ ('%s'|python_percent_operator(x)) }}"),
            ("{{ '%s' % x.y[0]|upper ~ 'a' }}", "{{ ('%s'|python_percent_operator(x.y[0]|upper)) ~ 'a' }}"),
            ("{{ ('%s' % (1, '%')) }}", "{{ (('%s'|python_percent_operator((1, '%')))) }}"),
            ("{% if x == 'a' %}b{% endif %}", "{% if x == 'a' %}b{% endif %}"),
            ("{{ 7 % 4 }} '%s' % x", "{{ 7 % 4 }} '%s' % x"),
            ("{% raw %}{{ '%s' % x }}{% endraw %}", "{% raw %}{{ '%s' % x }}{% endraw %}"),
            ("{# {{ '%s' % x }} #}", "{# {{ '%s' % x }} #}"),
            ("{{ 'it\\'s %s' % {'a': 1} }}", "{{ ('it\\'s %s'|python_percent_operator({'a': 1})) }}"),
        ] {
            assert_eq!(percent_operators(template), rewritten);
        }
    }
}
