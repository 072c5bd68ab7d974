//! String literals of Python.

/// What a string literal stands for; `None` for bytes, and for escapes that name a character of Unicode.
pub(super) fn decode(literal: &str) -> Option<String> {
    let quote = literal.find(['"', '\''])?;
    let prefix = literal[..quote].to_ascii_lowercase();
    if prefix.contains('b') {
        return None;
    }
    let (is_raw, is_format) = (prefix.contains('r'), prefix.contains('f'));
    let body = &literal[quote..];
    let marks = if body.starts_with("\"\"\"") || body.starts_with("'''") { 3 } else { 1 };
    let body = body.get(marks..body.len().checked_sub(marks)?)?.replace("\r\n", "\n");
    let body = if is_format { body.replace("{{", "{").replace("}}", "}") } else { body };
    if is_raw { Some(body) } else { unescaped(&body) }
}

fn unescaped(body: &str) -> Option<String> {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let escape = rest.chars().next()?;
        rest = &rest[escape.len_utf8()..];
        let mut number = |digits: usize, radix: u32| {
            let text = rest.get(..digits)?;
            rest = &rest[digits..];
            char::from_u32(u32::from_str_radix(text, radix).ok()?)
        };
        match escape {
            '\n' => {}
            '\\' | '\'' | '"' => out.push(escape),
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            'x' => out.push(number(2, 16)?),
            'u' => out.push(number(4, 16)?),
            'U' => out.push(number(8, 16)?),
            'N' => return None,
            '0'..='7' => {
                let more = rest.bytes().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let digits = format!("{escape}{}", &rest[..more]);
                rest = &rest[more..];
                out.push(char::from_u32(u32::from_str_radix(&digits, 8).ok()?)?);
            }
            // Python keeps the backslash of an escape that it does not know.
            other => {
                out.push('\\');
                out.push(other);
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_decoded_as_python_does() {
        for (literal, text) in [
            (r#""tea""#, "tea"),
            ("'it\\'s'", "it's"),
            (r#"'''a "b" c'''"#, "a \"b\" c"),
            (r#""a\tb\x41\u00e9\101\q""#, "a\tbAéA\\q"),
            (r#"r"a\tb""#, "a\\tb"),
            ("\"a\\\nb\"", "ab"),
            (r#"f"{{x}}""#, "{x}"),
            (r#"u"é""#, "é"),
        ] {
            assert_eq!(decode(literal).as_deref(), Some(text), "{literal}");
        }
        for literal in [r#"b"a""#, r#""\N{BULLET}""#, r#""\ud800""#] {
            assert_eq!(decode(literal), None, "{literal}");
        }
    }
}
