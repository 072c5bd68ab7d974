//! How deep brackets nest, measured before the recursive parser starts.

use std::ops::Range;

/// How deep parentheses, brackets and braces may nest. Hand-written files stay below ten; the
/// limit keeps hostile ones from exhausting the stack.
pub const MAX_NESTING: usize = 64;

/// The first bracket that lies deeper than [`MAX_NESTING`].
///
/// It skips what the grammar reads as one token: texts, comments and the tests of hash paths. Texts
/// and comments begin and end at the same places whatever is around them. A test may be none,
/// after a mistake: the brackets inside are counted for themselves.
pub fn too_deep(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    // After the first block string that is not closed there is none that is.
    let mut may_close_block = true;
    // No test of a hash path begins before this place.
    let mut no_test_before = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at, &mut may_close_block),
            b'#' => at = line_end(bytes, at),
            b'[' if follows_path(bytes, at) && at >= no_test_before => match path_test_end(bytes, at) {
                Ok(end) => {
                    let inside = bytes[at + 1..end].iter().filter(|byte| is_open(**byte)).count();
                    if depth + inside > MAX_NESTING {
                        return Some(at..at + 1);
                    }
                    at = end;
                }
                Err(end) => no_test_before = end,
            },
            byte if is_open(byte) => {
                depth += 1;
                if depth > MAX_NESTING {
                    return Some(at..at + 1);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ => at += 1,
        }
    }
    None
}

fn is_open(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'{')
}

pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |length| from + length)
}

/// After the text that begins at `at`; the end of its line when it is never closed.
pub(super) fn string_end(bytes: &[u8], at: usize, may_close_block: &mut bool) -> usize {
    if bytes[at..].starts_with(b"\"\"\"") {
        let from = at + 3;
        if *may_close_block && let Some(length) = bytes[from..].windows(3).position(|window| window == b"\"\"\"") {
            return from + length + 3;
        }
        *may_close_block = false;
        return bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    }
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return end + 1,
            b'\n' => return end,
            b'\\' if !matches!(bytes.get(end + 1), Some(b'\n' | b'\r')) => end += 2,
            // No escape: the text is not closed, and the rest of its line is lost.
            b'\\' => {
                return bytes[end..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| end + length);
            }
            _ => end += 1,
        }
    }
    bytes.len()
}

/// Whether the bracket at `at` continues a hash path, as in `Tag.{n}[name=x]`.
fn follows_path(bytes: &[u8], at: usize) -> bool {
    at > 0 && (matches!(bytes[at - 1], b'_' | b'-' | b'}' | b']' | b'.') || bytes[at - 1].is_ascii_alphanumeric())
}

/// After the test that begins at `at`; as an error, up to where there is no end.
fn path_test_end(bytes: &[u8], at: usize) -> Result<usize, usize> {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b']' => return Ok(end + 1),
            byte if ends_test(byte) => break,
            b'=' if bytes.get(end + 1) == Some(&b'/') => match regex_end(bytes, end + 2) {
                Some(behind) => end = behind,
                // If this regex is never closed, none after it is.
                None => return plain_test_end(bytes, end + 1),
            },
            _ => end += 1,
        }
    }
    Err(end.min(bytes.len()))
}

/// What no test of a hash path holds.
fn ends_test(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'"' | b'#')
}

/// As [`path_test_end`], without regexes.
fn plain_test_end(bytes: &[u8], from: usize) -> Result<usize, usize> {
    let stops = |byte: &u8| *byte == b']' || ends_test(*byte);
    let end = bytes[from..].iter().position(stops).map_or(bytes.len(), |length| from + length);
    if bytes.get(end) == Some(&b']') { Ok(end + 1) } else { Err(end) }
}

fn regex_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut end = from;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'/' => return Some(end + 1),
            byte if ends_test(byte) => return None,
            b'\\' if !bytes.get(end + 1).is_some_and(|next| ends_test(*next)) => end += 2,
            _ => end += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, too_deep};

    #[test]
    fn the_limit_is_exact() {
        let fits = format!("{}{}", "(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING));
        assert_eq!(too_deep(&fits), None);
        assert_eq!(too_deep(&format!("({fits})")), Some(MAX_NESTING..MAX_NESTING + 1));
    }

    #[test]
    fn brackets_in_tokens_do_not_count() {
        let many = "[".repeat(500);
        for text in [
            format!("\"{many}\""),
            format!("\"\"\"\n{many}\n\"\"\""),
            format!("# {many}\n"),
            format!("\"\\\"{many}\""),
            format!("\" {many}\nx"),
            format!("\"\"\" {many}\nx"),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
        }
    }

    #[test]
    fn brackets_in_the_tests_of_hash_paths_do_not_add_up() {
        assert_eq!(too_deep(&"x.{n}[name=/([)]/] y[{] ".repeat(500)), None);
    }

    #[test]
    fn what_only_looks_like_a_token_hides_nothing() {
        let many = "[ ".repeat(500);
        for text in [
            format!("\" \n{many}"),
            format!("\"\"\" \n{many}"),
            format!("x[ \n{many}"),
            format!("x[=/ ] {many}"),
            format!("x[{many}]"),
        ] {
            assert!(too_deep(&text).is_some(), "{text}");
        }
    }
}
