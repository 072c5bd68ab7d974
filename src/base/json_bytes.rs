//! The bytes of strings in JSON, looked at eight at a time.

const ONES: u64 = u64::MAX / 0xff;
const HIGH: u64 = ONES * 0x80;

/// Of the lowest byte that is zero the high bit is set here, and of none below it. Bits above that one may be wrong.
const fn zero(eight: u64) -> u64 {
    eight.wrapping_sub(ONES) & !eight & HIGH
}

/// As [`zero`], for quotes, backslashes and control characters.
const fn special(eight: u64) -> u64 {
    let control = eight.wrapping_sub(ONES * 0x20) & !eight & HIGH;
    zero(eight ^ (ONES * 0x22)) | zero(eight ^ (ONES * 0x5c)) | control
}

/// The place of the first byte, from `at` on, that a string cannot have as it is: a quote, a backslash, or a control
/// character. If there is none, the end.
#[inline]
pub fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    let mut rest = bytes.get(at..).unwrap_or_default();
    while let Some((eight, after)) = rest.split_first_chunk() {
        let special = special(u64::from_le_bytes(*eight));
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
        rest = after;
    }
    at + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)).count()
}

/// Whether all bytes can stand in a string as they are, and can be seen: printable ASCII without quotes and backslashes.
#[inline]
pub fn is_plain(bytes: &[u8]) -> bool {
    let other = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        special(eight) | zero(eight ^ (ONES * 0x7f)) | (eight & HIGH)
    };
    match bytes.last_chunk() {
        // The last eight bytes may be looked at twice in part.
        Some(last) => bytes.as_chunks().0.iter().fold(other(last), |found, eight| found | other(eight)) == 0,
        None => bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_plain, plain_end};

    proptest! {
        #[test]
        fn special_bytes_are_found_wherever_they_are(bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0_usize..45) {
            let rest = bytes.iter().skip(at);
            let expected = rest.clone().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).unwrap_or(rest.len());
            prop_assert_eq!(plain_end(&bytes, at), at + expected);
        }

        #[test]
        fn long_strings_end_too(before in "[ !#-\\[\\]-~é]{0,60}", special in "[\"\\\\\\x00-\\x1f]") {
            let text = format!("{before}{special}{before}");
            prop_assert_eq!(plain_end(text.as_bytes(), 0), before.len());
        }

        #[test]
        fn strings_that_are_plain_need_no_escapes(text in "[ -~]{0,20}[\\x00-\\x20\"\\\\\u{7f}é]?[ -~]{0,20}") {
            let json = serde_json::to_string(&text).unwrap();
            let is_simple = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && json.len() == text.len() + 2;
            prop_assert_eq!(is_plain(text.as_bytes()), is_simple);
        }
    }
}
