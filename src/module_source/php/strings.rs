//! String literals of PHP.

/// `'…'`, where only the quote and the backslash are escaped.
pub(super) fn single(literal: &str) -> Option<String> {
    let body = literal.trim_start_matches(['b', 'B']).strip_prefix('\'')?.strip_suffix('\'')?;
    let mut out = String::with_capacity(body.len());
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&next @ ('\'' | '\\'))) => {
                out.push(next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    Some(out)
}

/// `"…"` without variables.
pub(super) fn double(literal: &str) -> Option<String> {
    unescaped(literal.trim_start_matches(['b', 'B']).strip_prefix('"')?.strip_suffix('"')?)
}

/// Text with the escapes of `"…"`; `None` if they make something that is not UTF-8.
pub(super) fn unescaped(body: &str) -> Option<String> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.extend(rest[..at].bytes());
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else {
            out.push(b'\\');
            break;
        };
        let after = &rest[escape.len_utf8()..];
        let digits = |text: &str, most: usize, radix: u32| {
            text.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(radix)).count()
        };
        rest = after;
        match escape {
            'n' => out.push(b'\n'),
            't' => out.push(b'\t'),
            'r' => out.push(b'\r'),
            'v' => out.push(0xb),
            'e' => out.push(0x1b),
            'f' => out.push(0xc),
            '\\' | '$' | '"' => out.push(escape as u8),
            'x' if digits(after, 2, 16) > 0 => {
                let count = digits(after, 2, 16);
                out.push(u8::from_str_radix(&after[..count], 16).ok()?);
                rest = &after[count..];
            }
            'u' if after.starts_with('{') => {
                let (number, more) = after[1..].split_once('}')?;
                let character = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
                out.extend(character.to_string().bytes());
                rest = more;
            }
            '0'..='7' => {
                let count = 1 + digits(after, 2, 8);
                let number = format!("{escape}{}", &after[..count - 1]);
                out.push(u32::from_str_radix(&number, 8).ok()? as u8);
                rest = &after[count - 1..];
            }
            // PHP keeps the backslash of an escape that it does not know.
            other => {
                out.push(b'\\');
                out.extend(other.to_string().bytes());
            }
        }
    }
    out.extend(rest.bytes());
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_decoded_as_php_does() {
        for (literal, text) in [(r"'it\'s'", "it's"), (r"'a\\b\n'", r"a\b\n"), ("''", "")] {
            assert_eq!(single(literal).as_deref(), Some(text), "{literal}");
        }
        for (literal, text) in [
            (r#""a\tb\x41\u{e9}\101""#, "a\tbAéA"),
            (r#""\$x \q \"""#, "$x \\q \""),
            (r#""\xc3\xa9""#, "é"),
            (r#""""#, ""),
        ] {
            assert_eq!(double(literal).as_deref(), Some(text), "{literal}");
        }
        assert_eq!(double(r#""\xff""#), None);
    }
}
