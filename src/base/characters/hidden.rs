//! Which characters hide something from a reader.

use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// Whether a character shows nothing of its own, is obeyed by a terminal, or changes the order of what is around it:
/// controls (also tabs and line ends), format characters, characters that Unicode tells programs to ignore, and code
/// points without a character. See [`hidden_characters`] for those that belong into a text.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    match c {
        // Of other categories, and shown as nothing: joiners, fillers, variation selectors.
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        // Seen, under or before Arabic and Syriac numbers; and kept for emoji of later versions of Unicode.
        '\u{600}'..='\u{605}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'
        | '\u{891}'
        | '\u{8e2}'
        | '\u{110bd}'
        | '\u{110cd}'
        | '\u{1f000}'..='\u{1faff}' => false,
        _ => matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::Unassigned
        ),
    }
}

/// The hidden characters of a text, with their offsets. Tabs and line ends are none, nor are characters that writing needs
/// where they are: joiners in emoji and between letters that join, variation selectors after what has variants, and the
/// tags in the flags of regions.
pub fn hidden_characters(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        loop {
            next += plain_bytes(&text.as_bytes()[next..]);
            let c = text[next..].chars().next()?;
            let at = next;
            next += c.len_utf8();
            if is_hidden(c) && !belongs(text, at, c) {
                return Some((at, c));
            }
        }
    })
}

/// How many bytes at the beginning hide nothing; nearly all bytes of texts do not. Looks at several at a time.
fn plain_bytes(bytes: &[u8]) -> usize {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let (pieces, _) = bytes.as_chunks::<16>();
    // Without a way out in the middle this is done with vector instructions.
    let plain = pieces.iter().take_while(|piece| piece.iter().fold(true, |all, &byte| all & is_plain(byte))).count();
    let start = plain * 16;
    start + bytes[start..].iter().take_while(|&&byte| is_plain(byte)).count()
}

/// Whether the hidden character at an offset does its work there.
fn belongs(text: &str, at: usize, c: char) -> bool {
    let before = || text[..at].chars().next_back();
    let after = || text[at + c.len_utf8()..].chars().next();
    match c {
        '\n' | '\t' => true,
        '\r' => after() == Some('\n'),
        '\u{200d}' => is_in_emoji(text, at) || (before().is_some_and(joins) && !after().is_some_and(is_latin)),
        '\u{200c}' => {
            let (before, after) = (before(), after());
            before.is_some_and(is_of_a_word)
                && !after.is_some_and(is_hidden)
                && [before, after].into_iter().flatten().any(joins)
        }
        '\u{fe0e}' | '\u{fe0f}' => before().is_some_and(|before| match before {
            // Keycaps: a digit, the selector, a frame.
            '0'..='9' | '#' | '*' => after() == Some('\u{20e3}'),
            _ => has_variants(before),
        }),
        '\u{fe00}'..='\u{fe0d}' => before().is_some_and(has_variants),
        '\u{e0100}'..='\u{e01ef}' => before().is_some_and(|before| before.script() == Script::Han),
        '\u{180b}'..='\u{180f}' => before().is_some_and(|before| before.script() == Script::Mongolian),
        '\u{e0020}'..='\u{e007f}' => is_in_flag(text, at),
        _ => false,
    }
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || c.script() == Script::Latin
}

/// Whether a joiner after an emoji leads to another.
fn is_in_emoji(text: &str, at: usize) -> bool {
    let before = text[..at].chars().rev().find(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'));
    let after = text[at + '\u{200d}'.len_utf8()..].chars().next();
    before.is_some_and(is_emoji) && after.is_some_and(is_emoji)
}

fn is_emoji(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char_or_emoji_component() && !is_hidden(c)
}

/// Whether a variation selector may follow: emoji, symbols, and the characters of Chinese and Japanese.
fn has_variants(c: char) -> bool {
    let is_symbol = || {
        use GeneralCategory::{MathSymbol, OtherPunctuation, OtherSymbol};
        matches!(c.general_category(), MathSymbol | OtherPunctuation | OtherSymbol)
    };
    is_emoji(c) || (!c.is_ascii() && (is_symbol() || c.script() == Script::Han))
}

/// Whether letters of this kind change their form with what is beside them, which joiners control.
fn joins(c: char) -> bool {
    use Script as S;
    let script = c.script();
    let by_script = matches!(
        script,
        S::Arabic
            | S::Syriac
            | S::Mandaic
            | S::Mongolian
            | S::Nko
            | S::Phags_Pa
            | S::Hanifi_Rohingya
            | S::Sogdian
            | S::Adlam
            | S::Devanagari
            | S::Bengali
            | S::Gurmukhi
            | S::Gujarati
            | S::Oriya
            | S::Tamil
            | S::Telugu
            | S::Kannada
            | S::Malayalam
            | S::Sinhala
            | S::Khmer
            | S::Myanmar
            | S::Thai
            | S::Lao
            | S::Tibetan
            | S::Balinese
            | S::Javanese
            | S::Grantha
    );
    by_script && (c.is_alphabetic() || is_mark(c))
}

/// Whether a tag belongs to the flag of a region: a black flag, the letters of the region, an end.
fn is_in_flag(text: &str, at: usize) -> bool {
    /// No region has a longer code.
    const LONGEST: usize = 7;
    const END: char = '\u{e007f}';
    let is_letter = |c: char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let before: Vec<char> = text[..at].chars().rev().take(LONGEST + 1).take_while(|&c| is_letter(c)).collect();
    let flag = text[..at].chars().rev().nth(before.len());
    let rest: Vec<char> = text[at..].chars().take(LONGEST + 1).take_while(|&c| is_letter(c)).collect();
    let end = text[at..].chars().nth(rest.len());
    flag == Some('\u{1f3f4}') && end == Some(END) && (1..=LONGEST).contains(&(before.len() + rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Vec<char> {
        hidden_characters(text).map(|(_, c)| c).collect()
    }

    #[test]
    fn it_is_found_wherever_it_is() {
        for length in 0..70 {
            for at in 0..=length {
                let text = format!("{}\u{7f}{}\u{e9}\u{1b}", "a".repeat(at), "\n".repeat(length - at));
                let found: Vec<usize> = hidden_characters(&text).map(|(at, _)| at).collect();
                assert_eq!(found, [at, length + 3]);
            }
        }
    }

    #[test]
    fn what_hides() {
        for c in [
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{80}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{fffe}',
            '\u{ffff}',
            '\u{fdd0}',
            '\u{1d173}',
            '\u{1fffe}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{10ffff}',
            '\u{378}',
        ] {
            assert_eq!(hidden(&format!("a{c}b")), [c], "{c:?}");
            assert!(is_hidden(c));
        }
        assert_eq!(hidden("a\rb\r\nc\td"), ['\r']);
    }

    #[test]
    fn ordinary_text() {
        for text in [
            "naïve Größe, « à l’heure », 10\u{a0}%",
            "漢字かな 한국어",
            "مرحبا بالعالم",
            "می\u{200c}شود",
            "PDF\u{200c}ها",
            "ه\u{200d}",
            "ക്\u{200d}",
            "क्\u{200d}ष",
            "👩\u{200d}💻 👩🏽\u{200d}🚒 🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}\u{200d}🔥 👨\u{200d}👩\u{200d}👧",
            "⚠\u{fe0f} ☎\u{fe0e} ‼\u{fe0f} 1\u{fe0f}\u{20e3} ©\u{fe0f} ↔\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}城",
            "\u{600}١٢",
            "\u{fffd} \u{e000}",
        ] {
            assert_eq!(hidden(text), [], "{text}");
        }
    }

    #[test]
    fn the_same_characters_elsewhere() {
        for (text, count) in [
            ("pass\u{200d}word", 1),
            ("pass\u{200c}word", 1),
            ("😀\u{200d}a", 1),
            ("می\u{200c}\u{200c}شود", 2),
            ("a\u{fe0f}", 1),
            ("1\u{fe0f}", 1),
            ("葛\u{e0100}\u{e0101}", 1),
            ("🏴\u{e0067}\u{e0062}", 2),
            ("x\u{e0067}\u{e007f}", 2),
            ("a\u{e0100}", 1),
        ] {
            assert_eq!(hidden(text).len(), count, "{text:?}");
        }
    }
}
