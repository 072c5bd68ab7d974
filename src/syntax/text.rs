//! What the quotes of a string literal hold.

use std::borrow::Cow;
use std::ops::Range;

/// An escape that does not exist, as bytes of the literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadEscape {
    /// The escape's place in the content.
    pub at: Range<usize>,
}

/// Resolves the escapes in the content of a `"…"` literal: those of JSON, and `\u{…}` with the number of a character.
///
/// # Errors
/// The first escape that does not exist.
pub fn unescape(content: &str) -> Result<Cow<'_, str>, BadEscape> {
    let Some(first) = content.find('\\') else { return Ok(Cow::Borrowed(content)) };
    let mut text = String::with_capacity(content.len());
    text.push_str(&content[..first]);
    let mut at = first;
    while at < content.len() {
        let rest = &content[at..];
        if !rest.starts_with('\\') {
            let plain = rest.find('\\').unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            at += plain;
            continue;
        }
        let (character, length) = escape(rest).map_err(|length| BadEscape { at: at..at + length })?;
        text.push(character);
        at += length;
    }
    Ok(Cow::Owned(text))
}

/// The character that the escape at the beginning of `text` stands for, and its length in bytes;
/// or the length of what is not an escape.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let mut characters = text[1..].chars();
    let letter = characters.next().ok_or(1_usize)?;
    let simple = match letter {
        '"' | '\\' | '/' => letter,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' if text[2..].starts_with('{') => return by_number(text),
        'u' => {
            let unit = hexadecimal(text, 2).ok_or_else(|| text.len().min(2))?;
            if let Some(character) = char::from_u32(unit) {
                return Ok((character, 6));
            }
            // A pair of surrogates makes one character, as in JSON.
            let second = text[6..].strip_prefix("\\u").and_then(|_| hexadecimal(text, 8));
            return match second {
                Some(low) if (0xD800..0xDC00).contains(&unit) && (0xDC00..0xE000).contains(&low) => {
                    let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                    char::from_u32(code).map(|character| (character, 12)).ok_or(12)
                }
                _ => Err(6),
            };
        }
        other => return Err(1 + other.len_utf8()),
    };
    Ok((simple, 2))
}

/// As [`escape`], for `\u{…}`.
fn by_number(text: &str) -> Result<(char, usize), usize> {
    let digits = text[3..].bytes().take_while(u8::is_ascii_hexdigit).count();
    let end = 3 + digits;
    if !(1..=6).contains(&digits) || !text[end..].starts_with('}') {
        return Err(end);
    }
    let number = u32::from_str_radix(&text[3..end], 16).ok();
    number.and_then(char::from_u32).map(|character| (character, end + 1)).ok_or(end + 1)
}

fn hexadecimal(text: &str, from: usize) -> Option<u32> {
    let digits = text.get(from..from + 4)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

/// The content of a `"""…"""` literal without its frame: the line of the opening quotes and the
/// line of the closing ones when they hold nothing else, and the indentation that all lines
/// share. There are no escapes, and line ends count as `\n` whatever the file has.
pub fn dedent(content: &str) -> Cow<'_, str> {
    if !content.contains('\n') {
        return Cow::Borrowed(content);
    }
    let mut lines: Vec<&str> = content.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let head = lines.remove(0);
    if lines.last().is_some_and(|last| is_blank(last)) {
        lines.pop();
    }
    let indentation = lines.iter().filter(|line| !is_blank(line)).map(|line| indent(line)).reduce(common).unwrap_or("");
    let mut text = String::with_capacity(content.len());
    if !is_blank(head) {
        text.push_str(head);
        if !lines.is_empty() {
            text.push('\n');
        }
    }
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if !is_blank(line) {
            text.push_str(&line[indentation.len()..]);
        }
    }
    Cow::Owned(text)
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn common<'a>(first: &'a str, second: &'a str) -> &'a str {
    let length = first.bytes().zip(second.bytes()).take_while(|(left, right)| left == right).count();
    &first[..length]
}

#[cfg(test)]
mod tests {
    use super::{BadEscape, dedent, unescape};

    #[test]
    fn escapes_are_those_of_json() {
        assert_eq!(unescape(r#"a\"b\\c\/d\n\t\u00e9\ud83d\ude00"#).unwrap(), "a\"b\\c/d\n\té😀");
        for (text, at) in
            [(r"a\d", 1..3), (r"\u12", 0..2), (r"\ud83d", 0..6), (r"\ud83dx", 0..6), (r"\é", 0..3), ("\\", 0..1)]
        {
            assert_eq!(unescape(text), Err(BadEscape { at }), "{text}");
        }
        assert_eq!(unescape(r"\u{435}\u{e0041}\u{1F600}").unwrap(), "е\u{e0041}😀");
        for (text, at) in [
            (r"\u{}", 0..3),
            (r"\u{d83d}", 0..8),
            (r"\u{110000}", 0..10),
            (r"\u{0000041}", 0..10),
            (r"\u{41", 0..5),
            (r"\u{4é}", 0..4),
        ] {
            assert_eq!(unescape(text), Err(BadEscape { at }), "{text}");
        }
    }

    #[test]
    fn block_strings_lose_their_frame_and_nothing_else() {
        for (content, text) in [
            ("plain", "plain"),
            ("\n    a\n      b\n  ", "a\n  b"),
            ("\n    a\n\n    b\n", "a\n\nb"),
            ("\n  a\n\n  ", "a\n"),
            ("first\n    second\n", "first\nsecond"),
            ("\r\n  a\r\n  b\r\n", "a\nb"),
            ("\n\ta\n  b\n", "\ta\n  b"),
            ("\n", ""),
        ] {
            assert_eq!(dedent(content), text, "{content:?}");
        }
    }
}
