//! Letters that look like others, by the data of Unicode's technical standard 39.

use std::fmt::Write as _;

use unicode_security::skeleton;

/// The ASCII character that `c`, which is none itself, looks like: `e` for the Cyrillic letter of that form.
pub fn plain_look_alike(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    let mut buffer = [0; 4];
    let mut looks = skeleton(c.encode_utf8(&mut buffer));
    let (first, second) = (looks.next()?, looks.next());
    (second.is_none() && first.is_ascii_alphanumeric()).then_some(first)
}

/// Whether two different words look the same.
pub fn looks_like(one: &str, other: &str) -> bool {
    one != other && !(one.is_ascii() && other.is_ascii()) && skeleton(one).eq(skeleton(other))
}

/// A word with the code points of all characters beyond ASCII: `enri\u{441}h`.
pub fn escaped(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len() + 8);
    for c in word.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_alphabets() {
        for (c, plain) in [('е', 'e'), ('с', 'c'), ('ο', 'o'), ('а', 'a'), ('𝐞', 'e'), ('օ', 'o')] {
            assert_eq!(plain_look_alike(c), Some(plain), "{c}");
        }
        for c in ['ü', 'é', 'ж', '漢', 'ß', 'e'] {
            assert_eq!(plain_look_alike(c), None, "{c}");
        }
    }

    #[test]
    fn words_that_look_the_same() {
        assert!(looks_like("enri\u{441}h-event", "enrich-event"));
        assert!(looks_like("tlp:\u{433}\u{435}d", "tlp:\u{433}ed"));
        assert!(!looks_like("größe", "grosse"));
        assert!(!looks_like("a", "a"));
        // Plain letters are a matter of the font.
        assert!(!looks_like("l", "1"));
        assert_eq!(escaped("enri\u{441}h"), "enri\\u{441}h");
    }
}
