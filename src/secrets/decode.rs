//! Undoing encodings. Whatever is not encoded stays as it is, so that text in which only some characters are escaped
//! reads as what it means.

use super::layer::Layer;

/// Ways of writing single characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Escapes {
    /// Backslashes, as in JSON, JavaScript, Python and C.
    Backslash,
    /// Entities of HTML and XML.
    Entity,
    /// `%2F`; a plus is a plus.
    Percent,
    /// `%2F`; a plus is a blank, as in forms.
    Form,
}

impl Escapes {
    pub(super) const ALL: [Self; 4] = [Self::Backslash, Self::Entity, Self::Percent, Self::Form];

    /// The text without these escapes; `None` if it has none.
    pub(super) fn undo(self, text: &[u8]) -> Option<Layer> {
        let starts: &[u8] = match self {
            Self::Backslash => b"\\",
            Self::Entity => b"&",
            Self::Percent => b"%",
            Self::Form => b"%+",
        };
        let mut layer: Option<Layer> = None;
        let (mut kept, mut at) = (0, 0);
        while let Some(found) = text[at..].iter().position(|byte| starts.contains(byte)) {
            at += found;
            let Some((bytes, length)) = self.one(&text[at..]) else {
                at += 1;
                continue;
            };
            let layer = layer.get_or_insert_default();
            (kept..at).for_each(|plain| layer.push(&text[plain..=plain], plain..plain + 1));
            layer.push(&bytes, at..at + length);
            at += length;
            kept = at;
        }
        let mut layer = layer?;
        (kept..text.len()).for_each(|plain| layer.push(&text[plain..=plain], plain..plain + 1));
        Some(layer)
    }

    /// What the escape at the beginning of the text stands for, and its length.
    pub(super) fn one(self, text: &[u8]) -> Option<(Vec<u8>, usize)> {
        match (self, text.first()?) {
            (Self::Backslash, b'\\') => backslash(text),
            (Self::Entity, b'&') => entity(text),
            (Self::Percent | Self::Form, b'%') => percent(text),
            (Self::Form, b'+') => Some((b" ".into(), 1)),
            _ => None,
        }
    }
}

fn character(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|character| character.to_string().into_bytes())
}

/// The number that `count` hexadecimal digits stand for, if there are so many.
fn hex(text: &[u8], count: usize) -> Option<u32> {
    number(text.get(..count)?, 16)
}

/// Digits as a number. Zeros at the beginning may be many.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits
        .iter()
        .try_fold(0_u32, |number, digit| number.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?))
}

/// How many of the first bytes are digits.
fn digits(text: &[u8], radix: u32) -> usize {
    text.iter().take_while(|byte| char::from(**byte).is_digit(radix)).count()
}

fn backslash(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let simple = |byte: u8| Some((vec![byte], 2));
    match *text.get(1)? {
        byte @ (b'"' | b'\'' | b'\\' | b'/' | b'`' | b'$') => simple(byte),
        b'a' => simple(7),
        b'b' => simple(8),
        b't' => simple(b'\t'),
        b'n' => simple(b'\n'),
        b'v' => simple(11),
        b'f' => simple(12),
        b'r' => simple(b'\r'),
        b'e' => simple(27),
        b'x' => Some((vec![hex(&text[2..], 2)? as u8], 4)),
        b'U' => Some((character(hex(&text[2..], 8)?)?, 10)),
        b'u' if text.get(2) == Some(&b'{') => {
            let count = digits(&text[3..], 16);
            (text.get(3 + count) == Some(&b'}')).then_some(())?;
            Some((character(number(&text[3..3 + count], 16)?)?, 4 + count))
        }
        b'u' => {
            let unit = hex(&text[2..], 4)?;
            if let Some(character) = character(unit) {
                return Some((character, 6));
            }
            // The first half of a pair.
            let second = text.get(6..)?.strip_prefix(b"\\u").and_then(|rest| hex(rest, 4))?;
            let pair = char::decode_utf16([unit as u16, second as u16]).next()?.ok()?;
            Some((pair.to_string().into_bytes(), 12))
        }
        b'0'..=b'7' => {
            let count = digits(&text[1..], 8).min(3);
            Some((vec![u8::try_from(number(&text[1..=count], 8)?).ok()?], 1 + count))
        }
        _ => None,
    }
}

fn entity(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (start, radix) = match text {
        [b'&', b'#', b'x' | b'X', ..] => (3, 16),
        [b'&', b'#', ..] => (2, 10),
        _ => return named_entity(text),
    };
    let end = start + digits(&text[start..], radix);
    let character = character(number(&text[start..end], radix).filter(|_| end > start)?)?;
    Some((character, end + usize::from(text.get(end) == Some(&b';'))))
}

/// The longest name of an entity.
const LONGEST_NAME: usize = 32;

fn named_entity(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let name = text[1..].iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if text.get(1 + name) == Some(&b';') {
        let entity = std::str::from_utf8(&text[..name + 2]).ok()?;
        let plain = html_escape::decode_html_entities(entity);
        return (plain != entity).then(|| (plain.into_owned().into_bytes(), name + 2));
    }
    // Browsers take these without a semicolon.
    let short = [("&amp", b'&'), ("&lt", b'<'), ("&gt", b'>'), ("&quot", b'"')];
    let (name, byte) = short.iter().find(|(name, _)| text.starts_with(name.as_bytes()))?;
    Some((vec![*byte], name.len()))
}

fn percent(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if let [b'%', b'u' | b'U', rest @ ..] = text {
        return Some((character(hex(rest, 4)?)?, 6));
    }
    Some((vec![hex(text.get(1..)?, 2)? as u8], 3))
}

/// The bytes that stretches of base64 stand for, in either alphabet, when a group of four begins at the character with
/// this offset (0 to 3). A line may be broken.
///
/// Of pieces only those are kept that have so many bytes.
pub(super) fn base64(text: &[u8], offset: usize, least: usize) -> Layer {
    let mut layer = Layer::of_pieces(least);
    let mut at = 0;
    while at < text.len() {
        if sextet(text[at]).is_none() {
            at += 1;
            continue;
        }
        // The characters of one stretch.
        let (mut group, mut length) = ([(0, 0); 4], 0);
        let mut skipped = 0;
        while let Some(&byte) = text.get(at) {
            if let Some(value) = sextet(byte) {
                if skipped < offset {
                    skipped += 1;
                } else {
                    group[length] = (value, at);
                    length += 1;
                }
            } else {
                let blanks = line_break(&text[at..]);
                let goes_on = blanks > 0 && text.get(at + blanks).is_some_and(|byte| sextet(*byte).is_some());
                if !goes_on {
                    break;
                }
                at += blanks;
                continue;
            }
            if length == group.len() {
                bytes_of(&group, &mut layer);
                length = 0;
            }
            at += 1;
        }
        bytes_of(&group[..length], &mut layer);
        // What fills up the last group belongs to it.
        layer.extend(text[at..].iter().take(2).take_while(|byte| **byte == b'=').count());
        layer.gap();
    }
    layer
}

/// Adds the bytes of up to four characters of base64.
fn bytes_of(group: &[(u8, usize)], layer: &mut Layer) {
    for pair in group.windows(2).enumerate() {
        let (index, [(high, from), (low, to)]) = pair else { continue };
        let byte = high << (2 + 2 * index) | low >> (4 - 2 * index);
        layer.push(&[byte], *from..to + 1);
    }
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// How many bytes a line break and the blanks after it take; 0 if there is none.
fn line_break(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'\r' | b'\n')) {
        return 0;
    }
    text.iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t')).count()
}

/// How pairs of hexadecimal digits are beside each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pairs {
    /// `48656c6c6f`, beginning at the first digit.
    Even,
    /// The same, beginning at the second digit.
    Odd,
    /// `48:65:6c`, `48 65 6c`, `48-65-6c`, `48,65`, `0x48, 0x65`.
    Apart,
}

impl Pairs {
    pub(super) const ALL: [Self; 3] = [Self::Even, Self::Odd, Self::Apart];

    /// The bytes that hexadecimal digits stand for, in pieces of so many bytes or more.
    pub(super) fn read(self, text: &[u8], least: usize) -> Layer {
        let mut layer = Layer::of_pieces(least);
        let mut at = 0;
        while at < text.len() {
            let count = digits(&text[at..], 16);
            if count < 2 {
                at += 1;
                layer.gap();
                continue;
            }
            let end = at + count;
            if self == Self::Apart {
                if let (2, Some(byte)) = (count, hex(&text[at..], 2)) {
                    layer.push(&[byte as u8], at..end);
                }
                let between = separator(&text[end..]);
                if count != 2 || between == 0 {
                    layer.gap();
                }
                at = end + between;
                continue;
            }
            let mut place = at + usize::from(self == Self::Odd);
            while place + 2 <= end {
                if let Some(byte) = hex(&text[place..], 2) {
                    layer.push(&[byte as u8], place..place + 2);
                }
                place += 2;
            }
            let blanks = line_break(&text[end..]);
            // A broken line goes on where a pair was whole.
            if blanks == 0 || place != end {
                layer.gap();
            }
            at = end + blanks;
        }
        layer.gap();
        layer
    }
}

/// How long what separates two pairs is.
fn separator(text: &[u8]) -> usize {
    let mark = text.iter().take_while(|byte| matches!(byte, b':' | b'-' | b',' | b';')).count().min(1);
    let blanks = text[mark..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let prefix = if text[mark + blanks..].starts_with(b"0x") { 2 } else { 0 };
    mark + blanks + prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(escapes: Escapes, text: &str) -> Option<String> {
        escapes.undo(text.as_bytes()).map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned())
    }

    #[test]
    fn escapes_of_one_kind() {
        for (escapes, text, plain) in [
            (Escapes::Backslash, r#"a\/b\"c\u00e9\u00E9\ud83d\ude00\x41\101\u{1F600}\n"#, "a/b\"céé😀AA😀\n"),
            (Escapes::Entity, "&lt;&#60;&#x3c;&#X003C;&#0000060;&eacute;&quot;&num;&sol;", "<<<<<é\"#/"),
            (Escapes::Entity, "&ltx&amp", "<x&"),
            (Escapes::Percent, "%2f%2F+%C3%A9%u00e9", "//+éé"),
            (Escapes::Form, "a+b%2B", "a b+"),
        ] {
            assert_eq!(undone(escapes, text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in [
            "",
            "plain",
            r"\",
            r"\q",
            r"\u12",
            r"\ud83d",
            "&",
            "&nothing;",
            "&#;",
            "&#x;",
            "%",
            "%4",
            "%zz",
            "&#x110000;",
        ] {
            for escapes in [Escapes::Backslash, Escapes::Entity, Escapes::Percent] {
                assert_eq!(undone(escapes, text), None, "{text}");
            }
        }
    }

    #[test]
    fn bytes_know_where_they_come_from() {
        let layer = Escapes::Backslash.undo(br"ab\u0063d").unwrap();
        assert_eq!(layer.bytes, b"abcd");
        assert_eq!((layer.source(0..2), layer.source(1..3), layer.source(3..4)), (0..2, 1..8, 8..9));
    }

    #[test]
    fn base64_at_every_offset() {
        // "secret" after nothing, one and two bytes.
        for (text, offset, source) in [("c2VjcmV0", 0, 0..8), ("LXNlY3JldA==", 0, 1..12), ("xLS1zZWNyZXQ", 1, 3..12)] {
            let layer = base64(text.as_bytes(), offset, 1);
            let at = layer.bytes.windows(6).position(|bytes| bytes == b"secret").unwrap();
            assert_eq!(layer.source(at..at + 6), source, "{text}");
        }
        let broken = base64(b"c2Vj\r\n cmV0", 0, 1);
        assert_eq!(&broken.bytes[..6], b"secret");
        assert_eq!(base64(b"/-+_", 0, 1).bytes, base64(b"_+-/", 0, 1).bytes);
    }

    #[test]
    fn hexadecimal_digits() {
        for (pairs, text) in [
            (Pairs::Even, "736563"),
            (Pairs::Even, "736\n5"),
            (Pairs::Odd, "a736563"),
            (Pairs::Apart, "73:65:63"),
            (Pairs::Apart, "73 65 63"),
            (Pairs::Apart, "0x73, 0x65, 0x63"),
        ] {
            let bytes = pairs.read(text.as_bytes(), 1).bytes;
            let found = bytes.windows(3).any(|bytes| bytes == b"sec");
            assert_eq!(found, text != "736\n5", "{text}: {bytes:?}");
        }
        assert!(Pairs::Even.read(b"7365\r\n63", 1).bytes.starts_with(b"sec"));
    }
}
